"""The run of one payer: billing everything that fell due for it. Whole books are billed by running/, many payers at once.

A payer is billed in one transaction under the payer's lock: subscriptions that are due, their histories less what is issued
(drafting.py), one document per seller and currency, credits absorbed oldest first, account credit used. Running it again finds
nothing and writes nothing; two runs at once never bill a day twice. Days are local to the contracts.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.customers import responsibilities
from accounts.customers.models import Customer, Responsibility
from accounts.people.models import User
from billing.contracts import histories
from billing.contracts.models import Contract, Subscription
from billing.invoices import absorbing, coverage, drafting, issuing, plain, settling
from billing.invoices.drafting import Draft, PlannedDocument
from billing.invoices.models import Document
from billing.ledger import locking
from billing.rating.history import History


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
        subscriptions = _hold_one(payer, only) if only else _hold_due(payer, on, target)
        if not subscriptions:
            return []
        known = histories.histories_of(subscriptions)
        payers = {subscription.customer_id: payer for subscription in subscriptions}
        draft = drafting.draft({s: known[s.pk] for s in subscriptions}, payers=payers, up_to=target)
        issued = issue_draft(draft, on=on, at=at, actor=actor)
        _look_again(subscriptions, known, after=target)
        return issued


def issue_draft(draft: Draft, *, on: date, at: datetime, actor: User | None) -> list[Document]:
    """Issue what was drafted, dated `on`, and settle it with what credit there is; the payers are locked by the caller."""
    coverage.give_back(draft.days_only)
    return [_issue(planned, on=on, at=at, actor=actor) for planned in draft.documents]


def draft_for(payer: Customer, *, on: date) -> Draft:
    """Return what billing `payer` for what fell due by `on` would issue; nothing is held or written."""
    subscriptions = _with_terms(_due_under(payer, on, on))
    known = histories.histories_of(subscriptions)
    payers = {subscription.customer_id: payer for subscription in subscriptions}
    return drafting.draft({s: known[s.pk] for s in subscriptions}, payers=payers, up_to=on)


def preview(subscription: Subscription, history: History, on: date, *, after: date | None = None) -> list[PlannedDocument]:
    """Return the documents that billing `subscription` on the day `on` would issue if `history` were its history.

    The same planning as `bill`: one document, or a further one where a credit goes to an earlier payer. With `after`, only
    what falls due after that day, as if everything before was issued.
    """
    subscription = _with_terms([subscription.pk])[0]
    payers = {subscription.customer_id: responsibilities.payer_of(subscription.customer, on)}
    return list(drafting.draft({subscription: history}, payers=payers, up_to=on, after=after).documents)


def look_again(subscription: Subscription, *, on: date) -> None:
    """Have the next run look at `subscription` on the day something falls due.

    It looks on the day `on` where something is to be issued by then. Runs in the transaction of the change, under the
    payer's lock; usage recorded meanwhile waits for it or is read. Doing it again changes nothing.
    """
    (held,) = _hold([subscription.pk])
    history = histories.history_of(held)
    payers = {held.customer_id: responsibilities.payer_of(held.customer, on)}
    draft = drafting.draft({held: history}, payers=payers, up_to=on)
    if not draft.documents and not draft.days_only:
        _look_again([held], {held.pk: history}, after=on)


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


def hold_payer(customer: Customer, subscriptions: Iterable[int], on: date) -> Customer:
    """Lock who pays for `customer` and who was billed for these subscriptions; return who pays as it stands under the lock."""
    held, keys = responsibilities.payer_of(customer, on), list(subscriptions)
    while True:
        locking.lock_payers({held.pk, *drafting.billed_before(keys)})
        payer = responsibilities.payer_of(customer, on)
        if payer == held:
            return payer
        held = payer


def lock_due(payer: Customer, *, on: date, up_to: date) -> list[int]:
    """Lock `payer`, on the day `on`, and whoever was billed before for what is due by `up_to`; return the keys of that.

    Whoever looks at what is to be billed before billing it locks so first: payers are locked all at once, in their order.
    """
    found = _due_under(payer, on, up_to)
    locking.lock_payers({payer.pk, *drafting.billed_before(found)})
    return found


def _hold_due(payer: Customer, on: date, target: date) -> list[Subscription]:
    """Hold what is due under `payer`; what went to another payer while the lock was waited for is that one's to be billed."""
    found = lock_due(payer, on=on, up_to=target)
    if not found:
        return []
    still_due = set(_due_under(Customer.objects.get(pk=payer.pk), on, target))
    return _hold([key for key in found if key in still_due])


def _hold_one(payer: Customer, only: Subscription) -> list[Subscription]:
    locking.lock_payers({payer.pk, *drafting.billed_before([only.pk])})
    return _hold([only.pk])


def _hold(keys: list[int]) -> list[Subscription]:
    """Lock the contracts, whose payers are locked already, and return the subscriptions as they are under those locks."""
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
        payment_term_days=planned.payment_term_days, payment_term_source=planned.payment_term_source, actor=actor,
        corrects=next(iter(corrected.values())) if len(corrected) == 1 and planned.kind == issuing.CREDIT_NOTE else None,
    )  # fmt: skip
    if document.kind == issuing.CREDIT_NOTE:
        absorbing.absorb(document, at)
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
        day = plain.next_due_on(known[subscription.pk], after=after)
        if day != subscription.next_due_on:
            subscription.next_due_on = day
            yield subscription
