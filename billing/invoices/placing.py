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

from accounts.customers import legal_data
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


class Places:
    """The taxes of many payers on one day, each worked out once; rates and legal entities are read for all of them together."""

    def __init__(self, payers: Iterable[Customer], on: date) -> None:
        self._payers, self._on, self._rates = payers, on, vat.Rates()
        self._entities: Mapping[int, Customer] | None = None
        self._known: dict[tuple[int, int], Place] = {}

    def of(self, seller: LegalEntity, payer: Customer) -> Place:
        """Return the tax of what `seller` sells to `payer`.

        Raises:
            NoRateKnown: a rate is needed and not known.
        """
        key = seller.pk, payer.pk
        if key not in self._known:
            if self._entities is None:
                self._entities = legal_data.entities_of(self._payers)
            buyer = self._entities.get(payer.pk, payer)
            country = payer.country or buyer.country
            self._known[key] = decide(seller=seller.country, buyer=country, tax_id=buyer.tax_id, on=self._on, rates=self._rates)
        return self._known[key]

    def placed(
        self, told: Iterable[tuple[Subscription, NewLine]], payers: Mapping[int, Customer]
    ) -> list[tuple[Subscription, NewLine]]:
        """Return the lines with the rates of their places, where the contract says so; a credit keeps its line's rate.

        Raises:
            NoRateKnown: a rate is needed and not known.
        """
        return [(bought, self._placed(bought, line, payers)) for bought, line in told]

    def _placed(self, bought: Subscription, line: NewLine, payers: Mapping[int, Customer]) -> NewLine:
        contract = bought.contract
        if not contract.tax_by_place or line.corrects is not None or supplies.kind_in(line.derivation) == supplies.EXEMPT:
            return line
        place = self.of(contract.legal_entity, payers[bought.customer_id])
        return replace(line, tax_rate=place.rate, derivation={**line.derivation, "tax": place.rule})


def rate_of(subscription: Subscription, payer: Customer, on: date) -> Decimal:
    """Return the rate at which `payer` is billed for a subscription on a day."""
    contract = subscription.contract
    if subscription.product.supply == supplies.EXEMPT:
        return Decimal(0)
    return Places([payer], on).of(contract.legal_entity, payer).rate if contract.tax_by_place else contract.tax_rate
