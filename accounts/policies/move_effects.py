"""What a move changes in the policies in force, said in sentences for its preview."""

from datetime import date

from accounts.customers.models import Customer
from accounts.policies import resolving


def for_policies(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say which policy values would be others there, and which policy says so."""
    before = resolving.resolve_many([customer.pk], on)[customer.pk]
    after = resolving.resolve_under(customer, to, on)
    changed = [(before[code], becomes) for code, becomes in after.items() if before[code].value != becomes.value]
    return [
        f"{becomes.key.label}: {becomes.words} ({becomes.source.ref}) instead of {was.words} ({was.source.ref})."
        for was, becomes in changed
    ]
