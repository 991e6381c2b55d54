"""How long a preview takes on a contract with 200 subscriptions, all of them billed; in a transaction that is rolled back."""

import statistics
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import connection, transaction

from accounts.customers import tree
from benchmarks.figures import Figure, percentile, timed
from billing.amendments import quoting
from billing.amendments.quoting import Change
from billing.catalog import plans, sellers
from billing.catalog.plans import ChargeTerms
from billing.contracts import signing
from billing.contracts.models import Subscription
from billing.invoices import run

AT, FIRST, LATER = datetime(2026, 1, 1, 12, tzinfo=UTC), date(2026, 1, 1), date(2026, 1, 16)
SELLER = {
    "street": "-",
    "postcode": "-",
    "city": "-",
    "country": "DE",
    "tax_id": "-",
    "iban": "-",
    "email": "bench@accord.example",
}


def measure(size: int | None) -> list[Figure]:
    """Price a change of seats 50 times on a contract of `size` subscriptions (200), beside one bare statement."""
    with transaction.atomic():
        subscriptions = _world(size or 200)
        change = Change("set_quantity", quantity=9)
        times = [timed(lambda held=held: _preview(held, change)) * 1000 for held in subscriptions[:50]]
        bare = statistics.median(timed(_one_statement) * 1000 for _ in range(50))
        transaction.set_rollback(True)
    return [
        Figure("one statement, median", bare, "ms"),
        Figure("preview of a change, median", statistics.median(times), "ms", bare),
        Figure("preview of a change, 95th percentile", percentile(times, 95), "ms", bare),
    ]


def _preview(subscription: Subscription, change: Change) -> None:
    proposal = quoting.propose(subscription, change, at=AT, today=LATER)
    quoting.priced(subscription, proposal, today=LATER)


def _one_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_subscription WHERE id = 0")
        cursor.fetchone()


def _world(count: int) -> list[Subscription]:
    seller = sellers.define(actor=None, at=AT, code="bench", name="Bench", ref_prefix="BENCH-", **SELLER)
    customer = tree.add(actor=None, parent=None, kind="group", name="Bench", at=AT)
    product = plans.define_product(code="bench", name="Bench")
    plan = plans.define_plan(product=product, code="bench", name="Bench")
    terms = [ChargeTerms("base", "Seats", {"unit_price": "9.99"})]
    version = plans.publish_version(plan=plan, currency="EUR", charges=terms, effective_on=FIRST)
    contract = signing.sign(
        actor=None, customer=customer, legal_entity=seller, currency="EUR", timezone="Europe/Berlin",
        alignment={"type": "bcd", "day": 1}, signed_on=FIRST, at=AT, tax_rate=Decimal("0.19"),
    )  # fmt: skip
    made = [
        signing.subscribe(
            actor=None, contract=contract, customer=customer, plan_version=version, effective_on=FIRST, at=AT, quantity=7
        )
        for _ in range(count)
    ]
    run.bill(payer=customer, on=FIRST, at=AT)
    return list(Subscription.objects.filter(pk__in=[held.pk for held in made]).select_related("contract", "customer", "product"))
