"""The first words of a ticket: what the person was looking at, so that nobody has to copy it."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.anomalies.models import Finding
from billing.dunning import disputes
from billing.invoices.models import Document, Line
from support.channels import disputing, writing
from support.tickets.models import Ticket


def send(document: Document | None, line: Line | None, *, dispute: bool, today: date, **facts: Any) -> Ticket:
    """Open the ticket; when the person wants it so, a line that can be disputed is not asked for meanwhile."""
    facts |= {"document": document, "line": line, "at": timezone.now()}
    if dispute and line and disputes.may_dispute(facts["actor"], line).allowed:
        return disputing.open_ticket(today=today, **facts)
    return writing.open_ticket(**facts)


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
