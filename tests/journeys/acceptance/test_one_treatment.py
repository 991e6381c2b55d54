"""The same for everybody: one playbook whatever the channel, targets by the tier, and words of the trade from its template."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import own_customer
from tests.journeys.acceptance.calls import log_a_call
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
BERLIN = "C-100004"
SAID = "INV-2 bills a period that was billed before: we were billed twice."
MAIL = f"""From: Berlin member <member@berlin.helios.example>
To: help@accord.example
Subject: Billed twice
Message-ID: <billed-twice-by-mail@berlin.helios.example>
Date: Sat, 28 Nov 2026 10:00:00 +0100
Content-Type: text/plain; charset=utf-8

{SAID}
"""


def test_s0_11_mail_phone_and_portal_get_the_same_playbook_amount_and_text(signed_in, accord):
    """One case told three ways: each ticket offers the same version of the playbook, the same credit and the same words."""
    agent = signed_in("agent@accord.example")
    mailed = json.loads(accord.manage("receive_email", "--to", "help@accord.example", text=MAIL))
    tickets = {
        "mail": mailed["ticket"],
        "phone": log_a_call(agent, BERLIN, about="Billed twice", said=SAID, kind="Billing"),
        "portal": write_in_the_portal(signed_in("member@berlin.helios.example")),
    }
    assert all(tickets.values()), tickets
    offers = {channel: offered(agent, ref) for channel, ref in tickets.items()}
    assert offers["mail"] == offers["phone"] == offers["portal"]
    assert offers["mail"][0].startswith("Billed twice")
    assert "120.00" in offers["mail"][1]
    assert "INV-2" in offers["mail"][2]


def write_in_the_portal(page: Page) -> str:
    page.goto(f"/portal/customers/{BERLIN}/tickets/new/")
    page.get_by_label("What is it about?").fill("Billed twice")
    page.get_by_label("Kind").select_option(label="An invoice or a payment")
    page.get_by_label("Tell us more").fill(SAID)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/tickets/T-\d+/"))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def offered(page: Page, ref: str) -> tuple[str, str, str]:
    """Return the playbook with its version, the first remedy with its amount, and what the customer would read."""
    page.goto(f"/backoffice/tickets/{ref}/")
    playbook = page.locator("p").filter(has=page.locator("a[href='/backoffice/playbooks/double-billing/']")).first
    remedy = page.get_by_role("button", name=re.compile(r"^Credit 120\.00")).first
    return " ".join(playbook.inner_text().split()), remedy.inner_text(), page.locator("blockquote").last.text_content() or ""


def test_s0_14_gold_of_the_group_reaches_berlin_and_satisfaction_is_compared_by_tier(signed_in):
    """Berlin is Gold through its group: its ticket has Gold's targets; the measures compare what customers said by tier."""
    agent = signed_in("agent@accord.example")
    log_a_call(agent, BERLIN, about="How do we add a colleague?")
    expect(agent.locator("#deadlines")).to_contain_text("of 240 minutes")
    expect(agent.locator("#deadlines")).to_contain_text("Gold")
    agent.goto("/backoffice/measures/")
    agent.get_by_label("Split by").select_option(label="Tier")
    agent.get_by_role("button", name="Filter").click()
    for tier in ("Gold", "Silver", "Standard"):
        expect(agent.get_by_role("row").filter(has_text=tier).first).to_be_visible()
    expect(agent.get_by_role("columnheader", name="Satisfaction")).to_be_visible()
    look_at(agent, "satisfaction-by-tier")


def test_s0_21_playbook_has_criteria_ranked_remedies_and_limits_and_saving_it_writes_a_version(signed_in):
    """Double billing: criteria, three remedies by rank, limits; the manager saves a change, and the next version stands there."""
    page = signed_in("manager@accord.example")
    page.goto("/backoffice/playbooks/double-billing/")
    main = page.locator("main")
    for words in ("Nothing was given yet", "Agent 250.00 EUR", "Supervisor 2,000.00 EUR", "Version 1"):
        expect(main).to_contain_text(words)
    ranked = main.locator("ol").first.get_by_role("listitem")
    expect(ranked).to_have_text(["Credit the double charge", "Goodwill credit", "Discount on the next invoice"])
    page.goto("/admin/support/playbook/")
    page.locator("#result_list").get_by_role("link", name="double-billing").click()
    follow_ups = page.locator("[name=follow_ups]")
    follow_ups.fill(follow_ups.input_value() + "\nThank whoever told us.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/backoffice/playbooks/double-billing/")
    expect(main).to_contain_text("Version 2")
    expect(main).to_contain_text("Thank whoever told us.")
    expect(main).to_contain_text("Version 1")


def test_s3_4_household_with_one_meter_gets_its_invoice_from_the_template_of_a_utility(signed_in, accord):
    """The template for public utilities makes a person a customer with one meter; the next run bills what it measured."""
    usual = own_customer.told_by(accord, WORDS_OF_KINDS)
    told = accord.manage("seed_industry", "public-utility", "--person", "Household of the journey")
    try:
        bill_what_the_template_sells(signed_in("agent@accord.example"), accord, re.findall(r"is customer (C-\d+) with", told)[0])
    finally:
        own_customer.told_by(accord, WORDS_OF_KINDS_GIVEN.format(words=usual))


def bill_what_the_template_sells(page: Page, accord, number: str) -> None:
    """Bill the household, and nobody else ahead of the month."""
    page.goto(f"/backoffice/customers/{number}/")
    expect(page.get_by_role("heading", name="Household of the journey")).to_be_visible()
    accord.manage("shell", "-c", BILLED_NEXT_MONTH.format(number=number))
    page.reload()
    page.get_by_role("link", name=re.compile(r"^INV-\d{6}$")).first.click()
    expect(page.locator("main")).to_contain_text("38.40")  # 120 units as the template prices them
    look_at(page, "household-invoice")


WORDS_OF_KINDS = """
import json
from accounts.customers.models import CustomerKind
print(json.dumps(dict(CustomerKind.objects.values_list("code", "label"))))
"""
WORDS_OF_KINDS_GIVEN = """
from django.utils import timezone
from accounts.customers import kinds
from accounts.customers.models import CustomerKind
words = {words}
for kept in CustomerKind.objects.prefetch_related("allowed_parents"):
    facts = {{name: getattr(kept, name) for name in ("may_be_root", "carries_legal_data", "position")}}
    parents = list(kept.allowed_parents.all())
    kinds.define(actor=None, code=kept.code, label=words[kept.code], at=timezone.now(), allowed_parents=parents, **facts)
print(len(words))
"""
BILLED_NEXT_MONTH = """
from datetime import timedelta
from django.utils import timezone
from accounts.customers.models import Customer
from billing.invoices import run
at = timezone.now()
next_month = (at.date().replace(day=1) + timedelta(days=32)).replace(day=1)
run.bill(payer=Customer.objects.get(number="{number}"), on=next_month, at=at)
"""
