"""How fast a run issues invoices with lines, tax, numbers, days covered, postings and timeline rows, beside their floor.

The floor is the same rows written once more by COPY alone: into tables of the same shape and indexes, and into such tables with
the same foreign keys, each checked row by row. Everything happens in a database of its own and is
really committed.
"""

import resource
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any, Final

from django.db import connection, transaction

from accounts import copying
from accounts.customers import importing
from accounts.customers.importing import Row
from accounts.customers.models import Customer
from benchmarks import quote, scratch
from benchmarks.figures import Figure, timed
from billing.catalog import plans, sellers
from billing.catalog.models import PlanVersion
from billing.catalog.plans import ChargeTerms
from billing.contracts import loading
from billing.contracts.loading import Agreement
from billing.invoices import proof
from billing.invoices.running import carrying

PREFIX: Final = "BENCH-"
PRICES: Final = ("9.99", "49.00", "0.75", "120.00", "18.50")
# Every table a run adds rows to, with the column that says which rows are the run's.
TABLES: Final = {
    "billing_document": "id > %s", "billing_line": "id > %s", "billing_coverage": "id > %s", "billing_entry": "id > %s",
    "billing_posting": "id > %s", "accounts_activity": "id > %s", "accounts_delivery": "id > %s",
}  # fmt: skip


def measure(size: int | None) -> list[Figure]:
    """Bill `size` payers (2,000) with one subscription each, for their first month and for the next one."""
    count = size or 2_000
    with scratch.database():
        _world(count)
        first, first_floors, statements = _billed(quote.FIRST)
        following, following_floors, _ = _billed(date(2026, 2, 1))
        again = timed(lambda: carrying.bill_due(on=date(2026, 2, 1), at=quote.AT))
        faults = len(proof.faults()) if count <= 20_000 else 0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure("invoices issued", count / first, "invoices/s", count / first_floors[0]),
        Figure("invoices issued, foreign keys checked in the floor too", count / first, "invoices/s", count / first_floors[1]),
        Figure("invoices of the next cycle", count / following, "invoices/s", count / following_floors[0]),
        Figure("invoices of the next cycle, keys checked too", count / following, "invoices/s", count / following_floors[1]),
        Figure("statements for 1,000 invoices", statements * 1000 / count, "statements"),
        Figure("the same run again", again, "s"),
        Figure("memory at most", memory, "MB"),
        Figure("faults of the books", faults, "faults"),
    ]


def _billed(on: date) -> tuple[float, tuple[float, float], int]:
    """Bill everything due; return the seconds, those of both floors for the same rows, and how many statements it took."""
    before = {table: _highest(table) for table in TABLES}
    asked = Statements()
    with connection.execute_wrapper(asked):
        seconds = timed(lambda: carrying.bill_due(on=on, at=quote.AT))
    rows = {table: _text(table, where, before[table]) for table, where in TABLES.items()}
    floors = _floor(rows, keys=False), _floor(rows, keys=True)
    return seconds, floors, asked.count


class Statements:
    """Counts the statements that pass."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.count += 1
        return execute(*statement)


def _world(count: int) -> None:
    seller = sellers.define(actor=None, at=quote.AT, code="bench", name="Bench", ref_prefix="BENCH-", **quote.SELLER)
    importing.import_rows(_rows(count), actor=None, at=quote.AT)
    customers = Customer.objects.filter(ref__startswith=PREFIX).order_by("pk")
    loading.load(_agreements(customers.iterator(), list(_versions())), legal_entity=seller, at=quote.AT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows(count: int) -> Iterator[Row]:
    for number in range(count):
        yield Row(f"{PREFIX}{number:07}", f"Bench {number}", "group", (), {"country": "DE", "city": "Berlin"}, number + 1)


def _versions() -> Iterator[PlanVersion]:
    product = plans.define_product(code="bench", name="Bench")
    for number, price in enumerate(PRICES):
        plan = plans.define_plan(product=product, code=f"bench-{number}", name=f"Bench {number}", rank=number)
        terms = [ChargeTerms("base", "Seats", {"unit_price": price})]
        yield plans.publish_version(plan=plan, currency="EUR", charges=terms, effective_on=date(2020, 1, 1))


def _agreements(customers: Iterator[Customer], versions: list[PlanVersion]) -> Iterator[Agreement]:
    for number, customer in enumerate(customers):
        version = versions[number % len(versions)]
        yield Agreement(customer, version, 1 + number % 40, quote.FIRST, bill_day=1, tax_rate=Decimal("0.19"))


def _highest(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _text(table: str, where: str, key: int) -> StringIO:
    """Return the rows above a key as COPY writes them."""
    text = StringIO()
    with connection.cursor() as cursor:
        asked = cursor.mogrify(f"COPY (SELECT * FROM {table} WHERE {where} ORDER BY id) TO STDOUT", [key]).decode()
        cursor.copy_expert(asked, text)
    return text


def _floor(rows: dict[str, StringIO], *, keys: bool) -> float:
    """Return the seconds that COPY alone takes to write these rows into tables of the same shape."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in rows:
            cursor.execute(
                f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING INDEXES INCLUDING CONSTRAINTS INCLUDING DEFAULTS)"
            )
        if keys:
            _point_as_originals(rows)
        seconds = timed(lambda: _copied(rows))
        transaction.set_rollback(True)
    return seconds


def _copied(rows: dict[str, StringIO]) -> None:
    with copying.checked_by_key(), connection.cursor() as cursor:
        for table, text in rows.items():
            text.seek(0)
            cursor.copy_expert(f"COPY bench_{table} FROM STDIN", text)


def _point_as_originals(rows: dict[str, StringIO]) -> None:
    """Give the copies the foreign keys of the originals."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
            [list(rows)],
        )
        for table, definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE bench_{table} ADD {definition}")
