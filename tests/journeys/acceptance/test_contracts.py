"""Contracts in the customer's own hands: changed as previewed, undone, ordered under, signed anew, given up."""

import random
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import contract_scripts, own_account, own_things
from tests.journeys.walking import at_most, cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
BERLIN, GROUP = "member@berlin.helios.example", "admin@helios.example"
MANAGER, AGENT = "manager@accord.example", "agent@accord.example"
COSTS_AND_BINDS = r"Today this contract costs [\d.,]+\sEUR a month, net\. Signed, it runs until"
CHANGES, ACCOUNTS, BERLINS_CLOCK = 200, 4, ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Running:
    """What a subscription is before a change."""

    plan: str
    quantity: int


def test_s1_9_product_given_up_in_180_days_tells_holders_and_offers_a_successor(signed_in, accord):
    """A manager gives a product up; who has it is listed and told, and its contract runs out on the very day."""
    account = own_account.opened(accord)
    ends = (datetime.now(BERLINS_CLOCK) + timedelta(days=180)).date()
    manager = signed_in(MANAGER)
    give_up(manager, account, ends)
    expect(manager.locator("body")).to_contain_text(f"{account.name} · {account.subscription} · until before")
    customer = signed_in(account.email)
    own_account.mail_to(customer, account.email, f"{account.product} ends on")
    customer.goto(f"/portal/contracts/{account.contract}/")
    notice = customer.locator(".callout").filter(has_text=f"{account.product} ends on")
    expect(notice).to_contain_text(f"It is not renewed. We offer {account.successor} instead.")
    look_at(customer, "contract-of-what-is-given-up")
    with at_most(customer, 1):
        notice.get_by_role("link", name="Order it").click()
        customer.wait_for_url("**/orders/")
    played = own_account.told_by(accord, contract_scripts.PLAYED_TO_ITS_END.format(subscription=account.subscription))
    assert played["blocked"] == [f"{account.product} is not renewed and ends on {played['ends_on']}"]
    assert (played["billed_until"], played["billed_after"]) == (played["ends_on"], 0)


def give_up(page: Page, account: own_account.Account, ends: date) -> None:
    """Set the days on which a product ends in the administration, with what is offered instead."""
    page.goto("/admin/billing/product/")
    page.get_by_role("link", name=account.product, exact=True).click()
    for name in ("sale_ends_on", "renewal_ends_on", "support_ends_on"):
        page.locator(f"input[name={name}]").fill(ends.isoformat())
    page.locator("select[name=successor]").select_option(label=account.successor)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator("body")).to_contain_text("was changed successfully")


def test_s2_8_berlin_raises_seats_and_the_invoice_is_the_preview(signed_in):
    """Five seats more from today: prorated lines, a choice of the day, one confirmation, and an invoice of the same lines."""
    member = signed_in(BERLIN)
    member.get_by_role("link", name="Contracts").first.click()
    member.get_by_role("row").filter(has_text="Workspace Team").first.get_by_role("link", name="Change").click()
    wanted = int(member.get_by_label("How many", exact=True).last.input_value()) + 5
    member.get_by_label("How many", exact=True).last.fill(str(wanted))
    for choice in ("Today", "With the next period", "On a day of your choice"):
        expect(member.get_by_role("radio", name=choice).first).to_be_visible()
    member.get_by_role("button", name="See the price").click()
    confirm = member.get_by_role("button", name=re.compile(r"^Confirm: [\d.]+ EUR today"))
    expect(member.get_by_role("heading", level=1)).to_contain_text(str(wanted))
    preview = amounts(member)
    assert preview[-1] == cents(confirm.inner_text())
    confirm.click()
    member.wait_for_url("**/contracts/**")
    expect(member.locator("main")).to_contain_text(f"{wanted} seats")
    member.get_by_role("link", name=re.compile(r"^INV-\d{6}$")).first.click()
    expect(member.get_by_role("heading", level=1)).to_contain_text("INV-")
    assert amounts(member) == preview


def amounts(page: Page) -> list[int]:
    """Return the amounts of the lines that stand on the page, its total last, in cents."""
    lines = page.get_by_role("table", name=re.compile("^Lines")).locator("tbody tr, tfoot tr:last-child")
    expect(lines.last).to_be_visible()
    return [cents(line.locator("td.num").last.inner_text()) for line in lines.all()]


