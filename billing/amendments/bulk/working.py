"""Working: a file becomes rows with their prices, and all or chosen rows become changes, each on its own.

What a row asks for is quoted and applied by the same use cases as a single change (quoting.py, ordering.py, applying.py), so
access, limits, approvals and the price to the cent are theirs. Days are those of each contract.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.amendments import applying, ordering, quoting
from billing.amendments.bulk import reading
from billing.amendments.bulk.models import BulkChange, BulkChangeRow
from billing.amendments.bulk.reading import Given, RowUnreadable
from billing.amendments.models import Quote
from billing.amendments.ordering import Order
from billing.contracts.models import Contract, Subscription
from billing.periods import local_day

Status = BulkChangeRow.Status
FAULT: Final = "fault"


def prepare(*, actor: User, customer: Customer, content: bytes, file_name: str, at: datetime) -> BulkChange:
    """Read a file and price each of its rows; nothing is changed. The same file of the same customer is not read twice.

    Raises:
        FileUnusable: nothing of it can be read.
        Refusal: `actor` may change no contract of the customer.
    """
    access.decide(actor, access.CHANGE_CONTRACT, customer).or_refuse()
    found = reading.rows_of(content)
    facts = {"asked_by": actor, "asked_at": at, "file_name": file_name[:120] or "changes.csv"}
    with transaction.atomic():
        bulk, is_new = BulkChange.objects.get_or_create(customer=customer, content_hash=reading.hash_of(content), defaults=facts)
        if is_new:
            rows = [
                BulkChangeRow(bulk=bulk, number=one.number, given=_cells(one), status=Status.REFUSED, reason=one.fault)
                for one in found
            ]
            BulkChangeRow.objects.bulk_create(rows)
            recording.record(
                customer, "billing.bulk_prepared", actor=actor, at=at, about=bulk,
                facts={"file": bulk.file_name, "rows": len(rows)},
            )  # fmt: skip
    return preview_again(actor=actor, bulk=bulk, at=at)


def preview_again(*, actor: User, bulk: BulkChange, at: datetime) -> BulkChange:
    """Price anew what is not done and does not wait: rows that could not be may be possible now, old prices are renewed.

    Raises:
        Refusal: `actor` may change no contract of the customer.
    """
    access.decide(actor, access.CHANGE_CONTRACT, bulk.customer).or_refuse()
    with transaction.atomic():
        held = list(_held(bulk).filter(status__in=[Status.READY, Status.REFUSED]))
        named = Counter(_named(row) for row in held)
        for row in held:
            first = next(other.number for other in held if _named(other) == _named(row))
            again = named[_named(row)] > 1 and first != row.number
            _price(row, actor, f"Row {first} changes it too: make that first, then ask for new prices." if again else "", at)
    return bulk


def carry_out(*, actor: User, bulk: BulkChange, numbers: Collection[int] | None, at: datetime) -> list[BulkChangeRow]:
    """Make the changes of all rows that are ready, or of the chosen ones, each on its own; return those rows as they stand now.

    Rows done before stay as they are: doing it again does nothing.

    Raises:
        Refusal: `actor` may change no contract of the customer.
    """
    access.decide(actor, access.CHANGE_CONTRACT, bulk.customer).or_refuse()
    wanted = bulk.rows.filter(status=Status.READY)
    if numbers is not None:
        wanted = wanted.filter(number__in=list(numbers))
    keys = list(wanted.order_by("number").values_list("pk", flat=True))
    for key in keys:
        _make(key, actor, at)
    rows = list(bulk.rows.filter(pk__in=keys).select_related("quote").order_by("number"))
    if rows:
        done = Counter(row.status for row in rows)
        facts = {
            "file": bulk.file_name,
            "done": done[Status.APPLIED],
            "refused": done[Status.REFUSED],
            "asked": done[Status.ASKED],
        }
        recording.record(bulk.customer, "billing.bulk_carried_out", actor=actor, at=at, about=bulk, facts=facts)
    return rows


def _cells(one: Given) -> dict[str, str]:
    """Return the cells as they are kept, with what is wrong with them as a whole."""
    return {**one.cells, FAULT: one.fault} if one.fault else dict(one.cells)


def _held(bulk: BulkChange) -> QuerySet[BulkChangeRow]:
    return bulk.rows.select_for_update(of=("self",)).order_by("number")


def _named(row: BulkChangeRow) -> str:
    """Return what a row changes; rows that add something never stand in each other's way."""
    adds = row.given.get("action", "").lower() == reading.ADD
    return f"row {row.number}" if adds else row.given.get("contract", "").upper()


