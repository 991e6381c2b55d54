"""What customers asked, how it was answered, and the billing errors that wait to be put right."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people.models import User
from backoffice.demo.people import FINANCE
from backoffice.demo.questions import DISPUTES, EARLIER, QUESTIONS, Dispute, Question
from billing.anomalies import finding
from billing.invoices.models import Line
from support.remedies import declines, finance_feed, resolution
from support.remedies.models import DeclineReason, FeedRow
from support.tickets import conversation
from support.tickets.models import Ticket
from support.voice import praise, promises, satisfaction

UNTIL_ANSWERED, UNTIL_PRAISED, UNTIL_SETTLED, UNTIL_SEEN = (timedelta(hours=hours) for hours in (2, 3, 1, 5))
UNTIL_ASKED = timedelta(hours=3)  # after the end
THANKS = "Quick, clear and it worked at once. Thank you."


def tell(agent: User, *, at: datetime) -> None:
    """Open, answer and resolve the tickets of the demo world, and look for billing errors."""
    for question in QUESTIONS:
        _ask(question, agent, at)
    praised = Ticket.objects.filter(status=Ticket.Status.RESOLVED).order_by("opened_at").last()
    if praised and praised.requester:
        praise.give(actor=praised.requester, ticket=praised, words=THANKS, at=praised.opened_at + UNTIL_PRAISED)
    for dispute in DISPUTES:
        _dispute(dispute, agent, at)
    finding.find_for(None, at=at)


def recall(agent: User, *, at: datetime) -> None:
    """Tell what was asked weeks ago and how it went."""
    for question in EARLIER:
        ticket = _ask(question, agent, at)
        ended_at = at - timedelta(hours=question.hours_ago) + UNTIL_ANSWERED
        if question.goodwill and ticket.status != Ticket.Status.RESOLVED:
            facts = {"ticket": ticket.ref, "amount": question.goodwill}
            remedy, terms = resolution.read("goodwill_credit", facts, key=_key(question, "goodwill"))
            resolution.grant(actor=agent, ticket=ticket, remedy=remedy, terms=terms, at=ended_at)
            _say_how_it_went(ticket, question.score, ended_at + UNTIL_ASKED)


def _dispute(dispute: Dispute, agent: User, now: datetime) -> None:
    asked_at = now - timedelta(hours=dispute.hours_ago)
    line = Line.objects.select_related("document").get(document__ref=dispute.invoice)
    ticket = conversation.open_ticket(
        actor=User.objects.get(email=dispute.asker),
        customer=Customer.objects.get(ref=dispute.customer_ref),
        subject=dispute.subject,
        text=dispute.text,
        kind=Ticket.Kind.BILLING,
        key=_key(dispute, "dispute"),
        at=asked_at,
        line=line,
    )
    if dispute.untouched:
        return
    remedy, terms = resolution.read("credit_duplicate_charge", {"finding": str(ticket.finding)}, key=_key(dispute, "credit"))
    grant = resolution.grant(actor=agent, ticket=ticket, remedy=remedy, terms=terms, at=asked_at + UNTIL_SETTLED)
    if dispute.seen_by_finance:
        row = FeedRow.objects.get(grant=grant)
        finance_feed.acknowledge(actor=User.objects.get(email=FINANCE), row=row, at=asked_at + UNTIL_SEEN)


def _ask(question: Question, agent: User, now: datetime) -> Ticket:
    asked_at = now - timedelta(hours=question.hours_ago)
    ticket = conversation.open_ticket(
        actor=User.objects.get(email=question.asker),
        customer=Customer.objects.get(ref=question.customer_ref),
        subject=question.subject,
        text=question.text,
        kind=question.kind,
        key=_key(question, "question"),
        at=asked_at,
    )
    answered_at = asked_at + UNTIL_ANSWERED
    if question.note:
        conversation.reply(
            actor=agent, ticket=ticket, text=question.note, at=answered_at, key=_key(question, "note"), internal=True
        )
    if question.declined:
        reason = DeclineReason.objects.get(pk=question.declined)
        looked_at = "The contract, and the invoices of both months, day by day."
        no = declines.Answer(declines.NOT_VALID, looked_at, reason)
        declines.decline(actor=agent, ticket=ticket, answer=no, at=answered_at)
    elif question.promise:
        word = promises.Word(
            question.promise, local_day(answered_at, ticket.customer.timezone) + timedelta(days=question.promise_days)
        )
        promises.reply(actor=agent, ticket=ticket, text=question.answer, word=word, at=answered_at, key=_key(question, "answer"))
    elif question.resolved:
        conversation.resolve(actor=agent, ticket=ticket, outcome=conversation.ANSWERED, text=question.answer, at=answered_at)
        _say_how_it_went(ticket, question.score, answered_at + UNTIL_ASKED)
    elif question.answer:
        conversation.reply(actor=agent, ticket=ticket, text=question.answer, at=answered_at, key=_key(question, "answer"))
    return ticket


def _say_how_it_went(ticket: Ticket, score: int, at: datetime) -> None:
    """Ask how it went, and let who asked answer with a score if they did."""
    satisfaction.ask(at=at)
    survey = satisfaction.of_ticket(ticket)
    if score and survey and not survey.spared:
        satisfaction.answer(survey=survey, score=score, at=at)


def _key(question: Question | Dispute, what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo {what} {question.subject}")
