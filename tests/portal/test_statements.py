"""The statement of account in the portal: read, downloaded, and asked for with senseless days."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from billing.invoices.documents import rendering
from tests.factories import people
from tests.factories.billing import invoice
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


@pytest.fixture
def payer():
    return group("Berlin")


def test_customer_reads_the_statement_and_downloads_it(payer, monkeypatch):
    invoice(payer, 12000, on=date(2026, 1, 5))
    monkeypatch.setattr(rendering, "pressed", lambda page, name, on: b"%PDF " + on.isoformat().encode())
    reader = Client()
    reader.force_login(people.member(payer, "reader"))
    days = {"since": "2026-01-01", "last": "2026-01-31"}

    page = reader.get(reverse("portal:statement", args=[payer.number]), days)
    file = reader.get(reverse("portal:statement_file", args=[payer.number]), days)

    assert page.content.decode().count("120.00") >= 3
    assert re.findall(r"statement/pdf/([^\"]*)", page.content.decode()) == [
        "?since=2026-01-01&amp;last=2026-01-31&amp;currency=EUR"
    ]
    assert file.content == b"%PDF 2026-01-31"


@pytest.mark.parametrize("days", [{"since": "2026-02-01", "last": "2026-01-01"}, {"since": "x"}, {"last": "9999-12-31"}])
def test_senseless_days_are_refused_in_words(payer, days):
    reader = Client()
    reader.force_login(people.member(payer, "reader"))

    answer = reader.get(reverse("portal:statement", args=[payer.number]), days)

    assert answer.status_code == 422
    assert answer.context["form"].errors