def test_s2_15_scheduled_downgrade_is_cancelled_before_its_day(signed_in, accord):
    """A smaller plan from the next period on, taken back: no invoice knows of it, the history does."""
    account = own_account.opened(accord)
    customer = signed_in(account.email)
    grow(customer, account)
    before = documents(customer, account)
    customer.goto(f"/portal/subscriptions/{account.subscription}/change/")
    customer.get_by_role("radio", name="The plan").check()
    customer.get_by_label("Plan", exact=True).select_option(label=f"Tide small {account.mark}")
    customer.get_by_role("radio", name="With the next period").first.check()
    customer.get_by_role("button", name="See the price").click()
    look_at(customer, "downgrade")
    customer.get_by_role("button", name=re.compile("^Confirm")).click()
    coming = customer.get_by_role("listitem").filter(has_text=f"Tide small {account.mark}").filter(has_text="from 1 ")
    with at_most(customer, 1):
        coming.get_by_role("button", name="Undo").click()
        expect(customer.get_by_text("What is about to change")).to_have_count(0)
    assert documents(customer, account) == before
    expect(customer.locator("#contract")).to_contain_text("· undone")
    customer.goto(f"/portal/customers/{account.number}/activity/")
    expect(customer.locator("main")).to_contain_text(f"{account.subscription}: a change was undone")


def grow(page: Page, account: own_account.Account) -> None:
    """Take the larger plan today."""
    facts = {"what": "change_plan", "plan": f"large-{account.mark}"}
    quote = own_things.send(page, f"/api/v1/subscriptions/{account.subscription}/quotes/", **facts)
    assert own_things.send(page, f"/api/v1/quotes/{quote.json()['token']}/applications/").ok


def documents(page: Page, account: own_account.Account) -> list[str]:
    """Return the refs of all invoices and credit notes of the account."""
    return [row["ref"] for row in own_things.read(page, f"/api/v1/customers/{account.number}/documents/")["results"]]


def test_s2_16_berlin_sees_the_groups_price_list_and_its_po_stands_on_the_invoice(signed_in, accord):
    """Prices of the group's own list at Berlin, an add-on to a running subscription, and the order number on the invoice."""
    elsewhere = signed_in(own_account.opened(accord).email)
    order_more(elsewhere)
    expect(shelf(elsewhere, "Insight")).to_contain_text("149.00")
    member = signed_in(BERLIN)
    order_more(member, having="Workspace Team")
    expect(shelf(member, "Insight")).to_contain_text("129.00")
    look_at(member, "order-more")
    member.get_by_role("radio", name=re.compile("^Archive")).first.check()
    member.get_by_label("How many", exact=True).fill("1")
    member.get_by_label(re.compile("order number")).fill("PO-4711")
    member.get_by_role("button", name="See the price").click()
    confirm = member.get_by_role("button", name=re.compile("^Confirm"))
    total = cents(confirm.inner_text())
    confirm.click()
    member.wait_for_url("**/contracts/**")
    expect(member.get_by_role("row").filter(has_text="Archive").first).to_contain_text("Active")
    member.get_by_role("link", name=re.compile(r"^INV-\d{6}$")).first.click()
    expect(member.locator("main")).to_contain_text("PO-4711")
    assert amounts(member)[-1] == total


def order_more(page: Page, having: str = "Tide") -> None:
    """Open the catalogue under the contract that runs something."""
    page.goto("/portal/")
    page.get_by_role("link", name="Contracts").first.click()
    card = page.locator(".card").filter(has=page.get_by_role("row").filter(has_text=having))
    card.last.get_by_role("link", name=re.compile("^Show contract")).click()
    page.get_by_role("link", name="Order more").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order more")


def shelf(page: Page, product: str):
    """Return the card of a product with its prices."""
    return page.locator(".card").filter(has=page.get_by_role("heading", name=product, exact=True))


