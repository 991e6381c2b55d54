"""Loading: many contracts written at once, each with one subscription that has only just started.

For large worlds that are brought in set-based (benchmarks, take-over from another system). Everything a single signing checks
is the caller's to have checked: the plan versions are priced in the contract's currency and belong to a product.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts import numbering
from accounts.customers.models import Customer
from accounts.timeline import recording
from billing.catalog import plans
from billing.catalog.models import LegalEntity, PlanVersion
from billing.contracts.models import Contract, ContractEvent, Subscription

AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Agreement:
    """One contract with its subscription: who, which plan, how many, since when, billed on which day of the month."""

    customer: Customer
    plan_version: PlanVersion
    quantity: int
    signed_on: date
    bill_day: int
    tax_rate: Decimal = Decimal(0)


def load(agreements: Iterable[Agreement], *, legal_entity: LegalEntity, at: datetime) -> int:
    """Sign all agreements in one transaction, a part of them at a time; return how many there were."""
    known = list(agreements)
    with transaction.atomic():
        for version in {agreement.plan_version.pk: agreement.plan_version for agreement in known}.values():
            plans.mark_used(version)
        for start in range(0, len(known), AT_ONCE):
            _load_part(known[start : start + AT_ONCE], legal_entity, at)
    return len(known)


def _load_part(agreements: Sequence[Agreement], legal_entity: LegalEntity, at: datetime) -> None:
    refs = numbering.next_refs("K", len(agreements))
    signed = Contract.objects.bulk_create(
        [_contract(ref, agreement, legal_entity) for ref, agreement in zip(refs, agreements, strict=True)]
    )
    started = Subscription.objects.bulk_create(_subscriptions(signed, agreements))
    ContractEvent.objects.bulk_create(_starts(started, agreements, at))
    entries = [recording.Entry(contract.customer, "billing.contract_signed", about=contract) for contract in signed]
    recording.record_many(entries, actor=None, at=at)


def _contract(ref: str, agreement: Agreement, legal_entity: LegalEntity) -> Contract:
    terms: dict[str, Any] = {"alignment": {"type": "bcd", "day": agreement.bill_day}, "tax_rate": agreement.tax_rate}
    return Contract(
        ref=ref,
        customer=agreement.customer,
        legal_entity=legal_entity,
        currency=agreement.plan_version.currency,
        timezone=agreement.customer.timezone,
        signed_on=agreement.signed_on,
        **terms,
    )


def _subscriptions(signed: Sequence[Contract], agreements: Sequence[Agreement]) -> list[Subscription]:
    refs = numbering.next_refs("S", len(agreements))
    return [
        Subscription(
            ref=ref,
            contract=contract,
            customer=agreement.customer,
            product=agreement.plan_version.plan.product,
            next_due_on=agreement.signed_on,
        )
        for ref, contract, agreement in zip(refs, signed, agreements, strict=True)
    ]


def _starts(started: Sequence[Subscription], agreements: Sequence[Agreement], at: datetime) -> list[ContractEvent]:
    return [
        ContractEvent(
            subscription=subscription,
            sequence=1,
            what=ContractEvent.What.SUBSCRIBE,
            effective_on=agreement.signed_on,
            recorded_at=at,
            plan_version=agreement.plan_version,
            quantity=agreement.quantity,
        )
        for subscription, agreement in zip(started, agreements, strict=True)
    ]
