"""Extending a due date: the invoice rests until a later day; nothing is asked for and nothing is stopped before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import User
from billing.dunning import pausing
from billing.dunning.models import DunningPause
from billing.invoices.models import Document
from support.remedies.kinds import on_invoice
from support.remedies.kinds.base import Effect, Given, Input, TakenBack
from support.remedies.kinds.on_invoice import OnInvoice
from support.remedies.models import Grant
from support.tickets.models import Ticket

SUGGESTED_DAYS: Final = 14
LONGEST: Final = pausing.LONGEST_PAUSE


@dataclass(frozen=True, kw_only=True)
class Terms(on_invoice.Terms):
    """The invoice, and the last day on which it is paid in time."""

    pay_by: date


class ExtendDueDate(OnInvoice[Terms]):
    """Lets the customer pay an open invoice later."""

    code: ClassVar[str] = "extend_due_date"

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Extend the due date")

    @property
    def action(self) -> str:
        """What its button says."""
        return _("Choose the day")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The day is the giver's to choose."""
        return (Input("pay_by", _("To be paid by"), kind="date"),)

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer two weeks more on an open invoice that was not extended before."""
        document = on_invoice.about(ticket)
        if document is None or not document.open_minor or _extended(document):
            return []
        today = local_day(ticket.touched_at, ticket.customer.timezone)
        pay_by = max(document.due_on or today, today) + timedelta(days=SUGGESTED_DAYS)
        return [Terms(key=uuid4(), document=document, pay_by=pay_by)]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the invoice and the day the facts hold."""
        document = on_invoice.read(facts)
        return Terms(key=key, resolve=resolve, document=document, pay_by=on_invoice.read_day(facts.get("pay_by", "")))

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the invoice and the day."""
        return super().facts(terms) | {"pay_by": terms.pay_by.isoformat()}

    def possible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Something is open, it is the first extension, and the day is later than now agreed but not too far away."""
        document, today = terms.document, local_day(ticket.touched_at, ticket.customer.timezone)
        if not on_invoice.open_on(document):
            return refused("nothing_open", _("Nothing is left to pay on {document}.").format(document=document))
        if _extended(document):
            return refused("extended_before", _("{document} was extended before.").format(document=document))
        due = max(today, document.due_on or today)
        if not due < terms.pay_by <= due + timedelta(days=LONGEST):
            words = {"days": LONGEST, "due": _day(due)}
            return refused("day_not_possible", _("Choose a day after {due}, at most {days} days later.").format(**words))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show the day before and after."""
        label = _("{document} to be paid by").format(document=terms.document)
        return [Effect(label, _pay_by(terms.document), terms.pay_by)]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Let the invoice rest until the day is over."""
        pausing.rest(
            terms.document, DunningPause.Cause.HAND, since=local_day(at, ticket.customer.timezone),
            until=terms.pay_by + timedelta(days=1), actor=actor, at=at, reason=_("Extended, {ticket}").format(ticket=ticket.ref),
        )  # fmt: skip
        return Given(self.cost(terms), terms.document)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """End the rest; the days that passed stay free."""
        rests = DunningPause.objects.filter(
            document=grant.document, cause=DunningPause.Cause.HAND, made_at=grant.granted_at or grant.asked_at
        )
        pausing.end(rests, today=local_day(at, grant.customer.timezone), actor=actor)
        return TakenBack()

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell the new day, and that nothing is asked for before."""
        words = {"document": terms.document, "day": _day(terms.pay_by)}
        return "\n".join(
            (
                _("You can pay {document} until {day}.").format(**words),
                _("We will not remind you of it before, and nothing is stopped because of it."),
            )
        )


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def _extended(document: Document) -> bool:
    return document.dunning_pauses.filter(cause=DunningPause.Cause.HAND).exists()


def _pay_by(document: Document) -> date:
    """Return the last day on which the invoice is paid in time."""
    rests = document.dunning_pauses.filter(cause=DunningPause.Cause.HAND, until__isnull=False)
    latest = rests.order_by("-until", "pk").values_list("until", flat=True).first()
    return latest - timedelta(days=1) if latest else document.due_on or date.min
