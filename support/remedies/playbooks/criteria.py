"""Criteria: what can be asked of a ticket before something is given. Each looks at the books and says what it saw.

To add one, write its function and name it in `CRITERIA`; managers choose it for a playbook by its code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.days import local_day
from billing.anomalies.models import Finding
from billing.contracts.models import ContractEvent
from support.remedies.kinds import on_invoice
from support.remedies.models import Grant
from support.tickets.models import Ticket
from support.voice import promises

RECENT: Final = timedelta(days=62)


@dataclass(frozen=True)
class Answer:
    """Whether a criterion is met, and what was seen."""

    met: bool
    words: str


def error_found(ticket: Ticket) -> Answer:
    """A billing error was found and stands open."""
    finding = ticket.finding
    if finding and finding.status == Finding.Status.OPEN:
        return Answer(True, _("{finding}: {words}").format(finding=finding.ref, words=finding.evidence.get("words", "")))
    return Answer(False, _("No open billing error was found on this ticket."))


def names_an_invoice(ticket: Ticket) -> Answer:
    """The ticket is about an invoice."""
    document = on_invoice.about(ticket)
    if document:
        return Answer(True, _("It is about {document}.").format(document=document))
    return Answer(False, _("It names no invoice; ask which one."))


def invoice_is_open(ticket: Ticket) -> Answer:
    """Something is left to pay on the invoice."""
    document = on_invoice.about(ticket)
    if document and document.open_minor:
        amount = on_invoice.open_on(document)
        return Answer(True, _("{amount} is open on {document}.").format(amount=amount, document=document))
    return Answer(False, _("Nothing is left to pay on an invoice of this ticket."))


def nothing_given_yet(ticket: Ticket) -> Answer:
    """No remedy was given on the ticket."""
    given = ticket.grants.filter(status=Grant.Status.GRANTED).count()
    if given:
        words = ngettext("{count} remedy was given on this ticket.", "{count} remedies were given on this ticket.", given)
        return Answer(False, words.format(count=given))
    return Answer(True, _("Nothing was given on this ticket yet."))


def changed_lately(ticket: Ticket) -> Answer:
    """The contract was changed within two months."""
    events = ContractEvent.objects.filter(
        subscription__customer=ticket.customer_id, recorded_at__gt=ticket.touched_at - RECENT, undoes=None
    )
    latest = events.exclude(what="subscribe").order_by("-recorded_at", "-pk").first()
    if latest:
        return Answer(True, _("Changed on {day}.").format(day=local_day(latest.recorded_at, ticket.customer.timezone)))
    return Answer(False, _("The contract was not changed within two months."))


def promise_broken(ticket: Ticket) -> Answer:
    """What we promised on the ticket was not done by its day."""
    broken = promises.of_ticket(ticket).filter(broken_at__isnull=False).exclude(state=promises.WITHDRAWN).first()
    if broken:
        facts = {"what": broken.what, "day": date_format(broken.due_on, "j M Y")}
        return Answer(True, _("“{what}” was not done by {day}.").format(**facts))
    return Answer(False, _("No promise on this ticket was broken."))


RECOGNISING: Final = "promise_broken"  # by itself it says which playbook fits, as a billing error does
CRITERIA: Final[Mapping[str, Callable[[Ticket], Answer]]] = {
    check.__name__: check
    for check in (
        error_found,
        names_an_invoice,
        invoice_is_open,
        nothing_given_yet,
        changed_lately,
        promise_broken,
    )  # fmt: skip
}


def label_of(code: str) -> str:
    """Return what a criterion asks, as its function says."""
    labels = {
        "error_found": _("A billing error was found"),
        "names_an_invoice": _("It is about an invoice"),
        "invoice_is_open": _("The invoice is open"),
        "nothing_given_yet": _("Nothing was given yet"),
        "changed_lately": _("The contract was changed lately"),
        "promise_broken": _("What we promised was not done in time"),
    }
    return labels.get(code, code)
