"""Feedback: praise, a concern or an idea, as near as each other on every page of the customer's.

A concern becomes a ticket at once, and its receipt says by when we answer. Whoever tells us something is thanked the same,
whatever they say; see thanks.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.money import Money
from support.tickets import conversation, deadlines, turns
from support.tickets.models import Ticket
from support.voice import thanks
from support.voice.models import Feedback, Praise, Thanks

LONGEST: Final = 2_000
SUBJECT: Final = 120


class FeedbackComesFromCustomers(Refusal):
    """Our own people write notes instead."""

    code = "feedback_comes_from_customers"


class FeedbackMakesNoSense(Refusal):
    """It is none of the three kinds, or has no words."""

    code = "feedback_makes_no_sense"


@dataclass(frozen=True)
class Receipt:
    """What the giver is told: what was kept, and the thanks for it, if there were any."""

    feedback: Feedback
    thanks: Thanks | None

    @property
    def credited(self) -> Money | None:
        """What was credited as thanks."""
        return thanks.credited(self.thanks) if self.thanks else None


def give(*, actor: User, customer: Customer, kind: str, words: str, key: UUID, at: datetime) -> Receipt:
    """Keep what a customer tells us; a concern opens a ticket. The same key again returns the first receipt.

    Raises:
        Refusal: the customer is not within the actor's reach.
        FeedbackComesFromCustomers, FeedbackMakesNoSense: one of ours; or no such kind, or no words.
    """
    words = words.replace("\x00", "").strip()[:LONGEST]
    if kind not in Feedback.Kind.values or not words:
        raise FeedbackMakesNoSense(_("Choose praise, a concern or an idea, and write a few words."))
    if conversation.is_staff(actor):
        raise FeedbackComesFromCustomers(_("Feedback comes from customers."))
    with turns.patience(), transaction.atomic():
        access.decide(actor, access.ASK_FOR_HELP, customer).or_refuse()
        turns.take(f"feedback {key}")
        if earlier := Feedback.objects.filter(key=key, person=actor).first():
            return receipt_of(earlier)
        ticket = _ticket(actor, customer, words, key, at) if kind == Feedback.Kind.CONCERN else None
        facts = {"customer": customer, "person": actor, "kind": kind, "words": words, "given_at": at, "key": key}
        feedback = Feedback.objects.create(ticket=ticket, answer_by=_answer_by(ticket, at), **facts)
        told = {"feedback": feedback.pk, "what": plain(feedback, "kind")}
        recording.record(customer, "support.feedback_given", actor=actor, at=at, about=ticket or feedback, facts=told)
        return Receipt(feedback, thanks.give(customer=customer, person=actor, cause=_cause(feedback), at=at))


def receipt_of(feedback: Feedback) -> Receipt:
    """Return the receipt that was given for something."""
    return Receipt(feedback, thanks.of_cause(_cause(feedback)))


def of_person(person: User, customer: Customer) -> QuerySet[Feedback]:
    """Return what a person told us about a customer, the latest first."""
    return Feedback.objects.filter(person=person, customer=customer).select_related("ticket").order_by("-given_at", "-pk")


def visible_to(viewer: User) -> QuerySet[Feedback]:
    """Return what customers within the viewer's reach told us, the latest first."""
    within = Feedback.objects.filter(customer__in=access.customers_within_reach(viewer, access.WORK_TICKETS))
    return within.select_related("customer", "person", "ticket").order_by("-given_at", "-pk")


def counts(viewer: User, *, since: datetime) -> dict[str, int]:
    """Return how many there were of each kind, praise on tickets with the rest."""
    reach = access.customers_within_reach(viewer, access.WORK_TICKETS)
    given = Feedback.objects.filter(customer__in=reach, given_at__gte=since).values_list("kind").annotate(count=Count("pk"))
    numbers = dict.fromkeys(Feedback.Kind.values, 0) | dict(given.order_by("kind"))
    numbers[Feedback.Kind.PRAISE] += Praise.objects.filter(customer__in=reach, given_at__gte=since).count()
    return numbers


def _ticket(actor: User, customer: Customer, words: str, key: UUID, at: datetime) -> Ticket:
    subject = _("A concern: {words}").format(words=" ".join(words.split()))[:SUBJECT]
    kind = Ticket.Kind.OTHER
    return conversation.open_ticket(actor=actor, customer=customer, subject=subject, text=words, kind=kind, key=key, at=at)


def _answer_by(ticket: Ticket | None, at: datetime) -> datetime | None:
    clock = deadlines.sheet_of(ticket, at).next_answer if ticket else None
    return clock.due_at if clock else None


def _cause(feedback: Feedback) -> str:
    return f"feedback {feedback.pk}"
