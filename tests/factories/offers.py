"""Offers for tests."""

from typing import Any

from support.offers import defining
from support.offers.models import Offer
from tests.factories import billing
from tests.factories.billing import FIRST_DAY, NOON


def offer(code: str = "line", **facts: Any) -> Offer:
    """An offer of LINE, which nobody runs yet."""
    billing.version("LINE", "84.00", product="line")
    wanted = {
        "name": "Line",
        "plan": billing.plan("LINE", product="line"),
        "because": "A line for {customer}.",
        "since": FIRST_DAY,
    }
    return defining.define(actor=None, code=code, at=NOON, **wanted | facts)