def test_s2_18_200_random_changes_cost_what_their_preview_says(signed_in, accord):
    """Two hundred changes through the API, up and down and to another plan: each invoice is its preview, to the cent."""
    chance = random.Random(2_18)
    for _account in range(ACCOUNTS):
        account = own_account.opened(accord)
        customer, running = signed_in(account.email), Running("small", 10)
        for _change in range(CHANGES // ACCOUNTS):
            running = change_by_chance(customer, account, running, chance)


def test_s2_18_change_that_would_cost_something_else_is_refused_and_its_alarm_stands_on_a_list(signed_in, accord):
    """A discount is agreed between preview and confirmation: nothing is changed, and our people see it under Findings."""
    account = own_account.opened(accord)
    customer = signed_in(account.email)
    quote = quoted(customer, account, what="set_quantity", quantity=500)
    accord.manage("shell", "-c", contract_scripts.DISCOUNT.format(number=account.number))
    refused = own_things.send(customer, f"/api/v1/quotes/{quote['token']}/applications/")
    assert (refused.status, refused.json()["code"]) == (422, "price_differs")
    assert own_things.read(customer, f"/api/v1/contracts/{account.contract}/")["subscriptions"][0]["quantity"] == 10
    agent = signed_in(AGENT)
    see_the_alarm(agent, account)
    told = own_things.read(agent, "/api/v1/staff/prices-not-kept/")["results"]
    assert [one["contract"] for one in told].count(account.contract) == 1


def see_the_alarm(agent: Page, account: own_account.Account) -> None:
    """Find the row of the price that could not be kept under Findings, and how things stood then."""
    agent.goto("/backoffice/findings/")
    agent.get_by_role("link", name="Prices not kept").click()
    row = agent.get_by_role("table", name="Prices not kept").get_by_role("row").filter(has_text=account.contract)
    expect(row).to_have_count(1)
    expect(row).to_contain_text(account.name)
    expect(row).to_contain_text("The price is no longer as quoted")
    look_at(agent, "prices-not-kept")
    row.get_by_role("link", name=account.contract).click()
    expect(agent.locator("main")).to_contain_text("Quote and invoice differ, nothing was changed")
    look_at(agent, "alarm-of-a-price")


def change_by_chance(page: Page, account: own_account.Account, running: Running, chance: random.Random) -> Running:
    """Change the units up or down, or the plan, today; what is invoiced must be what was shown. Return what runs then."""
    other = "large" if running.plan == "small" else "small"
    units = chance.choice([number for number in range(1, 60) if number != running.quantity])
    changes_units = chance.random() < 0.5
    facts = (
        {"what": "set_quantity", "quantity": units}
        if changes_units
        else {"what": "change_plan", "plan": f"{other}-{account.mark}"}
    )
    quote = quoted(page, account, **facts)
    applied = own_things.send(page, f"/api/v1/quotes/{quote['token']}/applications/")
    assert applied.ok, applied.text()
    ref = applied.json()["document"]
    invoiced = own_things.read(page, f"/api/v1/documents/{ref}/")["total"]["amount"] if ref else "0.00"
    assert Decimal(invoiced) * 100 == quote["outcome"]["total_minor"], (facts, ref)
    return Running(running.plan, units) if changes_units else Running(other, running.quantity)


def quoted(page: Page, account: own_account.Account, **facts: object) -> dict:
    """Ask for the price of a change."""
    answer = own_things.send(page, f"/api/v1/subscriptions/{account.subscription}/quotes/", **facts)
    assert answer.ok, answer.text()
    return answer.json()


def test_s2_20_term_of_12_to_24_months_is_compared_signed_and_both_versions_stay(signed_in, accord):
    """Terms are chosen, compared line by line with what it costs, signed by name, and the version before is kept."""
    account = own_account.opened(accord)
    customer = signed_in(account.email)
    customer.goto(f"/portal/contracts/{account.contract}/")
    customer.locator(f"a[href='/portal/contracts/{account.contract}/terms/']").click()
    customer.get_by_role("radio", name="24 months").check()
    customer.get_by_role("button", name="Compare").click()
    diff = customer.locator("table.diff")
    expect(diff.get_by_role("row").filter(has_text="12 months")).to_contain_text("24 months")
    expect(customer.locator("main")).to_contain_text(re.compile(COSTS_AND_BINDS))
    look_at(customer, "terms-compared")
    customer.get_by_label(re.compile("name")).last.fill("Administrator of the account")
    customer.get_by_role("button", name="Sign these terms").click()
    expect(customer.get_by_role("definition").filter(has_text="24 months")).to_be_visible()
    customer.goto(f"/portal/contracts/{account.contract}/terms/")
    versions = customer.locator(".card").filter(has_text="Versions")
    expect(versions).to_contain_text("Version 2")
    expect(versions).to_contain_text("Signed by Administrator of the account")
    expect(versions).to_contain_text("Version 1")
    expect(versions).to_contain_text("As signed with the contract")
    look_at(customer, "terms-signed")
