"""Managers set the rules of data: how severe, of what weight, after how many days; what the law wants stays."""

from datetime import timedelta

import pytest

from accounts.customers import details, importing, rules, rules_in_force
from accounts.customers.models import Customer
from accounts.customers.rule_models import RuleSetting
from accounts.quality import confirming, rule_settings, scores
from accounts.quality.models import Score
from accounts.quality.rule_settings import RuleSettingRefused
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import NOON, below, group

pytestmark = pytest.mark.django_db

GOOD = {
    "country": "DE", "tax_id": "DE136695976", "street": "Werkstrasse 1", "postcode": "10115", "city": "Berlin",
    "email": "office@helios.example",
}  # fmt: skip


def choose(rule: str, severity: str, *, weight: int = 0, days: int = 0, **facts) -> RuleSetting:
    facts = {"actor": people.manager(), "at": NOON} | facts
    return rule_settings.choose(rule=rule, severity=severity, weight=weight, days=days, **facts)


def entity(**changed: str) -> Customer:
    return below(group(), "Helios GmbH", "legal_entity", **{**GOOD, **changed})


def score_of(customer: Customer, **later) -> int:
    scores.refresh(Customer.objects.filter(pk=customer.pk), at=NOON + timedelta(**later))
    return Score.objects.get(customer=customer).score


def test_rule_that_nobody_set_is_as_it_came():
    assert rules_in_force.read() == rules.RULES


def test_score_loses_the_weight_that_a_manager_set():
    found = entity(email="")
    assert score_of(found) == 90

    choose("email.required", "lowers", weight=3)

    assert score_of(found) == 97


def test_rule_that_is_off_lowers_no_score():
    found = entity(email="")

    choose("email.required", "off", weight=10)

    assert score_of(found) == 100


def test_rule_that_now_refuses_keeps_a_value_out_of_every_way_in():
    found = entity()
    choose("postcode.form", "refuses")
    row = importing.Row(ref="new", name="New", kind="legal_entity", facts={**GOOD, "postcode": "1"}, number=2)

    with pytest.raises(details.FactsRefused) as caught:
        details.change(actor=None, customer=found, at=NOON, postcode="1")
    result = importing.import_rows([row], actor=None, at=NOON)

    assert caught.value.code == "postcode.form"
    assert (result.refused, result.faults[0].rule) == (1, "postcode.form")


def test_phone_that_no_longer_must_have_its_form_is_kept():
    found = entity()
    choose("phone.format", "lowers", weight=2)

    details.change(actor=None, customer=found, at=NOON, phone="ask at the gate")

    assert score_of(found) == 98


def test_details_are_fresh_and_asked_about_for_as_many_days_as_a_manager_set():
    found = entity()
    choose("details.fresh", "lowers", weight=5, days=30)

    assert score_of(found, days=30) == 100
    assert score_of(found, days=31) == 95
    assert "more than 30 days ago" in Score.objects.get(customer=found).broken[0][2]
    assert confirming.is_due(found, at=NOON + timedelta(days=31))
    choose("details.fresh", "off", days=30)
    assert not confirming.is_due(found, at=NOON + timedelta(days=400))


@pytest.mark.parametrize(
    ("rule", "severity", "numbers"),
    [
        ("tax_id.check_digit", "off", {}), ("country.format", "lowers", {"weight": 3}), ("tax_id.required", "off", {}),
        ("email.required", "refuses", {}), ("email.required", "lowers", {"weight": 0}),
        ("email.required", "lowers", {"weight": 26}), ("details.fresh", "lowers", {"weight": 5, "days": 0}),
        ("nothing.there", "off", {}), ("postcode.form", "gone", {}),
    ],
)  # fmt: skip
def test_setting_that_cannot_be_is_refused_and_changes_nothing(rule, severity, numbers):
    with pytest.raises(RuleSettingRefused):
        choose(rule, severity, **numbers)

    assert rules_in_force.read() == rules.RULES


def test_only_managers_set_rules():
    with pytest.raises(RuleSettingRefused):
        choose("email.required", "off", actor=people.agent())


def test_setting_is_told_once_before_and_after():
    choose("email.required", "lowers", weight=4)
    choose("email.required", "lowers", weight=4)
    choose("email.required", "off")

    told = Activity.objects.filter(kind="accounts.data_rule_set").order_by("pk")
    assert [row.facts["after"]["severity"] for row in told] == ["lowers", "off"]
    assert told.last().facts["before"] == {"severity": "lowers", "weight": 4, "days": 0}


def test_every_rule_stands_as_it_came_and_as_it_is_with_how_many_break_it():
    score_of(entity(email=""))
    choose("email.required", "lowers", weight=4)

    [found] = [one for one in rule_settings.all_of_them() if one.came.id == "email.required"]

    assert (found.came.weight, found.now.weight, found.broken, found.is_set) == (10, 4, 1, True)


def test_rule_that_stays_says_why_and_one_that_can_be_set_fully_says_nothing():
    assert all(rule.stays for rule in rules.RULES if set(rule.may_be) <= {rule.severity})
    assert not any(rule.stays for rule in rules.RULES if len(rule.may_be) > 1)
