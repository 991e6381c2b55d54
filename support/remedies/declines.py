"""Declines: a no that the customer can understand, use and appeal against.

A claim is assessed against the evidence; what is valid is put right, not declined, and while a billing error stands open on
the ticket nothing is. A decline names its clause, says why in plain words and what can be done instead, and ends the
ticket as declined, counted apart. The customer may appeal once: the ticket opens again with a supervisor, and who declined
does not decide the appeal. A no in answer to an appeal is final.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.anomalies.models import Finding
from billing.dunning import disputes
from support.remedies.models import Decline, DeclineReason
from support.tickets import assignment, conversation, turns
from support.tickets.models import Ticket

NOT_VALID, PARTLY_VALID, VALID = Decline.Claim.NOT_VALID, Decline.Claim.PARTLY_VALID, Decline.Claim.VALID
DECIDES_APPEALS = frozenset({access.SUPERVISOR, access.MANAGER})
LONGEST = 10_000


@dataclass(frozen=True)
class Answer:
    """A no: how the claim was assessed, by what evidence, and the reason; words left empty are the reason's own."""

    claim: str
    evidence: str
    reason: DeclineReason
    words: str = ""


@dataclass(frozen=True)
class Request:
    """What the rules are asked about."""

    actor: User
    ticket: Ticket
    answer: Answer | None
    appealed: Decline | None


class AppealRefused(Refusal):
    """There is nothing to appeal against, or it was done."""

    code = "appeal_refused"


def only_what_is_not_valid(asked: Request) -> Decision:
    """A claim that was found valid is put right."""
    if asked.answer and asked.answer.claim not in (NOT_VALID, PARTLY_VALID):
        return refused("claim_is_valid", _("A claim that is valid is not declined: put it right."))
    return ALLOWED


def evidence_is_named(asked: Request) -> Decision:
    """Nobody says no without having looked."""
    if asked.answer and not _words(asked.answer.evidence):
        return refused("evidence_missing", _("Say what you looked at before you say no."))
    return ALLOWED


def reason_is_in_use(asked: Request) -> Decision:
    """Only the reasons that managers offer are given."""
    if asked.answer and not asked.answer.reason.active:
        return refused("reason_not_in_use", _("This reason is no longer in use. Choose another."))
    return ALLOWED


def no_error_of_ours_stands(asked: Request) -> Decision:
    """While our own books say that the customer is right, nobody tells them otherwise."""
    found = asked.ticket.finding
    if found and found.status == Finding.Status.OPEN:
        return refused("error_found", _("We found a billing error on this ticket: put it right instead of declining."))
    return ALLOWED


def another_decides_the_appeal(asked: Request) -> Decision:
    """An appeal is decided by a supervisor who did not say no before."""
    if asked.appealed is None:
        return ALLOWED
    if not _takes_a_second_look(asked.actor) or asked.appealed.declined_by_id == asked.actor.pk:
        return refused("appeal_is_for_another", _("The customer appealed: a supervisor who did not decline it decides."))
    return ALLOWED


def _takes_a_second_look(person: User) -> bool:
    return access.level_of(person) in DECIDES_APPEALS


RULES = (no_error_of_ours_stands, another_decides_the_appeal, only_what_is_not_valid, evidence_is_named, reason_is_in_use)


def decide(actor: User, ticket: Ticket, answer: Answer | None = None) -> Decision:
    """Say whether `actor` may decline what the ticket asks for; the first rule to object answers."""
    asked = Request(actor, ticket, answer, appealed_on(ticket))
    answers = (rule(asked) for rule in RULES)
    return next((each for each in answers if not each.allowed), ALLOWED)


def decline(*, actor: User, ticket: Ticket, answer: Answer, at: datetime) -> Decline:
    """Say no: the customer reads clause, reason, alternative and how to appeal, and the ticket ends as declined.

    The same answer of the same person again, while it stands, changes nothing.

    Raises:
        Refusal: a rule objects, or the ticket cannot be resolved; its reason is fit to show.
    """
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        if (standing := latest_on(ticket)) and _says_the_same(standing, ticket, actor, answer):
            return standing
        decide(actor, ticket, answer).or_refuse()
        reason = answer.reason
        made = Decline.objects.create(
            ticket=ticket, customer=ticket.customer, claim=answer.claim, evidence=_words(answer.evidence), reason=reason,
            clause=reason.clause, words=_words(answer.words) or reason.words, alternative=reason.alternative,
            declined_by=actor, declined_at=at,
        )  # fmt: skip
        conversation.resolve(actor=actor, ticket=ticket, outcome=conversation.DECLINED, text=_letter(made), at=at)
        if disputed := disputes.of_ticket(ticket.ref):
            disputes.refuse(actor=actor, dispute=disputed, reason=made.words[: disputes.LONGEST_REASON], at=at)
        facts = {"reason": reason.label, "clause": made.clause, "claim": made.claim, "decline": made.pk}
        recording.record(ticket.customer, "support.ticket_declined", actor=actor, at=at, about=ticket, facts=facts)
    return made


