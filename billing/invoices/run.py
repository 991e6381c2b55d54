"""The run: billing everything that fell due, payer by payer.

A payer is billed in one transaction under the payer's lock: subscriptions that are due, their histories less what is issued
(drafting.py), one document per seller and currency, credits absorbed oldest first, account credit used. Running it again finds
nothing and writes nothing; two runs at once never bill a day twice. Days are local to the contracts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet

from accounts.customers import responsibilities
from accounts.customers.models import Customer, Responsibility
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing.contracts import histories
from billing.contracts.models import Contract, Subscription
from billing.invoices import coverage, drafting, issuing, settling
from billing.invoices.drafting import PlannedDocument
from billing.invoices.models import Document, Line
from billing.ledger import locking
from billing.periods import local_day
from billing.rating import due
from billing.rating.history import History

EARLIEST_ZONES = ("UTC", "Pacific/Kiritimati")  # nowhere does a day begin earlier


@dataclass(frozen=True)
class Failure:
    """A payer that could not be billed, and why; the others were."""

    payer: str
    reason: str


@dataclass
class RunResult:
    """What a run issued or, dry, would issue; `lines` counts those of all documents."""

    documents: list[Document] = field(default_factory=list)
    lines: int = 0
    failures: list[Failure] = field(default_factory=list)

    def amounts(self) -> dict[str, int]:
        """Return the net total of all documents per currency, credit notes counted below zero."""
        sums: dict[str, int] = {}
        for document in self.documents:
            sums[document.currency] = sums.get(document.currency, 0) + document.total_minor
        return sums


class _DryRun(Exception):
    """Ends the transaction of a payer that was only to be tried."""


def bill(
    *,
    payer: Customer,
    on: date,
    at: datetime,
    up_to: date | None = None,
    only: Subscription | None = None,
    actor: User | None = None,
) -> list[Document]:
    """Issue, dated `on`, what fell due for `payer` by `up_to` (the same day by default), and settle it with what credit there is.

    `only` bills that one subscription, due or not. A credit for a line that an earlier payer was billed goes to that payer.

    Raises:
        Refusal: a history makes no sense, or an amount cannot be booked; nothing was written then.
    """
    target = up_to or on
    with transaction.atomic():
        subscriptions = _hold(payer, [only.pk] if only else _due_under(payer, on, target))
        if not subscriptions:
            return []
        known = histories.histories_of(subscriptions)
        payers = {subscription.customer_id: payer for subscription in subscriptions}
        draft = drafting.draft({s: known[s.pk] for s in subscriptions}, payers=payers, up_to=target)
        coverage.give_back(draft.days_only)
        issued = [_issue(planned, on=on, at=at, actor=actor) for planned in draft.documents]
        _look_again(subscriptions, known, after=target)
        return issued


def preview(subscription: Subscription, history: History, on: date, *, after: date | None = None) -> list[PlannedDocument]:
    """Return the documents that billing `subscription` on the day `on` would issue if `history` were its history.

    The same planning as `bill`: one document, or a further one where a credit goes to an earlier payer. With `after`, only
    what falls due after that day, as if everything before was issued.
    """
    subscription = _with_terms([subscription.pk])[0]
    payers = {subscription.customer_id: responsibilities.payer_of(subscription.customer, on)}
    return list(drafting.draft({subscription: history}, payers=payers, up_to=on, after=after).documents)


def payers_due(on: date) -> list[Customer]:
    """Return everybody for whom something falls due by the day `on`, in the order of their keys, in two statements."""
    consuming = Customer.objects.filter(pk__in=Subscription.objects.filter(next_due_on__lte=on).values("customer"))
    payers = {payer.pk: payer for payer in responsibilities.payers_of(consuming, on).values()}
    return [payers[key] for key in sorted(payers)]


def bill_due(*, on: date, at: datetime, dry_run: bool = False, payers: Iterable[Customer] | None = None) -> RunResult:
    """Bill everybody (or these `payers`) for whom something falls due by `on`, each in a transaction of its own.

    Payers that another run is busy with come last. One that fails is reported and does not stop the others. A dry run
    issues and rolls back: the documents it returns exist nowhere.
    """
    result = RunResult()
    busy: list[Customer] = []
    for payer in payers_due(on) if payers is None else payers:
        if not _bill_one(result, payer, on=on, at=at, dry_run=dry_run, wait=False):
            busy.append(payer)
    for payer in busy:
        _bill_one(result, payer, on=on, at=at, dry_run=dry_run, wait=True)
    if result.documents and not dry_run:
        facts = {"documents": len(result.documents), "on": str(on)}
        recording.record(None, "billing.run_finished", actor=None, at=at, facts=facts, internal=True)
    return result


def bill_as_days_begin(*, at: datetime) -> RunResult:
    """Bill everybody for what falls due by their own day at the moment `at`; asked often, it bills each day once.

    Documents carry the payer's day. One that fails is reported and does not stop the others.
    """
    latest = max(local_day(at, zone) for zone in EARLIEST_ZONES)
    of_day: dict[date, list[Customer]] = defaultdict(list)
    for payer in payers_due(latest):
        of_day[local_day(at, payer.timezone)].append(payer)
    whole = RunResult()
    for day, payers in sorted(of_day.items()):
        part = bill_due(on=day, at=at, payers=payers)
        whole.documents += part.documents
        whole.failures += part.failures
        whole.lines += part.lines
    return whole


def _bill_one(result: RunResult, payer: Customer, *, on: date, at: datetime, dry_run: bool, wait: bool) -> bool:
    """Bill one payer into `result`; False when another transaction is busy with it and we are not to wait."""
    documents: list[Document] = []
    lines = 0
    try:
        with transaction.atomic():
            if not wait and not locking.is_free(payer.pk):
                return False
            documents = bill(payer=payer, on=on, at=at)
            lines = Line.objects.filter(document__in=documents).count() if documents else 0
            if dry_run:
                raise _DryRun
    except _DryRun:
        result.documents += documents
        result.lines += lines
    except (Refusal, DatabaseError) as problem:
        result.failures.append(Failure(payer.number, str(problem).splitlines()[0]))
    else:
        result.documents += documents
        result.lines += lines
    return True


def _due_under(payer: Customer, on: date, target: date) -> list[int]:
    """Return the keys of the due subscriptions that `payer` pays for on the day `on`, in a constant number of statements."""
    named = Responsibility.objects.filter(role=Responsibility.Role.PAYER, responsible=payer, since__lte=on)
    nodes = [payer, *(held.customer for held in named.filter(Q(until=None) | Q(until__gt=on)).select_related("customer"))]
    spans = Q()
    for node in nodes:
        spans |= Q(customer__tree_id=node.tree_id, customer__lft__gte=node.lft, customer__rght__lte=node.rght)
    found = Subscription.objects.filter(spans, next_due_on__lte=target).select_related("customer")
    payers = responsibilities.payers_of({subscription.customer for subscription in found}, on)
    return [subscription.pk for subscription in found if payers[subscription.customer_id].pk == payer.pk]


def _hold(payer: Customer, keys: list[int]) -> list[Subscription]:
    """Lock everybody whose money may move, then the contracts, and return the subscriptions as they are under those locks."""
    if not keys:
        return []
    locking.lock_payers({payer.pk, *drafting.billed_before(keys)})
    contracts = Contract.objects.filter(subscriptions__in=keys).order_by("pk")
    list(contracts.select_for_update(of=("self",)).values_list("pk"))
    # Usage recorded meanwhile asks for another look: it waits for this run, so that its day is not overwritten by ours.
    return list(_terms_of(keys).select_for_update(of=("self",), no_key=True))


def _with_terms(keys: list[int]) -> list[Subscription]:
    return list(_terms_of(keys))


def _terms_of(keys: list[int]) -> QuerySet[Subscription]:
    subscriptions = Subscription.objects.filter(pk__in=keys).order_by("pk")
    return subscriptions.select_related("contract__legal_entity", "customer", "product")


def _issue(planned: PlannedDocument, *, on: date, at: datetime, actor: User | None) -> Document:
    corrected = {line.corrects.document_id: line.corrects.document for line in planned.lines if line.corrects}
    document = issuing.issue(
        payer=planned.payer, receiver=responsibilities.receiver_of(planned.payer, on), legal_entity=planned.legal_entity,
        currency=planned.currency, lines=planned.lines, on=on, at=at, kind=planned.kind, po_number=planned.po_number,
        payment_term_days=planned.payment_term_days, actor=actor,
        corrects=next(iter(corrected.values())) if len(corrected) == 1 and planned.kind == issuing.CREDIT_NOTE else None,
    )  # fmt: skip
    if document.kind == issuing.CREDIT_NOTE:
        settling.absorb_credit_note(document, at)
    else:
        settling.apply_account_credit(document, at)
    return document


def _look_again(subscriptions: Iterable[Subscription], known: dict[int, History], *, after: date) -> None:
    """Say when the next run is to look at each subscription."""
    changed = list(_with_next_day(subscriptions, known, after))
    if changed:
        Subscription.objects.bulk_update(changed, ["next_due_on"])


def _with_next_day(subscriptions: Iterable[Subscription], known: dict[int, History], after: date) -> Iterator[Subscription]:
    for subscription in subscriptions:
        day = due.next_due_on(known[subscription.pk], after=after)
        if day != subscription.next_due_on:
            subscription.next_due_on = day
            yield subscription
