"""Who gives coupons: managers, not to their own group, and above a limit only two of them together."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.catalog import coupons
from billing.contracts import coupon_authority, events, redeeming
from billing.contracts.models import ContractEvent, Redemption
from billing.invoices import run
from billing.money import Money
from tests.factories import billing, customers, metered, people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
FIRST, NOON = billing.FIRST_DAY, billing.NOON
LITTLE, MUCH = {"percent": Decimal(50), "periods": 12}, {"percent": Decimal(100)}


@pytest.fixture
def running():
    """One seat at 100.00 EUR a month."""
    return billing.subscribed(customers.group(), billing.version(price="100.00"))


def give(running, actor, code="spring", at=NOON, **terms):
    coupon = coupons.define(actor=None, at=NOON, code=code, name=code.title(), **terms)
    return redeeming.redeem(actor=actor, coupon=coupon, contract=running.contract, on=FIRST, at=at)


def billed(running):
    return sum(document.total_minor for document in run.bill(payer=running.customer, on=FIRST, at=NOON))


@pytest.mark.parametrize("who", [people.agent, people.supervisor, people.finance, people.key_account_manager])
def test_only_managers_give_coupons(running, who):
    with pytest.raises(Refusal, match="Managers give coupons"):
        give(running, who(), **LITTLE)

    assert not Redemption.every.exists()


def test_manager_gives_nothing_to_a_group_they_belong_to(running):
    manager = people.manager()
    people.joins(manager, customers.below(running.customer), until=FIRST)

    with pytest.raises(Refusal, match="You belong to this customer"):
        give(running, manager, **LITTLE)


def test_one_manager_gives_alone_up_to_the_limit(running):
    held = give(running, people.manager(), **LITTLE)

    assert (held.waits, held.worth_minor, billed(running)) == (False, 600_00, 50_00)


def test_coupon_defined_anew_since_it_was_read_is_weighed_as_it_stands(running):
    read = coupons.define(actor=None, at=NOON, code="spring", name="Spring", **LITTLE)
    coupons.define(actor=None, at=NOON, code="spring", name="Spring", **MUCH)

    held = redeeming.redeem(actor=people.manager(), coupon=read, contract=running.contract, on=FIRST, at=NOON)

    assert (held.waits, held.worth_minor) == (True, 1200_00)


def test_above_the_limit_nothing_is_taken_off_or_told_until_a_second_manager_approves(running):
    first, second = people.manager(), people.manager()
    held = give(running, first, **MUCH)
    assert (held.waits, held.worth_minor) == (True, 1200_00)
    assert not redeeming.held_by(running.contract, FIRST)
    assert not Activity.objects.filter(kind="billing.coupon_redeemed").exists()

    with pytest.raises(Refusal, match="You gave this coupon yourself"):
        redeeming.approve(actor=first, redemption=held, at=NOON)
    redeeming.approve(actor=second, redemption=held, at=NOON)
    redeeming.approve(actor=second, redemption=held, at=NOON)

    assert billed(running) == 0
    assert Activity.objects.filter(kind="billing.coupon_redeemed").count() == 1


def test_coupon_that_waits_reduces_no_invoice(running):
    give(running, people.manager(), **MUCH)

    assert billed(running) == 100_00


def test_coupons_given_in_parts_count_together_for_90_days(running):
    manager = people.manager()
    give(running, manager, "one", **LITTLE)

    assert give(running, manager, "two", **LITTLE).waits
    assert not give(running, people.manager(), "three", **LITTLE).waits
    assert not give(running, manager, "four", at=NOON + timedelta(days=90), percent=Decimal(10)).waits


def test_share_of_usage_waits_for_nobody_knows_what_it_takes_off(running):
    used = billing.subscribed(customers.group(), metered.version())

    held = give(used, people.manager(), percent=Decimal(1), periods=1)

    assert (held.waits, held.worth_minor) == (True, None)


def test_amount_counts_for_each_period_and_without_an_end_for_twelve(running):
    def worth(**terms):
        coupon = coupons.define(actor=None, at=NOON, code=f"c{len(terms)}", name="C", amount=Money.of("20.00", "EUR"), **terms)
        return coupon_authority.worth(coupon, running.contract, None, [FIRST]).amount_minor

    assert (worth(), worth(periods=3)) == (240_00, 60_00)


def test_coupon_of_another_plan_takes_off_nothing_here(running):
    other = billing.version("OTHER").plan
    coupon = coupons.define(actor=None, at=NOON, code="other", name="Other", percent=Decimal(50), plans=[other])

    assert coupon_authority.worth(coupon, running.contract, None, [FIRST]) == Money(0, "EUR")


def test_what_was_turned_down_is_approved_no_more(running):
    held = give(running, people.manager(), **MUCH)

    redeeming.end(actor=people.manager(), redemption=held, on=FIRST + timedelta(days=40), at=NOON)

    with pytest.raises(redeeming.CouponNotRedeemable, match="was turned down"):
        redeeming.approve(actor=people.manager(), redemption=held, at=NOON)


def test_database_keeps_one_person_from_being_both(running):
    manager = people.manager()
    held = give(running, manager, **MUCH)

    with pytest.raises(IntegrityError, match="coupon_is_approved_by_a_second_person"), transaction.atomic():
        Redemption.every.filter(pk=held.pk).update(waits=False, approved_by=manager)


def test_second_manager_approves_in_the_administration(running):
    first, second = (browser_of(people.manager()) for _ in range(2))
    coupon, pages = (
        coupons.define(actor=None, at=NOON, code="all", name="All", **MUCH),
        reverse("admin:billing_redemption_changelist"),
    )
    given = {"coupon": coupon.pk, "contract": running.contract_id, "since": FIRST.isoformat()}
    told = words(first.post(reverse("admin:billing_redemption_add"), given, follow=True))
    chosen = {"action": "approve", "_selected_action": [Redemption.every.get().pk]}

    own = words(first.post(pages, chosen, follow=True))
    second.post(pages, chosen)

    assert "It waits for a second manager" in told
    assert "You gave this coupon yourself" in own
    assert not Redemption.every.get().waits


def test_coupon_that_has_ended_is_not_given_by_dating_it_back(running):
    with pytest.raises(Refusal, match="could be redeemed until"):
        give(running, people.manager(), at=NOON + timedelta(days=9), redeem_until=FIRST + timedelta(days=3), **LITTLE)

    assert not Redemption.every.exists()


def test_coupon_dated_back_to_a_smaller_day_is_weighed_as_of_today(running):
    grown = {"quantity": 500, "effective_on": FIRST + timedelta(days=5), "at": NOON}
    events.add(actor=None, subscription=running, what=ContractEvent.What.SET_QUANTITY, **grown)

    held = give(running, people.manager(), at=NOON + timedelta(days=9), percent=Decimal(50), periods=2)

    assert (held.waits, held.worth_minor) == (True, 50_000_00)
