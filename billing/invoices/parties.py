"""Parties: what a document says of its seller, of who receives it and of who pays it, as they were on its day.

Names and ids that only a legal entity has come from the nearest one above; an address kept for invoices comes before the
customer's own. Any number of documents takes the same two statements.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Final

from accounts.canonical import Told
from accounts.customers import addresses, legal_data
from accounts.customers.models import Address, Customer
from billing.catalog.models import LegalEntity
from billing.invoices.models import Document

PLACE: Final = ("street", "postcode", "city")
_OF_SELLER: Final = ("code", "name", "street", "postcode", "city", "country", "tax_id", "iban", "bic", "email")
_OF_CUSTOMER: Final = (
    "number", "name", "legal_name", "street", "postcode", "city", "country", "tax_id", "lei", "email",
)  # fmt: skip
_facts_of: Final = attrgetter(*_OF_CUSTOMER)


@dataclass(frozen=True)
class Parties:
    """Where customers get their invoices and of which legal entity they are, by their keys; who has neither is left out."""

    mailed_to: Mapping[int, Address]
    entities: Mapping[int, Customer]
    _sellers: dict[int, Told] = field(default_factory=dict)

    def of(self, document: Document) -> Told:
        """Return what the document says of its seller, its buyer and its payer."""
        buyer = self._customer(document.receiver)
        payer = buyer if document.receiver_id == document.customer_id else self._customer(document.customer)
        return Told(seller=self._seller(document.legal_entity), buyer=buyer, payer=payer)

    def _seller(self, entity: LegalEntity) -> Told:
        if entity.id not in self._sellers:
            self._sellers[entity.id] = Told({name: getattr(entity, name) for name in _OF_SELLER})
        return self._sellers[entity.id]

    def _customer(self, customer: Customer) -> Told:
        told = Told(zip(_OF_CUSTOMER, _facts_of(customer), strict=True))
        if place := self.mailed_to.get(customer.id):
            told.update({name: getattr(place, name) for name in addresses.PLACE}, attention=place.attention)
        if customer.cost_centre:
            told["reference"] = customer.cost_centre
        entity = self.entities.get(customer.id)
        if entity:
            told.update(_of_entity(entity, customer, told))
        return told


def on(day: date, customers: Iterable[Customer]) -> Parties:
    """Return what documents of the day say of these customers."""
    known = {customer.id: customer for customer in customers}.values()
    return Parties(addresses.in_force(known, addresses.INVOICES, day), legal_data.entities_of(known))


def _of_entity(entity: Customer, customer: Customer, told: dict[str, str]) -> dict[str, str]:
    """Return what a customer has of its legal entity: name and ids, and the place where it has none of its own."""
    found = {"legal_name": entity.legal_name or entity.name, "tax_id": entity.tax_id, "lei": entity.lei}
    if not told["country"]:
        found["country"] = entity.country
    if entity != customer:
        found["department"] = customer.name
    if not any(told[name] for name in PLACE):
        found |= {name: getattr(entity, name) for name in PLACE}
    return found
