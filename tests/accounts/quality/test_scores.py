from datetime import date, timedelta

import pytest

from accounts.customers import details, facts, rules, tree
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.quality import confirming, following, scores
from accounts.quality.models import Confirmation, Score
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import NOON, below, group

GOOD = {
    "name": "Helios GmbH", "country": "DE", "tax_id": "DE136695976", "street": "Weg 1", "postcode": "10115", "city": "Berlin",
    "email": "office@helios.example",
}  # fmt: skip


def judged(*, legal=True, **changed):
    return scores.judge(rules.Subject(GOOD | changed, legal))


def test_facts_that_keep_every_rule_score_a_hundred():
    assert judged() == scores.Judgement(100, ())


def test_legal_entity_without_tax_id_scores_82_and_says_why():
    found = judged(tax_id="")

    assert found.score == 82
    assert found.broken == (("tax_id.required", "tax_id", "is missing: invoices within the EU need it"),)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"postcode": "1234"}, "postcode.form"),
        ({"tax_id": "FR40303265045"}, "tax_id.country"),
        ({"country": ""}, "country.required"),
        ({"email": ""}, "email.required"),
    ],
)
def test_each_rule_that_does_not_hold_is_named(changed, rule):
    assert [broken[0] for broken in judged(**changed).broken] == [rule]


def test_legal_entity_outside_the_eu_needs_no_tax_id():
    assert judged(country="US", tax_id="", postcode="10001").score == 100


def test_department_needs_no_tax_id():
    assert judged(legal=False, tax_id="", street="", city="", postcode="", email="").score == 100


def test_facts_not_confirmed_for_a_year_are_no_longer_fresh():
    stale = rules.Subject(GOOD, True, confirmed_on=date(2025, 1, 1), on=date(2026, 1, 2))

    assert [broken[0] for broken in scores.judge(stale).broken] == ["details.fresh"]


def test_no_two_rules_share_an_id_and_all_weights_fit_a_hundred():
    ids = [rule.id for rule in rules.RULES]

    assert len(ids) == len(set(ids))
    assert sum(rule.weight for rule in rules.lowering()) <= 100


@pytest.mark.parametrize("value", ["abc", "ext", "12", "+49 (0) 30 / zwölf"])
def test_value_that_is_no_phone_number_is_refused_with_the_rule_that_says_so(value):
    [fault] = facts.faults({"phone": value})

    assert fault == ("phone", f'"{value}" is no phone number', "phone.format")


@pytest.mark.django_db
def test_tax_id_with_a_wrong_check_digit_is_refused_by_every_way_in():
    root = group("Helios", country="DE")

    with pytest.raises(details.FactsRefused) as caught:
        details.change(actor=None, customer=root, at=NOON, tax_id="DE136695967")
    with pytest.raises(details.FactsRefused) as added:
        tree.add(actor=None, parent=root, kind="legal_entity", name="A", at=NOON, country="DE", tax_id="DE136695967")

    assert caught.value.reason == added.value.reason == 'Tax id "DE136695967" is no tax number: its check digit is wrong'
    assert caught.value.code == "tax_id.check_digit"


@pytest.mark.django_db
def test_customer_without_tax_id_waits_for_a_steward_until_it_is_given():
    entity = below(group(), "Helios GmbH", "legal_entity", **{k: v for k, v in GOOD.items() if k not in {"name", "tax_id"}})
    scores.refresh(Customer.objects.filter(pk=entity.pk), at=NOON)
    assert [(row.customer, row.score) for row in scores.to_be_tended()] == [(entity, 82)]

    details.change(actor=None, customer=entity, at=NOON, tax_id="DE136695976")
    following.follow(Activity.objects.filter(customer=entity).latest("pk"))

    assert Score.objects.get(customer=entity).score == 100
    assert not scores.to_be_tended().exists()


@pytest.mark.django_db
def test_report_counts_how_often_each_rule_is_broken():
    below(group(), "A", "legal_entity", **{k: v for k, v in GOOD.items() if k not in {"name", "tax_id"}})
    scores.refresh(Customer.objects.filter(kind="legal_entity"), at=NOON)

    assert scores.summary() == {"customers": 1, "average": 82.0, "rules": [("tax_id.required", 1)]}


@pytest.mark.django_db
def test_confirming_keeps_the_facts_as_they_were_and_is_due_again_after_a_year():
    entity = below(group(), "Helios GmbH", "legal_entity", city="Berlin")
    member = people.member(entity)
    a_year_on = NOON + timedelta(days=366)
    assert confirming.is_due(entity, at=a_year_on)

    made = confirming.confirm(actor=member, customer=entity, at=a_year_on)

    assert made.facts["city"] == "Berlin"
    assert not confirming.is_due(entity, at=a_year_on)
    assert confirming.confirm(actor=member, customer=entity, at=a_year_on) == made
    assert Confirmation.objects.count() == 1


@pytest.mark.django_db
def test_reader_and_stranger_confirm_nothing():
    entity = below(group(), "Helios GmbH", "legal_entity")

    for person in (people.member(entity, "reader"), people.member(group())):
        with pytest.raises(Refusal):
            confirming.confirm(actor=person, customer=entity, at=NOON)
