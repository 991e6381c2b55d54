"""How far an agent may go: by fault, tier and level, as the screens say it and as the server holds it."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import own_customer
from tests.journeys.acceptance.calls import change, log_a_call
from tests.journeys.walking import cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
GOLD, STANDARD = "C-100004", "C-100023"  # Berlin, Maison Lumen (with us for two months)


def goodwill(page: Page):
    """Return the part of an open ticket that says how far the viewer may go with goodwill."""
    return page.locator("#reach .stack").filter(has_text="Goodwill credit: up to").last


def judge(page: Page, side: str, evidence: str) -> None:
    further = page.locator("#reach")
    further.locator("summary").filter(has_text="Whose fault it was").click()
    further.get_by_label("Whose fault", exact=True).select_option(label=side)
    further.get_by_label("How we know").fill(evidence)
    further.get_by_role("button", name="Keep").click()
    page.wait_for_load_state()


def test_s4_9_our_fault_lifts_the_limit_from_50_to_250_and_each_criterion_is_told(signed_in):
    """The same ticket: 50 EUR while nobody judged, 250 once it was our fault, and beside it which criterion found what."""
    page = signed_in("agent@accord.example")
    log_a_call(page, STANDARD, about="The delivery came a day late")
    expect(goodwill(page)).to_contain_text("up to 50.00 EUR 50.00 EUR without more")
    judge(page, "Our fault", "The log of the outage.")
    expect(goodwill(page)).to_contain_text("up to 250.00 EUR 50.00 EUR without more")
    fitting = (
        goodwill(page)
        .locator("details")
        .filter(has_text="Quiz passed: credit-policy")
        .filter(has_text="2,000.00 EUR a month")
        .last
    )
    fitting.locator("summary").click()
    expect(fitting).to_contain_text("Whose fault: Our fault found: Our fault: The log of the outage.")
    expect(fitting).to_contain_text("Quiz passed: credit-policy found: yes")
    look_at(page, "our-fault")
    judge(page, "The customer's fault", "They gave the wrong address.")
    expect(goodwill(page)).to_contain_text("up to 50.00 EUR 50.00 EUR without more")


def test_s3_26_gold_is_answered_in_30_minutes_and_given_300_where_others_wait_4_hours_for_50(signed_in):
    """An urgent ticket of a Gold customer and of a standard one: 30 minutes against 240, goodwill of 300 against 50."""
    page = signed_in("agent@accord.example")
    for customer, minutes, given in ((GOLD, 30, "300.00"), (STANDARD, 240, "50.00")):
        log_a_call(page, customer, about="Nothing works since this morning", kind="Technical")
        change(page, priority="Urgent")
        expect(page.locator("#deadlines")).to_contain_text(f"of {minutes} minutes")
        expect(goodwill(page)).to_contain_text(f"{given} EUR without more")


ASK = """
import json
from datetime import timedelta
from uuid import uuid4
from django.db import transaction
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people.models import User
from support.remedies import authority, fault, resolution
from support.tickets.models import Ticket

now, answers = timezone.now(), []
agent = User.objects.get(email="agent@accord.example")
for ref, days, side, amount in json.loads('''{combinations}'''):
    with transaction.atomic():
        ticket = Ticket.objects.get(ref=ref)
        Customer.objects.filter(pk=ticket.customer_id).update(created_at=now - timedelta(days=days))
        if side:
            fault.judge(actor=agent, ticket=ticket, side=side, evidence="Looked at.", at=now)
        ticket = Ticket.objects.get(ref=ref)
        remedy, terms = resolution.read("goodwill_credit", dict(ticket=ref, amount=amount), key=uuid4())
        answers.append(authority.decide(actor=agent, ticket=ticket, remedy=remedy, terms=terms, at=now).code)
        transaction.set_rollback(True)
print("ANSWERS", json.dumps(answers))
"""
TIERS = ("Standard", "Silver", "Gold")
TIMES = {"from the first day": 0, "for 365 days": 365}
SIDES = {"Nobody judged": "", "Our fault": "ours", "The customer's fault": "theirs", "Nobody's fault": "nobodys"}
GOODWILL = "Goodwill you may give alone, on one ticket"


def test_s4_14_each_of_24_combinations_is_allowed_to_the_cent_as_the_agents_own_page_lists_it(signed_in, accord):
    """Three tiers, two times with us, four judgements: the amount on "What may I do?" is allowed, a cent more is not."""
    agent = signed_in("agent@accord.example")
    listed = what_one_may(agent)
    assert len(listed) == len(TIERS) * len(TIMES) * len(SIDES) == 24
    assert listed["Standard", "from the first day", "Nobody judged"] == 5_000
    assert listed["Standard", "from the first day", "Our fault"] == 25_000
    assert listed["Silver", "for 365 days", "Nobody judged"] == 8_000
    assert listed["Gold", "from the first day", "The customer's fault"] == 30_000
    tickets = {tier: log_a_call(agent, own_customer.plant(accord, tier=tier.lower()).number, about="Sorry?") for tier in TIERS}

    asked = [
        (tickets[tier], TIMES[time], SIDES[side], f"{(most + more) / 100:.2f}")
        for (tier, time, side), most in listed.items()
        for more in (0, 1)
    ]
    told = accord.manage("shell", "-c", ASK.format(combinations=json.dumps(asked)))

    answers = json.loads(told.split("ANSWERS", 1)[1])
    for combination, allowed, a_cent_more in zip(listed, answers[::2], answers[1::2], strict=True):
        assert (allowed, a_cent_more) == ("allowed", "over_ticket_limit"), combination


def what_one_may(page: Page) -> dict[tuple[str, str, str], int]:
    """Read from one's own page how much goodwill one may give alone, in cents, by tier, time with us and judgement."""
    page.get_by_role("link", name="Policy", exact=True).first.click()
    page.wait_for_url("**/authority/")
    look_at(page, "what-may-i-do")
    listed = {}
    for row in page.get_by_role("table", name=GOODWILL).locator("tbody tr").filter(has_text="EUR").all():
        tier, time = row.locator("th").inner_text(), row.locator("td").first.inner_text()
        amounts = [cents(cell.inner_text()) for cell in row.locator("td.num").all()]
        listed |= {(tier, time, side): amount for side, amount in zip(SIDES, amounts, strict=True)}
    return listed


def test_s4_8_a_cent_over_the_limit_is_refused_by_the_api_with_the_policy_named_and_admin_offers_no_way_around(signed_in):
    """251 EUR asked of the API: 403 `limit_exceeded` with the policy's name; the administration adds no grant either."""
    page = signed_in("agent@accord.example")
    ref = log_a_call(page, STANDARD, about="A credit for the weeks we were closed?")
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"].startswith("csrf"))
    answer = page.request.post(
        f"/api/v1/staff/tickets/{ref}/grants/",
        data={"remedy": "goodwill_credit", "terms": {"ticket": ref, "amount": "251.00"}},
        headers={"X-CSRFToken": token, "Referer": page.url, "Idempotency-Key": "5b7b1b52-63a1-4d80-8c2c-0a6a54a9b1aa"},
    )
    told = answer.json()
    assert (answer.status, told["code"], told["policy"]) == (403, "limit_exceeded", "credit-policy v2"), told
    assert "this is 251.00 EUR" in told["detail"]
    manager = signed_in("manager@accord.example")
    manager.goto("/admin/support/grant/")
    expect(manager.get_by_role("link", name=re.compile("^Add"))).to_have_count(0)
