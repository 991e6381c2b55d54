"""Reversing a change: a plan or quantity changed by mistake is taken back from the day it took effect, with what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people.models import User
from billing.amendments import reversing
from billing.contracts import events
from billing.contracts.models import ContractEvent
from billing.invoices.models import Document
from billing.ledger import posting
from billing.money import Money
from support.remedies.kinds import base, by_credit_note
from support.remedies.kinds.base import Effect, Given, Remedy, TermsUnreadable
from support.tickets.models import Ticket

RECENT: Final = timedelta(days=62)
MOST_OFFERED: Final = 2
CHANGES: Final = (ContractEvent.What.CHANGE_PLAN, ContractEvent.What.SET_QUANTITY)


@dataclass(frozen=True, kw_only=True)
class Terms(base.Terms):
    """The change, and the day on which it is taken back."""

    event: ContractEvent
    on: date

    @cached_property
    def foreseen(self) -> Money | Refusal:
        """What billing without the change would credit, or why it cannot be taken back; reckoned once for these terms."""
        try:
            return reversing.foresee(self.event, on=self.on)
        except Refusal as refusal:
            return refusal


class ReverseChange(Remedy[Terms]):
    """Takes a change of plan or quantity back as if it had not been made, and credits what it cost."""

    code: ClassVar[str] = "reverse_change"
    accounts: ClassVar[tuple[str, ...]] = (posting.RECEIVABLE, posting.REVENUE, posting.TAX, posting.CUSTOMER_CREDIT)

    @property
    def label(self) -> str:
        """Its name, as people read it."""
        return _("Take the change back")

    @property
    def action(self) -> str:
        """What its button says."""
        return _("Take it back")

    def proposals(self, ticket: Ticket) -> list[Terms]:
        """Offer the latest changes of the ticket's customer that can be taken back."""
        on = _today(ticket)
        recent = _changes().filter(
            subscription__customer=ticket.customer_id, what__in=CHANGES, recorded_at__gt=ticket.touched_at - RECENT
        )
        latest = recent.order_by("-recorded_at", "-pk")[:MOST_OFFERED]
        offered = [Terms(key=uuid4(), event=event, on=on) for event in latest]
        return [terms for terms in offered if self.eligible(ticket, terms).allowed]

    def read(self, facts: Mapping[str, str], *, key: UUID, resolve: bool) -> Terms:
        """Return the terms for the change whose key the facts hold."""
        named = facts.get("event", "")
        known = named.isascii() and named.isdigit() and len(named) < 19
        event = _changes().filter(pk=int(named)).first() if known else None
        if event is None:
            raise TermsUnreadable(_("There is no such change."))
        try:
            on = date.fromisoformat(facts.get("on", ""))
        except ValueError as fault:
            raise TermsUnreadable(_("Write the day as year, month and day.")) from fault
        return Terms(key=key, resolve=resolve, event=event, on=on)

    def facts(self, terms: Terms) -> dict[str, str]:
        """Name the change and the day."""
        return {"event": str(terms.event.pk), "on": terms.on.isoformat()}

    def cause(self, terms: Terms) -> str:
        """A change is taken back once."""
        return f"change {terms.event.pk}"

    def cost(self, terms: Terms) -> Money:
        """What billing without the change would credit; zero where it would bill more, or nothing."""
        nothing = Money.zero(terms.event.subscription.contract.currency)
        return nothing if isinstance(terms.foreseen, Refusal) else max(terms.foreseen, nothing)

    def eligible(self, ticket: Ticket, terms: Terms) -> Decision:
        """Only a change of the ticket's own customer that still counts, after which the customer owes no more than before."""
        event = terms.event
        if ticket.customer_id != event.subscription.customer_id:
            return refused("not_of_this_customer", _("This change is another customer's."))
        if event.what not in CHANGES:
            return refused("no_change", _("Only a change of plan or quantity is taken back."))
        if terms.on > _today(ticket):
            return refused("day_not_possible", _("A change is taken back today."))
        if isinstance(credit := terms.foreseen, Refusal):
            return refused(credit.code, credit.reason)
        if credit.amount_minor < 0:
            return refused("owes_more", _("Without this change the customer would owe {amount}.").format(amount=-credit))
        return ALLOWED

    def preview(self, ticket: Ticket, terms: Terms) -> list[Effect]:
        """Show what counts before and after."""
        words = events.words(terms.event)
        undone = reversing.is_undone(terms.event)
        return [Effect(words, _("taken back") if undone else _("counts"), _("taken back"))]

    def apply(self, *, actor: User, ticket: Ticket, terms: Terms, at: datetime) -> Given:
        """Take it back and issue the credit note."""
        credit_note = reversing.reverse(actor=actor, event=terms.event, on=terms.on, at=at)
        return by_credit_note.given(credit_note) if credit_note else Given(Money.zero(terms.event.subscription.contract.currency))

    @property
    def stays(self) -> str:
        """A change that was taken back is made anew instead, at the price of that day."""
        return _("Make the change anew instead.")

    def closing_text(self, ticket: Ticket, terms: Terms, document: Document | None = None) -> str:
        """Tell what was taken back, and what was credited."""
        effect_on = reversing.took_effect_on(terms.event)
        words = {"change": events.words(terms.event), "day": date_format(effect_on, "j M Y")}
        if effect_on > terms.on:
            first = _("We have taken this change back: {change}. It will not take effect on {day}.").format(**words)
        else:
            first = _("We have taken this change back: {change}. It is as if it had not been made on {day}.").format(**words)
        if document:
            amount = Money(-document.total_minor, document.currency)
            return f"{first}\n{_('We have credited {amount} with {document}.').format(amount=amount, document=document)}"
        cost = self.cost(terms)
        return f"{first}\n{_('We credit {amount}.').format(amount=cost)}" if cost else first


def _changes() -> QuerySet[ContractEvent]:
    related = ("subscription__contract", "subscription__customer", "subscription__product", "plan_version__plan")
    return ContractEvent.objects.select_related(*related)


def _today(ticket: Ticket) -> date:
    return local_day(ticket.touched_at, ticket.customer.timezone)
