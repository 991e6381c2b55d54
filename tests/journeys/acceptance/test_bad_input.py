"""What goes wrong at the customer's end: a lost connection, a price too old, the back button, two tabs, another language."""

import re

import pytest
from playwright.sync_api import Error, Page, expect

from tests.journeys.acceptance import money_scripts, own_account, own_things

pytestmark = [pytest.mark.journey, pytest.mark.long]
ELSEWHERE = {
    "de": "doppelt berechnet",
    "pl": "zapłaciłem dwa razy za ten sam miesiąc",
    "zh": "同一个月被收了两次费用",
}


def test_connection_lost_after_the_press_pays_once_and_says_so_to_who_comes_to_pay_again(signed_in, accord):
    """The press arrives, its answer does not; going back to pay again, the person reads that it is settled: one payment."""
    account = own_account.opened(accord)
    customer = about_to_pay(signed_in(account.email), account)
    customer.route("**/payments/", lose_the_answer)
    with pytest.raises(Error):
        press_pay_and_wait(customer)
    customer.unroute("**/payments/")
    customer.goto(f"/portal/customers/{account.number}/payments/new/?documents={account.invoice}")
    expect(customer.locator("main")).to_contain_text("What you came to pay is settled.")
    expect(customer.get_by_role("button", name=re.compile(r"^Pay \d"))).to_have_count(0)
    assert paid(customer, account) == ["succeeded"]


def test_connection_lost_before_the_press_arrives_keeps_the_form_and_pays_once(signed_in, accord):
    """Offline while pressing: nothing was sent; back online the same form pays once."""
    account = own_account.opened(accord)
    customer = about_to_pay(signed_in(account.email), account)
    customer.context.set_offline(True)
    with pytest.raises(Error):
        press_pay_and_wait(customer)
    customer.context.set_offline(False)
    customer.go_back()
    if not customer.get_by_label("Card number").input_value():
        enter_card(customer)
    press_pay_and_wait(customer)
    expect(customer.get_by_text(re.compile("paid$")).first).to_be_visible()
    assert paid(customer, account) == ["succeeded"]


def about_to_pay(page: Page, account: own_account.Account) -> Page:
    """Stand before the button that pays the account's first invoice, the card entered."""
    page.goto(f"/portal/invoices/{account.invoice}/")
    page.get_by_role("link", name=re.compile(r"^Pay \d")).first.click()
    enter_card(page)
    return page


def enter_card(page: Page) -> None:
    """Enter a card that pays."""
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_label("Valid until").fill("12/40")


def press_pay_and_wait(page: Page) -> None:
    """Press the button and wait for the payment's own page."""
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.wait_for_url(re.compile(r"/payments/P-\d+/"))


def lose_the_answer(route) -> None:
    """Let a request through to the server, and its answer get lost."""
    route.fetch(max_redirects=0)
    route.abort("connectionreset")


def paid(page: Page, account: own_account.Account) -> list[str]:
    """Return how each payment of the account ended."""
    return [row["status"] for row in own_things.read(page, f"/api/v1/customers/{account.number}/payments/")["results"]]


def test_price_older_than_half_an_hour_changes_nothing_and_offers_a_new_one(signed_in, accord):
    """The quote expired while the person was away: one sentence, nothing changed, and a way on with what was typed."""
    account = own_account.opened(accord)
    customer = signed_in(account.email)
    see_the_price(customer, account, units=14)
    token = customer.url.rstrip("/").rsplit("/", 1)[1]
    accord.manage("shell", "-c", money_scripts.HALF_AN_HOUR_PASSES.format(token=token))
    customer.get_by_role("button", name=re.compile("^Confirm")).click()
    refusal = customer.locator(".callout").filter(has_text="Nothing was changed")
    expect(refusal).to_contain_text("This price was good for half an hour")
    assert units(customer, account) == 10
    refusal.get_by_role("link", name="Ask for a new price").click()
    expect(customer.get_by_label("How many", exact=True).last).to_have_value("14")


def test_back_button_after_confirming_does_not_change_twice(signed_in, accord):
    """Confirmed and gone back: the price is no longer there to confirm, the contract as it is now stands instead."""
    account = own_account.opened(accord)
    customer = signed_in(account.email)
    see_the_price(customer, account, units=12)
    customer.get_by_role("button", name=re.compile("^Confirm")).click()
    customer.wait_for_url("**/contracts/**")
    customer.go_back()
    expect(customer.get_by_role("heading", level=1)).to_contain_text(account.contract)
    expect(customer.get_by_role("button", name=re.compile("^Confirm"))).to_have_count(0)
    assert (units(customer, account), len(documents(customer, account))) == (12, 2)


def test_same_price_confirmed_in_two_tabs_changes_once(signed_in, accord):
    """Two tabs with the same quote; and a third whose quote the first made stale is told so."""
    account = own_account.opened(accord)
    first = signed_in(account.email)
    second, third = first.context.new_page(), first.context.new_page()
    see_the_price(third, account, units=30)
    see_the_price(first, account, units=13)
    second.goto(first.url)
    for tab in (first, second):
        tab.get_by_role("button", name=re.compile("^Confirm")).click()
        tab.wait_for_url("**/contracts/**")
    third.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(third.locator("main")).to_contain_text("Nothing was changed")
    assert (units(first, account), len(documents(first, account))) == (13, 2)


def see_the_price(page: Page, account: own_account.Account, *, units: int) -> None:
    """Ask what another number of units costs."""
    page.goto(f"/portal/subscriptions/{account.subscription}/change/")
    page.get_by_label("How many", exact=True).last.fill(str(units))
    page.get_by_role("button", name="See the price").click()
    page.wait_for_url("**/quotes/**")


def units(page: Page, account: own_account.Account) -> int:
    """Return how many units run."""
    return own_things.read(page, f"/api/v1/contracts/{account.contract}/")["subscriptions"][0]["quantity"]


def documents(page: Page, account: own_account.Account) -> list[str]:
    """Return the refs of all documents of the account."""
    return [row["ref"] for row in own_things.read(page, f"/api/v1/customers/{account.number}/documents/")["results"]]


@pytest.mark.parametrize("language", ELSEWHERE)
def test_question_in_another_language_is_answered_or_taken_on_as_it_was_asked(signed_in, accord, language):
    """German, Polish, Chinese: an answer or an honest none, then a ticket that keeps every letter."""
    account, words = own_account.opened(accord), ELSEWHERE[language]
    customer = signed_in(account.email)
    customer.goto(f"/portal/customers/{account.number}/help/")
    customer.get_by_label("Your question").press_sequentially(words)
    answers = customer.locator("#answers")
    if language == "de":
        expect(answers.locator(".card").first).to_contain_text("Derselbe Zeitraum wurde zweimal berechnet")
        answers.get_by_role("link", name="Talk to us").first.click()
    else:
        expect(answers).to_contain_text("No article answers this yet")
        answers.get_by_role("link", name="Write to us").click()
    expect(customer.get_by_label("What is it about?")).to_have_value(words)
    customer.get_by_label("Tell us more").fill(words)
    customer.get_by_role("button", name="Send", exact=True).click()
    customer.wait_for_url(re.compile(r"/tickets/T-\d+/"))
    expect(customer.get_by_role("heading", level=1)).to_contain_text(words)
    expect(customer.locator("main")).to_contain_text(words)
