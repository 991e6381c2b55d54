"""How far an agent may go: by fault, tier and level, as the screens say it and as the server holds it."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance.calls import change, log_a_call
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
GOLD, SILVER, STANDARD = "C-100004", "C-100011", "C-100023"  # Berlin, Polder Energie, Maison Lumen (with us for two months)


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


AMOUNTS = ("50.00", "50.01", "80.00", "120.00", "250.00", "250.01", "300.01")
# By tier and whose fault it was: the most an agent gives as goodwill alone. Standard is with us for less than 90 days.
MOST = {
    (STANDARD, ""): "50.00", (STANDARD, "ours"): "250.00", (STANDARD, "theirs"): "50.00",
    (SILVER, ""): "80.00", (SILVER, "ours"): "300.00", (GOLD, ""): "300.00",
}  # fmt: skip
ASK = """
import json
from django.db import transaction
from django.utils import timezone
from accounts.people.models import User
from support.remedies import authority, fault, resolution
from support.tickets.models import Ticket
from uuid import uuid4
agent, answers = User.objects.get(email="agent@accord.example"), []
for ref, side, amount in json.loads('''{combinations}'''):
    with transaction.atomic():
        ticket = Ticket.objects.get(ref=ref)
        if side:
            fault.judge(actor=agent, ticket=ticket, side=side, evidence="Looked at.", at=timezone.now())
            ticket.refresh_from_db()
        remedy, terms = resolution.read("goodwill_credit", dict(ticket=ref, amount=amount), key=uuid4())
        answer = authority.decide(actor=agent, ticket=ticket, remedy=remedy, terms=terms, at=timezone.now())
        answers.append(answer.code)
        transaction.set_rollback(True)
print("ANSWERS", json.dumps(answers))
"""


def test_s4_14_each_combination_is_decided_as_its_criteria_say_and_the_agent_reads_which(signed_in, accord):
    """Three tiers, three judgements and seven amounts: what an agent may give alone; the agent's own page lists the same."""
    page = signed_in("agent@accord.example")
    tickets = {each: log_a_call(page, each, about="Something for the trouble?") for each in (STANDARD, SILVER, GOLD)}
    asked = [(customer, side, amount) for customer, side in MOST for amount in AMOUNTS]
    combinations = json.dumps([(tickets[customer], side, amount) for customer, side, amount in asked])
    told = accord.manage("shell", "-c", ASK.format(combinations=combinations))
    answers = json.loads(told.split("ANSWERS", 1)[1])
    assert len(answers) >= 20
    for (customer, side, amount), code in zip(asked, answers, strict=True):
        expected = "allowed" if float(amount) <= float(MOST[customer, side]) else "over_ticket_limit"
        assert code == expected, (customer, side, amount)
    read_what_one_may(page)


def read_what_one_may(page: Page) -> None:
    page.get_by_role("link", name="Policy", exact=True).first.click()
    page.wait_for_url("**/authority/")
    for where, most in (
        ("Our fault, quiz of credit-policy passed", "250.00"),
        ("Our fault, tier Silver", "300.00"),
        ("a customer for 90 days", "120.00"),
    ):
        expect(page.get_by_role("row").filter(has_text="Goodwill credit").filter(has_text=where)).to_contain_text(most)
    look_at(page, "what-may-i-do")


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
