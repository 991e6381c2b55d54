import csv
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.quality import identifiers

REAL = Path(__file__).parents[4] / "shared" / "data" / "tax" / "identifiers.csv"


@pytest.mark.skipif(not REAL.exists(), reason="the sample data lie beside the checkout")
def test_every_sample_number_is_judged_as_its_file_says():
    rows = list(csv.DictReader(REAL.open(encoding="utf-8")))

    wrong = [row for row in rows if identifiers.is_valid(row["kind"], row["number"], row["country"]) != (row["valid"] == "true")]

    assert len(rows) == 1980
    assert wrong == []


@pytest.mark.parametrize(
    ("kind", "number", "country"),
    [
        ("vat", "DE136695976", ""),
        ("vat", "de 136 695 976", "DE"),
        ("vat", "136695976", "DE"),
        ("vat", "CHE-107.787.577 IVA", "CH"),
        ("vat", "EL 094259216", ""),
        ("tax_id", "GB 980 7806 84", "GB"),
        ("tax_id", "12-3456789", "US"),
        ("tax_id", "anything at all", "UA"),
        ("iban", "DE89 3704 0044 0532 0130 00", ""),
        ("bic", "BYLADEM1001", ""),
        ("lei", "213800KUD8LAJWSQ9D15", ""),
        ("registration", "732 829 320", "FR"),
    ],
)
def test_a_valid_number_is_without_fault(kind, number, country):
    assert identifiers.fault(kind, number, country) == ""


@pytest.mark.parametrize(
    ("kind", "number", "country", "reason"),
    [
        ("vat", "DE136695967", "", "is no VAT number: its check digit is wrong"),
        ("vat", "DE13669597", "", "is no VAT number: it has the wrong length"),
        ("vat", "hello", "", "is no VAT number: it has a part that does not exist"),
        ("tax_id", "DE136695967", "DE", "is no tax number: its check digit is wrong"),
        ("tax_id", "FR40303265054", "DE", "is no tax number: its check digit is wrong"),
        ("tax_id", "hello", "DE", "is no tax number: it does not have that form"),
        ("iban", "DE89370400440532013001", "", "is no IBAN: its check digit is wrong"),
        ("lei", "9" * 61, "", "is no LEI: it is too long"),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong_with_it(kind, number, country, reason):
    assert identifiers.fault(kind, number, country) == reason


def test_numbers_of_one_kind_compare_equal_whatever_their_spelling():
    assert identifiers.compact("vat", "ATU 142 43 102") == identifiers.compact("vat", "atu14243102") == "ATU14243102"
    assert identifiers.compact("vat", "no number!") == "NONUMBER"


def test_an_unknown_kind_is_no_answer():
    with pytest.raises(LookupError):
        identifiers.fault("shoe_size", "42")


@given(
    kind=st.sampled_from(sorted(identifiers.kinds())),
    number=st.text(max_size=70),
    country=st.sampled_from(["", "DE", "US", "gr", "??"]),
)
def test_any_text_gets_an_answer(kind, number, country):
    reason = identifiers.fault(kind, number, country)

    assert reason == "" or reason.startswith("is no ")


@given(st.integers(min_value=0))
def test_a_digit_changed_is_always_found_in_an_iban(seed):
    chance, number = random.Random(seed), "DE89370400440532013000"
    place = chance.randrange(2, len(number))
    other = chance.choice([digit for digit in "0123456789" if digit != number[place]])

    assert not identifiers.is_valid("iban", number[:place] + other + number[place + 1 :])
