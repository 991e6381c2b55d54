"""Paying: many invoices at once, ways to pay that leave no subscription without one, and staff who see it as it happens."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import money_scripts, own_account
from tests.journeys.walking import at_most, cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
PAYER, BERLIN, AGENT = "payer@helios.example", "member@berlin.helios.example", "agent@accord.example"
GERMANY_BERLIN_LAB = ["HD", "HB", "HL"]
FIVE_SECONDS = 5_000


def test_s2_14_payer_pays_three_child_invoices_at_once_and_berlin_sees_its_share(signed_in, accord):
    """Three invoices of nodes below the payer, one payment, and the share of Berlin on Berlin's own invoice."""
    refs = own_account.told_by(accord, money_scripts.INVOICES.format(customers=GERMANY_BERLIN_LAB))
    payer = signed_in(PAYER)
    payer.get_by_role("link", name="Invoices").first.click()
    for ref in refs:
        payer.get_by_role("checkbox", name=f"Select {ref}").check()
    owed = sum(cents(row_of(payer, ref).locator("td").last.inner_text()) for ref in refs)
    with at_most(payer, 2):
        payer.get_by_role("button", name=re.compile("^Pay")).last.click()
        payer.wait_for_url("**/payments/new/**")
        pay = payer.get_by_role("button", name=re.compile("^Pay"))
        assert cents(pay.inner_text()) == owed
        pay.click()
        expect(payer.get_by_text(re.compile("paid$")).first).to_be_visible()
    payment = payer.get_by_role("heading", level=1).inner_text()
    for ref in refs:
        expect(payer.locator("main")).to_contain_text(ref)
    look_at(payer, "three-paid-at-once")
    with payer.expect_download() as receipt:
        payer.get_by_role("link", name=re.compile("^Receipt|^PDF")).first.click()
    assert receipt.value.path().read_bytes().startswith(b"%PDF")
    member = signed_in(BERLIN)
    member.goto(f"/portal/invoices/{refs[1]}/")
    expect(member.locator("main")).to_contain_text("Nothing is left to pay.")
    settled = member.locator(".card").filter(has_text="What was paid and credited")
    expect(settled).to_contain_text(payment)
    look_at(member, "share-of-berlin")


def row_of(page: Page, ref: str):
    """Return the row of an invoice in a list."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=ref, exact=True))


def test_s2_19_last_way_to_pay_stays_while_a_subscription_runs(signed_in, accord):
    """The only card is refused to go, with the reason; beside a second one it goes, and is replaced and made the default."""
    account = own_account.opened(accord)
    customer = signed_in(account.email)
    keep(customer, account, "4242 4242 4242 4242", expiry="12/40")
    reason = f"is the last way to pay for the running subscription {account.subscription}. Add another first, or replace it."
    expect(customer.locator("#methods")).to_contain_text(reason)
    expect(customer.get_by_role("button", name="Remove").first).to_be_disabled()
    look_at(customer, "last-way-to-pay")
    refused = removed(customer)
    assert refused.status == 422
    assert reason in refused.text()
    keep(customer, account, "4000 0000 0000 0119", expiry="12/41")
    expect(customer.get_by_role("row").filter(has_text="0119")).to_contain_text("Default")
    customer.get_by_role("row").filter(has_text="4242").get_by_role("button", name="Make default").click()
    expect(customer.get_by_role("row").filter(has_text="4242")).to_contain_text("Default")
    customer.get_by_role("row").filter(has_text="0119").get_by_role("button", name="Remove").click()
    expect(customer.get_by_role("row").filter(has_text="0119")).to_have_count(0)
    expect(customer.locator("#methods")).to_contain_text(reason)
    customer.get_by_role("link", name="Replace").click()
    customer.get_by_label("Card number").fill("4242 4242 4242 4242")
    customer.get_by_label("Valid until").fill("11/42")
    customer.get_by_role("main").get_by_role("button").last.click()
    expect(customer.get_by_role("row").filter(has_text="30 Nov 2042")).to_be_visible()
    expect(customer.get_by_role("row").filter(has_text="31 Dec 2040")).to_have_count(0)


def keep(page: Page, account: own_account.Account, number: str, *, expiry: str) -> None:
    """Keep a card for the customer and everything below it."""
    page.goto(f"/portal/customers/{account.number}/methods/")
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Valid until").fill(expiry)
    page.get_by_role("radio", name="this customer and all below it").last.check()
    page.get_by_role("button", name="Check and keep it").click()
    expect(page.get_by_role("row").filter(has_text=number[-4:])).to_be_visible()


def removed(page: Page):
    """Send the removal that the page does not offer, as a program would that does not look."""
    replace = page.get_by_role("link", name="Replace").get_attribute("href")
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": page.url}
    return page.request.post(replace.replace("replacements", "removals"), headers=headers)


def test_s3_38_payment_in_the_portal_is_on_the_console_within_five_seconds(signed_in, accord):
    """An agent looks at the customer while it pays: invoice and timeline say so without the page being loaded again."""
    account = own_account.opened(accord)
    agent = signed_in(AGENT)
    agent.goto(f"/backoffice/customers/{account.number}/")
    expect(row_of(agent, account.invoice)).to_contain_text("Open")
    expect(agent.locator("html[data-live=on]")).to_be_attached()
    customer = signed_in(account.email)
    customer.goto(f"/portal/invoices/{account.invoice}/")
    customer.get_by_role("link", name=re.compile(r"^Pay \d")).first.click()
    customer.get_by_label("Card number").fill("4242 4242 4242 4242")
    customer.get_by_label("Valid until").fill("12/40")
    mark_as_not_loaded_again(agent)
    customer.get_by_role("button", name=re.compile("^Pay")).click()
    expect(customer.get_by_text(re.compile("paid$")).first).to_be_visible()
    expect(row_of(agent, account.invoice)).to_contain_text("Paid", timeout=FIVE_SECONDS)
    expect(agent.locator("main")).to_contain_text(re.compile(r"Payment P-\d+ succeeded"), timeout=FIVE_SECONDS)
    assert agent.evaluate("window.notLoadedAgain") is True
    look_at(agent, "console-after-payment")


def mark_as_not_loaded_again(page: Page) -> None:
    """Leave something on the page that is gone once it is loaded again."""
    page.evaluate("window.notLoadedAgain = true")
