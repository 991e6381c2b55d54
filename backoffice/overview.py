"""Everything about one customer on one page, composed from every topic; a constant number of statements."""

from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people.models import Membership, User
from accounts.timeline import reading
from backoffice import answers_shown, policies_shown, standing_shown, tree_nodes
from billing.anomalies.models import Finding
from billing.contracts import state
from billing.contracts.models import Subscription
from billing.invoices import selectors as invoice_selectors
from billing.ledger import balances
from support.tickets import threads
from window.formats import amount, day

ROWS_ON_A_CARD = 8
ACTIVITIES = 30
# The page of what an activity is about, by the kind of thing; each takes a ref.
PAGES_ABOUT: Final = {
    "ticket": "backoffice:ticket",
    "document": "backoffice:document",
    "problem": "backoffice:problem",
    "bankline": "backoffice:bank_line",
    "grant": "backoffice:ticket",
}
NOTHING = "–"

Fact = dict[str, object]


def of(node: Customer, *, viewer: User, subtree: bool, on: date) -> dict[str, object]:
    """Return what the page of `node` shows on the day `on`."""
    found = Finding.objects.filter(customer__in=node.as_one(), status=Finding.Status.OPEN)
    return {
        "node": node,
        "path": path_to(node),
        "lead": _("What this customer owes, uses, asks and was told."),
        "tiles": _tiles(node),
        "findings": found.select_related("line__document"),
        "documents": _documents(node, viewer, on),
        "tickets": threads.visible_to(viewer)
        .filter(customer__in=node.as_one())
        .select_related("assignee")
        .order_by("-touched_at")[:ROWS_ON_A_CARD],
        "subtree": subtree,
        "activities": [told(entry) for entry in reading.of_customer(node, viewer=viewer, subtree=subtree, limit=ACTIVITIES)],
        "children": tree_nodes.below(node),
        "subscriptions": _subscriptions(node, on),
        "people": _people(node),
        "details": _details(node),
        "answers": answers_shown.of(node, on=on),
        "standing": standing_shown.of(node, on),
        "policies": policies_shown.in_force_at(node, on),
    }


def path_to(node: Customer) -> list[Fact]:
    """Return the breadcrumb from the root of the group down to `node`."""
    return [
        {"label": step.name, "url": reverse("backoffice:customer", args=[step.number])} for step in Customer.objects.above(node)
    ]


def _tiles(node: Customer) -> list[Fact]:
    own, whole = balances.owed_by(node), balances.owed_by_subtree(node)
    return [
        {"label": _("Owed"), "value": tree_nodes.amounts(own) or _("Nothing"), "scope": _("this customer only")},
        {"label": _("Owed"), "value": tree_nodes.amounts(whole) or _("Nothing"), "scope": _("with everything below")},
    ]


def _documents(node: Customer, viewer: User, on: date) -> list[Fact]:
    latest = (
        invoice_selectors.visible_to(viewer).filter(customer__in=node.as_one()).order_by("-issued_on", "-pk")[:ROWS_ON_A_CARD]
    )
    return [{"document": document, "state": invoice_selectors.state_of(document, on)} for document in latest]


def told(entry: reading.Activity) -> Fact:
    """Return an activity as a line of the timeline."""
    return {
        "title": reading.describe(entry),
        "at": entry.at,
        "who": str(entry.actor or _("the system")),
        "icon": reading.kind_of(entry).icon,
        "internal": entry.internal,
        "url": _page_about(entry),
        "then": reverse("backoffice:activity", args=[entry.customer.number, entry.pk]) if entry.customer else "",
    }


def _page_about(entry: reading.Activity) -> str:
    """Return the address of what an activity is about, a remedy's on its ticket; nothing where it has no page here."""
    page = PAGES_ABOUT.get(entry.about_kind, "")
    ref = str(entry.facts.get("ticket", "")) if entry.about_kind == "grant" else entry.about_ref
    return reverse(page, args=[ref]) if page and ref else ""


def _subscriptions(node: Customer, on: date) -> list[Fact]:
    running = list(Subscription.objects.filter(customer__in=node.as_one()).select_related("product").order_by("ref"))
    states = state.states_of(running, on)
    return [_subscription(subscription, states[subscription.pk]) for subscription in running]


def _subscription(subscription: Subscription, standing: state.State) -> Fact:
    price = amount(standing.per_period.amount_minor, standing.per_period.currency)
    words = _("%(quantity)s × %(plan)s, %(price)s a period") % {
        "quantity": standing.quantity,
        "plan": standing.plan.name,
        "price": price,
    }
    note = "" if standing.status == state.ACTIVE else standing.status
    url = reverse("backoffice:subscription_usage", args=[subscription.ref])
    return {"term": subscription.ref, "value": words, "note": note, "url": url}


def _people(node: Customer) -> list[Fact]:
    held = Membership.objects.filter(customer=node).in_force().select_related("user").order_by("role", "user__email")
    return [
        {"term": membership.get_role_display(), "value": str(membership.user), "note": membership.user.email}
        for membership in held
    ]


def _details(node: Customer) -> list[Fact]:
    facts = (
        (_("Number"), node.number),
        (_("Legal name"), node.legal_name),
        (_("Address"), ", ".join(part for part in (node.street, f"{node.postcode} {node.city}".strip(), node.country) if part)),
        (_("Tax id"), node.tax_id),
        (_("E-mail"), node.email),
        (_("Time zone"), node.timezone),
        (_("Cost centre"), node.cost_centre),
        (_("Customer since"), day(local_day(node.created_at, node.timezone))),
    )
    return [{"term": term, "value": value or NOTHING} for term, value in facts]
