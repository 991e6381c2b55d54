"""Late in the evening of Greenwich it is the next day in Berlin: pages go by the customer's own day."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from billing.anomalies import finding as findings
from support.remedies import self_service
from tests.factories import policies, support
from tests.factories.customers import group, helios
from tests.factories.people import administrator, member
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
def test_charter_says_what_holds_on_the_customer_s_own_day(zone):
    tree = helios()
    tree.berlin.timezone = zone
    tree.berlin.save(update_fields=["timezone"])
    long_ago = EVENING - timedelta(days=60)
    policies.published({"self_service.refund_limit": "612.00 EUR"}, at=long_ago, on=date(2026, 3, 3), audience="customers")

    with time_machine.travel(EVENING, tick=False):
        page = browser_of(administrator(tree.group)).get(reverse("portal:charter", args=[tree.berlin.number]))

    assert ("612" in words(page)) == (zone == "Europe/Berlin")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
def test_what_a_customer_may_settle_alone_changes_on_their_own_day(zone):
    customer = group("Nordwind", timezone=zone)
    support.billed_twice(customer, 12000)
    [finding] = findings.find_for([customer], at=EVENING)
    long_ago = EVENING - timedelta(days=60)
    policies.published({self_service.LIMIT: "1.00 EUR"}, at=long_ago, on=date(2026, 3, 3), audience="customers")

    answer = self_service.decide(member(customer), finding, EVENING)

    assert answer.allowed == (zone == "UTC")