def appeal(*, actor: User, decline: Decline, words: str, at: datetime) -> Decline:
    """Ask for a second look: the ticket opens again, with a supervisor who did not decline it. Doing it again changes nothing.

    Raises:
        Refusal: not within reach, or no words.
        AppealRefused: our own people do not appeal, a later answer stands, or it answers an appeal.
    """
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(decline.ticket)
        decline = Decline.objects.select_for_update(of=("self",)).get(pk=decline.pk)
        if conversation.is_staff(actor):
            raise AppealRefused(_("The customer appeals, not we."))
        access.decide(actor, access.ASK_FOR_HELP, ticket.customer).or_refuse()
        if decline.appealed_at:
            return decline
        if latest_on(ticket) != decline or ticket.outcome != conversation.DECLINED:
            raise AppealRefused(_("This answer no longer stands. Write to us on the ticket instead."))
        if is_final(decline):
            raise AppealRefused(
                _("Somebody else looked at it afresh already. Write to us on the ticket if there is anything new.")
            )
        conversation.reply(actor=actor, ticket=ticket, text=words, at=at, key=uuid5(NAMESPACE_URL, f"appeal {decline.pk}"))
        decline.appealed_by, decline.appealed_at = actor, at
        decline.save(update_fields=["appealed_by", "appealed_at"])
        _hand_up(ticket, decline, actor, at)
    return decline


def latest_on(ticket: Ticket) -> Decline | None:
    """Return the last no on a ticket."""
    found = Decline.objects.filter(ticket=ticket).select_related("reason", "declined_by")
    return found.order_by("-declined_at", "-pk").first()


def is_final(decline: Decline) -> bool:
    """Say whether a no answers an appeal, so that it is not appealed against once more."""
    return Decline.objects.filter(ticket=decline.ticket_id, appealed_at__isnull=False, pk__lt=decline.pk).exists()


def appealed_on(ticket: Ticket) -> Decline | None:
    """Return the last no on a ticket when the customer appealed against it."""
    latest = latest_on(ticket)
    return latest if latest and latest.appealed_at else None


def appeals_waiting(viewer: User) -> QuerySet[Decline]:
    """Return the appeals that `viewer` may decide, oldest first: within reach, and not against a no of their own.

    Who stands in for a colleague decides approvals, and therefore appeals, as that colleague would.
    """
    reach = access.customers_within_reach(viewer, access.DECIDE_APPROVALS)
    last = Decline.objects.filter(ticket=OuterRef("ticket")).order_by("-declined_at", "-pk").values("pk")[:1]
    waiting = Decline.objects.filter(pk=Subquery(last), customer__in=reach, appealed_at__isnull=False)
    waiting = waiting.exclude(ticket__status=conversation.RESOLVED).exclude(declined_by=viewer)
    found = waiting.select_related("ticket__assignee", "customer", "reason", "declined_by").order_by("appealed_at", "pk")
    return found if _takes_a_second_look(viewer) else found.none()


def outcomes(*, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many tickets ended in a span of time with each outcome; declined is counted apart from answered."""
    ended = Ticket.objects.filter(status=conversation.RESOLVED, resolved_at__gte=since, resolved_at__lt=until)
    counted = dict(ended.order_by().values_list("outcome").annotate(number=Count("pk")))
    return {outcome: counted.get(outcome, 0) for outcome in sorted(conversation.OUTCOMES)}


def _says_the_same(standing: Decline, ticket: Ticket, actor: User, answer: Answer) -> bool:
    said = (standing.declined_by_id, standing.reason_id, standing.claim, standing.evidence)
    again = (actor.pk, answer.reason.pk, answer.claim, _words(answer.evidence))
    return ticket.outcome == conversation.DECLINED and said == again


def _hand_up(ticket: Ticket, decline: Decline, actor: User, at: datetime) -> None:
    """Put the ticket with a supervisor who did not say no; where there is none, with nobody, so that none is passed over."""
    ticket.refresh_from_db(fields=["status", "assignee"])
    ticket.assignee = assignment.least_loaded_supervisor(ticket.customer, but=decline.declined_by)
    ticket.save(update_fields=["assignee"])
    facts = {"decline": decline.pk, "level": access.SUPERVISOR, "subject": ticket.subject, "agent": str(ticket.assignee or "")}
    recording.record(ticket.customer, "support.decline_appealed", actor=actor, at=at, about=ticket, facts=facts)


def _letter(made: Decline) -> str:
    """Write the no in the customer's language: why, what we looked at, the clause, what else, and whether they may appeal."""
    ticket = made.ticket
    with translation.override(ticket.requester.language if ticket.requester else ticket.customer.language):
        return "\n\n".join(
            (
                made.words,
                _("What we looked at: {evidence}").format(evidence=made.evidence),
                _("It is agreed in: {clause}").format(clause=made.clause),
                _("What you can do instead: {alternative}").format(alternative=made.alternative),
                _last_word(made),
            )
        )


def _last_word(made: Decline) -> str:
    if is_final(made):
        return _("Somebody who had not said no looked at it afresh; this is our answer to your appeal.")
    return _("If you see it differently, appeal on the page of this ticket: a supervisor looks at it afresh.")


def _words(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]
