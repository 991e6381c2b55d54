"""The revenue and ageing pages of the back office, and their spreadsheets."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.days import local_day
from billing.invoices import run
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    today = timezone.now()
    first = local_day(today, "Europe/Berlin").replace(day=1)
    held = billing.subscribed(
        customers.group("Helios & Co"), billing.version(price="62.00"), on=first, at=today, quantity=2, payment_term_days=60
    )
    run.bill(payer=held.customer, on=first, at=today)
    client = Client()
    client.force_login(people.staff("finance"))
    return client


def get(browser, name, *args, **asked):
    return browser.get(reverse(f"backoffice:{name}", args=args), asked)


def test_page_shows_what_is_deferred_and_what_is_recurring(browser):
    page = get(browser, "revenue").content.decode()

    assert page.count("124.00") >= 3
    assert "What moved recurring revenue" in page


def test_ageing_page_shows_what_a_node_owes(browser):
    page = get(browser, "ageing").content.decode()

    assert "Helios &amp; Co" in page
    assert "124.00" in page


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("movements", ",EUR,0.00,124.00,0.00,0.00,0.00,124.00,1"),
        ("lines", "EUR,124.00"),
        ("growth", "source,New customers,EUR,0.00,124.00,0.00,0.00,0.00,124.00,"),
        ("months", "EUR,0.00,124.00"),
        ("coming", "EUR,124.00"),
        ("ageing", ",EUR,124.00,0.00,0.00,0.00,0.00,124.00"),
    ],
)
def test_each_report_comes_as_a_spreadsheet(browser, what, expected):
    answer = get(browser, "report_sheet", what)

    assert expected in b"".join(answer.streaming_content).decode()


def test_unknown_report_is_not_found(browser):
    assert get(browser, "report_sheet", "secrets").status_code == 404
