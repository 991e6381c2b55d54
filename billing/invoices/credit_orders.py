"""Credit orders: prepaid credit over what an agent sells alone waits here for a second person, and one click settles it.

No credit is sold while it waits. Approving sells it as the decider's, under the key it was asked for with, so one order is sold
once at most, whoever clicks how often; turning it down carries the decider's words. Everything happens under the payer's lock.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Decision, Refusal, refused
from accounts.people import access, second_person
from accounts.people.models import Membership, User
from accounts.policies import resolving
from accounts.timeline import recording
from accounts.timeline.models import Activity
from accounts.timeline.plain import plain
from accounts.timeline.recording import Entry
from billing.catalog.models import LegalEntity
from billing.invoices import wallets
from billing.invoices.models import CreditOrder, Document
from billing.ledger import locking
from billing.money import Money

Status = CreditOrder.Status
LONGEST_NOTE: Final = 300
HOURS: Final = "approval.hours"
LATE: Final = "billing.credit_order_late"
RELATED: Final = ("customer", "seller", "asked_by", "decided_by", "document")


class AlreadyDecided(Refusal):
    """Somebody decided otherwise, or it was taken back."""

    code = "already_decided"


class ReasonMissing(Refusal):
    """Turning an order down takes a reason the asker can work with."""

    code = "reason_missing"


def place(
    *, actor: User, customer: Customer, amount: Money, on: date, at: datetime, key: UUID, seller: LegalEntity | None = None
) -> Document | CreditOrder:
    """Sell `customer` prepaid credit and return its invoice, or keep the order for a second person where `actor` may not alone.

    Repeating a call with the same `key` returns what the first came to: the order while it waits, its invoice once approved.

    Raises:
        Refusal: as wallets.top_up, of everything but the limit.
        wallets.KeyReused: another amount was asked for under the key.
    """
    with transaction.atomic():
        locking.lock_payers([customer.pk])
        if earlier := CreditOrder.objects.filter(customer=customer, key=key).select_related(*RELATED).first():
            wallets.decide(actor, customer, on).or_refuse()
            return _same_order(earlier, amount)
        given: dict[str, Any] = {"actor": actor, "customer": customer, "amount": amount, "on": on, "at": at, "key": key}
        try:
            return wallets.top_up(seller=seller, **given)
        except wallets.OverOwnLimit as over:
            return _ask(seller=wallets.seller_for(customer, amount.currency, seller, on), reason=over.reason, **given)


def may_decide(actor: User, order: CreditOrder) -> Decision:
    """Say whether `actor` may decide: who decides approvals, did not ask for it, and does not belong to the customer."""
    decision = access.decide(actor, access.DECIDE_APPROVALS, order.customer)
    if not decision.allowed:
        return decision
    if Membership.objects.filter(user=actor, customer__tree_id=order.customer.tree_id, effect="allow").exists():
        return refused("own_account", _("You belong to this customer; a colleague who does not must decide."))
    return second_person.decide(actor, order.asked_by, reason=_("You asked for this yourself; somebody else must decide."))


def decide(*, actor: User, order: CreditOrder, approve: bool, note: str, on: date, at: datetime) -> CreditOrder:
    """Approve what waits, and thereby sell it on the day `on`, or turn it down with a reason. Again changes nothing.

    Raises:
        Refusal: not this person's to decide, or it can no longer be sold as it was asked for.
        AlreadyDecided, ReasonMissing: there is another answer already; or no reason was given for a no.
    """
    note = note.replace("\x00", "").strip()[:LONGEST_NOTE]
    with transaction.atomic():
        held = _locked(order)
        may_decide(actor, held).or_refuse()
        answer = Status.APPROVED if approve else Status.REFUSED
        if held.status != Status.WAITING:
            return _same_answer(held, actor, answer)
        if not approve and not note:
            raise ReasonMissing(_("Say why, so that your colleague can go on."))
        if approve:
            held.document = wallets.top_up(
                actor=actor, customer=held.customer, amount=amount_of(held), on=on, at=at, key=held.key, seller=held.seller
            )
        return _settle(held, answer, actor, note, at)


def withdraw(*, actor: User, order: CreditOrder, at: datetime) -> CreditOrder:
    """Take an order back while it waits, as who asked for it. Again changes nothing.

    Raises:
        Refusal: a colleague asked for it.
        AlreadyDecided: somebody decided.
    """
    with transaction.atomic():
        held = _locked(order)
        may_withdraw(actor, held).or_refuse()
        if held.status == Status.WITHDRAWN:
            return held
        if held.status != Status.WAITING:
            raise _decided(held)
        return _settle(held, Status.WITHDRAWN, actor, "", at)


def may_withdraw(actor: User, order: CreditOrder) -> Decision:
    """Say whether `actor` may take the order back: who asked for it, or a program of theirs."""
    if second_person.behind(actor) != second_person.behind(order.asked_by):
        return refused("not_yours", _("Who asked for it takes it back; turn it down if you decide."))
    return access.decide(actor, access.FULFIL_ORDERS, order.customer)


def of_customer(customer: Customer) -> QuerySet[CreditOrder]:
    """Return the orders that took a second person for `customer`, the newest first."""
    return CreditOrder.objects.filter(customer=customer).select_related(*RELATED).order_by("-asked_at", "-pk")


def visible_to(viewer: User) -> QuerySet[CreditOrder]:
    """Return the orders for customers for whom the viewer may take orders or decide on them."""
    reach = access.within_reach(viewer, "customer", access.FULFIL_ORDERS)
    return CreditOrder.objects.filter(reach).select_related(*RELATED)


def waiting_for(viewer: User) -> QuerySet[CreditOrder]:
    """Return the orders `viewer` may decide on, the longest wait first: nothing they or their programs asked for."""
    reach = access.customers_within_reach(viewer, access.DECIDE_APPROVALS)
    theirs = Q(asked_by=viewer) | Q(asked_by__in=second_person.programs_of(viewer))
    waiting = CreditOrder.objects.filter(status=Status.WAITING, customer__in=reach).exclude(theirs)
    return waiting.select_related(*RELATED).order_by("asked_at", "pk")


def tell_late(*, at: datetime) -> int:
    """Tell the managers of each order that waited longer than policy allows; return how many were told of. Again tells nobody."""
    with transaction.atomic():
        waiting = list(CreditOrder.objects.select_for_update().filter(status=Status.WAITING, asked_at__lt=at).order_by("pk"))
        told = [_late(order, hours) for order, hours in _with_hours(waiting, at) if at - order.asked_at >= timedelta(hours=hours)]
        fresh = [entry for entry in told if not _is_told(entry)]
        recording.record_many(fresh, actor=None, at=at)
    return len(fresh)


def amount_of(order: CreditOrder) -> Money:
    """Return what is asked for, without tax."""
    return Money(order.amount_minor, order.currency)


def _ask(
    *, actor: User, customer: Customer, amount: Money, on: date, at: datetime, key: UUID, seller: LegalEntity, reason: str
) -> CreditOrder:
    made = CreditOrder.objects.create(
        customer=customer, seller=seller, amount_minor=amount.amount_minor, currency=amount.currency, key=key,
        reason=reason[:300], asked_by=actor, asked_at=at,
    )  # fmt: skip
    _record(made, "billing.credit_order_asked", actor, at, reason=made.reason, approver=access.SUPERVISOR)
    return made


def _same_order(earlier: CreditOrder, amount: Money) -> Document | CreditOrder:
    if amount_of(earlier) != amount:
        raise wallets.KeyReused(_("This key was used for another amount."))
    return earlier.document or earlier


def _locked(order: CreditOrder) -> CreditOrder:
    locking.lock_payers([order.customer_id])
    return CreditOrder.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=order.pk)


def _same_answer(order: CreditOrder, actor: User, answer: str) -> CreditOrder:
    if (order.decided_by_id, order.status) != (actor.pk, answer):
        raise _decided(order)
    return order


def _decided(order: CreditOrder) -> AlreadyDecided:
    who = {"name": order.decided_by, "answer": plain(order, "status").lower()}
    return AlreadyDecided(_("{name} has decided already: {answer}.").format(**who))


def _settle(order: CreditOrder, status: str, actor: User, note: str, at: datetime) -> CreditOrder:
    order.status, order.decided_by, order.decided_at, order.note = status, actor, at, note
    order.save(update_fields=["status", "decided_by", "decided_at", "note", "document"])
    _record(order, f"billing.credit_order_{status}", actor, at, note=note)
    return order


def _with_hours(orders: Sequence[CreditOrder], at: datetime) -> list[tuple[CreditOrder, int]]:
    values = resolving.resolve_many({order.customer_id for order in orders}, at.date(), [HOURS]) if orders else {}
    return [(order, int(values[order.customer_id][HOURS].value)) for order in orders]


def _is_told(late: Entry) -> bool:
    order = late.about
    return Activity.objects.filter(kind=LATE, about_kind="creditorder", about_ref=str(order.pk if order else "")).exists()


def _late(order: CreditOrder, hours: int) -> Entry:
    facts = _facts(order) | {"hours": hours, "level": access.MANAGER}
    return Entry(order.customer, LATE, facts, order, internal=True)


def _record(order: CreditOrder, kind: str, actor: User, at: datetime, **more: str) -> None:
    facts = _facts(order) | {"who": str(actor)} | more
    recording.record(order.customer, kind, actor=actor, at=at, about=order, facts=facts, internal=True)


def _facts(order: CreditOrder) -> dict[str, object]:
    return {"amount": str(amount_of(order)), "customer_number": order.customer.number}
