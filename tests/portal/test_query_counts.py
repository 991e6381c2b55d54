"""Every list of the portal takes as many statements for three rows as for one."""

from datetime import date
from itertools import count, cycle
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.customers import addresses
from accounts.people import keys
from accounts.quality.models import ChangeRequest
from accounts.webhooks import endpoints
from billing.amendments.bulk.models import BulkChange
from billing.dunning import plans
from billing.money import Money
from billing.payments import receiving
from billing.payments.sepa import mandates
from tests.factories import billing, chats, metered, payments, people, single_sign_on, support
from tests.factories.customers import below, helios
from tests.factories.relations import raised, serves

pytestmark = pytest.mark.django_db
ACCOUNTS = cycle(["DE89370400440532013000", "NL91ABNA0417164300", "DE02120300000000202051", "DE75512108001245126199"])
YEARS = count(2090)
LISTS = [
    "home",
    "next_invoice",
    "organisation",
    "below",
    "members",
    "details",
    "programs",
    "sign_in",
    "webhooks",
    "notices",
    "news",
    "charter",
    "invoices",
    "payments",
    "wallet",
    "statement",
    "payment_plans",
    "mandates",
    "methods",
    "contracts",
    "bulk_changes",
    "usage",
    "tickets",
    "served",
    "help",
    "feedback",
    "callbacks",
    "chats",
    "findings",
    "activity",
]


def fill(tree) -> None:
    """One more row for every list: a customer with a contract, an invoice paid and one not, a ticket, an error, a member."""
    site = below(tree.germany)
    billing.subscribed(site, billing.version(f"PLAN{uuid4().hex[:6]}"))
    billing.subscribed(site, metered.version(f"CALLS{uuid4().hex[:6]}"))
    billing.invoice(site, 100)
    chats.callback(site)
    chats.waiting(site)
    payments.pay(site, document := billing.invoice(site, 200))
    receiving.receive(
        actor=None, payer=site, amount=Money(300, "EUR"), seller=document.legal_entity, key=uuid4(), at=payments.NOON,
        documents=[document],
    )  # fmt: skip
    raised(serves(tree.germany))
    support.ticket(site, line=support.billed_twice(site))
    people.joins(people.person(), tree.germany, "reader")
    administrator = tree.germany.memberships.filter(role="administrator").order_by("pk")[0].user
    support.told(tree.germany, kind="concern", by=administrator)
    mandates.sign(
        actor=None, customer=tree.germany, seller=billing.seller(), holder="Germany", at=payments.NOON,
        iban=next(ACCOUNTS),
    )  # fmt: skip
    ChangeRequest.objects.create(
        customer=tree.germany, what="tax_id", before={"tax_id": ""}, after={"tax_id": "1"}, effective_on=date(2026, 1, 1),
        asked_by=people.person(), asked_at=billing.NOON, status="refused",
    )  # fmt: skip
    plans.agree(
        actor=people.payer(tree.germany), documents=[billing.invoice(tree.germany, 900)], count=2, first_on=date(2026, 2, 1),
        at=billing.NOON, today=date(2026, 1, 20),
    )  # fmt: skip
    facts = {"customer": tree.germany, "asked_by": administrator, "asked_at": billing.NOON, "file_name": "changes.csv"}
    BulkChange.objects.create(content_hash=uuid4().hex, **facts)
    keys.make(actor=None, customer=tree.germany, name="ERP", scopes=["read"], at=billing.NOON)
    single_sign_on.named(single_sign_on.provider_of(tree.germany, f"{uuid4().hex}.example", use="off"), administrator)
    year = next(YEARS)
    addresses.keep(
        actor=None, customer=tree.germany, purpose="visits", since=date(year, 1, 1), until=date(year + 1, 1, 1),
        at=billing.NOON, street=f"Gate {year}", city="Kiel",
    )  # fmt: skip
    address = f"https://{uuid4().hex}.example/hooks"
    endpoints.register(actor=administrator, customer=tree.germany, url=address, topics=["invoices"], at=billing.NOON)


def statements(viewer, address: str) -> int:
    client = Client()
    client.force_login(viewer)
    with time_machine.travel(timezone.now(), tick=False):  # what is remembered for seconds lasts from one to the other
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("listing", LISTS)
def test_list_takes_the_same_statements_for_one_row_and_for_three(listing):
    tree = helios()
    viewer, address = people.administrator(tree.germany), reverse(f"portal:{listing}", args=[tree.germany.number])
    fill(tree)
    one = statements(viewer, address)
    fill(tree)
    fill(tree)

    assert statements(viewer, address) == one


@pytest.mark.parametrize(
    "listing",
    [
        "customer",
        "balance",
        "activities",
        "members",
        "keys",
        "webhooks",
        "sign_in_providers",
        "documents",
        "methods",
        "payments",
        "kept_money",
        "wallet",
        "contracts",
        "tickets",
        "served",
    ],
)
def test_list_of_the_api_takes_the_same_statements_for_one_row_and_for_three(listing):
    tree = helios()
    viewer, address = people.administrator(tree.germany), reverse(f"api:{listing}", args=[tree.germany.number])
    fill(tree)
    one = statements(viewer, address)
    fill(tree)
    fill(tree)

    assert statements(viewer, address) == one


def test_tickets_raised_for_another_take_the_same_statements_for_one_and_for_three():
    tree = helios()
    relation, viewer = serves(tree.germany), people.administrator(tree.germany)
    page = reverse("portal:served_tickets", args=[tree.germany.number, relation.pk])
    raised(relation)
    one = statements(viewer, page)
    raised(relation)
    raised(relation)

    assert statements(viewer, page) == one


@pytest.mark.parametrize("query", ["?q=customer", "?q=INV", ""])
def test_search_takes_the_same_statements_for_one_row_and_for_three(query):
    tree = helios()
    viewer = people.administrator(tree.germany)
    fill(tree)
    one = statements(viewer, f"/portal/search/{query}")
    fill(tree)
    fill(tree)

    assert statements(viewer, f"/portal/search/{query}") == one


def test_document_with_many_lines_takes_the_same_statements_as_one_with_one():
    tree = helios()
    viewer = people.administrator(tree.germany)
    short = billing.invoice(tree.berlin, lines=[billing.one_off(tree.berlin, 100)], on=date(2026, 1, 2))
    long = billing.invoice(tree.berlin, lines=[billing.one_off(tree.lab, 100) for _ in range(5)], on=date(2026, 1, 3))

    counts = [statements(viewer, reverse("portal:invoice", args=[document.ref])) for document in (short, long)]

    assert counts[0] == counts[1]
