"""Remedies: what a fault offers, two clicks for a double billing, finance at once, a check of the setup, each kind once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import asking, at_the_ticket, own_customer
from tests.journeys.acceptance.own_customer import OwnCustomer
from tests.journeys.walking import at_most, cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
AGENT, FINANCE, MANAGER = "agent@accord.example", "finance@accord.example", "manager@accord.example"
TWO_SECONDS = 2_000
TWICE = (("1", 5, 12_000), ("2", 5, 12_000))
TO_EACH = tuple((name, months, 1_000) for months, name in enumerate("abcdefgh", start=3))
WITH_AN_INVOICE = (
    ("Waive the charge", {}, True),
    ("Extend the due date", {}, True),
    ("Correct the price and bill anew", {"net": "6.00"}, True),
    ("Discount on the next invoice", {"amount": "5.00"}, True),
    ("Send the invoice again", {}, False),
    ("Void and issue anew", {"po_number": "PO 4500"}, True),
    ("Pay in parts", {"parts": "2"}, True),
    ("Write off what is open", {}, True),
)


def test_s4_13_outage_of_three_hours_offers_two_ranked_remedies_with_cost(signed_in, accord):
    """The playbook of an outage comes up by the customer's own words; what it offers first has a number, a name and a cost."""
    customer = own_customer.plant(accord)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    ref = asking.write_to_us(
        person, customer.number, subject="Outage of 3 h", words="The service was down for three hours.",
        kind="Something does not work",
    )  # fmt: skip
    page = at_the_ticket.stand_before(agent, ref)
    expect(page.locator("#playbook")).to_contain_text("The service was down")
    offered = page.locator("#remedies > .remedy")
    expect(offered).to_have_count(2)
    assert offered.locator(".remedy-title").all_inner_texts() == ["Goodwill credit", "Discount on the next invoice"]
    assert all(cents(cost) > 0 for cost in offered.locator(".money").all_inner_texts())
    look_at(agent, "outage-offers")


def test_s4_15_double_billing_is_put_right_in_two_clicks_without_finance(signed_in, accord):
    """Two clicks on the ticket: 120.00 credited, nothing left to pay, the ticket resolved, the customer told by mail."""
    customer = own_customer.plant(accord, billed=TWICE)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    ref = claim(person, customer.invoice("2"))
    at_the_ticket.stand_before(agent, ref)
    with at_most(agent, 2):
        put_right(agent)
        expect(agent.locator("#grants")).to_contain_text("120.00")
    expect(agent.locator(".pane-head").filter(has_text=ref)).to_contain_text("Resolved")
    look_at(agent, "double-billing-put-right")
    person.goto(f"/portal/invoices/{customer.invoice('2')}/")
    expect(person.locator("main")).to_contain_text("Nothing is left to pay.")
    expect(at_the_ticket.mail_to(person, customer.email, f"^Resolved: .*{ref}")).to_contain_text("120.00")


def claim(person: Page, invoice: str) -> str:
    """Say from the line of an invoice that something is wrong with it; return the ticket's ref."""
    person.goto(f"/portal/invoices/{invoice}/")
    person.get_by_role("link", name=re.compile("^Something wrong")).first.click()
    return asking.send(person, subject=f"About {invoice}", words="Have a look at it.")


def put_right(agent: Page) -> None:
    agent.get_by_role("button", name=re.compile("^Credit 120.00")).click()
    agent.get_by_role("button", name=re.compile("^Confirm: credit 120.00")).click()


