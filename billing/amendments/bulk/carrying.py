"""Carrying: the worker's part of a bulk change: it prices the rows that wait and makes the rows that were chosen, one by one.

A row is claimed by a lease in a short transaction, so any number of workers share a file and a worker that is killed leaves the
row to come due again. Pricing and making keep row and quote in one transaction, so a row that was made is told as made; making is
once per quote, so a row done twice is made once.
What a row asks for is quoted and applied by the same use cases as a single change (quoting.py, ordering.py, applying.py), so
access, limits, approvals and the price to the cent are theirs. Days are those of each contract.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.amendments import applying, ordering, quoting
from billing.amendments.bulk import reading
from billing.amendments.bulk.models import BulkChange, BulkChangeRow, BulkChoice
from billing.amendments.bulk.reading import RowUnreadable
from billing.amendments.models import Quote
from billing.amendments.ordering import Order
from billing.contracts.models import Contract, Subscription
from billing.money import Money

Status = BulkChangeRow.Status
TO_DO: Final = (Status.WAITING, Status.CHOSEN)
LEASE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 3
MOST_AT_ONCE: Final = 40
GAVE_UP: Final = "It could not be done because of a fault of ours. Ask for a new price, or write to us."

log = structlog.get_logger(__name__)


def work_off(
    bulk: BulkChange, *, at: datetime, most: int = MOST_AT_ONCE, clock: Callable[[], datetime] | None = None
) -> bool:  # fmt: skip
    """Price or make up to `most` rows of a file; return whether nothing is left that nobody has claimed.

    `clock` says when each row is begun, so that every lease is a whole one; without it, all are begun `at` once.
    """
    for _turn in range(most):
        begun = clock() if clock else at
        row = _claim(bulk, begun)
        if row is None:
            break
        _do(row, begun)
    for choice in bulk.choices.filter(finished_at=None).order_by("chosen_at", "pk"):
        _finish(choice, at)
    return not _unclaimed(bulk, at).exists()


def unfinished(at: datetime) -> QuerySet[BulkChange]:
    """Return the files with something to do that nobody works on, such as what a killed worker left, the oldest first."""
    free = Q(rows__status__in=TO_DO) & (Q(rows__claimed_until=None) | Q(rows__claimed_until__lte=at))
    return (
        BulkChange.objects.filter(free | Q(choices__isnull=False, choices__finished_at=None))
        .distinct()
        .order_by("asked_at", "pk")
    )


def _unclaimed(bulk: BulkChange, at: datetime) -> QuerySet[BulkChangeRow]:
    return bulk.rows.filter(Q(claimed_until=None) | Q(claimed_until__lte=at), status__in=TO_DO).order_by("number")


def _claim(bulk: BulkChange, at: datetime) -> BulkChangeRow | None:
    with transaction.atomic():
        found = _unclaimed(bulk, at).select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True).first()
        if found is None:
            return None
        BulkChangeRow.objects.filter(pk=found).update(claimed_until=at + LEASE, tries=F("tries") + 1)
    related = ("bulk__customer", "priced_for", "choice__chosen_by", "quote__contract")
    return BulkChangeRow.objects.select_related(*related).get(pk=found)


def _do(row: BulkChangeRow, at: datetime) -> None:
    """Price or make one row; what is refused, or fails too often, is written down and stops no other."""
    try:
        if row.tries > MOST_TRIES:
            _give_up(row)
        elif row.status == Status.WAITING:
            _price(row, at)
        else:
            _make(row, at)
    except Refusal as refusal:
        _settle(row, Status.REFUSED, refusal.reason)
    except Exception:  # whatever one row brings about, the others are still done; this one is tried again
        log.exception("bulk_row_failed", bulk=str(row.bulk_id), row=row.number)


def _give_up(row: BulkChangeRow) -> None:
    """Write down that a row fails; one whose quote was carried out all the same is told as that."""
    became = _became(row.quote) if row.quote and row.status == Status.CHOSEN else None
    if became:
        _settle(row, became)
    else:
        _settle(row, Status.REFUSED, GAVE_UP)


def _became(quote: Quote) -> str | None:
    """Return what a row is when its quote stands so; nothing while the quote is only offered, or was refused."""
    return {Quote.Status.ASKED: Status.ASKED, Quote.Status.APPLIED: Status.APPLIED}.get(Quote.Status(quote.status))


def _settle(row: BulkChangeRow, status: str, reason: str = "") -> None:
    """Write down what became of a row, unless somebody did meanwhile."""
    facts = {"status": status, "reason": reason[:300], "claimed_until": None, "tries": 0}
    if row.status == Status.WAITING and status == Status.REFUSED:
        facts["quote"] = None
    BulkChangeRow.objects.filter(pk=row.pk, status=row.status).update(**facts)


def _price(row: BulkChangeRow, at: datetime) -> None:
    if row.priced_for is None:
        raise RowUnreadable(_("Nobody asked for its price."))
    with transaction.atomic():
        held = BulkChangeRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if held.status == Status.WAITING:
            quote = _quote(row, row.priced_for, at)
            facts = {"quote": quote, "status": Status.READY, "reason": "", "claimed_until": None, "tries": 0}
            BulkChangeRow.objects.filter(pk=row.pk).update(**facts)


def _make(row: BulkChangeRow, at: datetime) -> None:
    """Make a row and write that down, both or neither; a refusal takes back what was made, not what it leaves on record."""
    if row.quote is None or row.choice is None:
        raise RowUnreadable(_("It was chosen without its price."))
    with transaction.atomic():
        held = BulkChangeRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if held.status != Status.CHOSEN:
            return
        try:
            applied = _applied(row.quote, row.choice, at)
        except Refusal as refusal:
            _settle(row, Status.REFUSED, refusal.reason)
        else:
            _settle(row, _became(applied) or Status.REFUSED)


def _applied(quote: Quote, choice: BulkChoice, at: datetime) -> Quote:
    currency = quote.outcome["currency"]
    together = Money(choice.committed.get(currency, 0), currency)
    today = local_day(at, quote.contract.timezone)
    return applying.apply(actor=choice.chosen_by, token=quote.pk, at=at, today=today, chosen_with=together)


def _finish(choice: BulkChoice, at: datetime) -> None:
    """Record once what became of a choice, when its last row is done."""
    with transaction.atomic():
        held = BulkChoice.objects.select_for_update(of=("self",)).select_related("bulk__customer", "chosen_by").get(pk=choice.pk)
        if held.finished_at or held.rows.filter(status=Status.CHOSEN).exists():
            return
        held.finished_at = at
        held.save(update_fields=["finished_at"])
        done = Counter(held.rows.values_list("status", flat=True))
        facts = {
            "file": held.bulk.file_name,
            "done": done[Status.APPLIED],
            "refused": done[Status.REFUSED],
            "asked": done[Status.ASKED],
        }
        recording.record(
            held.bulk.customer, "billing.bulk_carried_out", actor=held.chosen_by, at=at, about=held.bulk, facts=facts
        )


def _quote(row: BulkChangeRow, actor: User, at: datetime) -> Quote:
    reach = access.customers_within_reach(actor, access.CHANGE_CONTRACT)
    cells, below = row.given, Customer.objects.below(row.bulk.customer).filter(pk__in=reach)
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
        raise RowUnreadable(_("{ref!r} is no subscription or contract here.").format(ref=ref[:40]))
    if len(found) > 1:
        raise RowUnreadable(
            _("{ref} has several subscriptions: name the one, such as {example}.").format(ref=ref[:40], example=found[0].ref)
        )
    return found[0]


def _contract(ref: str, below: QuerySet[Customer]) -> Contract:
    rows = Contract.objects.filter(
        Q(ref=ref.upper()) | Q(subscriptions__ref=ref.upper()), Q(customer__in=below) | Q(subscriptions__customer__in=below)
    )
    found = rows.select_related("customer").distinct().first()
    if found is None:
        raise RowUnreadable(_("{ref!r} is no contract here.").format(ref=ref[:40]))
    return found


def _customer(number: str, contract: Contract, below: QuerySet[Customer]) -> Customer:
    if not number:
        return contract.customer
    found = below.filter(number=number.upper()).first()
    if found is None:
        raise RowUnreadable(_("{number!r} is no customer here.").format(number=number[:40]))
    return found
