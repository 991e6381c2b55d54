"""The first contract: somebody who has none signs one, with its first subscription and the exact price before.

The price is found by signing and starting for real inside a transaction that is taken back: what is shown and what is signed
cannot differ. One contract for each customer, seller and currency; more is ordered under it. Days are the customer's own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.segments import lifecycle
from billing.amendments import credit, limits, ordering, outcome
from billing.amendments.ordering import Order
from billing.catalog import plans
from billing.catalog.models import LegalEntity, PlanVersion
from billing.contracts import conditions, histories, signing
from billing.contracts.models import Contract


@dataclass(frozen=True)
class Terms:
    """What is agreed beside the first subscription. `bill_day` is the day of the month on which periods begin."""

    seller: LegalEntity
    bill_day: int = 1
    payment_term_days: int = 14
    term_months: int = 12
    notice_days: int = 30
    renews: bool = True
    po_number: str = ""


class MayNotSign(Refusal):
    """Key account managers, supervisors and managers sign contracts."""

    code = "may_not_sign"


class SignedAlready(Refusal):
    """There is a contract with this seller in this currency: more is ordered under it."""

    code = "signed_already"


class StartsInThePast(Refusal):
    """A first subscription starts today or later."""

    code = "starts_in_the_past"


class PriceChanged(Refusal):
    """What was shown costs something else by now."""

    code = "price_changed"


def on_sale(customer: Customer, on: date) -> list[PlanVersion]:
    """Return what a first contract may begin with on the day `on`, in the customer's currency, at the prices agreed with it."""
    offered = PlanVersion.objects.filter(plans.on_sale(on, "plan__product__"), plan__product__adds_to=None)
    return plans.versions_for(offered, customer.currency, on, conditions.price_lists_of(customer, on))


def rehearse(*, actor: User, customer: Customer, terms: Terms, order: Order, at: datetime, today: date) -> dict[str, Any]:
    """Return what it would cost (amendments/outcome.py); nothing is signed.

    Raises:
        Refusal: it could not be signed like this.
    """
    with transaction.atomic():
        _contract, told = _signed(actor, customer, terms, order, at, today)
        transaction.set_rollback(True)
    return told


def sign(
    *, actor: User, customer: Customer, terms: Terms, order: Order, shown: tuple[int, int], at: datetime, today: date
) -> Contract:
    """Sign it at the price `shown`: minor units due today and in each period, tax included. The next run bills it.

    A prospect begins as a customer with it, under the number it had.

    Raises:
        MayNotSign, SignedAlready, StartsInThePast, PriceChanged: it cannot be signed.
        Refusal: it is not on sale, is over the credit limit, or its terms make no sense.
    """
    with transaction.atomic():
        contract, told = _signed(actor, customer, terms, order, at, today)
        if shown != price_of(told):
            raise PriceChanged(_("The price has changed meanwhile. Look at it again."))
        lifecycle.follow(Customer.objects.filter(pk=customer.pk), at=at)
    return contract


def price_of(told: dict[str, Any]) -> tuple[int, int]:
    """Return what is due today and in each period, tax included, of what was rehearsed."""
    return told["total_minor"], told["per_period_after_gross_minor"]


def _signed(
    actor: User, customer: Customer, terms: Terms, order: Order, at: datetime, today: date
) -> tuple[Contract, dict[str, Any]]:
    if not access.may_anywhere(actor, access.SIGN_CONTRACTS):
        raise MayNotSign(_("Key account managers, supervisors and managers sign contracts."))
    if order.since < today:
        raise StartsInThePast(_("A subscription starts today or later."))
    held = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    there = Contract.objects.filter(customer=held, legal_entity=terms.seller, currency=held.currency).order_by("pk").first()
    if there:
        raise SignedAlready(_("{contract} is signed already: order more under it.").format(contract=there.ref))
    contract = signing.sign(
        actor=actor, customer=held, legal_entity=terms.seller, currency=held.currency, timezone=held.timezone,
        alignment={"type": "bcd", "day": terms.bill_day}, signed_on=today, at=at, payment_term_days=terms.payment_term_days,
        po_number=terms.po_number, tax_by_place=True, renews=terms.renews, term_months=terms.term_months,
        notice_days=terms.notice_days,
    )  # fmt: skip
    started = ordering.start(actor, contract, held, order, at=at)
    told = outcome.of_start(started, histories.history_of(started), effective_on=order.since, today=today)
    credit.decide(held, limits.commitment(told), today).or_refuse()
    return contract, told
