"""Money for tests: who sells, what is sold, what was signed and what was issued. Amounts in minor units unless a price is text.

`subscribed(customer)` is the shortest way to something that can be billed; `invoice(customer, 12000)` to something owed.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from accounts.customers.models import Customer
from accounts.people.models import User
from billing.amendments import differing, quoting
from billing.amendments.models import Quote
from billing.catalog import coupons, plans
from billing.catalog.models import LegalEntity, Plan, PlanVersion
from billing.catalog.plans import ChargeTerms
from billing.contracts import redeeming, signing
from billing.contracts.models import Contract, Redemption, Subscription
from billing.invoices import credit_orders, issuing, legacy, newline, single
from billing.invoices.models import CreditOrder, Document
from billing.invoices.newline import NewLine
from billing.money import Money
from billing.periods import Interval
from tests.factories import people

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 1)
FIRST_OF_MONTH = {"type": "bcd", "day": 1}
_serial = count(1)


def seller(code: str = "accord", **details: str) -> LegalEntity:
    """The legal entity with this code, made when it is missing; others than `accord` number with their code in front."""
    facts = {
        "name": "Accord GmbH", "street": "Torstraße 1", "postcode": "10119", "city": "Berlin", "country": "DE",
        "tax_id": "DE123456788", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "email": "billing@accord.example",
        "creditor_id": "DE98ZZZ09999999999",
        "ref_prefix": "" if code == "accord" else f"{code[:7].upper()}-",
    }  # fmt: skip
    return LegalEntity.objects.get_or_create(code=code, defaults=facts | details)[0]


def plan(code: str = "PRO", *, product: str = "desk", rank: int = 0) -> Plan:
    """The plan with this code of a product, both made when missing."""
    return plans.define_plan(
        product=plans.define_product(code=product, name=product.capitalize()), code=code, name=code.capitalize(), rank=rank
    )


def version(
    code: str = "PRO",
    price: str = "62.00",
    *,
    currency: str = "EUR",
    billing: str = "in_advance",
    interval: str | dict[str, int] = "month",
    effective_on: date = date(2020, 1, 1),
    product: str = "desk",
    rank: int = 0,
    **terms: Any,
) -> PlanVersion:
    """A version of a plan with one recurring price per unit."""
    base = ChargeTerms("base", "Seats", {"unit_price": price}, billing=billing, interval=Interval.parse(interval))
    return plans.publish_version(
        plan=plan(code, product=product, rank=rank), currency=currency, charges=[base], effective_on=effective_on, **terms
    )


def contract(
    customer: Customer,
    *,
    currency: str = "EUR",
    signed_on: date = FIRST_DAY,
    at: datetime = NOON,
    tax_rate: str = "0",
    **terms: Any,
) -> Contract:
    """A signed contract, billed on the first of the month unless told otherwise."""
    facts = {"legal_entity": seller(), "timezone": "Europe/Berlin", "alignment": FIRST_OF_MONTH} | terms
    return signing.sign(
        actor=None, customer=customer, currency=currency, signed_on=signed_on, at=at, tax_rate=Decimal(tax_rate), **facts
    )


def subscribed(
    customer: Customer,
    plan_version: PlanVersion | None = None,
    *,
    quantity: int = 1,
    on: date = FIRST_DAY,
    at: datetime = NOON,
    under: Contract | None = None,
    price_override: Decimal | None = None,
    **terms: Any,
) -> Subscription:
    """A subscription that starts `on`; `terms` are the contract's (tax_rate, alignment, …) when none is named."""
    bought = plan_version or version()
    return signing.subscribe(
        actor=None, contract=under or contract(customer, currency=bought.currency, signed_on=on, at=at, **terms),
        customer=customer, plan_version=bought, quantity=quantity, effective_on=on, at=at, price_override=price_override,
    )  # fmt: skip


def one_off(customer: Customer, amount_minor: int, description: str = "Set-up service", **facts: Any) -> NewLine:
    """A line that has no subscription behind it."""
    return NewLine(kind=newline.ONE_OFF, customer=customer, description=description, amount_minor=amount_minor, **facts)


def invoice(
    customer: Customer,
    amount_minor: int = 12000,
    *,
    on: date = FIRST_DAY,
    at: datetime = NOON,
    currency: str = "EUR",
    tax_rate: str = "0",
    lines: list[NewLine] | None = None,
    **facts: Any,
) -> Document:
    """An issued, open invoice of one line (or of `lines`), owed by and addressed to `customer`; `amount_minor` is net."""
    return issuing.issue(
        payer=customer, receiver=facts.pop("receiver", customer), legal_entity=facts.pop("legal_entity", None) or seller(),
        currency=currency, lines=lines or [one_off(customer, amount_minor, tax_rate=Decimal(tax_rate))], on=on, at=at, **facts,
    )  # fmt: skip


def legacy_invoice(
    customer: Customer,
    amount_minor: int = 12000,
    *,
    ref: str = "",
    on: date = FIRST_DAY,
    due_on: date | None = None,
    currency: str = "EUR",
    description: str = "Desk Pro",
    since: date | None = None,
    until: date | None = None,
    at: datetime = NOON,
    **facts: Any,
) -> Document:
    """An imported, open invoice of one line for the days `[since, until)`."""
    line = one_off(customer, amount_minor, description, since=since, until=until, **facts)
    return legacy.import_invoice(
        customer=customer, legal_entity=seller(), ref=ref or f"OLD-{next(_serial)}", issued_on=on, due_on=due_on or on,
        currency=currency, lines=[line], at=at,
    )  # fmt: skip


def single_credit(customer: Customer, amount: Money, *, on: date = FIRST_DAY, at: datetime = NOON) -> Document:
    """A credit given to the customer's account; open invoices take it first."""
    return single.give_credit(actor=None, customer=customer, legal_entity=seller(), amount=amount, reason="Sorry", on=on, at=at)


def redeemed(customer: Customer, *, code: str = "spring", percent: str = "10") -> Redemption:
    """A coupon that a contract of `customer` has, given by the system."""
    coupon = coupons.define(actor=None, at=NOON, code=f"{code}-{customer.pk}", name=code.title(), percent=Decimal(percent))
    held = Contract.objects.filter(customer=customer).first() or contract(customer)
    return redeeming.redeem(actor=None, coupon=coupon, contract=held, on=FIRST_DAY, at=NOON)


def credit_order(customer: Customer, major: str = "6000.00", *, by: User | None = None, at: datetime = NOON) -> CreditOrder:
    """An agent's order for more prepaid credit than agents sell alone, waiting for a second person."""
    if not Contract.objects.filter(customer=customer).exists():
        subscribed(customer)
    asked = {"actor": by or people.agent(), "customer": customer, "amount": Money.of(major, "EUR"), "key": uuid4()}
    made = credit_orders.place(on=at.date(), at=at, **asked)
    assert isinstance(made, CreditOrder)
    return made


def price_not_kept(customer: Customer, *, at: datetime = NOON) -> Quote:
    """A quote for nine units that could not be kept, which raised its alarm."""
    held = subscribed(customer)
    change, person = quoting.Change("set_quantity", quantity=9), people.administrator(customer)
    quote = quoting.quote(actor=person, subscription=held, change=change, at=at, today=at.date())
    differing.raise_alarm(quote, why="The price is no longer as quoted.", at=at)
    return quote
