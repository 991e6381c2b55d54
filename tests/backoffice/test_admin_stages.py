"""Managers write what holds of stages, and which customers a segment finds, in the administration, and may try it first."""

import pytest
from django.urls import reverse

from accounts.customers.models import Customer
from accounts.segments import lifecycle
from accounts.segments.models import StageExit, StageRule
from tests.backoffice.seeing import words
from tests.factories import customers, segments
from tests.factories.segments import NOON

pytestmark = pytest.mark.django_db

WAY = {"stage": "prospect", "position": 5, "when": "country is AT", "to": "active", "why": "it is in Austria", "active": "on"}
ADD = "admin:accounts_stageexit_add"


def test_way_out_that_is_only_tried_tells_who_would_move_and_is_not_kept(manager):
    customers.group("Helios", stage="prospect", country="AT")

    answer = manager.post(reverse(ADD), WAY | {"only_try": "on"})

    assert "Nothing was kept. 1 of " in words(answer) and "Helios to Active (it is in Austria)" in words(answer)
    assert "Please correct" not in words(answer) and b"errornote" not in answer.content
    assert b'value="it is in Austria"' in answer.content
    assert not StageExit.objects.filter(why="it is in Austria").exists()


def test_way_out_that_is_kept_says_who_moves_tonight_and_moves_them_then(manager):
    found = customers.group("Helios", stage="prospect", country="AT")

    answer = manager.post(reverse(ADD), WAY, follow=True)
    lifecycle.follow_all(at=NOON)

    assert "Helios to Active (it is in Austria)" in words(answer)
    assert Customer.objects.get(pk=found.pk).stage == "active"


def test_way_out_is_changed_and_its_faults_stand_on_the_form(manager):
    way = StageExit.objects.get(stage="active", to="renewal")
    page = reverse("admin:accounts_stageexit_change", args=[way.pk])
    given = {"position": 2, "to": "renewal", "why": "a term ends soon", "active": "on"}

    refused = manager.post(page, given | {"when": "mood is good"})
    manager.post(page, given | {"when": "days_to_term <= 30"})

    assert "there is no fact mood" in words(refused)
    way.refresh_from_db()
    assert (way.when, way.why) == ("days_to_term <= 30", "a term ends soon")


def test_who_may_enter_a_stage_is_kept_and_asked_when_a_person_sets_it(manager):
    found = customers.group("Helios", stage="active", country="AT")
    given = {"entry": "country is DE", "expects": "a renewed contract", "days": 45}

    manager.post(reverse("admin:accounts_stagerule_change", args=["renewal"]), given)
    page = reverse("admin:accounts_customer_change", args=[found.pk])
    facts = {name: getattr(found, name) for name in ("name", "country", "language", "currency", "timezone", "tier")}
    answer = manager.post(page, facts | {"stage": "renewal"})

    assert StageRule.objects.get(pk="renewal").days == 45
    assert "cannot be Renewal: Country is DE does not hold (found AT)" in words(answer)
    assert Customer.objects.get(pk=found.pk).stage == "active"


def test_rule_of_a_segment_that_is_only_tried_tells_who_would_enter_and_is_not_kept(manager):
    customers.group("Helios", country="AT")
    found = segments.segment("country is DE")
    given = {"name": found.name, "description": "Who is meant.", "rule": "country is AT", "rank": 0, "active": "on"}

    answer = manager.post(reverse("admin:accounts_segment_change", args=[found.pk]), given | {"only_try": "on"})

    assert "Nothing was kept. Would enter it tonight: 1 (Helios)." in words(answer)
    found.refresh_from_db()
    assert found.rule == "country is DE"