def test_s4_16_finance_sees_the_row_in_two_seconds_though_no_mail_can_be_written(signed_in, accord):
    """While mail fails the row is in finance's open inbox at once; when mail works again the customer's comes by itself."""
    customer = own_customer.plant(accord, billed=TWICE)
    person, agent, finance = signed_in(customer.email), signed_in(AGENT), signed_in(FINANCE)
    finance.goto("/backoffice/finance/")
    expect(finance.locator("html[data-live=on]")).to_be_attached()
    at_the_ticket.stand_before(agent, claim(person, customer.invoice("2")))
    with no_mail_can_be_written(accord):
        put_right(agent)
        row = finance.get_by_role("row").filter(has_text=customer.name)
        expect(row).to_contain_text("120.00", timeout=TWO_SECONDS)
        agent.wait_for_timeout(2 * TWO_SECONDS)
        finance.reload()
        expect(row).to_have_count(1)
        person.goto(f"/mailbox/?to={customer.email}")
        expect(person.get_by_role("link", name=re.compile("^Resolved"))).to_have_count(0)
    at_the_ticket.mail_to(person, customer.email, "^Resolved")
    ask_answer_and_take_back(finance, agent, customer)
    assert accord.manage("verify_books") == ""


@contextmanager
def no_mail_can_be_written(accord) -> Iterator[None]:
    """Put a file where the folder of mails is, so that writing one fails, and the folder back again."""
    mails = Path(accord.environment["ACCORD_STATE"]) / "mail"
    kept = mails.rename(mails.with_name("mail-kept"))
    mails.write_text("no folder")
    try:
        yield
    finally:
        mails.unlink()
        kept.rename(mails)


def ask_answer_and_take_back(finance: Page, agent: Page, customer: OwnCustomer) -> None:
    """Let finance ask, the agent answer, and finance take the remedy back by a counter-entry."""
    finance.goto("/backoffice/finance/")
    row = finance.get_by_role("row").filter(has_text=customer.name)
    row.get_by_text("Ask", exact=True).click()
    row.get_by_label("Your question to the agent").fill("Which of the two stays?")
    row.get_by_role("button", name="Send the question").click()
    agent.reload()
    expect(agent.locator("#grants")).to_contain_text("Which of the two stays?")
    agent.get_by_label("Your answer to finance").fill("The first one.")
    agent.get_by_role("button", name="Send the answer").click()
    finance.goto("/backoffice/finance/")
    finance.get_by_role("navigation", name="Show").get_by_role("link", name="Answered").click()
    expect(row).to_contain_text("The first one.")
    look_at(finance, "finance-asked")
    row.get_by_text("Take it back", exact=True).click()
    row.get_by_label("Why; the customer reads it").fill("The second one was meant.")
    row.get_by_role("button", name="Take it back by counter-entry").click()
    expect(finance.locator("main")).to_contain_text("Taken back")


def test_s4_17_account_without_a_number_turns_the_check_red_and_the_button_off(signed_in, accord):
    """A manager empties the number of Goodwill: the check is red, the remedy is off and says why; then the number is put back."""
    customer = own_customer.plant(accord)
    person, agent, manager = signed_in(customer.email), signed_in(AGENT), signed_in(MANAGER)
    ref = asking.write_to_us(person, customer.number, subject="Slow", words="An hour lost.")
    number = map_goodwill(manager, "")
    try:
        manager.goto("/backoffice/finance/setup/")
        light = manager.get_by_role("row").filter(has_text="Goodwill credit")
        expect(light.locator(".pill").first).to_have_attribute("class", re.compile("bad"))
        look_at(manager, "setup-check-red")
        at_the_ticket.stand_before(agent, ref)
        offered = at_the_ticket.remedy(agent, "Goodwill credit")
        expect(offered).to_contain_text("Not set up: Goodwill has no number in the accounting system. A manager maps it.")
        expect(offered.get_by_role("button")).to_be_disabled()
        look_at(agent, "remedy-not-set-up")
    finally:
        map_goodwill(manager, number)
    at_the_ticket.stand_before(agent, ref)
    expect(at_the_ticket.remedy(agent, "Goodwill credit").get_by_role("button")).to_be_enabled()


