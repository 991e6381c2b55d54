"""Recipient: the lines of the address window of a letter that is no invoice: a statement, a receipt, a quote.

An invoice carries the address that was stored with it at issue (writing.py). Every other letter goes where the customer gets its
invoices on the day the letter is of, or else to its own street and town.
"""

from datetime import date

from accounts.customers import addresses
from accounts.customers.models import Customer
from billing.invoices.documents import figures


def lines(customer: Customer, *, on: date, home: str, language: str) -> list[str]:
    """Return the lines for a letter of the day `on`; the country is named when it is not `home` (ISO 3166), the sender's."""
    kept = addresses.in_force([customer], addresses.INVOICES, on).get(customer.pk)
    place, attention = (kept, kept.attention) if kept else (customer, "")
    town = f"{place.postcode} {place.city}".strip()
    country = figures.country(place.country, language).upper() if place.country not in ("", home) else ""
    told = (customer.legal_name or customer.name, attention, place.street, town, country)
    return [line for line in told if line]
