"""Ways to pay: kept for a node or all below it, inherited from the nearest, never taken from what still needs them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.customers import responsibilities
from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.payments import autopay, methods, relying
from billing.payments.gateways import sandbox
from billing.payments.models import PaymentMethod
from tests.factories import people
from tests.factories.billing import subscribed
from tests.factories.payments import DECLINED, GOOD, NOON, TIMES_OUT, TODAY

pytestmark = pytest.mark.django_db


def keep(customer, card=GOOD, **facts):
    return methods.keep(actor=None, customer=customer, method=card, at=NOON, **facts)


def labels(kept):
    return [method.label[-4:] for method in kept]


def test_a_card_that_its_gateway_declines_is_not_kept(tree):
    with pytest.raises(methods.MethodDeclined, match="The card was declined by its bank. Visa •••• 0002 is not kept."):
        methods.add(actor=None, customer=tree.berlin, method=DECLINED, at=NOON)

    assert not PaymentMethod.objects.exists()


def test_a_card_is_verified_when_its_gateway_says_so_and_not_while_it_is_silent(tree):
    assert methods.add(actor=None, customer=tree.berlin, method=GOOD, at=NOON).verified_at == NOON
    assert methods.add(actor=None, customer=tree.berlin, method=TIMES_OUT, at=NOON).verified_at is None


def test_a_method_is_verified_later_or_said_not_to_work(tree):
    kept, dead = keep(tree.berlin), keep(tree.berlin, DECLINED, verified=True)

    assert methods.verify(actor=None, kept=kept, at=NOON).verified_at == NOON
    with pytest.raises(methods.MethodDeclined, match="Replace Visa •••• 0002 before it is needed."):
        methods.verify(actor=None, kept=dead, at=NOON)
    dead.refresh_from_db()
    assert dead.verified_at is None


def test_what_is_kept_for_all_below_is_inherited_from_the_nearest(tree):
    keep(tree.group, GOOD, scope="subtree")
    keep(tree.germany, TIMES_OUT, scope="subtree")
    keep(tree.us, DECLINED, scope="subtree")

    assert labels(methods.available_to(tree.lab)) == ["0119", "4242"]
    assert labels(methods.available_to(tree.us)) == ["0002", "4242"]
    assert methods.default_for(tree.lab, TODAY).customer == tree.germany


def test_what_is_kept_for_one_node_is_not_inherited(tree):
    keep(tree.germany, GOOD, scope="node")

    assert methods.available_to(tree.berlin) == []
    assert labels(methods.available_to(tree.germany)) == ["4242"]


def test_a_node_has_one_default_for_itself_and_one_for_all_below(tree):
    shared = keep(tree.germany, GOOD, scope="subtree")
    own, other = keep(tree.germany, TIMES_OUT), keep(tree.germany, DECLINED)

    assert methods.default_for(tree.germany, TODAY) == other
    methods.make_default(actor=None, kept=own, at=NOON)
    methods.make_default(actor=None, kept=own, at=NOON)

    assert methods.default_for(tree.germany, TODAY) == own
    assert methods.default_for(tree.berlin, TODAY) == shared
    assert Activity.objects.filter(kind="billing.method_made_default").count() == 1


def test_two_defaults_of_one_scope_are_refused_by_the_database(tree):
    keep(tree.berlin)
    other = keep(tree.berlin, TIMES_OUT)

    with pytest.raises(IntegrityError, match="one_default_method_per_scope"), transaction.atomic():
        PaymentMethod.objects.exclude(pk=other.pk).update(is_default=True)


def test_an_expired_default_pays_for_nobody(tree):
    keep(tree.germany, GOOD, scope="subtree")
    soon = sandbox.tokenise("4000000000000119", "03/26", on=TODAY)
    keep(tree.berlin, soon)

    assert labels([methods.default_for(tree.berlin, date(2026, 3, 31))]) == ["0119"]
    assert labels([methods.default_for(tree.berlin, date(2026, 4, 1))]) == ["4242"]


def test_the_last_method_cannot_be_removed_while_a_subscription_runs(tree):
    subscription, kept = subscribed(tree.berlin), keep(tree.berlin)

    with pytest.raises(Refusal, match=f"is the last way to pay for the running subscription {subscription.ref}"):
        methods.remove(actor=None, kept=kept, at=NOON)

    kept.refresh_from_db()
    assert kept.removed_at is None
    keep(tree.germany, TIMES_OUT, scope="subtree")
    methods.remove(actor=None, kept=kept, at=NOON)
    assert labels(methods.available_to(tree.berlin)) == ["0119"]


def test_a_method_for_all_below_is_needed_by_what_runs_there(tree):
    subscribed(tree.lab)
    kept = keep(tree.germany, GOOD, scope="subtree")

    assert relying.decide(kept, TODAY).code == "method_still_needed"
    keep(tree.germany, TIMES_OUT)
    assert not relying.decide(kept, TODAY).allowed, "one for the node alone does not pay below"
    keep(tree.lab, TIMES_OUT)
    assert relying.decide(kept, TODAY).allowed


def test_a_method_is_needed_by_those_for_whom_its_customer_pays(tree):
    subscribed(tree.us)
    responsibilities.set_payer(actor=None, customer=tree.us, payer=tree.germany, since=date(2026, 1, 1), at=NOON)
    kept = keep(tree.germany)

    assert relying.decide(kept, TODAY).code == "method_still_needed"
    assert relying.decide(keep(tree.us, TIMES_OUT), TODAY).allowed


def test_a_method_that_pays_automatically_is_replaced_but_not_removed(tree):
    kept = keep(tree.berlin)
    keep(tree.berlin, TIMES_OUT)
    order = autopay.set_up(actor=None, customer=tree.berlin, terms=autopay.Terms(method=kept), at=NOON)

    with pytest.raises(Refusal, match="pays automatically for Berlin"):
        methods.remove(actor=None, kept=kept, at=NOON)
    new = methods.replace(actor=None, kept=kept, method=sandbox.tokenise("4242424242424242", "01/31", on=TODAY), at=NOON)

    order.refresh_from_db()
    assert order.method == new == kept, "the same card with a later expiry stays the same method"
    assert new.expires_on == date(2031, 2, 1)


def test_another_card_takes_the_place_of_the_one_replaced(tree):
    kept = keep(tree.germany, GOOD, scope="subtree")
    order = autopay.set_up(actor=None, customer=tree.germany, terms=autopay.Terms(method=kept), at=NOON)

    new = methods.replace(actor=None, kept=kept, method=TIMES_OUT, at=NOON)

    order.refresh_from_db()
    kept.refresh_from_db()
    assert (order.method, kept.replaced_by, kept.removed_at) == (new, new, NOON)
    assert (new.scope, new.is_default) == ("subtree", True)
    with pytest.raises(methods.MethodGone):
        methods.replace(actor=None, kept=kept, method=GOOD, at=NOON)


def test_replacing_one_that_is_not_the_default_leaves_the_default(tree):
    other, default = keep(tree.berlin, TIMES_OUT), keep(tree.berlin, GOOD)

    methods.replace(actor=None, kept=other, method=sandbox.tokenise("4000000000000341", "01/31", on=TODAY), at=NOON)

    assert methods.default_for(tree.berlin, TODAY) == default


def test_only_who_may_pay_changes_the_methods(tree):
    kept, reader = keep(tree.berlin), people.member(tree.berlin, "reader")

    for attempt in (methods.remove, methods.make_default, methods.verify):
        with pytest.raises(Refusal):
            attempt(actor=reader, kept=kept, at=NOON)
    with pytest.raises(Refusal):
        methods.replace(actor=reader, kept=kept, method=TIMES_OUT, at=NOON)


@pytest.mark.parametrize(("days_before", "told"), [(31, []), (30, ["30"]), (8, ["8"]), (7, ["7"]), (1, ["1"]), (0, []), (-5, [])])
def test_an_expiry_is_told_of_from_thirty_days_before(tree, days_before, told):
    keep(tree.berlin)

    at = NOON.replace(year=2029, month=9, day=1) - timedelta(days=days_before)
    methods.warn_expiring(at=at)

    assert [activity.facts["days"] for activity in Activity.objects.filter(kind="billing.method_expiring")] == told


def test_an_expiry_is_told_of_twice_however_often_it_is_looked_for(tree):
    keep(tree.berlin)
    first = NOON.replace(year=2029, month=7, day=20)

    made = [methods.warn_expiring(at=first + timedelta(days=day)) for day in range(60) for _ in range(2)]

    assert sum(made) == 2
    told = Activity.objects.filter(kind="billing.method_expiring").order_by("pk")
    assert [activity.facts["days"] for activity in told] == ["30", "7"]
    assert told[0].facts["on"] == "2029-08-31"


def test_an_expiry_is_told_of_from_the_customer_s_own_day_on(tree):
    keep(tree.berlin)

    assert methods.warn_expiring(at=datetime(2029, 8, 1, 21, 30, tzinfo=UTC)) == 0
    assert methods.warn_expiring(at=datetime(2029, 8, 1, 22, 30, tzinfo=UTC)) == 1


def test_a_card_with_a_later_expiry_is_told_of_again(tree):
    keep(tree.berlin)
    methods.warn_expiring(at=NOON.replace(year=2029, month=8, day=28))

    later = sandbox.tokenise("4242424242424242", "09/29", on=TODAY)
    keep(tree.berlin, later)

    assert methods.warn_expiring(at=NOON.replace(year=2029, month=9, day=28)) == 1
