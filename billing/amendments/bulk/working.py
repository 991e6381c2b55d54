"""Working: a file becomes rows, which a worker prices; then all or chosen rows are handed to a worker to be made (carrying.py).

Rows are written first and named with their quote when they are chosen, so nobody's yes goes to another price than they looked
at. What is chosen at once is one commitment: its sum is asked of the credit limit here, and of the order limit row by row. A file
is a customer's; its rows are seen, priced anew and chosen by whoever may change the contracts they change (`rows_for`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.amendments import credit, limits, outcome
from billing.amendments.bulk import reading
from billing.amendments.bulk.models import BulkChange, BulkChangeRow, BulkChoice
from billing.amendments.bulk.reading import Given
from billing.amendments.models import Quote
from billing.amendments.quoting import GOOD_FOR

Status = BulkChangeRow.Status
FAULT: Final = "fault"
NOT_DONE: Final = (Status.WAITING, Status.READY, Status.CHOSEN, Status.REFUSED)


@dataclass(frozen=True)
class Chosen:
    """What became of a choice: the rows that will be made, and those that were priced anew since they were looked at."""

    rows: list[BulkChangeRow]
    changed: list[BulkChangeRow]


def prepare(*, actor: User, customer: Customer, content: bytes, file_name: str, at: datetime) -> BulkChange:
    """Read a file into rows that wait for their prices; nothing is changed. The same file of the same customer is read once.

    Of a file that is known, what was refused or has expired is priced again.

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
            rows = [BulkChangeRow(bulk=bulk, number=one.number, given=_cells(one), status=Status.REFUSED) for one in found]
            BulkChangeRow.objects.bulk_create(rows)
            recording.record(
                customer, "billing.bulk_prepared", actor=actor, at=at, about=bulk,
                facts={"file": bulk.file_name, "rows": len(rows)},
            )  # fmt: skip
        again = Q(status=Status.REFUSED) | Q(status=Status.READY, quote__expires_at__lte=at)
        _let_wait(bulk, again & (Q(quote=None) | Q(quote__customer__in=_changeable(actor))), actor)
    return bulk


def preview_again(*, actor: User, bulk: BulkChange, at: datetime) -> BulkChange:
    """Let what is not done be priced anew: rows that could not be may be possible now, old prices are renewed.

    What was chosen to be made stays at its price.

    Raises:
        Refusal: `actor` may change no contract of the customer.
    """
    access.decide(actor, access.CHANGE_CONTRACT, bulk.customer).or_refuse()
    with transaction.atomic():
        _let_wait(bulk, Q(status__in=[Status.READY, Status.REFUSED]) & _concerns(actor, bulk), actor)
    return bulk


def choose(*, actor: User, bulk: BulkChange, quotes: Mapping[int, UUID], at: datetime) -> Chosen:
    """Let the rows of these numbers be made, each at the quote named with it; a worker makes them, each on its own.

    A row that was priced anew since is not made and says what changed; one that was chosen before is chosen once.

    Raises:
        Refusal: `actor` may change no contract of the customer, or together they pass somebody's credit limit: none is made.
    """
    access.decide(actor, access.CHANGE_CONTRACT, bulk.customer).or_refuse()
    with transaction.atomic():
        chosen = _held(bulk).filter(_concerns(actor, bulk), status=Status.READY, number__in=quotes)
        held = list(chosen.select_related("quote__customer"))
        changed = [row for row in held if _was_priced_anew(row, quotes[row.number])]
        rows = [row for row in held if row not in changed]
        if rows:
            _within_credit_or_refuse([row.quote for row in rows if row.quote], at)
            _hand_over(rows, actor, bulk, at)
    return Chosen(rows, changed)


def rows_for(viewer: User, bulk: BulkChange) -> QuerySet[BulkChangeRow]:
    """Return the rows that `viewer` may see, in the order of the file: of customers whose contracts they may change.

    A row without a price is for who asked for it, and for whoever reaches all that the file can be about.
    """
    return bulk.rows.filter(_concerns(viewer, bulk)).order_by("number")


def ready(bulk: BulkChange) -> dict[int, UUID]:
    """Return the rows that can be made, by number, each with the quote it carries."""
    rows = bulk.rows.filter(status=Status.READY, quote__isnull=False).order_by("number")
    return {number: quote for number, quote in rows.values_list("number", "quote") if quote}


def named(cells: Mapping[str, str]) -> str:
    """Return what a row changes, empty for one that adds something: such rows never stand in each other's way."""
    return "" if cells.get("action", "").lower() == reading.ADD else cells.get("contract", "").upper()


