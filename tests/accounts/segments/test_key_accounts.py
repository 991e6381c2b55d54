"""Key accounts, special terms and stages: by two persons, down the tree, from a day until another."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts import two_persons
from accounts.customers import details
from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.segments import conditions, evaluating, key_accounts, lifecycle
from accounts.segments.conditions import ConditionRefused
from accounts.segments.key_accounts import MayNotName, Terms
from accounts.segments.models import Condition, KeyAccount
from billing.contracts import notice
from billing.contracts.models import Contract, Subscription
from tests.factories import billing, customers, people, policies, segments
from tests.factories.segments import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def test_key_account_holds_for_everything_below_until_its_last_day():
    tree = customers.helios()
    held = segments.key_account(tree.group, until=TODAY + timedelta(days=9))

    assert key_accounts.of(tree.lab, TODAY) == held
    assert key_accounts.of(tree.lab, TODAY + timedelta(days=9)) is None
    assert key_accounts.of(customers.group(), TODAY) is None


def test_nearest_key_account_speaks():
    tree = customers.helios()
    segments.key_account(tree.group, note="far")
    segments.key_account(tree.germany, note="near")

    found = key_accounts.of_many([tree.lab.pk, tree.us.pk], TODAY)

    assert [found[node.pk].note for node in (tree.lab, tree.us)] == ["near", "far"]


def test_who_asks_for_a_key_account_or_a_condition_does_not_approve_it():
    manager, customer = people.manager(), customers.group()
    asked = key_accounts.ask(actor=manager, customer=customer, terms=Terms(manager, "Large"), since=TODAY, at=NOON)
    term = conditions.ask(actor=manager, kind="discount", value="5", customer=customer, since=TODAY, at=NOON)

    with pytest.raises(two_persons.SecondPersonNeeded):
        key_accounts.approve(actor=manager, asked=asked, at=NOON)
    with pytest.raises(two_persons.SecondPersonNeeded):
        conditions.approve(actor=manager, asked=term, at=NOON)
    for model, row in ((KeyAccount, asked), (Condition, term)):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.filter(pk=row.pk).update(approved_by=manager)

    assert key_accounts.of(customer, TODAY) is None and conditions.of(customer, TODAY) == {}


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance"])
def test_key_accounts_are_named_by_those_who_manage_them(level):
    terms = Terms(people.manager(), "Large")

    with pytest.raises(MayNotName):
        key_accounts.ask(actor=people.staff(level), customer=customers.group(), terms=terms, since=TODAY, at=NOON)


def test_key_account_needs_a_manager_of_ours_and_criteria():
    customer, actor = customers.group(), people.manager()

    for terms in (Terms(people.person(), "Large"), Terms(actor, " ")):
        with pytest.raises(MayNotName):
            key_accounts.ask(actor=actor, customer=customer, terms=terms, since=TODAY, at=NOON)


def test_condition_comes_from_the_nearest_ancestor_then_the_segment_and_ends():
    tree = customers.helios()
    strategic = segments.segment(code="strategic")
    evaluating.put_in(actor=people.manager(), segment=strategic, customer=tree.group, at=NOON)
    segments.condition("discount", "3", segment=strategic)
    segments.condition("payment_term", "60", segment=strategic)
    segments.condition("discount", "5", customer=tree.europe, until=TODAY + timedelta(days=2))

    today, later = conditions.of(tree.berlin, TODAY), conditions.of(tree.berlin, TODAY + timedelta(days=2))

    assert [(today[kind].value, today[kind].source) for kind in ("discount", "payment_term")] == [
        ("5", "Helios Europe"), ("60", "segment Strategic"),
    ]  # fmt: skip
    assert (later["discount"].value, later["discount"].source) == ("3", "segment Strategic")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("discount", "0"), ("discount", "101"), ("discount", "NaN"), ("payment_term", "181"), ("payment_term", "-1"),
        ("service_level", "platinum"), ("goodwill", "300"), ("goodwill", "-1 EUR"), ("price_list", " "), ("price_list", "a\x00"),
        ("rebate", "5"),
    ],
)  # fmt: skip
def test_condition_that_makes_no_sense_is_refused(kind, value):
    with pytest.raises(ConditionRefused):
        conditions.ask(actor=people.manager(), kind=kind, value=value, customer=customers.group(), since=TODAY, at=NOON)


def test_condition_does_not_reach_into_the_past():
    with pytest.raises(two_persons.SpanMakesNoSense):
        segments.condition("discount", "5", customer=customers.group(), until=TODAY)


def test_new_customer_without_a_sign_in_is_stuck_after_the_days_that_policy_allows():
    customer = customers.group(stage="onboarding", at=NOON)
    policies.published({"lifecycle.onboarding_days": "10"}, "short", place="node", customer=customer)

    for days in (10, 11, 12):
        lifecycle.follow_all(at=NOON + timedelta(days=days))

    [held] = lifecycle.stuck()
    assert (held.customer, held.stuck_since) == (customer, NOON + timedelta(days=11))
    assert held.stuck_why == "11 days without anybody signing in; 10 are allowed."


def test_customer_moves_on_when_somebody_signs_in_and_is_stuck_no_longer():
    customer = customers.group(stage="onboarding", at=NOON)
    user = people.member(customer)
    lifecycle.follow_all(at=NOON + timedelta(days=40))
    assert lifecycle.stuck().count() == 1

    User.objects.filter(pk=user.pk).update(last_login=NOON + timedelta(days=41))
    lifecycle.follow_all(at=NOON + timedelta(days=41))

    assert Customer.objects.get(pk=customer.pk).stage == "active"
    assert [(row.stage, row.why) for row in lifecycle.history(customer)] == [
        ("active", "It waited for anybody signing in, which happened."), ("onboarding", "It began here."),
    ]  # fmt: skip
    assert lifecycle.stuck().count() == 0


def test_prospect_with_a_contract_is_onboarded():
    customer = customers.group(stage="prospect")
    billing.subscribed(customer)

    lifecycle.follow_all(at=NOON)

    assert Customer.objects.get(pk=customer.pk).stage == "onboarding"


def test_stage_set_by_hand_is_followed_once():
    customer = customers.group(stage="active", at=NOON)
    lifecycle.follow_all(at=NOON)

    details.change(actor=None, customer=customer, at=NOON, stage="renewal")
    for hours in (1, 2):
        lifecycle.follow_all(at=NOON + timedelta(hours=hours))

    assert [(row.stage, row.why) for row in lifecycle.history(customer)] == [
        ("renewal", "It was set."),
        ("active", "It began here."),
    ]


def test_customer_is_in_renewal_while_its_term_ends_soon_and_active_again_when_it_goes_on():
    customer = customers.group(stage="active", at=NOON)
    held = billing.subscribed(customer)
    until = notice.term_with(held.contract, NOON.date()).until
    soon = datetime.combine(until - timedelta(days=60), NOON.time(), UTC)

    lifecycle.follow_all(at=soon)
    Contract.objects.filter(pk=held.contract_id).update(renewed_until=until + timedelta(days=365))
    lifecycle.follow_all(at=soon + timedelta(days=1))

    assert [(row.stage, row.why) for row in lifecycle.history(customer)] == [
        ("active", "It waited for a renewed contract, which happened."),
        ("renewal", "A term ends within 90 days."),
        ("active", "It began here."),
    ]


def test_customer_whose_last_subscription_has_ended_is_at_its_end():
    customer = customers.group(stage="active", at=NOON)
    held = billing.subscribed(customer)
    Subscription.objects.filter(pk=held.pk).update(next_due_on=None)

    lifecycle.follow_all(at=NOON)

    assert Customer.objects.get(pk=customer.pk).stage == "ended"
