"""Plans with a metered charge for tests, and what was used of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from billing.catalog import plans
from billing.catalog.models import PlanVersion
from billing.catalog.plans import ChargeTerms
from billing.contracts.models import Subscription
from billing.usage import recording
from billing.usage.models import Meter
from tests.factories import billing

PACKAGES = {"package_price": "5.00", "package_size": 100, "free_units": 100}


def version(code: str = "CALLS", model: str = "package", params: dict[str, object] | None = None) -> PlanVersion:
    """A plan whose calls are billed after the month; without other terms 5.00 for each hundred begun, a hundred free."""
    if not Meter.objects.filter(code="calls").exists():
        recording.define_meter(code="calls")
    calls = ChargeTerms("calls", "Calls", params or PACKAGES, kind="usage", billing="in_arrears", metric="calls", model=model)
    base = ChargeTerms("base", "Seats", {"unit_price": "10.00"})
    return plans.publish_version(
        plan=billing.plan(code, product=code.lower(), rank=0), currency="EUR", charges=[base, calls],
        effective_on=date(2020, 1, 1),
    )  # fmt: skip


def used(subscription: Subscription, units: int, on: date) -> None:
    """So many calls at noon of a day."""
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    one = recording.Measurement(subscription.ref, "calls", str(uuid4()), at, units=Decimal(units))
    recording.record([one], at=at)
