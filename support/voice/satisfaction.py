"""Satisfaction: one click in a mail says how it went, without signing in.

Some hours after a ticket ended its requester is asked, who chatted with us at once; once a ticket. Policy says for each customer
how many hours, and for how many days a person who was asked is spared (`survey.delay_hours`, `survey.rest_days`; days by the
clock, from moment to moment). The mail's links are signed and name the question, not the person; each question is answered once,
with a score from 1 (bad) to 5 (very good), and words may follow once. Nobody of ours answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.policies import resolving
from accounts.policies.resolving import Resolved, Source
from accounts.timeline import recording
from accounts.timeline.models import Activity
from billing.money import Money
from support.tickets import turns
from support.tickets.models import Ticket
from support.voice import thanks
from support.voice.models import Survey

DELAY, REST = "survey.delay_hours", "survey.rest_days"
NOT_ASKED_AFTER: Final = timedelta(days=7)
LONGEST_DELAY: Final = 144  # hours
LONGEST_REST: Final = 3_650  # days
AT_ONCE: Final = 200
LONGEST_COMMENT: Final = 2_000
SCORES: Final = {
    5: gettext_lazy("Very good"),
    4: gettext_lazy("Good"),
    3: gettext_lazy("So so"),
    2: gettext_lazy("Not good"),
    1: gettext_lazy("Bad"),
}
SIGNER: Final = Signer(salt="how it went")


class NoSuchQuestion(Refusal):
    """The link is not one of ours, or was cut short."""

    code = "no_such_question"


class AlreadyAnswered(Refusal):
    """A question is answered once."""

    code = "already_answered"


class NoSuchScore(Refusal):
    """A score is one of `SCORES`."""

    code = "no_such_score"


@dataclass(frozen=True)
class Plan:
    """When somebody is asked how it went, how long they are spared then, and which policies say so."""

    delay: timedelta
    rest: timedelta
    said_by: str

    @property
    def hours(self) -> int:
        """The delay in whole hours."""
        return self.delay // timedelta(hours=1)

    @property
    def rest_days(self) -> int:
        """The rest in whole days."""
        return self.rest.days


def plan_for(customer: Customer, on: date) -> Plan:
    """Return what policy says for a customer on the day `on`."""
    return _plan(resolving.resolve_many([customer.pk], on, [DELAY, REST])[customer.pk])


def ask(*, at: datetime) -> int:
    """Ask who had a ticket that ended lately how it went, once a ticket, or spare them; return how many were asked.

    By the policies of the day `at` in UTC.
    """
    ended = list(_to_ask(at))
    said = resolving.resolve_many({ticket.customer_id for ticket in ended}, at.date(), [DELAY, REST])
    planned = [(ticket, _plan(said[ticket.customer_id])) for ticket in ended]
    due = [(ticket, plan) for ticket, plan in planned if ticket.resolved_at and ticket.resolved_at + plan.delay <= at]
    return sum(_ask(ticket, ticket.requester, plan, at) for ticket, plan in due[:AT_ONCE])


def ask_after_chat(activity: Activity) -> None:
    """Ask at once who was in a chat with somebody of ours how it went: they are still there. A reader of the timeline."""
    if not activity.facts.get("met"):
        return
    ticket = Ticket.objects.select_related("customer").get(ref=activity.about_ref)
    person = User.objects.filter(pk=activity.facts["person"], is_active=True, is_program=False, staff_profile=None).first()
    if person:
        _ask(ticket, person, plan_for(ticket.customer, activity.at.date()), activity.at)


def _ask(ticket: Ticket, person: User | None, plan: Plan, at: datetime) -> bool:
    """Ask, or note that the person is spared; say whether they were asked. One question to a person at a time."""
    with transaction.atomic():
        turns.take(f"asking {person.pk if person else None}")
        lately = Survey.objects.filter(person=person, spared=False, asked_at__gt=at - plan.rest)
        facts = {"customer": ticket.customer, "person": person, "asked_at": at, "planned_by": plan.said_by}
        survey, is_new = Survey.objects.get_or_create(ticket=ticket, defaults=facts | {"spared": lately.exists()})
        if asked := is_new and not survey.spared:
            told = {"survey": survey.pk, "subject": ticket.subject}
            recording.record(ticket.customer, "support.satisfaction_asked", actor=None, at=at, about=ticket, facts=told)
    return asked


def answer(*, survey: Survey, score: int, at: datetime) -> Survey:
    """Keep the score. The same score again changes nothing.

    Raises:
        NoSuchScore, AlreadyAnswered: the score is none, or another one was given before.
    """
    if score not in SCORES:
        raise NoSuchScore(_("Choose one of the five answers."))
    with transaction.atomic():
        survey = _lock(survey)
        if survey.score not in (None, score):
            raise AlreadyAnswered(_("You answered this already, thank you. The first answer counts."))
        if survey.score is None:
            survey.score, survey.answered_at = score, at
            survey.save(update_fields=["score", "answered_at"])
            _record(survey, at)
            thanks.give(customer=survey.customer, person=survey.person, cause=_cause(survey), at=at)
    return survey


def comment(*, survey: Survey, words: str) -> Survey:
    """Keep words that explain a score that was given; the first ones stay.

    Raises:
        AlreadyAnswered: there are words already, or there is no score yet.
    """
    words = words.replace("\x00", "").strip()[:LONGEST_COMMENT]
    with transaction.atomic():
        survey = _lock(survey)
        if survey.score is None or survey.comment not in ("", words):
            raise AlreadyAnswered(_("Choose one of the five answers first; words can be added once."))
        survey.comment = words
        survey.save(update_fields=["comment"])
    return survey


def credited_for(survey: Survey) -> Money | None:
    """Return what was credited as thanks for an answer; None: it was thanked in words only, or is not answered."""
    given = thanks.of_cause(_cause(survey))
    return thanks.credited(given) if given else None


def token_of(survey: Survey) -> str:
    """Return what stands in a link for a question; it cannot be guessed."""
    return SIGNER.sign(str(survey.pk))


def named(token: str) -> Survey:
    """Return the question a link stands for.

    Raises:
        NoSuchQuestion: the link is not one of ours.
    """
    try:
        found = Survey.objects.select_related("ticket__assignee", "customer").filter(pk=int(SIGNER.unsign(token))).first()
    except (BadSignature, ValueError) as fault:
        raise NoSuchQuestion(_("This link is not complete. Open it again from the mail.")) from fault
    if found is None:
        raise NoSuchQuestion(_("This link is not complete. Open it again from the mail."))
    return found


def of_ticket(ticket: Ticket) -> Survey | None:
    """Return the question asked about a ticket."""
    return Survey.objects.filter(ticket=ticket).first()


def _to_ask(at: datetime) -> QuerySet[Ticket]:
    ended = Ticket.objects.filter(status=Ticket.Status.RESOLVED, resolved_at__range=(at - NOT_ASKED_AFTER, at))
    people = ended.filter(requester__is_active=True, requester__is_program=False, requester__staff_profile=None)
    unasked = people.exclude(Exists(Survey.objects.filter(ticket=OuterRef("pk")))).exclude(outcome="merged")
    return unasked.select_related("customer", "requester").order_by("resolved_at", "pk")


def _plan(said: Mapping[str, Resolved]) -> Plan:
    hours, days = (min(int(said[key].value or 0), most) for key, most in ((DELAY, LONGEST_DELAY), (REST, LONGEST_REST)))
    return Plan(timedelta(hours=hours), timedelta(days=days), _sources(said[key].source for key in (DELAY, REST)))


def _sources(sources: Iterable[Source]) -> str:
    """Name what said it, each once, with the place where it was said."""
    named_once = dict.fromkeys(f"{source.ref} ({source.where})" if source.where else source.ref for source in sources)
    return ", ".join(named_once)[:200]


def _cause(survey: Survey) -> str:
    return f"survey {survey.pk}"


def _record(survey: Survey, at: datetime) -> None:
    facts = {"score": survey.score, "survey": survey.pk, "subject": survey.ticket.subject}
    recording.record(
        survey.customer, "support.satisfaction_given", actor=survey.person, at=at, about=survey.ticket, facts=facts, internal=True
    )


def _lock(survey: Survey) -> Survey:
    return Survey.objects.select_for_update(of=("self",)).select_related("ticket", "customer", "person").get(pk=survey.pk)
