"""Customers run their own account: each thing they do alone stays within its budget of clicks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import at_most, cents, look_at

pytestmark = pytest.mark.journey
FIVE_SECONDS = 5_000


def test_what_customers_do_alone_stays_within_its_clicks(signed_in, accord):
    settle_a_double_billing_alone(signed_in("admin@kestrel.example"))
    group_admin = signed_in("admin@helios.example")
    invite_a_member(group_admin)
    member = signed_in("member@berlin.helios.example")
    change_seats_from_a_date(member)
    order_more_than_one_may(member)
    approve_in_one_click(group_admin)
    answer_before_a_ticket(member)
    payer = signed_in("payer@helios.example")
    pay_a_subtree(payer, watched_by=member)
    assert accord.manage("verify_books") == ""


def settle_a_double_billing_alone(page: Page) -> None:
    page.goto("/portal/")
    expect(page.locator("#next-invoice")).to_contain_text("EUR")
    expect(page).not_to_have_title(re.compile("suggest"))  # of the page whose offers it fetched
    with at_most(page, 3):
        page.get_by_role("link", name="INV-92", exact=True).first.click()
        page.get_by_role("button", name="Fix this: credit 130.20 EUR now").click()
        expect(page.get_by_text("This was put right")).to_be_visible()
    look_at(page, "settled-alone")


def invite_a_member(page: Page) -> None:
    page.get_by_role("link", name="Organisation").first.click()
    page.get_by_role("link", name="Members").first.click()
    with at_most(page, 2):
        page.get_by_label("E-mail").fill("new.colleague@helios.example")
        page.get_by_role("radio", name=re.compile("^Payer")).check()
        page.get_by_role("button", name="Send invitation").click()
        expect(page.get_by_text("new.colleague@helios.example").first).to_be_visible()
    look_at(page, "members")


def change_seats_from_a_date(page: Page) -> None:
    page.get_by_role("link", name="Contracts").first.click()
    row = page.get_by_role("row").filter(has_text="Workspace Team").first
    with at_most(page, 3):
        row.get_by_role("link", name="Change").click()
        page.get_by_label("How many", exact=True).last.fill("17")
        page.get_by_role("button", name="See the price").click()
        page.get_by_role("button", name=re.compile("^Confirm")).click()
        page.wait_for_url("**/contracts/**")
        expect(page.locator("main")).to_contain_text("17")


def order_more_than_one_may(page: Page) -> None:
    page.get_by_role("link", name="Contracts").first.click()
    page.get_by_role("link", name=re.compile("^Show contract")).first.click()
    page.get_by_role("link", name="Order more").first.click()
    with at_most(page, 3):
        page.get_by_role("radio", name="Workspace Team").check()
        page.get_by_label("How many", exact=True).fill("400")
        page.get_by_role("button", name="See the price").click()
        look_at(page, "order-over-the-limit")
        page.get_by_role("button", name="Ask an administrator").click()
        expect(page.get_by_text("An administrator decides")).to_be_visible()
    look_at(page, "order-waiting")


def approve_in_one_click(page: Page) -> None:
    page.get_by_role("link", name="Approvals").first.click()
    look_at(page, "order-approvals")
    with at_most(page, 1):
        page.get_by_role("button", name=re.compile("^Approve")).first.click()
        expect(page.get_by_text("Approved: it is ordered.")).to_be_visible()


def answer_before_a_ticket(page: Page) -> None:
    page.get_by_role("link", name="Help").first.click()
    with at_most(page, 1):
        page.get_by_label("Your question").fill("how do I add seats")
        answer = page.locator("#answers .card").first
        expect(answer).to_be_visible()
        answer.get_by_role("button", name="This solved it").click()
        expect(page.get_by_text("Good to hear.")).to_be_visible()
    look_at(page, "answered")


def pay_a_subtree(page: Page, *, watched_by: Page) -> None:
    watched_by.goto("/portal/invoices/INV-2/")
    page.goto("/portal/")
    with at_most(page, 2):
        page.get_by_role("link", name=re.compile("^Pay everything")).first.click()
        owed = cents(page.get_by_role("button", name=re.compile("^Pay")).inner_text())
        page.get_by_role("button", name=re.compile("^Pay")).click()
        expect(page.get_by_text(re.compile("paid$")).first).to_be_visible()
    assert owed > 0
    expect(watched_by.locator("main")).to_contain_text("Nothing is left to pay.", timeout=FIVE_SECONDS)
