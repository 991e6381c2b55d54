"""Confirming: the customer's own people say once a year, with one click, that its facts are still right."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts import ready
from accounts.customers import facts, rules_in_force
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people import access
from accounts.people.models import User
from accounts.quality import scores
from accounts.quality.models import Confirmation
from accounts.ready import Fact
from accounts.timeline import recording


def last(customer: Customer) -> Confirmation | None:
    """Return the last time somebody confirmed the facts."""
    return next(iter(_last(customer=customer)), None)


@ready.statement
def _last(customer: Fact) -> QuerySet[Confirmation]:
    held = Confirmation.objects.filter(customer=customer).select_related("confirmed_by")
    return held.order_by("-confirmed_at", "-pk")[:1]


def is_due(customer: Customer, *, at: datetime) -> bool:
    """Say whether it is time to ask: the facts were neither confirmed nor added within the days of the rule details.fresh."""
    held = last(customer)
    since = held.confirmed_at if held else customer.created_at
    days = rules_in_force.days_to_confirm()
    return bool(days) and at - since > timedelta(days=days)


def confirm(*, actor: User, customer: Customer, at: datetime) -> Confirmation:
    """Note that the facts of `customer` are right as they stand. A second click on the same day of theirs changes nothing.

    Raises:
        Refusal: the actor may not speak for this customer.
    """
    with transaction.atomic():
        kept: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
        access.decide(actor, access.REQUEST_CHANGES, kept).or_refuse()
        held = last(kept)
        if held and local_day(held.confirmed_at, kept.timezone) == local_day(at, kept.timezone):
            return held
        made = Confirmation.objects.create(customer=kept, confirmed_by=actor, confirmed_at=at, facts=facts.of(kept))
        scores.refresh(Customer.objects.filter(pk=kept.pk), at=at)
        recording.record(kept, "accounts.details_confirmed", actor=actor, at=at, facts={"email": actor.email})
    return made
