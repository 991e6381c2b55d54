"""Finance at the end of the day: everything that is new is read on one page and acknowledged in two clicks."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.walking import at_most, cents, look_at

pytestmark = pytest.mark.journey


def test_finance_acknowledges_the_day_in_two_clicks(signed_in, accord):
    """What is confirmed is what stands there: as many rows, and their sum by currency."""
    finance = signed_in("finance@accord.example")
    finance.get_by_role("link", name="All", exact=True).first.wait_for()
    rows = finance.get_by_role("table", name="Remedies in front of finance").locator("tbody tr")
    count, total = rows.count(), sum(cents(row.locator("td.num").inner_text()) for row in rows.all())
    with at_most(finance, 2):
        finance.get_by_text(f"Acknowledge these {count}").click()
        confirm = finance.get_by_role("button", name=re.compile(rf"^Confirm: {count} remed(y|ies), "))
        assert cents(confirm.inner_text().split(", ", 1)[1]) == total
        confirm.click()
        expect(finance.get_by_text("Nothing new")).to_be_visible()
    look_at(finance, "finance-day-done")
    finance.goto("/backoffice/finance/?show=acknowledged")
    assert rows.count() >= count
    assert accord.manage("verify_books") == ""
