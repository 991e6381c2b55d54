"""Holding: what becomes of a payer's documents that looked wrong to a run.

Released, they are issued as they were seen, to the cent, or not at all when anything changed since. Discarded, they are
thrown away, and the next run plans this payer anew: the way to go once the contract was put right.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices import run
from billing.invoices.models import Document
from billing.invoices.running import rules
from billing.invoices.running.models import BillingWork
from billing.ledger import locking
from billing.money import Money

Status = BillingWork.Status


class NotHeld(Refusal):
    """Somebody decided this already."""

    code = "not_held"


class ChangedSinceHeld(Refusal):
    """What would be issued now is not what was held."""

    code = "changed_since_held"


def release(*, actor: User, work: BillingWork, on: date, at: datetime) -> list[Document]:
    """Issue what was held, dated `on`.

    Raises:
        Refusal: the actor may not run billing.
        NotHeld: it was released or discarded already.
        ChangedSinceHeld: the same planning gives something else today; discard it, and the next run looks again.
    """
    access.decide(actor, access.RUN_BILLING, work.payer).or_refuse()
    with transaction.atomic():
        dated = max(on, work.run.on)
        run.lock_due(work.payer, on=dated, up_to=work.run.on)
        held = _held(work)
        if rules.told(run.draft_for(held.payer, on=held.run.on)) != held.drafts:
            raise _changed()
        documents = run.bill(payer=held.payer, on=dated, at=at, up_to=held.run.on, actor=actor)
        if [_in_short(document) for document in documents] != [_seen(draft) for draft in held.drafts]:
            raise _changed()  # somebody else pays by the day of the document
        _decide(held, Status.RELEASED, documents, actor, at)
    return documents


def discard(*, actor: User, work: BillingWork, at: datetime) -> None:
    """Throw away what was held; the next run plans this payer anew.

    Raises:
        Refusal: the actor may not run billing.
        NotHeld: it was released or discarded already.
    """
    access.decide(actor, access.RUN_BILLING, work.payer).or_refuse()
    with transaction.atomic():
        locking.lock_payers([work.payer_id])
        _decide(_held(work), Status.DISCARDED, [], actor, at)


def _changed() -> ChangedSinceHeld:
    return ChangedSinceHeld(_("Something changed since this was held. Discard it; the next run looks at it again."))


def _in_short(document: Document) -> tuple[int, str, str, int]:
    return document.customer_id, str(document.kind), document.currency, document.total_minor


def _seen(draft: Mapping[str, Any]) -> tuple[int, str, str, int]:
    return draft["payer"], draft["kind"], draft["currency"], draft["total_minor"]


def _held(work: BillingWork) -> BillingWork:
    found = BillingWork.objects.select_for_update(of=("self",)).select_related("payer", "run").get(pk=work.pk)
    if found.status != Status.HELD:
        raise NotHeld(_("Somebody decided this already."))
    return found


def _decide(work: BillingWork, status: str, documents: list[Document], actor: User, at: datetime) -> None:
    """Write down what was decided, by whom, and what was issued for it."""
    amounts: dict[str, int] = {}
    for document in documents:
        amounts[document.currency] = amounts.get(document.currency, 0) + document.total_minor
    work.status, work.decided_by, work.decided_at, work.amounts = status, actor, at, amounts
    work.credit_notes = sum(document.kind == Document.Kind.CREDIT_NOTE for document in documents)
    work.invoices = len(documents) - work.credit_notes
    work.lines = sum(document.lines.count() for document in documents)
    work.save(update_fields=["status", "decided_by", "decided_at", "amounts", "credit_notes", "invoices", "lines"])
    facts = {"on": str(work.run.on), "reason": work.reason, "amount": _amounts_held(work)}
    kind = "billing.hold_released" if status == Status.RELEASED else "billing.hold_discarded"
    recording.record(work.payer, kind, actor=actor, at=at, facts=facts, internal=True)


def _amounts_held(work: BillingWork) -> str:
    return ", ".join(str(Money(draft["total_minor"], draft["currency"])) for draft in work.drafts) or "0"
