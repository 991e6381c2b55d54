"""Payment plan: an open invoice is paid in monthly parts; while they are paid it rests."""

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
from billing.dunning import plans
from billing.dunning.models import PaymentPlan as Plan
from billing.invoices.models import Document
from support.remedies.kinds import on_invoice
from support.remedies.kinds.base import Effect, Given, Input, NotReversible, TakenBack, TermsUnreadable
from support.remedies.kinds.on_invoice import OnInvoice
from support.remedies.models import Grant
from support.tickets.models import Ticket

SUGGESTED_PARTS: Final = 3
MOST_PARTS: Final = 12
FIRST_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Terms(on_invoice.Terms):
    """The invoice, in how many parts, and when the first is due."""

    parts: int
    first_on: date


class PaymentPlan(OnInvoice[Terms]):
    """Agrees on monthly parts for an open invoice."""

    code: ClassVar[str] = "payment_plan"

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Pay in parts")

    @property
    def action(self) -> str:
        """What its button says."""
        return _("Choose the parts")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """How many parts, and the first day."""
        return (Input("parts", _("Monthly parts"), kind="number"), Input("first_on", _("First part due"), kind="date"))

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer three parts on an open invoice that is in no plan."""
        document = on_invoice.about(ticket)
        if document is None or document.open_minor < SUGGESTED_PARTS or plans.running_on(document):
            return []
        first_on = _today(ticket) + FIRST_AFTER
        return [Terms(key=uuid4(), document=document, parts=SUGGESTED_PARTS, first_on=first_on)]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the invoice, the parts and the day the facts hold."""
        document, parts = on_invoice.read(facts), facts.get("parts", "").strip()
        if not (parts.isascii() and parts.isdigit() and len(parts) < 3):
            raise TermsUnreadable(_("Say in how many parts it is paid."))
        first_on = on_invoice.read_day(facts.get("first_on", ""))
        return Terms(key=key, resolve=resolve, document=document, parts=int(parts), first_on=first_on)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the invoice, the parts and the day."""
        return super().facts(terms) | {"parts": str(terms.parts), "first_on": terms.first_on.isoformat()}

    def possible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Something is open, it is in no plan, and parts and day can be agreed on."""
        still_open, today = on_invoice.open_on(terms.document), _today(ticket)
        if plans.running_on(terms.document):
            return refused("in_a_plan", _("{document} is in a payment plan already.").format(document=terms.document))
        if not 2 <= terms.parts <= MOST_PARTS:
            return refused("plan_not_possible", _("A plan has between two and {most} parts.").format(most=MOST_PARTS))
        if still_open.amount_minor < terms.parts:
            return refused("nothing_open", _("Too little is open to be paid in {count} parts.").format(count=terms.parts))
        if not today <= terms.first_on <= today + plans.LATEST_FIRST:
            return refused("plan_not_possible", _("The first part is due within thirty days."))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show how it is paid before and after."""
        now = _at_once() if plans.running_on(terms.document) is None else _in_parts(terms)
        return [Effect(_("{document} is paid").format(document=terms.document), now, _in_parts(terms))]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Agree on the parts; from now on the invoice rests."""
        plans.make(
            actor=actor, documents=[terms.document], count=terms.parts, first_on=terms.first_on, at=at,
            today=local_day(at, ticket.customer.timezone),
        )  # fmt: skip
        return Given(self.cost(terms), terms.document)

    def reverse(self, *, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
        """End the plan; what is open is due as before."""
        made = Plan.objects.filter(documents=grant.document_id, agreed_at=grant.granted_at or grant.asked_at).first()
        if made is None or not plans.end(plan=made, actor=actor, at=at):
            raise NotReversible(_("The plan has ended already."))
        return TakenBack()

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell the parts and the first day."""
        words = {"document": terms.document, "count": terms.parts, "day": date_format(terms.first_on, "j M Y")}
        return "\n".join(
            (
                _("You can pay {document} in {count} monthly parts, the first on {day}.").format(**words),
                _("While you pay them in time we ask for nothing else, and nothing is stopped."),
            )
        )


def _today(ticket: Ticket) -> date:
    return local_day(ticket.touched_at, ticket.customer.timezone)


def _at_once() -> str:
    return _("at once")


def _in_parts(terms: Terms) -> str:
    return _("in {count} parts from {day}").format(count=terms.parts, day=date_format(terms.first_on, "j M Y"))
