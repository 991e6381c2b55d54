"""A quote as PDF: every amount as quoted, and until when it holds."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from billing.amendments import ordering, quoting
from billing.reports import quote_pdf
from tests.factories import billing
from tests.factories.customers import helios
from tests.factories.people import administrator
from tests.portal.visiting import NOW, TODAY, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def person():
    tree = helios()
    return administrator(tree.group), tree.berlin


@pytest.fixture
def quote(person):
    subscription = billing.subscribed(person[1], billing.version(price="62.00"), on=date(2026, 1, 1))
    change = quoting.Change("set_quantity", quantity=3)
    return quoting.quote(actor=person[0], subscription=subscription, change=change, at=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("language", "holds"),
    [("en", "This price holds until 16 Jan 2026, 13:30"), ("de", "Dieser Preis gilt bis 16.01.2026, 13:30")],
)
def test_quote_on_paper_says_until_when_it_holds_and_every_line(quote, language, holds):
    page = quote_pdf.html_of(quote, "Three seats", language, at=NOW)

    assert holds in page
    assert "Three seats" in page
    assert all(line["description"] in page for line in quote.outcome["lines"])


def test_quote_that_expired_says_so(quote):
    page = quote_pdf.html_of(quote, "Three seats", "en", at=NOW + timedelta(minutes=31))

    assert "and has expired" in page


def test_quote_is_handed_over_as_pdf(person, quote):
    answer = browser_of(person[0]).get(reverse("portal:quote_file", args=[quote.pk]))

    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_order_has_its_quote_on_paper_too(person):
    actor, berlin = person
    running = billing.subscribed(berlin, billing.version(price="62.00"), on=date(2026, 1, 1))
    order = ordering.Order("PRO", 2, TODAY)
    quote = ordering.quote(actor=actor, contract=running.contract, customer=berlin, order=order, at=NOW, today=TODAY)

    assert browser_of(actor).get(reverse("portal:quote_file", args=[quote.pk])).content[:5] == b"%PDF-"
