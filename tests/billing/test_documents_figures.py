"""How amounts, days and references are written on a document."""

from datetime import date
from decimal import Decimal

import pytest
from stdnum import iso11649

from billing.invoices.documents import figures, wording

GAP = figures.NO_BREAK_SPACE


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (124000, "EUR", "en", "1,240.00"),
        (124000, "EUR", "de", "1.240,00"),
        (-5, "EUR", "en", "−0.05"),
        (1240, "JPY", "en", "1,240"),
        (1240, "KWD", "de", "1,240"),
    ],
)
def test_amounts_carry_the_decimals_of_their_currency(minor, currency, language, written):
    assert figures.amount(minor, currency, language) == written


def test_unit_prices_keep_all_their_decimals_and_at_least_those_of_the_currency():
    assert figures.unit_price(Decimal("0.0001200000"), "EUR", "en") == "0.00012"
    assert figures.unit_price(Decimal("29"), "EUR", "de") == "29,00"
    assert figures.unit_price(Decimal("29"), "JPY", "en") == "29"


def test_quantities_and_rates_show_no_empty_decimals():
    assert figures.number(Decimal("1250000.0000000000"), "de") == "1.250.000"
    assert figures.number(Decimal("0.5"), "en") == "0.5"
    assert figures.percent(Decimal("0.1900"), "en") == f"19{GAP}%"
    assert figures.percent(Decimal("0.055"), "de") == f"5,5{GAP}%"


@pytest.mark.parametrize(
    ("since", "until", "language", "written"),
    [
        (date(2026, 1, 1), date(2026, 2, 1), "en", "1 Jan – 31 Jan 2026"),
        (date(2025, 12, 15), date(2026, 1, 15), "en", "15 Dec 2025 – 14 Jan 2026"),
        (date(2026, 1, 1), date(2026, 2, 1), "de", "01.01. – 31.01.2026"),
        (date(2026, 1, 1), date(2026, 1, 2), "de", "01.01.2026"),
    ],
)
def test_periods_are_written_with_their_last_day(since, until, language, written):
    assert figures.period(since, until, language).replace(GAP, " ") == written


def test_payment_reference_is_one_that_banks_accept():
    assert figures.payment_reference("INV-000123") == "RF73INV000123"
    for ref in ("INV-000001", "US-INV-000001", "7"):
        assert iso11649.is_valid(figures.payment_reference(ref))


def test_payment_reference_is_the_ref_itself_where_none_can_be_made():
    assert figures.payment_reference("--") == "--"
    assert figures.payment_reference("A" * 22) == "A" * 22


def test_iban_is_written_in_fours():
    assert figures.in_fours("DE02120300000000202051").replace(GAP, " ") == "DE02 1203 0000 0000 2020 51"


def test_countries_are_named_in_the_readers_language_or_by_their_code():
    assert (figures.country("DE", "de"), figures.country("DE", "en"), figures.country("XY", "en")) == (
        "Deutschland",
        "Germany",
        "XY",
    )


@pytest.mark.parametrize(
    ("wish", "language"), [("de", "de"), ("de-AT", "de"), ("DE_de", "de"), ("en-us", "en"), ("fr", "en"), ("", "en")]
)
def test_readers_get_their_language_or_english(wish, language):
    assert wording.language_of(wish) == language


def test_every_language_says_everything():
    for words in wording.WORDINGS.values():
        assert all(vars(words).values())
