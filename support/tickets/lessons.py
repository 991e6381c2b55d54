"""Lessons: make the draft of an article out of a ticket that was solved, without who it was about."""

from datetime import datetime

from django.db import transaction

from accounts.people import access
from accounts.people.models import User
from support.knowledge import editing, masking, questions
from support.knowledge.models import ArticleQuestion, ArticleVersion
from support.tickets.models import Ticket


def draft(*, actor: User, ticket: Ticket, at: datetime) -> ArticleVersion:
    """Write the first version of an article from what was asked and answered, and attach the question it answers.

    Internal notes stay out. Names, numbers and addresses are masked; somebody else reads it before it is published.

    Raises:
        Refusal: the actor may not work on this ticket, or not shape what customers read.
    """
    access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
    names = _names(ticket)
    said = ticket.messages.filter(internal=False).order_by("sent_at", "pk").values_list("text", flat=True)
    subject = masking.masked(ticket.subject, names=names)
    with transaction.atomic():
        body = "\n\n".join(masking.masked(text, names=names) for text in said)
        version = editing.begin(actor=actor, title=subject, body=body, at=at)
        questions.propose(article=version.article, text=subject, source=ArticleQuestion.Source.TICKET, at=at)
    return version


def _names(ticket: Ticket) -> list[str]:
    """Return the names that may stand in a ticket: its customer's, the asker's and those of all who wrote."""
    people = User.objects.filter(pk__in=[ticket.requester_id, *ticket.messages.values_list("author", flat=True)])
    known = [name for person in people for name in (person.name, person.email)]
    return [ticket.customer.name, ticket.customer.legal_name, *filter(None, known)]