def _price(row: BulkChangeRow, actor: User, objection: str, at: datetime) -> None:
    objection = row.given.get(FAULT, "") or objection
    try:
        if objection:
            raise RowUnreadable(objection)
        with transaction.atomic():
            row.quote, row.status, row.reason = _quote(row, actor, at), Status.READY, ""
    except Refusal as refusal:
        row.quote, row.status, row.reason = None, Status.REFUSED, refusal.reason[:300]
    row.save(update_fields=["quote", "status", "reason"])


def _quote(row: BulkChangeRow, actor: User, at: datetime) -> Quote:
    cells, below = row.given, Customer.objects.below(row.bulk.customer)
    if reading.action_of(cells) == reading.ADD:
        contract = _contract(cells.get("contract", ""), below)
        customer = _customer(cells.get("customer", ""), contract, below)
        order = Order(cells.get("plan", ""), reading.quantity_of(cells), reading.day_of(cells))
        today = local_day(at, contract.timezone)
        return ordering.quote(actor=actor, contract=contract, customer=customer, order=order, at=at, today=today)
    change, subscription = reading.change_of(cells), _subscription(cells.get("contract", ""), below)
    today = local_day(at, subscription.contract.timezone)
    return quoting.quote(actor=actor, subscription=subscription, change=change, at=at, today=today)


def _subscription(ref: str, below: QuerySet[Customer]) -> Subscription:
    """Return the subscription with this number, or the only one of the contract with it."""
    rows = Subscription.objects.filter(Q(ref=ref.upper()) | Q(contract__ref=ref.upper()), customer__in=below)
    found = list(rows.select_related("contract", "customer", "product").order_by("pk")[:2])
    if not found:
        raise RowUnreadable(f"{ref[:40]!r} is no subscription or contract here.")
    if len(found) > 1:
        raise RowUnreadable(f"{ref[:40]} has several subscriptions: name the one, such as {found[0].ref}.")
    return found[0]


def _contract(ref: str, below: QuerySet[Customer]) -> Contract:
    rows = Contract.objects.filter(
        Q(ref=ref.upper()) | Q(subscriptions__ref=ref.upper()), Q(customer__in=below) | Q(subscriptions__customer__in=below)
    )
    found = rows.select_related("customer").distinct().first()
    if found is None:
        raise RowUnreadable(f"{ref[:40]!r} is no contract here.")
    return found


def _customer(number: str, contract: Contract, below: QuerySet[Customer]) -> Customer:
    if not number:
        return contract.customer
    found = below.filter(number=number.upper()).first()
    if found is None:
        raise RowUnreadable(f"{number[:40]!r} is no customer here.")
    return found


def _make(key: int, actor: User, at: datetime) -> None:
    """Make one row's change, once: the row is locked while its quote is applied, and what was refused is written down."""
    try:
        with transaction.atomic():
            row = BulkChangeRow.objects.select_for_update(of=("self",)).select_related("quote__contract").get(pk=key)
            if row.status != Status.READY or row.quote is None:
                return
            today = local_day(at, row.quote.contract.timezone)
            applied = applying.apply(actor=actor, token=row.quote.pk, at=at, today=today)
            row.status = Status.ASKED if applied.status == Quote.Status.ASKED else Status.APPLIED
            row.save(update_fields=["status"])
    except Refusal as refusal:
        BulkChangeRow.objects.filter(pk=key, status=Status.READY).update(status=Status.REFUSED, reason=refusal.reason[:300])
