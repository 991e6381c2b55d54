"""Plans: what is sold and its prices, in versions that never change once used.

A version is the terms of a plan in one currency from a day on. Publishing adds a version; what runs keeps the one it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing import money
from billing.catalog import charges, supplies
from billing.catalog.models import Charge, Plan, PlanVersion, PriceList, Product
from billing.periods import Interval


@dataclass(frozen=True)
class ChargeTerms:
    """One price of a version to be published; `params` are the charge model's terms, amounts as decimal strings."""

    code: str
    name: str
    params: Mapping[str, Any]
    model: str = "standard"
    kind: str = Charge.Kind.RECURRING
    billing: str = Charge.Billing.IN_ADVANCE
    interval: Interval = field(default_factory=lambda: Interval("month"))
    metric: str = ""


@dataclass(frozen=True)
class Introduction:
    """A price for the first periods of a new subscription, in place of the first recurring charge's own.

    A period is one of the charge's intervals, or of the `unit` named (a day, month or year, say).
    """

    price: Decimal
    periods: int
    unit: str = ""


class NoPriceInCurrency(Refusal):
    """The plan has no version in that currency on that day."""

    code = "no_price_in_currency"


class VersionIncomplete(Refusal):
    """A version needs charges, each with a code of its own."""

    code = "version_incomplete"


def define_product(
    *,
    code: str,
    name: str,
    description: str = "",
    unit_name: str = "seat",
    adds_to: Product | None = None,
    supply: str = supplies.SERVICE,
    exempt_code: str = "",
    exempt_reason: str = "",
) -> Product:
    """Return the product with this code, made or brought up to date; with `adds_to` it is an add-on of that product.

    `supply` says what it is for the tax (supplies.py); what was billed before stays as it was.

    Raises:
        BadSupply: exempt without a reason, or a reason that is none.
    """
    supplies.check(supply, exempt_code, exempt_reason)
    facts: dict[str, Any] = {"name": name, "description": description, "unit_name": unit_name, "adds_to": adds_to}
    facts |= {"supply": supply, "exempt_code": exempt_code, "exempt_reason": exempt_reason.strip()}
    return Product.objects.update_or_create(code=code, defaults=facts)[0]


def set_ends(product: Product, *, ends: Mapping[str, date | None], successor: Product | None) -> None:
    """Give up `product`: `ends` are the days from which it is not sold, renewed, supported. Part of contracts/sunset.py."""
    product.stage, product.successor = Product.Stage.SUNSET, successor
    for name, day in ends.items():
        setattr(product, name, day)
    product.save(update_fields=["stage", "successor", *ends])


def define_plan(*, product: Product, code: str, name: str, rank: int = 0) -> Plan:
    """Return the plan with this code, made or brought up to date; `rank` orders a product's plans from small to large."""
    return Plan.objects.update_or_create(code=code, defaults={"product": product, "name": name, "rank": rank})[0]


def publish_version(
    *,
    plan: Plan,
    currency: str,
    charges: Sequence[ChargeTerms],
    effective_on: date,
    trial_days: int = 0,
    introductions: Sequence[Introduction] = (),
    term_months: int | None = None,
    trial_months: int = 0,
    ends_with_term: bool = False,
    price_list: PriceList | None = None,
) -> PlanVersion:
    """Add the next version of `plan` in `currency`, valid from `effective_on` for new subscriptions and changes.

    `introductions` follow each other. With `ends_with_term` the subscription ends with its term instead of renewing.

    Raises:
        VersionIncomplete: no charges, or two with the same code; an introduction without a length; an end without a term.
        Refusal: a currency, charge model or its terms are not understood.
    """
    money.exponent(currency)
    _terms_or_refuse(charges)
    _phases_or_refuse(charges, introductions, term_months, ends_with_term=ends_with_term)
    first = introductions[0] if introductions and not introductions[0].unit else None
    with transaction.atomic():
        Plan.objects.select_for_update().get(pk=plan.pk)
        last = plan.versions.filter(currency=currency).aggregate(last=Max("number"))["last"] or 0
        version = PlanVersion.objects.create(
            plan=plan,
            price_list=price_list,
            number=last + 1,
            currency=currency,
            effective_on=effective_on,
            trial_days=trial_days,
            trial_months=trial_months,
            intro_price=first.price if first else None,
            intro_periods=first.periods if first else 0,
            steps=[_step(step) for step in introductions if step is not first],
            term_months=term_months,
            ends_with_term=ends_with_term,
        )
        Charge.objects.bulk_create([_charge(version, terms) for terms in charges])
        return version


