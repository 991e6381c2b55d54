"""Entitlements: what a customer may not do while an invoice stands on a step that stops something.

Read from what is open now: a step stops something for the payer of its invoice and for everybody whose use stands on it, as long
as the invoice is open and does not rest. Paying, a dispute, a promise or a plan lifts it at that moment; nobody has to remember.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, refused
from billing.dunning import ladder
from billing.dunning.models import DunningPause, StepTaken
from billing.invoices.models import Document, Line
from billing.money import Money

ACTIVE, RESTRICTED, SUSPENDED = "active", "restricted", "suspended"
STATES: Final = {ladder.RESTRICT: RESTRICTED, ladder.SUSPEND: SUSPENDED}


@dataclass(frozen=True)
class Entitlement:
    """How far a customer may use what was bought: active, restricted (no new orders) or suspended, and for which invoice."""

    state: str
    document: Document | None = None

    @property
    def decision(self) -> Decision:
        """Whether something new may be ordered, with the way out."""
        if self.document is None:
            return ALLOWED
        amount = Money(self.document.open_minor, self.document.currency)
        reason = _(
            "New orders are stopped because {amount} of invoice {ref} are overdue. They work again the moment it is paid,"
            " or when you promise a day, dispute it or agree on parts."
        ).format(amount=amount, ref=self.document.ref)
        return refused("payment_overdue", reason)


def of(customer: Customer, on: date) -> Decision:
    """Say whether `customer` may order something new on the day `on`."""
    return state_of(customer, on).decision


def state_of(customer: Customer, on: date) -> Entitlement:
    """Return how far `customer` may use what was bought: the hardest step that stops something counts."""
    return states_of([customer], on)[customer.pk]


def states_of(customers: Collection[Customer], on: date) -> dict[int, Entitlement]:
    """Return the entitlement of each of `customers` on the day `on`, by its key, in two statements."""
    found = {customer.pk: Entitlement(ACTIVE) for customer in customers}
    used = Line.objects.filter(customer__in=found, document=OuterRef("document"))
    steps = in_force(on).filter(Q(document__customer__in=found) | Exists(used)).select_related("document")
    rows = list(steps.order_by("taken_at", "pk"))
    users = _users_of({step.document_id for step in rows})
    for step in rows:
        for key in ({step.document.customer_id} | users[step.document_id]) & found.keys():
            if found[key].state != SUSPENDED:
                found[key] = Entitlement(STATES[step.action], step.document)
    return found


def in_force(on: date) -> QuerySet[StepTaken]:
    """Return the steps that stop something on the day `on`: their invoice is open and does not rest."""
    resting = DunningPause.objects.filter(Q(until=None) | Q(until__gt=on), document=OuterRef("document"), since__lte=on)
    steps = StepTaken.objects.filter(action__in=ladder.STOPPING, lifted_at=None, document__open_minor__gt=0)
    return steps.filter(~Exists(resting))


def _users_of(documents: Collection[int]) -> dict[int, set[int]]:
    """Return whose use stands on each document."""
    found: dict[int, set[int]] = defaultdict(set)
    for document, customer in Line.objects.filter(document__in=documents).values_list("document", "customer").distinct():
        found[document].add(customer)
    return found
