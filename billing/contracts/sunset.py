"""Sunset: a product is given up. It is no longer sold from one day on, no longer renewed from another, then no longer supported.

Whoever has it is told, with the day it ends for them and what is offered instead. Under a contract with terms it ends with the
first term that ends on or after the last renewal (renewing.py decides that); without terms it ends on that day, recorded at once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog import plans
from billing.catalog.models import Product
from billing.contracts import events, histories, notice
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.rating import service

LONGEST: Final = timedelta(days=36_525)  # a hundred years: further on, no term can be reckoned
ENDS: Final = ("sale_ends_on", "renewal_ends_on", "support_ends_on")


class BadSunset(Refusal):
    """The days do not follow each other, or the successor cannot stand in."""

    code = "bad_sunset"


@dataclass(frozen=True)
class Holder:
    """Who has a product, and the first day without it (None: it is renewed for ever)."""

    subscription: Subscription
    ends_on: date | None


def give_up(
    *,
    actor: User | None,
    product: Product,
    sale_ends_on: date | None,
    renewal_ends_on: date | None,
    support_ends_on: date | None,
    successor: Product | None,
    at: datetime,
) -> list[Holder]:
    """Set the days on which `product` ends, tell everybody who has it, and return them. The same again tells nobody.

    Raises:
        BadSunset: sale, renewal and support do not end in that order or in our time, or the successor is given up itself.
    """
    facts = _ends_or_refuse(sale_ends_on, renewal_ends_on, support_ends_on, by=at.date() + LONGEST)
    if successor and (successor.pk == product.pk or successor.stage == Product.Stage.SUNSET):
        raise BadSunset(_("{successor} cannot stand in: it is given up itself.").format(successor=successor))
    with transaction.atomic():
        held = Product.objects.select_for_update().get(pk=product.pk)
        before = {name: getattr(held, name) for name in (*ENDS, "successor_id")}
        plans.set_ends(held, ends=facts, successor=successor)
        product.refresh_from_db()
        found = holders(held, on=at.date())
        if before != {**facts, "successor_id": successor.pk if successor else None}:
            for holder in found:
                _tell(holder, actor, at)
        return found


def _ends_or_refuse(sale: date | None, renewal: date | None, support: date | None, *, by: date) -> dict[str, date | None]:
    if sale is None or renewal is None:
        raise BadSunset(_("Say from which day it is no longer sold, and from which no longer renewed."))
    if not sale <= renewal <= (support or date.max):
        raise BadSunset(_("A product stops being sold first, then being renewed, then being supported."))
    if (support or renewal) > by:
        raise BadSunset(_("A product ends within a hundred years."))
    return dict(zip(ENDS, (sale, renewal, support), strict=True))


def holders(product: Product, on: date, *, among: int | None = None) -> list[Holder]:
    """Return who has `product` after the day `on`, by contract, with the first day without it; `among` looks at so many only."""
    bought = Subscription.objects.filter(product=product).select_related("contract", "customer", "product__successor")
    known = list(bought.order_by("contract", "pk")[:among])
    told = histories.histories_of(known)
    lives = {subscription: service.read(told[subscription.pk]) for subscription in known}
    return [
        Holder(subscription, _earlier(life.end, ends_on(subscription.contract, product)))
        for subscription, life in lives.items()
        if life.segments and (life.end is None or life.end > on)
    ]


def ends_on(contract: Contract, product: Product) -> date | None:
    """Return the first day without `product` under the contract; None while it is renewed."""
    last = product.renewal_ends_on
    if last is None or not contract.term_months:
        return last
    term = notice.term_with(contract, last)
    return last if last == term.since and last > contract.signed_on else term.until


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day), default=None)


def _tell(holder: Holder, actor: User | None, at: datetime) -> None:
    subscription, product = holder.subscription, holder.subscription.product
    facts = {
        "contract": subscription.contract.ref, "subject": product.name, "on": str(holder.ends_on or ""),
        "note": product.successor.name if product.successor else "",
    }  # fmt: skip
    recording.record(subscription.customer, "billing.product_ends", actor=actor, at=at, about=subscription, facts=facts)
    without_end = service.read(histories.history_of(subscription)).end is None
    if not subscription.contract.term_months and holder.ends_on and without_end:
        events.add(
            actor=actor, subscription=subscription, what=ContractEvent.What.CANCEL, effective_on=holder.ends_on, at=at,
            args={"reason": "sunset"},
        )  # fmt: skip
