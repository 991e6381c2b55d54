"""Roles and relations hold by one calendar, that of Greenwich, wherever whoever looks has chosen to live."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.customers.relation_models import Relation
from accounts.people.models import Membership
from tests.factories import people, relations
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])  # at any hour it is another day in one of the two
def test_what_holds_today_alone_holds_in_every_zone_of_the_reader(zone):
    here = group()
    people.member(here)
    relations.serves(here)
    today = timezone.now().date()
    Membership.objects.update(since=today, until=today + timedelta(days=1))
    Relation.objects.update(since=today, until=today + timedelta(days=1))

    with timezone.override(zone):
        assert Membership.objects.in_force().count() == 1
        assert Relation.objects.in_force().count() == 1
