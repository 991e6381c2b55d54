"""Offers as the portal shows them: what, why, for how much, and who of us suggested it."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from billing.amendments import ordering
from billing.catalog.models import PlanVersion
from portal import places, quotes_shown
from support.offers import fitting
from support.offers.fitting import Fit


@dataclass(frozen=True)
class OfferShown:
    """An offer with its price in words."""

    fit: Fit
    price: str


def shown(node: Customer, viewer: User) -> list[OfferShown]:
    """Return what is offered to a customer's `viewer` now, nothing to who may not order; a constant number of statements."""
    if not access.decide(viewer, access.CHANGE_CONTRACT, node).allowed:
        return []
    today = places.today(node)
    fits = fitting.shown_to(node, at=timezone.now(), today=today)
    if not fits:
        return []
    versions = {version.plan_id: version for fit in fits for version in ordering.on_sale(fit.contract, today, node)}
    wanted = [(fit, versions[fit.offer.plan_id]) for fit in fits if fit.offer.plan_id in versions]
    return [OfferShown(fit, _price(version)) for fit, version in wanted]


def _price(version: PlanVersion) -> str:
    return quotes_shown.prices([version], version.plan.product.unit_name)[0]["price"]
