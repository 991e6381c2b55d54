"""How fast a run issues invoices with lines, tax, numbers, days covered, postings and timeline rows, beside their floor.

Workers bill side by side, one more than the machine has processors, as one of them often waits for the numbers of another; their
time is that on the clock. There are three floors, the same rows written once more by COPY alone, all by one connection: into
tables of the same shape and indexes; into such tables with the same foreign keys, each checked row by row; and into the tables
themselves, with every trigger as well, before the run.
Everything happens in a database of its own and is really committed.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Final

from django.db import connection, transaction

from accounts import copying
from accounts.customers import importing
from accounts.customers.importing import Row
from accounts.customers.models import Customer
from benchmarks import crew as crews
from benchmarks import quote, scratch
from benchmarks.crew import Crew, Effort
from benchmarks.figures import Figure, timed
from billing.catalog import plans, sellers
from billing.catalog.models import PlanVersion
from billing.catalog.plans import ChargeTerms
from billing.contracts import loading
from billing.contracts.loading import Agreement
from billing.invoices import proof
from billing.invoices.running import carrying
from billing.invoices.running.models import BillingRun

PROCESSORS: Final = len(os.sched_getaffinity(0))
WORKERS: Final = PROCESSORS + 1
WITH_KEYS, WITH_TRIGGERS = ", foreign keys checked in the floor too", ", the floor with every trigger"
# To be thrown away again, a whole run must fit into one transaction, and with it a lock for each payer into the server's memory.
MOST_AT_ONCE: Final = 16_000
# A larger book is billed for one month only: its rows are kept in memory for the floors, and time is short.
MOST_TWICE: Final = 200_000
PREFIX: Final = "BENCH-"
PRICES: Final = ("9.99", "49.00", "0.75", "120.00", "18.50")
# Every table a run adds rows to, in the order it writes them.
TABLES: Final = (
    "billing_line", "billing_coverage", "billing_document", "billing_entry", "billing_posting", "accounts_activity",
    "accounts_delivery",
)  # fmt: skip
# Pointers that the tables have a trigger for instead of a foreign key: the floor has one, and checks them row by row, too.
POINTING: Final = (
    ("billing_posting", "FOREIGN KEY (entry_id) REFERENCES billing_entry(id) DEFERRABLE INITIALLY DEFERRED"),
    ("billing_posting", "FOREIGN KEY (document_id) REFERENCES billing_document(id) DEFERRABLE INITIALLY DEFERRED"),
)


@dataclass(frozen=True)
class Floor:
    """Seconds on the clock, and in which the processors worked."""

    seconds: float
    worked: float


@dataclass(frozen=True)
class Billed:
    """What billing one day took: seconds on the clock, what each worker spent, and the seconds of the floors."""

    seconds: float
    efforts: list[Effort]
    floors: dict[str, Floor]

    def figures(self, name: str, invoices: int) -> Iterator[Figure]:
        """Yield how fast so many invoices were issued beside each floor."""
        for said, floor in self.floors.items():
            yield Figure(f"{name}{said}", invoices / self.seconds, "invoices/s", invoices / floor.seconds)

    def spent(self, invoices: int) -> Iterator[Figure]:
        """Yield what an invoice took of the processors, and the statements of a thousand."""
        of_python = sum(effort.of_python for effort in self.efforts) / invoices * 1_000_000
        of_database = sum(effort.of_database for effort in self.efforts) / invoices * 1_000_000
        statements = sum(effort.statements for effort in self.efforts) / invoices * 1_000
        floor = self.floors[WITH_KEYS].worked / invoices * 1_000_000
        yield Figure("processor time of Python for an invoice", of_python, "µs")
        yield Figure("processor time of PostgreSQL for an invoice", of_database, "µs")
        yield Figure("processor time of the floor with foreign keys for an invoice", floor, "µs")
        yield Figure("invoices by the time of the processors", PROCESSORS * 1e6 / (of_python + of_database), "/s", 1e6 / floor)
        yield Figure("statements for 1,000 invoices, COPY among them", statements, "statements")


def measure(size: int | None) -> list[Figure]:
    """Bill `size` payers (16,000) with one subscription each, by two workers, for their first month and mostly for the next."""
    payers = size or 16_000
    crew = Crew(WORKERS)
    with scratch.database():
        world(payers)
        crew.get_ready()
        days = [quote.FIRST, date(2026, 2, 1)][: 2 if payers <= MOST_TWICE else 1]
        billed = [_billed(on, crew, payers) for on in days]
        again = timed(lambda: carrying.bill_due(on=days[-1], at=quote.AT))
        faults = len(proof.faults()) if payers <= 20_000 else 0
        crew.send_home()
    return [
        *billed[0].figures("invoices issued", payers),
        *(figure for following in billed[1:] for figure in following.figures("invoices of the next cycle", payers)),
        *billed[0].spent(payers),
        Figure("the same run again", again, "s"),
        Figure("workers", WORKERS, "processes"),
        Figure("memory of a worker at most", max(effort.memory for effort in billed[-1].efforts), "MB"),
        Figure("faults of the books", faults, "faults"),
    ]


def _billed(on: date, crew: Crew, payers: int) -> Billed:
    """Bill everything due, beside the floors of the same rows."""
    floors = {WITH_TRIGGERS: _floor_with_triggers(on)} if payers <= MOST_AT_ONCE else {}
    before = _last_keys()
    began, of_python, of_database = time.perf_counter(), time.process_time(), crews.of_database()
    with crews.counted() as statements:
        efforts = crew.work_off(begun(on))
    seconds = time.perf_counter() - began
    worked = time.process_time() - of_python, crews.of_database() - of_database
    efforts.append(Effort(*worked, next(statements), 0))
    rows = _rows_after(before)
    floors = {"": _floor(rows, keys=False), WITH_KEYS: _floor(rows, keys=True), **floors}
    return Billed(seconds, efforts, floors)


def begun(on: date) -> BillingRun:
    """Begin the run of a day on which something is due."""
    run = carrying.begin(on=on, at=quote.AT)
    if run is None:
        raise RuntimeError(f"Nothing is due on {on}.")
    return run


def world(payers: int) -> None:
    """Make so many payers, each with one subscription from the first day on."""
    seller = sellers.define(actor=None, at=quote.AT, code="bench", name="Bench", ref_prefix="BENCH-", **quote.SELLER)
    importing.import_rows(_rows(payers), actor=None, at=quote.AT)
    customers = Customer.objects.filter(ref__startswith=PREFIX).order_by("pk")
    loading.load(_agreements(customers.iterator(), list(_versions())), legal_entity=seller, at=quote.AT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows(payers: int) -> Iterator[Row]:
    for number in range(payers):
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


def _last_keys() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', coalesce(max(id), 0) FROM {table}" for table in TABLES))
        return dict(cursor.fetchall())


def _rows_after(keys: dict[str, int]) -> dict[str, BytesIO]:
    """Return the rows of each table above these keys as COPY writes them; what the database fills in itself is left out."""
    told = {table: BytesIO() for table in TABLES}
    with connection.cursor() as cursor:
        for table, text in told.items():
            cursor.copy_expert(
                f"COPY (SELECT {_columns(table)} FROM {table} WHERE id > {keys[table]} ORDER BY id) TO STDOUT", text
            )
    return told


def _columns(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'xid'",
            [table],
        )
        return str(cursor.fetchone()[0])


def _floor_with_triggers(on: date) -> Floor:
    """Return the seconds that COPY alone takes to write into the tables themselves what a run would; nothing of it is kept."""
    before = _last_keys()
    with transaction.atomic():
        carrying.bill_due(on=on, at=quote.AT)
        rows = _rows_after(before)
        transaction.set_rollback(True)
    _cleared()
    with transaction.atomic():
        floor = _copied(rows, into="")
        transaction.set_rollback(True)
    _cleared()
    return floor


def _cleared() -> None:
    """Clear away what was rolled back, so that nobody has to step over it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")


