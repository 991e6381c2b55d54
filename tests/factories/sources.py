"""What other systems say of customers, for tests."""

from datetime import datetime
from itertools import count

from accounts.customers.models import Customer
from accounts.quality import sources
from accounts.quality.source_models import SourceSystem, SourceValue
from tests.factories.customers import NOON

RANKS = {"crm": 10, "erp": 20, "shop": 30}
_serial = count(1)


def system(code: str = "crm") -> SourceSystem:
    """A system: crm is trusted most, shop least."""
    return sources.define_system(actor=None, code=code, name=code.upper(), rank=RANKS[code], at=NOON)


def said(
    customer: Customer, fact: str = "phone", value: str = "+49 30 555 0100", *, told_at: datetime = NOON, verified: bool = False,
    **facts: str,
) -> SourceValue:  # fmt: skip
    """A word of a system (crm unless said) about one fact of `customer`."""
    record = {"system": system(facts.get("system", "crm")), "external_id": facts.get("external_id") or f"R-{next(_serial)}"}
    made = sources.take(
        actor=None, customer=customer, says={fact: value}, told_at=told_at, verified=verified, at=max(told_at, NOON), **record
    )
    return made.values.get(fact=fact)
