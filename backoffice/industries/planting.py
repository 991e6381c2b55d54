"""Planting: putting a template in, and one customer of it with a meter that runs. Doing it again changes nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.text import slugify

from accounts.customers import kinds, tree
from accounts.customers.models import Customer, CustomerKind
from accounts.decisions import Refusal
from backoffice.industries.templates import Industry, Tariff, Ware
from billing.catalog import plans
from billing.catalog.models import LegalEntity, Plan, PlanVersion
from billing.catalog.plans import ChargeTerms
from billing.contracts import signing
from billing.contracts.models import Subscription
from billing.usage import recording

READ_BEFORE: Final = timedelta(hours=1)


class NobodySells(Refusal):
    """A contract names who sells; there is nobody yet."""

    code = "nobody_sells"


@dataclass(frozen=True)
class Planted:
    """What a template put in."""

    kinds: int
    plans: int


@transaction.atomic
def plant(industry: Industry, *, at: datetime) -> Planted:
    """Give the kinds of customers the words of the trade, and put its meters, products and plans on sale.

    Prices hold from a year ago, so that contracts of the last months can be taken over."""
    renamed = sum(_rename(code, label, at) for code, label in industry.words.items())
    made = sum(_offer(ware, tariff, industry.currency, at.date()) for ware in industry.wares for tariff in ware.tariffs)
    return Planted(renamed, made)


@transaction.atomic
def first_person(industry: Industry, *, name: str, on: date, units: int, at: datetime) -> Subscription:
    """Make a person of that name a customer with one meter since the day `on`, read just now at `units`.

    Raises:
        NobodySells: no legal entity sells yet.
    """
    seller = LegalEntity.objects.order_by("pk").first()
    if seller is None:
        raise NobodySells("Say who sells first: administration, legal entities.")
    ref = f"person-{slugify(name)}"
    known = Customer.objects.filter(ref=ref).first()
    if known:
        return Subscription.objects.filter(customer=known).order_by("pk")[0]
    ware = industry.wares[0]
    person = tree.add(actor=None, parent=None, kind="person", name=name, ref=ref, at=at, currency=industry.currency)
    contract = signing.sign(
        actor=None, customer=person, legal_entity=seller, currency=industry.currency, timezone=person.timezone,
        alignment={"type": "bcd", "day": 1}, signed_on=on, at=at,
    )  # fmt: skip
    version = plans.version_for(Plan.objects.get(code=ware.tariffs[0].code), industry.currency, on)
    metered = signing.subscribe(
        actor=None, contract=contract, customer=person, plan_version=version, quantity=1, effective_on=on, at=at
    )
    reading = recording.Measurement(metered.ref, ware.meter, f"first-{metered.ref}", at - READ_BEFORE, units=Decimal(units))
    recording.record([reading], at=at)
    return metered


def _rename(code: str, label: str, at: datetime) -> bool:
    kept = CustomerKind.objects.prefetch_related("allowed_parents").get(pk=code)
    if kept.label == label:
        return False
    facts = {name: getattr(kept, name) for name in ("may_be_root", "carries_legal_data", "position")}
    kinds.define(actor=None, code=code, label=label, at=at, allowed_parents=kept.allowed_parents.all(), **facts)
    return True


def _offer(ware: Ware, tariff: Tariff, currency: str, since: date) -> bool:
    """Put a plan on sale, unless it has a price in this currency already: what managers changed stays."""
    recording.define_meter(code=ware.meter)
    product = plans.define_product(code=ware.code, name=ware.name, unit_name=ware.unit)
    plan = plans.define_plan(product=product, code=tariff.code, name=tariff.name, rank=ware.tariffs.index(tariff) + 1)
    if PlanVersion.objects.filter(plan=plan, currency=currency).exists():
        return False
    base = ChargeTerms("base", tariff.name, {"unit_price": tariff.base})
    used = ChargeTerms(
        "use", ware.metered, {"unit_price": tariff.per_unit}, kind="usage", billing="in_arrears", metric=ware.meter
    )
    plans.publish_version(
        plan=plan, currency=currency, charges=[base, used], effective_on=since.replace(year=since.year - 1, day=1)
    )
    return True