def version_for(plan: Plan, currency: str, on: date, price_lists: Sequence[int] = ()) -> PlanVersion:
    """Return the version of `plan` in `currency` that new subscriptions and changes get on the day `on`.

    `price_lists` are the keys of the customer's lists, the one that goes first before the others; else it is everybody's price.

    Raises:
        NoPriceInCurrency: there is none.
    """
    found = versions_for(PlanVersion.objects.filter(plan=plan), currency, on, price_lists)
    if not found:
        raise NoPriceInCurrency(_("{plan} has no price in {currency} on {on}.").format(plan=plan, currency=currency, on=on))
    return found[0]


def versions_for(offered: QuerySet[PlanVersion], currency: str, on: date, price_lists: Sequence[int] = ()) -> list[PlanVersion]:
    """Return of each plan among `offered` the version that holds on the day `on` (see `version_for`), in the order of plans."""
    for_us = Q(price_list=None) | Q(price_list__in=list(price_lists))
    rank = {key: place for place, key in enumerate(price_lists)}
    best: dict[int, PlanVersion] = {}
    known = offered.filter(for_us, currency=currency, effective_on__lte=on).select_related("plan__product", "price_list")
    for version in known.prefetch_related("charges").order_by(
        "plan__product__name", "plan__rank", "plan_id", "effective_on", "number"
    ):
        before = best.get(version.plan_id)
        if before is None or _place(version, rank) <= _place(before, rank):
            best[version.plan_id] = version
    return list(best.values())


def _place(version: PlanVersion, rank: Mapping[int, int]) -> int:
    return len(rank) if version.price_list_id is None else rank[version.price_list_id]


def on_sale(on: date, prefix: str = "") -> Q:
    """Return the condition under which a product is sold on the day `on`; `prefix` leads from the row to the product."""
    active = Q(**{f"{prefix}stage": Product.Stage.ACTIVE})
    still = Q(**{f"{prefix}stage": Product.Stage.SUNSET}) & Q(**{f"{prefix}sale_ends_on__gt": on})
    return active | still


def define_price_list(*, code: str, name: str) -> PriceList:
    """Return the price list with this code, made or renamed."""
    return PriceList.objects.update_or_create(code=code, defaults={"name": name})[0]


def mark_used(version: PlanVersion) -> None:
    """Say that a subscription uses `version`: from now on it never changes. Doing it again does nothing."""
    if PlanVersion.objects.filter(pk=version.pk, used=False).update(used=True):
        version.used = True


def _terms_or_refuse(given: Sequence[ChargeTerms]) -> None:
    if not given:
        raise VersionIncomplete(_("A plan version needs at least one charge."))
    if len({terms.code for terms in given}) < len(given):
        raise VersionIncomplete(_("Each charge of a plan version has a code of its own."))
    for terms in given:
        if (terms.kind == Charge.Kind.MINIMUM) != (terms.code == "minimum"):
            raise VersionIncomplete(_("A minimum commitment is the one charge with the code minimum."))
        charges.parse(terms.model, terms.params)


def _phases_or_refuse(
    charges: Sequence[ChargeTerms], introductions: Sequence[Introduction], term_months: int | None, *, ends_with_term: bool
) -> None:
    if introductions and not any(terms.kind == Charge.Kind.RECURRING for terms in charges):
        raise VersionIncomplete(_("An introductory price needs a recurring charge to stand in for."))
    if any(step.price < 0 or step.periods < 1 for step in introductions):
        raise VersionIncomplete(_("An introductory price is zero or more, for one period or more."))
    if ends_with_term and not term_months:
        raise VersionIncomplete(_("A plan ends with its term only where a term is agreed."))


def _step(step: Introduction) -> dict[str, Any]:
    if step.unit:
        Interval(step.unit)
    return {"price": format(step.price, "f"), "periods": step.periods, "unit": step.unit}


def _charge(version: PlanVersion, terms: ChargeTerms) -> Charge:
    return Charge(
        plan_version=version,
        code=terms.code,
        name=terms.name,
        kind=terms.kind,
        model=terms.model,
        params=dict(terms.params),
        billing=terms.billing,
        interval_unit=terms.interval.unit,
        interval_count=terms.interval.count,
        metric=terms.metric,
    )
