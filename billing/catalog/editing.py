"""The catalogue as managers edit it: products, plans, price lists and price versions.

Each use case does what plans.py does and keeps on the timeline who did it, and each fact before and after. Doing it again with
the same facts changes nothing and records nothing; a price version alone is a further one each time.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction

from accounts.customers.details import facts_of_change
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog import plans
from billing.catalog.models import Plan, PlanVersion, PriceList, Product
from billing.catalog.plans import ChargeTerms, Introduction

Kept = TypeVar("Kept", Product, Plan, PriceList)


def product(*, actor: User, at: datetime, code: str, **facts: Any) -> Product:
    """Return the product with this code, made or brought up to date; `facts` are those of `plans.define_product`.

    Raises:
        BadSupply: exempt without a reason, or a reason that is none.
    """
    return _kept(Product, plans.define_product, "billing.product_defined", actor, at, code, facts)


def plan(*, actor: User, at: datetime, code: str, **facts: Any) -> Plan:
    """Return the plan with this code, made or brought up to date; `facts` are those of `plans.define_plan`."""
    return _kept(Plan, plans.define_plan, "billing.plan_defined", actor, at, code, facts)


def price_list(*, actor: User, at: datetime, code: str, name: str) -> PriceList:
    """Return the price list with this code, made or renamed. Who has it is a special term of a customer or segment."""
    return _kept(PriceList, plans.define_price_list, "billing.price_list_defined", actor, at, code, {"name": name})


def price_version(
    *,
    actor: User,
    at: datetime,
    plan: Plan,
    currency: str,
    effective_on: date,
    charges: Sequence[ChargeTerms],
    introductions: Sequence[Introduction] = (),
    **terms: Any,
) -> PlanVersion:
    """Publish the next price of a plan, for everybody or on a price list; `terms` are further ones of `plans.publish_version`.

    Raises:
        VersionIncomplete, Refusal: see `plans.publish_version`.
    """
    with transaction.atomic():
        version = plans.publish_version(
            plan=plan, currency=currency, effective_on=effective_on, charges=charges, introductions=introductions, **terms
        )
        told = {"plan": plan.name, "version": version.number, "currency": currency, "since": str(effective_on)}
        recording.record(None, "billing.price_published", actor=actor, at=at, facts=told, internal=True)
        return version


def _kept(
    model: type[Kept], define: Callable[..., Kept], kind: str, actor: User, at: datetime, code: str, facts: dict[str, Any]
) -> Kept:
    with transaction.atomic():
        held = model.objects.select_for_update().filter(code=code).first()
        before = {name: _plain(getattr(held, name)) for name in facts} if held else {}
        after = {name: _plain(value) for name, value in facts.items() if not held or _plain(value) != before[name]}
        if held and not after:
            return held
        made = define(code=code, **facts)
        told = {"name": made.name, **facts_of_change({name: before[name] for name in after} if held else {}, after)}
        recording.record(None, kind, actor=actor, at=at, facts=told, internal=True)
        return made


def _plain(value: Any) -> Any:
    return value.code if isinstance(value, Product) else value
