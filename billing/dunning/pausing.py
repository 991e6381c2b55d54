"""Pausing: letting an invoice rest, by our word or because its payer promises a day; and ending a rest.

A promise to pay is the customer's own: one for each invoice, at most two weeks ahead. While an invoice rests nothing is asked
for and nothing is stopped because of it; the days of rest do not count afterwards.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.dunning.models import Dispute, DunningPause, PaymentPlan
from billing.invoices.models import Document
from billing.ledger import locking

HAND, PROMISE = DunningPause.Cause.HAND, DunningPause.Cause.PROMISE
LONGEST_PROMISE: Final = 14  # days
LONGEST_PAUSE: Final = 90  # days


class NothingToPause(Refusal):
    """Nothing is owed on the invoice, or it does not rest."""

    code = "nothing_to_pause"


class DayNotPossible(Refusal):
    """The day lies in the past or too far ahead."""

    code = "day_not_possible"


class ReasonMissing(Refusal):
    """A pause by our word says why."""

    code = "reason_missing"


def may_promise(actor: User, document: Document) -> Decision:
    """Say whether `actor` may promise a day on which the invoice will be paid."""
    if not (decision := access.decide(actor, access.PAY, document.customer)).allowed:
        return decision
    return can_be_promised(document, promised=document.dunning_pauses.filter(cause=PROMISE).exists())


def can_be_promised(document: Document, *, promised: bool) -> Decision:
    """Say whether whoever may pay can promise a day for the invoice; `promised` says whether a day was before."""
    if not document.open_minor:
        return refused("nothing_to_pause", _("Nothing is left to pay on {ref}.").format(ref=document.ref))
    if promised:
        return refused(
            "promised_before", _("A day was promised for {ref} before. Talk to us, we find a way.").format(ref=document.ref)
        )
    return ALLOWED


def promise(*, actor: User, document: Document, pay_on: date, at: datetime, today: date) -> DunningPause:
    """Note that the payer will pay on the day `pay_on`; until it has passed the invoice rests. The same promise again is one.

    Raises:
        DayNotPossible: the day is past, or more than `LONGEST_PROMISE` days ahead.
        Refusal: not within the actor's reach, nothing is open, or a day was promised before.
    """
    if not today <= pay_on <= today + timedelta(days=LONGEST_PROMISE):
        raise DayNotPossible(_("Choose a day within the next {days} days.").format(days=LONGEST_PROMISE))
    with transaction.atomic():
        _hold(document)
        until = pay_on + timedelta(days=1)
        same = document.dunning_pauses.filter(cause=PROMISE, until=until, made_by=actor).first()
        if same:
            return same
        may_promise(actor, document).or_refuse()
        made = rest(document, PROMISE, since=today, until=until, actor=actor, at=at)
        facts = {"day": str(pay_on)}
        recording.record(document.customer, "billing.payment_promised", actor=actor, at=at, about=document, facts=facts)
        return made


def pause(*, actor: User, document: Document, until: date, reason: str, at: datetime, today: date) -> DunningPause:
    """Let an invoice rest by our word until before the day `until`.

    Raises:
        ReasonMissing, DayNotPossible, NothingToPause: no reason, a day past or too far ahead, nothing owed.
        Refusal: the actor does not keep the books.
    """
    _require_books(actor)
    if not reason.strip():
        raise ReasonMissing(_("Say why it rests; the customer may ask."))
    if not today < until <= today + timedelta(days=LONGEST_PAUSE):
        raise DayNotPossible(_("Choose a day within the next {days} days.").format(days=LONGEST_PAUSE))
    with transaction.atomic():
        _hold(document)
        if not document.open_minor:
            raise NothingToPause(_("Nothing is left to pay on {ref}.").format(ref=document.ref))
        made = rest(document, HAND, since=today, until=until, actor=actor, at=at, reason=reason.strip()[:400])
        facts = {"until": str(until), "reason": made.reason}
        recording.record(document.customer, "billing.dunning_paused", actor=actor, at=at, about=document, facts=facts)
        return made


def resume(*, actor: User, document: Document, at: datetime, today: date) -> None:
    """End the rest that our word gave an invoice; those of a promise, a plan or a dispute end with these.

    Raises:
        NothingToPause: it does not rest by our word.
    """
    _require_books(actor)
    with transaction.atomic():
        _hold(document)
        ended = end(DunningPause.objects.filter(document=document, cause=HAND), today=today, actor=actor)
        if not ended:
            raise NothingToPause(_("{ref} does not rest by our word.").format(ref=document.ref))
        recording.record(document.customer, "billing.dunning_resumed", actor=actor, at=at, about=document, facts={})


def rest(
    document: Document, cause: str, *, since: date, until: date | None, actor: User | None, at: datetime, reason: str = "",
    plan: PaymentPlan | None = None, dispute: Dispute | None = None,
) -> DunningPause:  # fmt: skip
    """Write a rest; part of a use case that holds the payer."""
    return DunningPause.objects.create(
        document=document,
        cause=cause,
        since=since,
        until=until,
        reason=reason,
        plan=plan,
        dispute=dispute,
        made_by=actor,
        made_at=at,
    )


def end(pauses: "Iterable[DunningPause]", *, today: date, actor: User | None) -> int:
    """Let the rests among `pauses` that still hold end today; return how many did."""
    holding = DunningPause.objects.filter(Q(until=None) | Q(until__gt=today), pk__in=[pause.pk for pause in pauses])
    return holding.update(until=Greatest(F("since"), today), ended_by=actor)


def _hold(document: Document) -> None:
    locking.lock_payers([document.customer_id])
    document.refresh_from_db(fields=["open_minor"])


def _require_books(actor: User) -> None:
    if access.level_of(actor) not in access.KEEP_BOOKS.levels:
        raise Refusal(_("Only finance lets invoices rest."), code="not_for_this_level")
