"""Placing: which tax a line carries when its contract leaves that to place and day.

Services to businesses are taxed where the buyer is, services to consumers within the Union too (one-stop shop):
- home: seller and buyer in one country, or the buyer's is unknown: the seller's rate;
- reverse charge: another country of the Union and a valid VAT id of it: no tax, the buyer owes it;
- destination: another country of the Union without one: the rate of that country;
- export: outside the Union: no tax.
The day is that up to which is billed. The buyer is who pays, with the country and VAT id of the nearest legal entity.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from accounts.customers.models import Customer
from accounts.quality import identifiers
from billing.catalog import supplies, vat
from billing.catalog.models import LegalEntity
from billing.contracts.models import Subscription
from billing.invoices import tax
from billing.invoices.newline import NewLine

HOME, REVERSE_CHARGE, DESTINATION, EXPORT = "home", "reverse_charge", "destination", "export"


@dataclass(frozen=True)
class Place:
    """The rate that holds, and the rule that says so."""

    rule: str
    rate: Decimal


def decide(*, seller: str, buyer: str, tax_id: str, on: date, rates: vat.Rates) -> Place:
    """Return the tax of a service from the country `seller` to the country `buyer` on a day.

    Raises:
        NoRateKnown: a rate is needed and not known.
    """
    if not buyer or buyer == seller:
        return Place(HOME, rates.on(seller, on))
    if buyer not in tax.EU:
        return Place(EXPORT, Decimal(0))
    if seller in tax.EU and identifiers.is_valid(identifiers.VAT, tax_id, buyer):
        return Place(REVERSE_CHARGE, Decimal(0))
    return Place(DESTINATION, rates.on(buyer, on))


def placed(
    told: Iterable[tuple[Subscription, NewLine]], payers: Mapping[int, Customer], on: date
) -> list[tuple[Subscription, NewLine]]:
    """Return the lines with the rates of their places, where the contract says so; a credit keeps its line's rate.

    Raises:
        NoRateKnown: a rate is needed and not known.
    """
    rates, known = vat.Rates(), dict[tuple[int, int], Place]()
    found: list[tuple[Subscription, NewLine]] = []
    for subscription, line in told:
        contract = subscription.contract
        exempt = supplies.kind_in(line.derivation) == supplies.EXEMPT
        if contract.tax_by_place and line.corrects is None and not exempt:
            payer = payers[subscription.customer_id]
            key = contract.legal_entity_id, payer.pk
            if key not in known:
                known[key] = _place(contract.legal_entity, payer, on, rates)
            place = known[key]
            line = replace(line, tax_rate=place.rate, derivation={**line.derivation, "tax": place.rule})
        found.append((subscription, line))
    return found


def rate_of(subscription: Subscription, payer: Customer, on: date) -> Decimal:
    """Return the rate at which `payer` is billed for a subscription on a day."""
    contract = subscription.contract
    if subscription.product.supply == supplies.EXEMPT:
        return Decimal(0)
    return _place(contract.legal_entity, payer, on, vat.Rates()).rate if contract.tax_by_place else contract.tax_rate


def _place(seller: LegalEntity, payer: Customer, on: date, rates: vat.Rates) -> Place:
    buyer = payer
    if not payer.tax_id and payer.parent_id is not None:
        above = Customer.objects.above(payer).filter(kind__carries_legal_data=True).order_by("-lft").first()
        buyer = above or payer
    return decide(seller=seller.country, buyer=payer.country or buyer.country, tax_id=buyer.tax_id, on=on, rates=rates)
