"""Signing: a contract comes into being, and subscriptions start under it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing import money
from billing.catalog.models import LegalEntity, PlanVersion
from billing.contracts import events
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.periods import Alignment


class BadTerms(Refusal):
    """The contract's terms make no sense."""

    code = "bad_contract_terms"


def sign(
    *,
    actor: User | None,
    customer: Customer,
    legal_entity: LegalEntity,
    currency: str,
    timezone: str,
    alignment: Mapping[str, Any],
    signed_on: date,
    at: datetime,
    payment_term_days: int = 14,
    po_number: str = "",
    po_required: bool = False,
    tax_rate: Decimal = Decimal(0),
    tax_by_place: bool = False,
    renews: bool = True,
    term_months: int = 12,
    notice_days: int = 30,
    bill_cancellation_day: bool = False,
) -> Contract:
    """Sign a contract with `customer`; its days are those of `timezone`, its cycles line up as `alignment` says.

    Raises:
        BadTerms: a tax rate outside 0 to 1.
        Refusal: an unknown currency, time zone or alignment.
    """
    money.exponent(currency)
    local_day(at, timezone)
    if not 0 <= tax_rate < 1:
        raise BadTerms(_("A tax rate is a share such as 0.19, not {tax_rate}.").format(tax_rate=tax_rate))
    with transaction.atomic():
        contract = Contract.objects.create(
            ref=numbering.next_ref("K"), customer=customer, legal_entity=legal_entity, currency=currency, timezone=timezone,
            alignment=Alignment.parse(alignment).as_params(), signed_on=signed_on, payment_term_days=payment_term_days,
            po_number=po_number, po_required=po_required, tax_rate=tax_rate, tax_by_place=tax_by_place, renews=renews,
            term_months=term_months, notice_days=notice_days, bill_cancellation_day=bill_cancellation_day,
        )  # fmt: skip
        recording.record(customer, "billing.contract_signed", actor=actor, at=at, about=contract)
        return contract


def subscribe(
    *,
    actor: User | None,
    contract: Contract,
    customer: Customer,
    plan_version: PlanVersion,
    effective_on: date,
    at: datetime,
    quantity: int = 1,
    price_override: Decimal | None = None,
    ref: str | None = None,
    base: Subscription | None = None,
    po_number: str = "",
) -> Subscription:
    """Start a plan for `customer` under `contract` on `effective_on`; nothing is billed before the next run.

    With a `base` it is added to that subscription, and ends with it.

    Raises:
        PlanDoesNotFit: the plan is priced in another currency than the contract's.
        Refusal: a quantity or price that makes no sense.
    """
    with transaction.atomic():
        subscription = Subscription.objects.create(
            ref=ref or numbering.next_ref("S"), contract=contract, customer=customer, product=plan_version.plan.product,
            base=base, po_number=po_number,
        )  # fmt: skip
        events.add(
            actor=actor, subscription=subscription, what=ContractEvent.What.SUBSCRIBE, effective_on=effective_on, at=at,
            plan_version=plan_version, quantity=quantity, price_override=price_override,
        )  # fmt: skip
        return subscription
