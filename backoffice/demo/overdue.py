"""One customer of the demo world does not pay: what was asked for so far, step by step."""

from datetime import datetime, timedelta
from typing import Final

from accounts.customers.models import Customer
from billing.dunning import stepping

WHO: Final = "KR"
DAYS_AGO: Final = (26, 19, 12, 5)


def ask(*, at: datetime) -> None:
    """Take the steps of the last weeks for the customer `WHO`."""
    for days in DAYS_AGO:
        stepping.take_due(at=at - timedelta(days=days), payers=Customer.objects.filter(ref=WHO))
