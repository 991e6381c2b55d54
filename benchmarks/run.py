"""How fast a run issues invoices, beside writing rows of the same tables by one set statement each; rolled back afterwards."""

from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.customers import tree
from benchmarks import quote
from benchmarks.figures import Figure, timed
from billing.catalog import plans, sellers
from billing.catalog.plans import ChargeTerms
from billing.contracts import signing
from billing.invoices import run


def measure(size: int | None) -> list[Figure]:
    """Bill `size` payers (300) with one subscription each."""
    count = size or 300
    with transaction.atomic():
        seller = _world(count)
        payers = [payer for payer in run.payers_due(quote.FIRST) if payer.name.startswith("Bench ")]
        with CaptureQueriesContext(connection) as asked:
            run.bill(payer=payers[0], on=quote.FIRST, at=quote.AT)
        seconds = timed(lambda: run.bill_due(on=quote.FIRST, at=quote.AT, payers=payers[1:]))
        again = timed(_bill_again)
        floor = timed(lambda: _copy(seller))
        transaction.set_rollback(True)
    rate = (count - 1) / seconds
    return [
        Figure("invoices issued", rate, "invoices/s", count / floor),
        Figure("statements for one invoice", len(asked), "statements"),
        Figure("the same run again", again, "s"),
    ]


def _bill_again() -> None:
    due = [payer for payer in run.payers_due(quote.FIRST) if payer.name.startswith("Bench ")]
    run.bill_due(on=quote.FIRST, at=quote.AT, payers=due)


def _world(count: int) -> int:
    seller = sellers.define(actor=None, at=quote.AT, code="bench", name="Bench", ref_prefix="BENCH-", **quote.SELLER)
    product = plans.define_product(code="bench", name="Bench")
    plan = plans.define_plan(product=product, code="bench", name="Bench")
    terms = [ChargeTerms("base", "Seats", {"unit_price": "9.99"})]
    version = plans.publish_version(plan=plan, currency="EUR", charges=terms, effective_on=date(2020, 1, 1))
    for number in range(count):
        customer = tree.add(actor=None, parent=None, kind="group", name=f"Bench {number}", at=quote.AT)
        contract = signing.sign(
            actor=None, customer=customer, legal_entity=seller, currency="EUR", timezone="Europe/Berlin",
            alignment={"type": "bcd", "day": 1}, signed_on=quote.FIRST, at=quote.AT, tax_rate=Decimal("0.19"),
        )  # fmt: skip
        signing.subscribe(
            actor=None, contract=contract, customer=customer, plan_version=version, effective_on=quote.FIRST, at=quote.AT
        )
    return int(seller.pk)


def _copy(seller: int) -> None:
    """Write the rows of the documents once more into tables of the same shape and indexes, one statement a table."""
    within = "(SELECT id FROM billing_document WHERE legal_entity_id = %s)"
    tables = {"billing_document": "id", "billing_line": "document_id", "billing_posting": "document_id"}
    with connection.cursor() as cursor:
        for table, column in tables.items():
            cursor.execute(f"CREATE TEMP TABLE bench_{table} (LIKE {table} INCLUDING INDEXES) ON COMMIT DROP")
            cursor.execute(f"INSERT INTO bench_{table} SELECT * FROM {table} WHERE {column} IN {within}", [seller])