def _floor(rows: dict[str, BytesIO], *, keys: bool) -> Floor:
    """Return the seconds that COPY alone takes to write these rows into tables of the same shape."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in rows:
            cursor.execute(
                f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING INDEXES INCLUDING CONSTRAINTS INCLUDING DEFAULTS)"
            )
        if keys:
            _point_as_originals(rows)
        floor = _copied(rows, into="bench_")
        transaction.set_rollback(True)
    return floor


def _copied(rows: dict[str, BytesIO], *, into: str) -> Floor:
    began, of_python, of_database = time.perf_counter(), time.process_time(), crews.of_database()
    with copying.checked_by_key(), connection.cursor() as cursor:
        for table, text in rows.items():
            text.seek(0)
            cursor.copy_expert(f"COPY {into}{table} ({_columns(table)}) FROM STDIN", text)
    worked = time.process_time() - of_python + crews.of_database() - of_database
    return Floor(time.perf_counter() - began, worked)


def _point_as_originals(rows: dict[str, BytesIO]) -> None:
    """Give the copies the foreign keys of the originals, and those that a trigger stands for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
            [list(rows)],
        )
        for table, definition in [*cursor.fetchall(), *POINTING]:
            cursor.execute(f"ALTER TABLE bench_{table} ADD {definition}")
