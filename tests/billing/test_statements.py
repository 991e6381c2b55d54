"""Statement of account: opening balance, what moved it, closing balance; it ties to the ledger whatever happened."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.customers import addresses
from billing.invoices import credit_notes
from billing.invoices.documents import recipient
from billing.ledger import balances
from billing.periods import Period
from billing.reports import statement_pdf, statements
from tests.factories.billing import NOON, invoice, seller
from tests.factories.customers import below, group
from tests.factories.payments import pay

pytestmark = pytest.mark.django_db

JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
LATER = date(2026, 12, 31)


@pytest.fixture
def payer():
    return group("Berlin")


def test_statement_opens_with_what_was_owed_and_closes_with_what_is(payer):
    invoice(payer, 10000, on=date(2025, 12, 31))
    document = invoice(payer, 12000, on=date(2026, 1, 5))
    credit_notes.credit_line(
        actor=None, line=document.lines.get(), amount_minor=2000, reason="Too much", on=date(2026, 1, 7), at=NOON, key="k"
    )
    invoice(payer, 500, on=date(2026, 2, 1))

    found = statements.statement(payer, "EUR", JANUARY)

    assert (found.opening_minor, found.closing_minor) == (10000, 20000)
    assert [(move.what, move.amount_minor, move.balance_minor) for move in found.moves] == [
        ("invoice_issued", 12000, 22000), ("credit_note_issued", -2000, 20000),
    ]  # fmt: skip


def test_statement_is_of_one_currency_and_one_payer(payer):
    invoice(payer, 100, currency="USD")
    invoice(below(payer), 700)

    assert statements.statement(payer, "EUR", JANUARY).moves == []
    assert statements.currencies_of(payer) == ["USD"]


ACTS = st.lists(st.tuples(st.sampled_from(["invoice", "pay"]), st.integers(1, 10**6), st.integers(0, 60)), max_size=8)


@settings(max_examples=40)
@given(acts=ACTS, cut=st.integers(1, 60))
def test_statements_of_two_periods_join_and_tie_to_the_ledger(acts, cut):
    payer = group()
    for what, amount, day in acts:
        document = invoice(payer, amount, on=date(2026, 1, 1) + timedelta(days=day))
        if what == "pay":
            pay(payer, document)
    middle, end = date(2026, 1, 1) + timedelta(days=cut), date(2100, 1, 1)

    first = statements.statement(payer, "EUR", Period(date(2020, 1, 1), middle))
    second = statements.statement(payer, "EUR", Period(middle, end))

    assert second.opening_minor == first.closing_minor
    assert second.closing_minor == balances.owed_by(payer).get("EUR", 0)


@pytest.mark.parametrize(("language", "title"), [("en", "Statement of account"), ("de", "Kontoauszug")])
def test_paper_says_the_same_in_both_languages(payer, language, title):
    invoice(payer, 12000, on=date(2026, 1, 5))

    page = statement_pdf.html_of(statements.statement(payer, "EUR", JANUARY), seller(), language, today=LATER)

    assert title in page
    assert page.count("120" + {"en": ".00", "de": ",00"}[language]) == 5


@pytest.mark.parametrize(("month", "street"), [(1, "Gate 4"), (2, "Torstr. 1")])
def test_statement_goes_where_invoices_went_on_its_last_day(payer, month, street):
    payer.street, payer.postcode, payer.city = "Torstr. 1", "10119", "Berlin"
    payer.save(update_fields=["street", "postcode", "city"])
    addresses.keep(
        actor=None, customer=payer, purpose="invoices", street="Gate 4", city="Wien", country="AT", attention="Books", at=NOON,
        since=date(2026, 1, 31), until=date(2026, 2, 28),
    )  # fmt: skip
    period = Period(date(2026, month, 1), date(2026, month + 1, 1))

    page = statement_pdf.html_of(statements.statement(payer, "EUR", period), seller(), "en", today=LATER)

    assert street in page
    assert [word in page for word in ("Books", "Wien", "AUSTRIA")] == [month == 1] * 3


@pytest.mark.parametrize(("today", "street"), [(29, "Torstr. 1"), (30, "Gate 4")])
def test_statement_of_a_month_that_runs_goes_where_invoices_go_today(payer, today, street):
    payer.street, payer.postcode, payer.city = "Torstr. 1", "10119", "Berlin"
    given = {"street": "Gate 4", "city": "Wien", "since": date(2026, 1, 30), "until": None, "at": NOON}
    addresses.keep(actor=None, customer=payer, purpose="invoices", **given)
    found = statements.statement(payer, "EUR", JANUARY)

    assert street in statement_pdf.html_of(found, seller(), "en", today=date(2026, 1, today))


@pytest.mark.parametrize(
    ("day", "told"), [(4, ["Berlin", "Torstr. 1", "10119 Berlin"]), (5, ["Berlin", "Books", "Gate 4", "Wien"])]
)
def test_letter_of_a_day_goes_where_invoices_go_that_day(payer, day, told):
    payer.street, payer.postcode, payer.city = "Torstr. 1", "10119", "Berlin"
    given = {"street": "Gate 4", "city": "Wien", "attention": "Books", "since": date(2026, 1, 5), "until": None, "at": NOON}
    addresses.keep(actor=None, customer=payer, purpose="invoices", **given)
    addresses.keep(actor=None, customer=payer, purpose="visits", **given | {"street": "Gate 9"})

    assert recipient.lines(payer, on=date(2026, 1, day), home="DE", language="en") == told


def test_paper_is_the_same_bytes_every_time(payer):
    invoice(payer, 12000, on=date(2026, 1, 5))
    found = statements.statement(payer, "EUR", JANUARY)

    first, again = (statement_pdf.pdf_of(found, seller(), "en", today=LATER) for _ in range(2))

    assert first.startswith(b"%PDF")
    assert first == again
