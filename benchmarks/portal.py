"""How long each page of the portal takes beside a bare page: signed in, one statement of its own, the same base template.

The bare page stands at a customer as every page of the portal does, so it has the same frame: who looks, the way down to the
customer, what else there is. Beside it stands one without a customer, whose base template leaves most of that out. Two clocks
run: the one on the wall, and the time in which the processors worked, Python's and PostgreSQL's, which other work leaves alone.

Two customers are asked about, one at the top of its tree and one eight levels down, each with a contract and ten invoices: first
alone, then among `size` invoices of a thousand other customers. All in one transaction that is rolled back.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from accounts.customers import tree
from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Membership, User
from accounts.people.routes import SIGNED_IN, declares
from benchmarks import crew, quote
from benchmarks.figures import Figure
from billing.catalog import plans, sellers
from billing.catalog.models import LegalEntity, PlanVersion
from billing.catalog.plans import ChargeTerms
from billing.contracts import signing
from billing.contracts.models import Contract
from billing.invoices import run
from billing.invoices.models import Document
from portal import places
from portal import urls as portal

LEVELS: Final = 8
TIMES: Final = 25
AT_A_CUSTOMER: Final = (
    "home", "invoices", "contracts", "payments", "tickets", "organisation", "members", "activity", "help", "statement",
)  # fmt: skip
BARE: Final = """{% extends "portal/base.html" %}{% block content %}<h1>{{ customer.name }}</h1>{% endblock %}"""


def measure(size: int | None) -> list[Figure]:
    """Ask for every page 25 times in turn with the bare ones, alone and among `size` (100,000) invoices of others."""
    rows = size or 100_000
    with transaction.atomic(), with_bare_pages():
        seller, client = _seller(), Client(SERVER_NAME="127.0.0.1")
        asked_about = _tree(seller)
        client.force_login(viewer_of(asked_about[1]))
        alone = {depth: _pages(client, customer) for depth, customer in asked_about.items()}
        _crowd(seller, rows)
        among = {depth: _pages(client, customer) for depth, customer in asked_about.items()}
        transaction.set_rollback(True)
    return [*_beside_the_floor(among[LEVELS], rows), *_steadiness(alone, among)]


@dataclass(frozen=True)
class Cost:
    """What asking for a page takes at the median: seconds on the clock, and in which the processors worked."""

    seconds: float
    worked: float


@dataclass(frozen=True)
class Taken:
    """What a page took beside the bare one with the same frame and the bare one without a customer, and its statements."""

    plain: Cost
    floor: Cost
    own: Cost
    statements: int

    @property
    def ratio(self) -> float:
        """How many times the bare page it takes, by the time in which the processors worked."""
        return self.own.worked / self.floor.worked


Pages = dict[str, Taken]


def _beside_the_floor(pages: Pages, rows: int) -> Iterator[Figure]:
    where = f"among {rows:,} invoices, {LEVELS} levels down, median"
    for page, taken in pages.items():
        yield Figure(f"{page}, {where}", taken.own.seconds * 1000, "ms", taken.floor.seconds * 1000)
        yield Figure(f"{page}, time of the processors", taken.own.worked * 1000, "ms", taken.floor.worked * 1000)
        yield Figure(f"{page}, statements", taken.statements, "statements")
    bare = _median([taken.floor for taken in pages.values()])
    plain = _median([taken.plain for taken in pages.values()])
    yield Figure("the bare page, beside one without a customer", bare.seconds * 1000, "ms", plain.seconds * 1000)
    yield Figure("the same, time of the processors", bare.worked * 1000, "ms", plain.worked * 1000)


def _steadiness(alone: dict[int, Pages], among: dict[int, Pages]) -> Iterator[Figure]:
    """Say by how much the pages differ with the number of rows, and with the depth."""
    rows = max(among[1][page].ratio / alone[1][page].ratio for page in alone[1])
    depth = max(among[LEVELS][page].ratio / among[1][page].ratio for page in alone[1])
    every = [*alone.values(), *among.values()]
    yield Figure("most a page slows down among other rows", rows, "times")
    yield Figure("most a page slows down at depth", depth, "times")
    yield Figure("most statements of a page", max(taken.statements for pages in every for taken in pages.values()), "statements")
    differ = sum(len({pages[page].statements for pages in every}) > 1 for page in alone[1])
    yield Figure("pages whose number of statements differs", differ, "pages")


def _pages(client: Client, customer: Customer) -> Pages:
    floor = f"/floor/{customer.number}/"
    return {page: _taken(client, floor, address) for page, address in addresses_of(customer).items()}


def addresses_of(customer: Customer) -> dict[str, str]:
    """Return the pages to ask for; the customer has a contract and an invoice."""
    document, contract = Document.objects.filter(customer=customer).latest("pk"), Contract.objects.get(customer=customer)
    addresses = {page: reverse(f"portal:{page}", args=[customer.number]) for page in AT_A_CUSTOMER}
    addresses["invoice"] = reverse("portal:invoice", args=[document.ref])
    addresses["contract"] = reverse("portal:contract", args=[contract.ref])
    return addresses


def _taken(client: Client, floor: str, address: str) -> Taken:
    get(client, address)
    with CaptureQueriesContext(connection) as asked:
        get(client, address)
        statements = len(asked)
    turns = [[_cost(lambda page=page: get(client, page)) for page in ("/bare/", floor, address)] for _ in range(TIMES)]
    plain, bare, own = (_median(costs) for costs in zip(*turns, strict=True))
    return Taken(plain, bare, own, statements)


def _cost(work: Callable[[], object]) -> Cost:
    began, worked = time.perf_counter(), _worked()
    work()
    return Cost(time.perf_counter() - began, _worked() - worked)


def _worked() -> float:
    return time.process_time() + crew.of_database()


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(cost.seconds for cost in costs), statistics.median(cost.worked for cost in costs))


def get(client: Client, address: str) -> None:
    """Ask for a page and read it."""
    response = client.get(address)
    assert response.status_code == 200, f"{address} answered {response.status_code}"


@contextmanager
def with_bare_pages() -> Iterator[None]:
    """Let the bare pages stand in the addresses, behind all others."""
    template = engines["django"].from_string(BARE)

    @declares(SIGNED_IN)
    def bare(request: HttpRequest) -> HttpResponse:
        assert request.user.is_authenticated
        return HttpResponse(template.render({"customer": Customer.objects.latest("pk")}, request))

    @declares(access.SEE_CUSTOMER)
    def floor(request: HttpRequest, number: str) -> HttpResponse:
        return HttpResponse(template.render({"customer": places.node(request, number)}, request))

    beside = include(([path("<str:number>/", floor, name="bare"), *portal.urlpatterns], "portal"))
    addresses = (path("bare/", bare), path("", include(settings.ROOT_URLCONF)), path("floor/", beside))
    with override_settings(ROOT_URLCONF=addresses):
        yield


def _seller() -> LegalEntity:
    return sellers.define(actor=None, at=quote.AT, code="bench", name="Bench", ref_prefix="BENCH-", **quote.SELLER)


def _tree(seller: LegalEntity) -> dict[int, Customer]:
    """Make a line of customers one below the other; return the first and the last, which were billed ten times, by depth."""
    version, line = _version(), []
    for depth in range(1, LEVELS + 1):
        line.append(tree.add(actor=None, parent=line[-1] if line else None, kind="group", name=f"Bench {depth}", at=quote.AT))
    asked_about = {depth: Customer.objects.get(pk=line[depth - 1].pk) for depth in (1, LEVELS)}
    for customer in asked_about.values():
        contract = signing.sign(
            actor=None, customer=customer, legal_entity=seller, currency="EUR", timezone="Europe/Berlin",
            alignment={"type": "bcd", "day": 1}, signed_on=quote.FIRST, at=quote.AT,
        )  # fmt: skip
        facts = {"plan_version": version, "effective_on": quote.FIRST, "at": quote.AT, "quantity": 7}
        signing.subscribe(actor=None, contract=contract, customer=customer, **facts)
        for month in range(1, 11):
            run.bill(payer=customer, on=date(2026, month, 1), at=quote.AT)
    return asked_about


def _version() -> PlanVersion:
    plan = plans.define_plan(product=plans.define_product(code="bench", name="Bench"), code="bench", name="Bench")
    terms = [ChargeTerms("base", "Seats", {"unit_price": "9.99"})]
    return plans.publish_version(plan=plan, currency="EUR", charges=terms, effective_on=quote.FIRST)


def viewer_of(customer: Customer) -> User:
    """Return an administrator of the customer and all below it."""
    viewer = User.objects.create_user("bench-viewer@accord.example", None, name="Bench")
    role, scope = Membership.Role.ADMINISTRATOR, Membership.Scope.SUBTREE
    Membership.objects.create(user=viewer, customer=customer, role=role, scope=scope, since=quote.FIRST)
    return viewer


def _crowd(seller: LegalEntity, rows: int) -> None:
    """Write `rows` invoices of a thousand other customers."""
    for number in range(1_000):
        tree.add(actor=None, parent=None, kind="group", name=f"Crowd {number}", at=quote.AT)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO billing_document (kind, status, origin, legal_entity_id, series, sequence, ref, customer_id,
                   receiver_id, currency, issued_on, issued_at, due_on, subtotal_minor, tax_minor, total_minor, open_minor,
                   po_number, reason, address, content_hash, file_hash)
               SELECT 'invoice', 'issued', 'legacy', %s, 'CROWD', place, 'CROWD-' || place, held.id,
                   held.id, 'EUR', DATE '2026-01-01' + place %% 300, %s, DATE '2026-01-15' + place %% 300, 100, 19, 119,
                   119 * (place %% 2), '', '', '{}', '', ''
               FROM generate_series(1, %s) AS place
               JOIN (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM accounts_customer WHERE name LIKE 'Crowd %%') AS held
                   ON held.turn = 1 + place %% 1000""",
            [seller.pk, quote.AT, rows],
        )
        cursor.execute("ANALYZE")
