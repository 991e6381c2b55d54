"""The customer's window: everything in one login, answers before contact, true figures, and what a persona would see."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import own_account, own_things
from tests.journeys.walking import at_most, cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
BERLIN, GROUP = "member@berlin.helios.example", "admin@helios.example"
MANAGER, AGENT = "manager@accord.example", "agent@accord.example"
MEMBERS_MENU = ("Start", "Rechnungen", "Verträge", "Hilfe", "Organisation")


def test_s2_1_berlin_member_reaches_all_four_forms_within_two_clicks(signed_in):
    """From home: the account's details, a change of contract, a question about a bill, and help by a person."""
    member = signed_in(BERLIN)
    for form, ways in {
        "details": ("Organisation", "Details"),
        "change": ("Contracts", "Change"),
        "bill": (re.compile(r"^INV-\d+$"), "Something wrong?"),
        "service": ("Talk to us", "Write to us"),
    }.items():
        member.goto("/portal/")
        with at_most(member, 2):
            member.get_by_role("link", name=ways[0]).first.click()
            member.wait_for_url(lambda url: not url.endswith("/portal/") and "C-100004/" in url or "INV-" in url)
            member.locator("main").get_by_role("link", name=ways[1]).first.click()
        expect(member.locator("main form").first).to_be_visible()
        look_at(member, f"form-of-{form}")


def test_s2_10_billed_twice_is_answered_while_typing_and_counts_as_solved(signed_in, accord):
    """Typing brings the article and its action; "This solved it" makes a deflection, and no ticket."""
    account = own_account.opened(accord)
    customer = signed_in(account.email)
    customer.get_by_role("link", name="Help").first.click()
    customer.get_by_label("Your question").press_sequentially("billed twice")
    answer = customer.locator("#answers .card").first
    expect(answer).to_contain_text("You were billed twice for the same period")
    answer.get_by_role("button", name="Check my invoices now").click()
    expect(answer.locator("[aria-live]")).to_contain_text("nothing", ignore_case=True)
    look_at(customer, "answered-while-typing")
    answer.get_by_role("button", name="This solved it").click()
    expect(customer.get_by_text("Good to hear.")).to_be_visible()
    kept = own_things.read(customer, f"/api/v1/customers/{account.number}/activities/")["results"]
    assert [row["sentence"] for row in kept if row["kind"] == "support.deflected"] == [
        "An answer helped: You were billed twice for the same period"
    ]
    customer.goto(f"/portal/customers/{account.number}/tickets/new/")
    customer.get_by_label("What is it about?").press_sequentially("billed twice")
    expect(customer.locator("main")).to_contain_text("You were billed twice for the same period")


def test_s2_13_account_home_says_what_the_billing_api_says(signed_in):
    """Balance, what is to pay, contracts, usage, members and history of one node: the same figures from both doors."""
    admin = signed_in(GROUP)
    admin.goto("/portal/customers/C-100004/")
    balance = own_things.read(admin, "/api/v1/customers/C-100004/balance/")
    shown = admin.locator("main .tile").filter(has_text="Owed by this customer alone").inner_text()
    assert f"{cents(shown) / 100:.2f}" == balance["owed"][0]["amount"]
    whole = admin.locator("#answer .answer-figure").inner_text()
    assert f"{cents(whole) / 100:.2f}" == balance["owed_with_all_below"][0]["amount"]
    admin.get_by_role("link", name="Contracts").first.click()
    for contract in own_things.read(admin, "/api/v1/customers/C-100004/contracts/")["results"]:
        expect(admin.locator("main")).to_contain_text(contract["ref"])
        for running in contract["subscriptions"]:
            price = running["price"]
            expect(admin.get_by_role("row").filter(has_text=running["ref"])).to_contain_text(price["amount"])
    admin.goto("/portal/customers/C-100004/activity/")
    last = own_things.read(admin, "/api/v1/customers/C-100004/activities/")["results"][0]
    expect(admin.locator("main")).to_contain_text(last["sentence"])
    admin.goto("/portal/customers/C-100004/members/")
    expect(admin.locator("main")).to_contain_text(BERLIN)


def test_s3_2_manager_sees_the_portal_as_a_gold_member_in_german(signed_in):
    """Gold, member, German: the menu and prices of that persona, in its language."""
    manager = signed_in(MANAGER)
    manager.goto("/backoffice/policies/personas/")
    persona_form = manager.locator("main form")
    persona_form.get_by_label("Tier").select_option("gold")
    persona_form.get_by_label("Role").select_option("member")
    persona_form.get_by_label("Language").select_option("de")
    manager.get_by_role("button", name="Show").click()
    persona = manager.locator("main div[lang=de]")
    for place in MEMBERS_MENU:
        expect(persona).to_contain_text(place)
    expect(persona).to_contain_text("Workspace Team")
    expect(persona).to_contain_text("12,40")
    look_at(manager, "persona-gold-member-german")


def find_process(page: Page, name: str):
    """Return the row of a process under "Who does it"."""
    page.goto("/backoffice/measures/processes/")
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def test_s2_17_contract_changes_without_an_agent_and_what_that_saved(signed_in, accord):
    """A customer's own change raises the share of changes made without us, and the saving says how it was reckoned."""
    agent, account = signed_in(AGENT), own_account.opened(accord)
    before = int(find_process(agent, "Contract changes").locator("td").first.inner_text())
    customer = signed_in(account.email)
    facts = {"what": "set_quantity", "quantity": 11}
    quote = own_things.send(customer, f"/api/v1/subscriptions/{account.subscription}/quotes/", **facts).json()
    assert own_things.send(customer, f"/api/v1/quotes/{quote['token']}/applications/").ok
    row = find_process(agent, "Contract changes")
    themselves, ours = (int(cell.inner_text()) for cell in row.locator("td").all()[:2])
    assert themselves == before + 1
    share = (200 * themselves + themselves + ours) // (2 * (themselves + ours))
    expect(row.locator("td").nth(3)).to_have_text(f"{share} %")
    expect(row.locator("td").last).to_contain_text(f"{themselves} × 8.50 EUR")
    assert cents(row.locator("td").last.inner_text()) == themselves * 850
    look_at(agent, "who-does-it")


def test_s2_23_growth_by_segment_source_and_channel_ties_to_recurring_revenue(signed_in):
    """Three breakdowns of the same twelve months add up to the recurring revenue of the issued lines, to the cent."""
    finance = signed_in("finance@accord.example")
    finance.goto("/backoffice/finance/revenue/")
    recurring = cents(finance.locator(".tile").filter(has_text="Recurring a month").inner_text())
    for by in ("segment", "source", "channel"):
        table = finance.get_by_role("table", name=f"Twelve months by {by}")
        expect(table.get_by_role("columnheader", name="Retained")).to_be_visible()
        after = [row.locator("td").nth(5).inner_text() for row in table.locator("tbody tr").all()]
        assert sum(cents(amount) for amount in after) == recurring
    with finance.expect_download() as sheet:
        finance.get_by_role("link", name="Every line as CSV").click()
    lines = sheet.value.path().read_text().splitlines()[1:]
    assert sum(cents(line.rsplit(",", 1)[1]) for line in lines) == recurring
    look_at(finance, "growth")
