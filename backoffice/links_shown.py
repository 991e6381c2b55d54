"""How a ticket stands to others, as its page shows it."""

from typing import Any, Final

from django.forms import Form
from django.utils.translation import gettext as _

from accounts.people.models import User
from backoffice.forms.desk import ProblemForm, SplitForm
from support.desk import linking, merging, problems
from support.tickets import threads
from support.tickets.models import Ticket

OFFERED: Final = 10


def shown(viewer: User, ticket: Ticket, form: Form | None) -> dict[str, Any]:
    """Return what the page of links shows, with the form that was refused if one was."""
    return {
        "ticket": ticket,
        "refused": form,
        "merges": merging.merged_into(ticket),
        "candidates": [_candidate(viewer, other, ticket) for other in merging.candidates(ticket, viewer)[:OFFERED]],
        "messages": [_splittable(message) for message in _own_words(ticket, viewer)],
        "children": linking.children_of(ticket, viewer),
        "problems": problems.visible_to(viewer).filter(status__in=["proposed", "open"])[:OFFERED],
        "problem_form": ProblemForm(),
    }


def no_such_ticket(ref: str) -> str:
    """Say that a number leads nowhere."""
    return _("There is no ticket {ref}.").format(ref=ref or "?")


def _candidate(viewer: User, other: Ticket, ticket: Ticket) -> dict[str, Any]:
    answer = merging.decide(viewer, other, ticket)
    return {"ticket": other, "reason": "" if answer.allowed else answer.reason}


def _own_words(ticket: Ticket, viewer: User) -> list[Any]:
    """Return what the customer said, but for the word that opened the ticket."""
    said = threads.messages_of(ticket, viewer).filter(from_staff=False, internal=False)
    return list(said)[1:]


def _splittable(message: Any) -> dict[str, Any]:
    return {"message": message, "form": SplitForm(initial={"message": message.pk}, auto_id=f"split-{message.pk}-%s")}
