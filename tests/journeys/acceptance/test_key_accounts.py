"""Special customers: what being one means wherever it appears, from when to when, and through which node."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance.calls import log_a_call
from tests.journeys.acceptance.own_things import new_mark
from tests.journeys.acceptance.two_managers import act, ask
from tests.journeys.walking import cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
GROUP, BERLIN = "C-100001", "C-100004"
NOTE = "Speak to the head of purchasing before you change anything."


@pytest.fixture
def managers(signed_in):
    return signed_in("manager@accord.example"), signed_in("manager2@accord.example")


def today() -> str:
    return datetime.now(tz=UTC).date().isoformat()


def tomorrow() -> str:
    return (datetime.now(tz=UTC).date() + timedelta(days=1)).isoformat()


def name_the_group(first: Page, second: Page) -> None:
    facts = {"criteria": "Seven places.", "note": NOTE, "since": today()}
    ask(first, "keyaccount", customer="Helios Group", manager="Key account manager", **facts)
    act(second, "keyaccount", row="Helios Group", action="Approve (a second person)")


def test_s1_7_key_account_stands_in_tree_ticket_invoice_and_call_until_its_last_day(signed_in, managers):
    """Helios becomes a key account: Berlin's page, ticket, invoice and call say so, the API too; its end removes all of it."""
    first, second = managers
    name_the_group(first, second)
    agent = signed_in("agent@accord.example")
    ref = log_a_call(agent, BERLIN, about="A question about the contract")
    pages = {
        f"/backoffice/customers/{BERLIN}/": "tree", f"/backoffice/tickets/{ref}/": "ticket",
        "/backoffice/documents/INV-000206/": "invoice", f"/backoffice/customers/{BERLIN}/contacts/": "call",
    }  # fmt: skip
    for address, name in pages.items():
        agent.goto(address)
        expect(agent.get_by_text(NOTE)).to_be_visible()
        expect(agent.locator(".callout").filter(has_text="Key account").first).to_contain_text("through Helios Group")
        look_at(agent, f"key-account-{name}")
    assert key_account(agent) == {"key": True, "via": "HG"}
    act(second, "keyaccount", row="Helios Group", action="End today")
    for address in pages:
        agent.goto(address)
        expect(agent.locator(".callout").filter(has_text="Key account")).to_have_count(0)
    assert key_account(agent) == {"key": False, "via": ""}


def key_account(page: Page) -> dict:
    """Return what the API says of Berlin, as every program reads it (S3.24)."""
    told = page.request.get("/api/v1/staff/nodes/HB/").json()["key_account"]
    return {name: told[name] for name in ("key", "via")}


def test_s3_24_berlin_is_key_through_the_group_in_billing_desk_portal_sales_and_api(signed_in, managers):
    """The invoice, the ticket, the portal, the offers to sell and both APIs say the same of Berlin: key, through the group."""
    first, second = managers
    name_the_group(first, second)
    agent, customer = signed_in("agent@accord.example"), signed_in("admin@helios.example")
    ref = log_a_call(agent, BERLIN, about="A question about the contract")
    ours = {
        "billing": "/backoffice/documents/INV-000206/", "desk": f"/backoffice/tickets/{ref}/",
        "sales": f"/backoffice/customers/{BERLIN}/offers/",
    }  # fmt: skip
    for name, address in ours.items():
        agent.goto(address)
        expect(agent.locator(".callout").filter(has_text="Key account").first).to_contain_text("through Helios Group")
        look_at(agent, f"key-account-{name}")
    customer.goto(f"/portal/customers/{BERLIN}/")
    expect(customer.locator("#answer")).to_contain_text("Key account through Helios Group.")
    expect(customer.locator("#answer")).to_contain_text("looks after you.")
    look_at(customer, "key-account-portal")
    assert key_account(agent) == {"key": True, "via": "HG"}
    told = customer.request.get(f"/api/v1/customers/{BERLIN}/").json()["key_account"]
    assert (told["key"], told["via"]) == (True, "HG")
    act(second, "keyaccount", row="Helios Group", action="End today")
    customer.reload()
    expect(customer.locator("#answer")).not_to_contain_text("Key account")


MAIL = """From: Berlin member <member@berlin.helios.example>
To: help@accord.example
Subject: The seats of May
Message-ID: <{mark}@berlin.helios.example>

How many seats do we have from May on?
"""