def _cells(one: Given) -> dict[str, str]:
    """Return the cells as they are kept, with what is wrong with them as a whole."""
    return {**one.cells, FAULT: one.fault} if one.fault else dict(one.cells)


def _held(bulk: BulkChange) -> QuerySet[BulkChangeRow]:
    return bulk.rows.select_for_update(of=("self",)).order_by("number")


def _changeable(viewer: User) -> QuerySet[Customer]:
    return access.customers_within_reach(viewer, access.CHANGE_CONTRACT)


def _concerns(viewer: User, bulk: BulkChange) -> Q:
    reach = _changeable(viewer)
    reaches_all = not Customer.objects.below(bulk.customer).exclude(pk__in=reach).exists()
    unpriced = Q(quote=None) if reaches_all else Q(quote=None, priced_for=viewer)
    return Q(quote__customer__in=reach) | unpriced


def _let_wait(bulk: BulkChange, which: Q, actor: User) -> None:
    """Let these rows wait for a price; one that is faulty, or changes what an earlier good one does, is refused."""
    first: dict[str, int] = {}
    for number, cells in bulk.rows.filter(status__in=NOT_DONE).order_by("number").values_list("number", "given"):
        if _is_readable(cells):
            first.setdefault(named(cells), number)
    for row in _held(bulk).filter(which):
        fault, name = row.given.get(FAULT, ""), named(row.given)
        if not fault and name and first.get(name, row.number) < row.number:
            fault = f"Row {first[name]} changes it too: make that first, then ask for new prices."
        row.status, row.reason = (Status.REFUSED, fault) if fault else (Status.WAITING, "")
        row.quote = None if fault else row.quote
        row.priced_for, row.claimed_until, row.tries = actor, None, 0
        row.save(update_fields=["status", "reason", "quote", "priced_for", "claimed_until", "tries"])


def _is_readable(cells: Mapping[str, str]) -> bool:
    """Say whether a row that changes something can ever be made: one that says nothing stands in nobody's way."""
    try:
        return not cells.get(FAULT) and bool(named(cells) and reading.change_of(cells))
    except reading.RowUnreadable:
        return False


def _was_priced_anew(row: BulkChangeRow, token: UUID) -> bool:
    """Say whether a row costs something else than the quote that was looked at; then the row says what changed."""
    if row.quote is None or row.quote_id == token:
        return False
    below = Customer.objects.below(row.bulk.customer)
    seen = Quote.objects.filter(pk=token, customer__in=below, contract=row.quote.contract_id, change=row.quote.change).first()
    changed = [_("it was priced anew")] if seen is None else _differences(seen, row.quote)
    if changed:
        words = _("Not made, because it changed since you looked: {changed}. Look again, and choose it if you still want it.")
        row.reason = words.format(changed=", ".join(changed))[:300]
        row.save(update_fields=["reason"])
    return bool(changed)


def _differences(seen: Quote, now: Quote) -> list[str]:
    found = outcome.differences(seen.outcome, now.outcome)
    if seen.effective_on != now.effective_on:
        found.append(_("it begins on {now} instead of {seen}").format(now=now.effective_on, seen=seen.effective_on))
    return found


def _within_credit_or_refuse(quotes: Collection[Quote], at: datetime) -> None:
    """Ask the credit limit of each payer for all that is chosen to be paid by it."""
    on = max(local_day(at, quote.customer.timezone) for quote in quotes)
    payers = responsibilities.payers_of({quote.customer for quote in quotes}, on)
    theirs: dict[int, list[Quote]] = {}
    for quote in quotes:
        theirs.setdefault(payers[quote.customer_id].pk, []).append(quote)
    for paid in theirs.values():
        for committed in limits.together(quote.outcome for quote in paid).values():
            credit.decide(paid[0].customer, committed, on).or_refuse()


def _hand_over(rows: Iterable[BulkChangeRow], actor: User, bulk: BulkChange, at: datetime) -> None:
    """Give the rows to a worker; a price that is still good holds until it has come by."""
    quotes = [row.quote for row in rows if row.quote]
    committed = {currency: money.amount_minor for currency, money in limits.together(q.outcome for q in quotes).items()}
    choice = BulkChoice.objects.create(bulk=bulk, chosen_by=actor, chosen_at=at, committed=committed)
    still_good = Quote.objects.filter(pk__in=[quote.pk for quote in quotes], status=Quote.Status.OFFERED, expires_at__gt=at)
    still_good.update(expires_at=at + GOOD_FOR)
    waiting = bulk.rows.filter(pk__in=[row.pk for row in rows])
    waiting.update(status=Status.CHOSEN, choice=choice, reason="", claimed_until=None, tries=0)
