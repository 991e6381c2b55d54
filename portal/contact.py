"""The words of a ticket: its first ones, with what the person was looking at so that nobody has to copy it, and replies."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people.models import User
from billing.anomalies.models import Finding
from billing.dunning import disputes
from billing.invoices.models import Document, Line
from portal import places
from portal.forms.tickets import ReplyForm
from support.channels import disputing, writing
from support.channels.files import File
from support.tickets.models import Ticket
from window.refusals import refusals_shown_on

# The pages that show one thing with a number of its own.
INVOICE_PAGES: Final = frozenset({"invoice", "payment_promises"})
TICKET_PAGES: Final = frozenset({"ticket", "replies", "praises", "appeals", "chat"})
CONTRACT_PAGES: Final = frozenset({"contract", "terms", "orders", "term_signatures"})
PAYMENT_PAGES: Final = frozenset({"payment", "payment_checks"})


def send(document: Document | None, line: Line | None, *, dispute: bool, today: date, **facts: Any) -> Ticket:
    """Open the ticket; when the person wants it so, a line that can be disputed is not asked for meanwhile."""
    facts |= {"document": document, "line": line, "at": timezone.now()}
    if dispute and line and disputes.may_dispute(facts["actor"], line).allowed:
        return disputing.open_ticket(today=today, **facts)
    return writing.open_ticket(**facts)


def replied(actor: User, ticket: Ticket, form: ReplyForm) -> bool:
    """Send what the form says as a reply on a ticket; say whether it went. If not, the form says why."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    attached = [File(*file) for file in given.pop("files")]
    with refusals_shown_on(form):
        writing.reply(actor=actor, ticket=ticket, at=timezone.now(), attached=attached, **given)
        return True
    return False


def first_words(document: Document | None, line: Line | None, subject: str = "") -> dict[str, Any]:
    """Return what the contact form starts with, for a question about `document` and the `line` on it."""
    if document is None:
        return {"subject": subject}
    about = {"invoice": document.ref, "line": line.position if line else None, "kind": Ticket.Kind.BILLING}
    return (
        about | _about_line(document, line)
        if line
        else about | {"subject": subject or _("About %(ref)s") % {"ref": document.ref}}
    )


def _about_line(document: Document, line: Line) -> dict[str, Any]:
    found = (
        Finding.objects.filter(line=line, twin__isnull=False, status=Finding.Status.OPEN).select_related("twin__document").first()
    )
    if found is None or found.twin is None:
        return {"subject": _("%(ref)s: %(line)s") % {"ref": document.ref, "line": line.description}}
    facts = {"ref": document.ref, "line": line.description, "twin": found.twin.document.ref}
    return {
        "subject": _("%(ref)s: %(line)s was billed twice") % facts,
        "text": _("%(line)s on %(ref)s covers days that %(twin)s charged already. Please put this right.") % facts,
    }


@dataclass(frozen=True)
class About:
    """What the page showed from which somebody talks to us: a ticket they have, a document, or something with words for it."""

    ticket: Ticket | None = None
    document: Document | None = None
    words: str = ""


def about(request: HttpRequest, page: str, ref: str) -> About:
    """Return what stands at the page named, as far as the visitor may see it; 404 for what is not theirs."""
    if not ref or "\x00" in ref:
        return About()
    if page in INVOICE_PAGES:
        document, _line = places.matter(request, ref, None)
        return About(document=document, words=_("About %(ref)s") % {"ref": ref})
    if page in TICKET_PAGES:
        found = places.ticket(request, ref)
        return About(ticket=found, words=found.subject)
    if page in CONTRACT_PAGES:
        return About(words=_("About the contract %(ref)s") % {"ref": places.contract(request, ref).ref})
    if page in PAYMENT_PAGES:
        return About(words=_("About the payment %(ref)s") % {"ref": places.payment(request, ref).ref})
    return About()