def test_s3_28_ticket_invoice_call_and_mail_show_the_note_and_who_put_it_away_is_recorded(signed_in, managers, accord):
    """Whatever of Berlin's is opened shows the note; read on the mail it is put away everywhere, recorded with the name."""
    first, second = managers
    name_the_group(first, second)
    agent = signed_in("agent@accord.example")
    mailed = json.loads(accord.manage("receive_email", "--to", "help@accord.example", text=MAIL.format(mark=new_mark())))
    objects = {
        "ticket": f"/backoffice/tickets/{log_a_call(agent, BERLIN, about='A question about the contract')}/",
        "invoice": "/backoffice/documents/INV-000206/",
        "call": f"/backoffice/customers/{BERLIN}/contacts/",
        "mail": f"/backoffice/tickets/{mailed['ticket']}/",
    }
    for name, address in objects.items():
        agent.goto(address)
        expect(agent.get_by_text(NOTE)).to_be_visible()
        look_at(agent, f"note-on-{name}")
    expect(agent.locator("#conversation")).to_contain_text("How many seats do we have from May on?")
    agent.get_by_role("button", name="Read, put it away").click()
    for address in objects.values():
        agent.goto(address)
        expect(agent.locator(".callout").filter(has_text="Key account").first).to_contain_text("through Helios Group")
        expect(agent.get_by_text(NOTE)).to_have_count(0)
    agent.goto(f"/backoffice/customers/{GROUP}/timeline/?span=node")
    put_away = agent.locator(".timeline-entry").filter(has_text="Put away the note about the key account Helios Group").first
    expect(put_away).to_contain_text("Billing agent")
    act(second, "keyaccount", row="Helios Group", action="End today")


def test_s1_6_segment_changes_service_level_goodwill_and_survey_each_with_the_segment_as_its_reason(signed_in):
    """Helios put into Strategic: first answer, goodwill and survey change at Berlin, and each names the segment."""
    manager, agent = signed_in("manager@accord.example"), signed_in("agent@accord.example")
    ask(manager, "segmentmembership", customer="Helios Group", segment="Strategic")
    log_a_call(agent, BERLIN, about="Is our contract still right?", kind="Contract")
    expect(agent.locator("#deadlines")).to_contain_text("of 120 minutes")
    expect(agent.locator("#deadlines")).to_contain_text("Strategic")
    expect(agent.locator("#reach .stack").filter(has_text="Goodwill credit: up to").last).to_contain_text(
        "400.00 EUR without more"
    )
    agent.goto(f"/backoffice/customers/{BERLIN}/")
    in_force = agent.locator("#policies").get_by_role("listitem")
    goodwill = in_force.filter(has_text="Goodwill an agent may give on one ticket")
    for rule, value in ((goodwill, "400.00 EUR"), (in_force.filter(has_text="asked how it went").first, "24 hours")):
        expect(rule).to_contain_text(value)
        expect(rule).to_contain_text("strategic-care v1, segment Strategic")
    look_at(agent, "strategic-customer")
    act(manager, "segmentmembership", row="Helios Group", action="Take out today")
    agent.reload()
    expect(goodwill).to_contain_text("300.00 EUR")
    expect(goodwill).to_contain_text("tier Gold")


def test_s3_25_discount_agreed_above_is_in_the_quote_with_its_source_and_one_past_its_last_day_is_not(
    signed_in, managers, accord
):
    """Five per cent agreed at Helios Europe for today: in Berlin's quote with its source; asked tomorrow, it is over."""
    first, second = managers
    member = signed_in("member@berlin.helios.example")
    full = quoted(member)
    ask(first, "condition", customer="Helios Europe", kind="Discount", value="5", since=today(), until=tomorrow())
    act(second, "condition", row="Discount in per cent", action="Approve (a second person)")
    assert quoted(member) < full
    for words in ("Discount of 5 %", "agreed for Helios Europe"):
        expect(member.locator("main")).to_contain_text(words)
    look_at(member, "quote-with-discount")
    assert discounts_quoted(accord, days_later=0) == ["Discount of 5 %"]
    assert discounts_quoted(accord, days_later=1) == []
    act(second, "condition", row="Discount in per cent", action="End today")
    assert quoted(member) == full


SAME_QUOTE_LATER = """
import json
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from accounts.days import local_day
from accounts.people.models import User
from billing.amendments import quoting
from billing.contracts.models import Subscription

at = timezone.now() + timedelta(days={days})
held = Subscription.objects.filter(customer__ref="HB", product__code="workspace").order_by("pk").first()
member = User.objects.get(email="member@berlin.helios.example")
with transaction.atomic():
    change = quoting.Change("set_quantity", quantity=19)
    quote = quoting.quote(actor=member, subscription=held, change=change, at=at, today=local_day(at, "Europe/Berlin"))
    print(json.dumps([line["description"] for line in quote.outcome["lines"]]))
    transaction.set_rollback(True)
"""


def discounts_quoted(accord, *, days_later: int) -> list[str]:
    """Return the discounts in the quote for more seats at Berlin, asked so many days from now."""
    told = accord.manage("shell", "-v", "0", "-c", SAME_QUOTE_LATER.format(days=days_later)).strip().splitlines()[-1]
    return re.findall(r"Discount of \d+ %", told)


def quoted(page: Page) -> int:
    """Ask for the price of more seats at Berlin and return it in cents, without ordering."""
    page.goto(f"/portal/customers/{BERLIN}/contracts/")
    page.get_by_role("row").filter(has_text="Workspace Team").first.get_by_role("link", name="Change").click()
    page.get_by_label("How many", exact=True).last.fill("19")
    page.get_by_role("button", name="See the price").click()
    confirm = page.get_by_role("button", name=re.compile("^Confirm"))
    expect(confirm).to_be_visible()
    return cents(confirm.inner_text())