def map_goodwill(manager: Page, number: str) -> str:
    """Give the account of goodwill another number in the accounting system; return the one it had."""
    manager.goto("/admin/support/ledgermapping/")
    manager.get_by_role("link", name="Goodwill", exact=True).first.click()
    field = manager.locator("input[name=number]")
    before = field.input_value()
    field.fill(number)
    manager.get_by_role("button", name="Save", exact=True).click()
    manager.wait_for_url("**/ledgermapping/")
    return before


def test_each_remedy_about_an_invoice_is_given_and_taken_back(signed_in, accord):
    """Each kind once on an invoice of its own; all but the mail that was sent are taken back; the books stay whole."""
    customer = own_customer.plant(accord, billed=TO_EACH)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    for (label, typed, comes_back), (invoice, _months, _net) in zip(WITH_AN_INVOICE, TO_EACH, strict=True):
        at_the_ticket.stand_before(agent, claim(person, customer.invoice(invoice)))
        at_the_ticket.give(agent, label, **typed)
        expect(agent.locator("#grants")).to_contain_text(label)
        expect(agent.locator("#grants")).to_contain_text("Granted")
        if comes_back:
            at_the_ticket.take_back(agent, "It was meant for another invoice.")
        else:
            expect(agent.locator("#grants").get_by_text("Take it back", exact=True)).to_have_count(0)
    look_at(agent, "given-and-taken-back")
    assert accord.manage("verify_books") == ""


def test_each_remedy_without_an_invoice_is_given_and_taken_back(signed_in, accord):
    """Goodwill and the credit of a double charge come back by counter-entries; a change of the customer's is taken back once."""
    customer = own_customer.plant(accord, billed=TWICE)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    ref = asking.write_to_us(person, customer.number, subject="Slow", words="An hour lost.")
    at_the_ticket.stand_before(agent, ref)
    at_the_ticket.give(agent, "Goodwill credit", amount="9.00")
    at_the_ticket.take_back(agent, "It was meant for another customer.")
    at_the_ticket.stand_before(agent, claim(person, customer.invoice("2")))
    put_right(agent)
    at_the_ticket.take_back(agent, "Both months were served.")
    order_five_more(person, customer)
    ref = asking.write_to_us(person, customer.number, subject="Too many seats", words="We typed it wrong.", kind="A contract")
    at_the_ticket.stand_before(agent, ref)
    at_the_ticket.give(agent, "Take the change back")
    expect(agent.locator("#grants")).to_contain_text("Granted")
    person.goto(f"/portal/customers/{customer.number}/contracts/")
    expect(person.get_by_role("row").filter(has_text="Workspace Team").first).to_contain_text("10")
    assert accord.manage("verify_books") == ""


def test_agent_gives_in_dollars_within_the_limit_in_dollars(signed_in, accord):
    """A customer that pays in dollars is helped at once, too; above the agent's limit a supervisor is asked."""
    customer = own_customer.plant(accord, currency="USD")
    person, agent = signed_in(customer.email), signed_in(AGENT)
    ref = asking.write_to_us(person, customer.number, subject="Slow", words="An hour lost.")
    at_the_ticket.stand_before(agent, ref)
    expect(agent.locator("header")).to_contain_text("also in USD")
    look_at(agent, "ticket-in-dollars")
    at_the_ticket.give(agent, "Goodwill credit", amount="9.00")
    expect(agent.locator("#grants")).to_contain_text("9.00 USD")
    expect(agent.locator("#grants")).to_contain_text("Granted")


def order_five_more(person: Page, customer: OwnCustomer) -> None:
    """Raise the seats from ten to fifteen from today on, at the price quoted."""
    person.goto(f"/portal/customers/{customer.number}/contracts/")
    person.get_by_role("row").filter(has_text="Workspace Team").first.get_by_role("link", name="Change").click()
    person.get_by_label("How many", exact=True).last.fill("15")
    person.get_by_role("button", name="See the price").click()
    person.get_by_role("button", name=re.compile("^Confirm")).click()
    person.wait_for_url("**/contracts/**")
    expect(person.locator("main")).to_contain_text("15")
