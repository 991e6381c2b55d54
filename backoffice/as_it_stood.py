"""What an entry of the timeline is about, as it stood then: the facts of that moment, and its story."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from accounts.customers import earlier, facts
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.timeline import reading
from accounts.timeline.models import Activity
from backoffice import overview
from billing.contracts import state
from billing.contracts.models import Subscription
from billing.invoices import selectors
from billing.invoices.models import Document
from support.tickets.models import Ticket
from window import statuses
from window.formats import amount, day

Fact = dict[str, object]
STORY: Final = 50  # entries about the same thing, the latest before that moment
SHOWN: Final = ("name", "legal_name", "street", "postcode", "city", "country", "tax_id", "email", "phone", "tier", "stage")


def of(entry: Activity) -> dict[str, object]:
    """Return an entry, the facts of what it is about as they were right after it, and what had happened to that until then."""
    until_then = reading.about(entry.about_kind, entry.about_ref).filter(at__lte=entry.at) if entry.about_ref else []
    told = FACTS.get(entry.about_kind)
    return {
        "entry": overview.told(entry),
        "ref": entry.about_ref,
        "facts": told(entry) if told and entry.customer else [],
        "story": [overview.told(each) for each in until_then[:STORY]],
    }


def _document(entry: Activity) -> list[Fact]:
    found = Document.objects.filter(ref=entry.about_ref).first()
    if found is None:
        return []
    then = local_day(entry.at, entry.customer.timezone)
    return _terms(
        (_("Document"), found.ref),
        (_("State"), statuses.label(selectors.state_at(found, entry.at, then))),
        (_("Total"), amount(found.total_minor, found.currency)),
        (_("Still open"), amount(selectors.open_at(found, entry.at), found.currency)),
        (_("Due"), day(found.due_on) if found.due_on else ""),
        (_("Sent to"), _place(found.address.get("buyer", {}))),
    )


def _customer(entry: Activity) -> list[Fact]:
    found = Customer.objects.filter(number=entry.about_ref).first() or entry.customer
    kept = earlier.facts_at(found, entry.at)
    return _terms(*((facts.label(name), kept[name]) for name in SHOWN))


def _subscription(entry: Activity) -> list[Fact]:
    found = Subscription.objects.filter(ref=entry.about_ref).select_related("contract").first()
    if found is None:
        return []
    then = state.as_of(found, local_day(entry.at, found.contract.timezone))
    return _terms(
        (_("Plan"), then.plan.name),
        (_("Quantity"), str(then.quantity)),
        (_("State"), statuses.label(then.status)),
        (_("Price of a period"), amount(then.per_period.amount_minor, then.per_period.currency)),
    )


def _ticket(entry: Activity) -> list[Fact]:
    found = Ticket.objects.filter(ref=entry.about_ref).first()
    if found is None:
        return []
    messages = found.messages.filter(sent_at__lte=entry.at).count()
    return _terms((_("Subject"), found.subject), (_("Messages until then"), str(messages)))


def _terms(*pairs: tuple[str, str]) -> list[Fact]:
    return [{"term": term, "value": value} for term, value in pairs if value]


def _place(buyer: Mapping[str, str]) -> str:
    return ", ".join(buyer[part] for part in ("name", "street", "postcode", "city", "country") if buyer.get(part))


FACTS: Final[dict[str, Callable[[Activity], list[Fact]]]] = {
    "document": _document, "customer": _customer, "subscription": _subscription, "ticket": _ticket, "": _customer,
}  # fmt: skip
