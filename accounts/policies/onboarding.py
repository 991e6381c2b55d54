"""How many days onboarding may last, as policy says it for each customer; hung into accounts/segments/lifecycle.py."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from accounts.policies import resolving

DAYS: Final = "lifecycle.onboarding_days"


def days_of(customers: Iterable[int], on: date) -> dict[int, int]:
    """Return the days by the customer's primary key, in two statements."""
    return {pk: int(values[DAYS].value) for pk, values in resolving.resolve_many(customers, on, [DAYS]).items()}
