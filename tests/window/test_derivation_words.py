"""What a line says of its amount, in the reader's language, says the same as the English of the engine."""

import pytest
from django.utils import translation

from billing.rating import explain
from window import derivation_words

FULL_CYCLE = {
    "rule": "full_cycle", "quantity": "10", "unit_price": "12.40", "cycle_since": "2026-11-01", "cycle_until": "2026-12-01",
}  # fmt: skip
PACKAGES = {
    "rule": "usage",
    "quantity": "3846",
    "metric": "messages",
    "model": "package",
    "since": "2026-10-01",
    "until": "2026-11-01",
}


def test_every_rule_cause_and_model_can_be_told():
    words = derivation_words.words()

    assert words.templates == explain.ENGLISH
    assert words.causes == explain.CAUSES
    assert words.models == explain.MODELS


@pytest.mark.parametrize(
    ("derivation", "told"),
    [
        (FULL_CYCLE, "10 × 12.40\u00a0EUR each for the whole cycle from 1 Nov 2026 to 30 Nov 2026."),
        (PACKAGES, "3846 messages used from 1 Oct 2026 to 31 Oct 2026: by packages begun."),
    ],
)
def test_line_tells_how_it_came_to_its_amount(derivation, told):
    assert derivation_words.sentence(derivation, "EUR") == told


def test_days_and_prices_are_written_as_the_reader_writes_them():
    with translation.override("de"):
        told = derivation_words.sentence(FULL_CYCLE, "EUR")

    assert "12,40\u00a0EUR" in told
    assert "1. Nov. 2026" in told
