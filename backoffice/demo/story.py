"""What customers asked, how it was answered, and the billing errors that wait to be put right."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.customers.models import Customer
from accounts.people.models import User
from backoffice.demo.questions import QUESTIONS, Question
from billing.anomalies import finding
from support.tickets import conversation
from support.tickets.models import Ticket
from support.voice import praise

UNTIL_ANSWERED, UNTIL_PRAISED = timedelta(hours=2), timedelta(hours=3)
THANKS = "Quick, clear and it worked at once. Thank you."


def tell(agent: User, *, at: datetime) -> None:
    """Open, answer and resolve the tickets of the demo world, and look for billing errors."""
    for question in QUESTIONS:
        _ask(question, agent, at)
    praised = Ticket.objects.filter(status=Ticket.Status.RESOLVED).order_by("opened_at").last()
    if praised and praised.requester:
        praise.give(actor=praised.requester, ticket=praised, words=THANKS, at=praised.opened_at + UNTIL_PRAISED)
    finding.find_for(None, at=at)


def _ask(question: Question, agent: User, now: datetime) -> None:
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
    if question.resolved:
        conversation.resolve(actor=agent, ticket=ticket, outcome=conversation.ANSWERED, text=question.answer, at=answered_at)
    elif question.answer:
        conversation.reply(actor=agent, ticket=ticket, text=question.answer, at=answered_at, key=_key(question, "answer"))


def _key(question: Question, what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo {what} {question.subject}")
