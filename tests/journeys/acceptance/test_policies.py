"""Policy as managers steer it and the code obeys it: published, locked, read, tried on the past, refused with its reason."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import policy_desk as desk
from tests.journeys.acceptance.own_things import new_mark, number_of
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
MANAGER, SECOND_MANAGER, AGENT = "manager@accord.example", "manager2@accord.example", "agent@accord.example"
TODAY = date.today()  # noqa: DTZ011 # the day on which the journey walks


def test_s0_3_published_limit_refuses_the_remedy_at_once_naming_its_version(signed_in):
    """The next credit policy lowers the most on one ticket to 80: the button for 120 EUR is refused at once, and names it."""
    manager, second = signed_in(MANAGER), signed_in(SECOND_MANAGER)
    member, agent = signed_in("member@berlin.helios.example"), signed_in(AGENT)
    ticket = ticket_about(member, "INV-2")
    agent.goto(f"/backoffice/tickets/{ticket}/")
    expect(agent.get_by_role("button", name=re.compile("^Credit 120.00"))).to_be_enabled()

    version = desk.write_next_version(manager, desk.CREDIT, key=desk.LIMIT, value="80.00 EUR, 80.00 USD")
    desk.publish(second, version)
    try:
        agent.reload()
        refused = agent.locator("#remedies").get_by_role("button", name=re.compile("120.00")).first
        expect(refused).to_be_disabled()
        reason = f"{version} allows 80.00 EUR on one ticket, whoever gives it; this is 120.00 EUR."
        expect(agent.locator("#remedies")).to_contain_text(reason)
        look_at(agent, "remedy-refused-by-policy")
    finally:
        desk.publish(second, desk.write_next_version(manager, desk.CREDIT, key=desk.LIMIT, value=desk.USUAL_LIMIT))
        take_dispute_back(member, "INV-2")


def ticket_about(member: Page, invoice: str) -> str:
    """Tell us from the invoice's line that it is billed twice, and return the ticket's ref."""
    member.goto(f"/portal/invoices/{invoice}/")
    member.get_by_role("link", name="Tell us, we put it right").click()
    member.get_by_role("button", name="Send").click()
    member.wait_for_url(re.compile(r"/tickets/T-\d+/"))
    return member.url.rstrip("/").rsplit("/", 1)[1]


def take_dispute_back(member: Page, invoice: str) -> None:
    """Let the invoice be as it was, open to a question and asked for."""
    member.goto(f"/portal/invoices/{invoice}/")
    member.get_by_role("button", name="Take it back").click()
    expect(member.locator("main").get_by_role("link", name="Something wrong?").first).to_be_visible()


def test_s0_7_locked_is_refused_and_tightening_lets_lower_through(signed_in, accord):
    """Below the house, a division may have a lower limit, no higher one, and nothing else where the policy locks a value."""
    mark, manager, second = new_mark().lower(), signed_in(MANAGER), signed_in(SECOND_MANAGER)
    division = number_of(manager, desk.own_division(accord, mark))
    code = f"europe-{mark}"
    desk.define(manager, code, review_on=TODAY + timedelta(days=365))
    desk.write_first_version(manager, code, f"{desk.LIMIT} = 4000.00 EUR, 4000.00 USD | tighten | 1")
    desk.publish(second, f"{code} v1")
    desk.bind_to(manager, code, division, second=second)
    manager.goto(f"/backoffice/customers/{division}/")
    expect(manager.locator("#policies")).to_contain_text(f"{code} v1, at Europe {mark}; instead of credit-policy")

    for key, value, reason in (
        (desk.LIMIT, "6000.00 EUR, 6000.00 USD", "lets it only be tightened; 6000.00 EUR, 6000.00 USD is not."),
        (desk.LIMIT, "3000.00 EUR", "lets it only be tightened; say it in USD as well."),
        ("measures.contact_cost", "9.00 EUR, 9.00 USD", "locks it at 8.50 EUR, 9.00 USD."),
    ):
        desk.write_first_version(manager, code, f"{key} = {value} | | 1")
        desk.publish(second, f"{code} v2")
        expect(second.get_by_text(reason)).to_be_visible()
    manager.goto(f"/backoffice/policies/{code}/")
    expect(manager.get_by_text("Version 1, in force since")).to_be_visible()


def test_s0_22_policy_counts_what_it_decided_and_each_number_opens_its_cases(signed_in):
    """The credit policy says how often it let pass, blocked and was overridden in 30 days; behind each number stand its cases."""
    agent = signed_in(AGENT)

    agent.goto("/backoffice/policies/credit-policy/")

    numbers = agent.get_by_role("navigation", name="What it decided in 30 days")
    expect(numbers).to_contain_text("in 30 days")
    for outcome in ("Let pass", "Blocked", "Overridden"):
        link = numbers.get_by_role("link", name=outcome)
        told = int(link.locator(".count").inner_text())
        link.click()
        expect(numbers.get_by_role("link", name=outcome)).to_have_attribute("aria-current", "true")
        assert told > 0
        assert agent.locator("#cases").get_by_role("listitem").count() == told
        expect(agent.locator("#cases").get_by_role("link", name=re.compile(r"^T-\d+$")).first).to_be_visible()
    agent.get_by_role("columnheader", name="Enforced by").scroll_into_view_if_needed()
    expect(agent.get_by_role("row").filter(has_text="Most on one ticket")).to_contain_text("support/remedies/authority.py")
    look_at(agent, "policy-cases")


def test_s0_23_new_agent_reads_and_passes_before_remedies_open_and_expiry_locks_again(signed_in, accord):
    """A new agent's remedies are locked until she passed the quiz of the credit policy, and again when it is too long ago."""
    email = f"{new_mark().lower()}@accord.example"
    accord.manage("shell", "-c", NEW_AGENT.format(email=email))
    agent = signed_in(email)
    expect_locked(agent)

    agent.get_by_role("link", name="Read and acknowledge it").first.click()
    agent.get_by_role("link", name=re.compile("^Credit policy, version")).click()
    answer(agent, "When a form was filled in", "Give it in two parts")
    expect(agent.get_by_text("0 of 2 right. Read the clauses once more and try again.")).to_be_visible()
    answer(agent, "At first contact", "Ask: a supervisor decides")
    agent.goto("/backoffice/tickets/T-1013/")
    expect(agent.locator("#remedies").get_by_role("button", name=re.compile("^Credit 130.20"))).to_be_enabled()

    earlier = f"{new_mark().lower()}@accord.example"
    accord.manage("shell", "-c", (NEW_AGENT + PASSED_LONG_AGO).format(email=earlier))
    expect_locked(signed_in(earlier))


NEW_AGENT = """
from django.utils import timezone
from accounts.people import staff
from accounts.people.models import User
manager = User.objects.get(email="manager@accord.example")
staff.appoint(actor=manager, user=User.objects.create_user("{email}", "demo-world"), level="agent", at=timezone.now())
"""
PASSED_LONG_AGO = """
from datetime import timedelta
from accounts.policies import acknowledging
from accounts.policies.models import PolicyVersion
version = PolicyVersion.objects.published().filter(policy__code="credit-policy").latest("number")
answers = [question["answer"] for question in version.quiz]
agent, long_ago = User.objects.get(email="{email}"), timezone.now() - timedelta(days=400)
acknowledging.acknowledge(actor=agent, version=version, answers=answers, at=long_ago)
"""


def expect_locked(agent: Page) -> None:
    agent.goto("/backoffice/tickets/T-1013/")
    expect(agent.locator("#remedies").get_by_role("button", name=re.compile("^Credit 130.20"))).to_be_disabled()
    reason = re.compile(r"You have not acknowledged credit-policy v\d+ yet\.")
    expect(agent.locator("#remedies").get_by_text(reason).first).to_be_visible()
    look_at(agent, "remedies-locked")


def answer(agent: Page, *options: str) -> None:
    for option in options:
        agent.get_by_label(option).check()
    agent.get_by_role("button", name="I have read it and will act by it").click()


def test_s0_24_draft_is_tried_on_the_last_90_days_and_an_overdue_review_is_listed(signed_in):
    """A stricter draft says how many past remedies would need approval; a policy past its review stands as overdue."""
    mark, manager = new_mark().lower(), signed_in(MANAGER)
    goodwill = "goodwill.agent_ticket_limit"

    version = desk.write_next_version(manager, desk.CREDIT, key=goodwill, value="5.00 EUR, 5.00 USD", cases=desk.CASE)

    desk.look_at_draft(manager, version)
    expect(manager.get_by_text(re.compile(r"[1-9]\d* of \d+ remedies would need approval"))).to_be_visible()
    desk.define(manager, f"late-{mark}", review_on=TODAY - timedelta(days=1))
    manager.goto("/backoffice/policies/")
    expect(manager.get_by_role("row").filter(has_text=f"late-{mark}")).to_contain_text("Overdue")
    look_at(manager, "policies-overdue")


def test_s4_24_version_with_a_failing_sample_case_is_refused_with_its_difference(signed_in):
    """A version whose sample case fails is not published: what was expected and what came out is said, beside what it changes."""
    manager, second = signed_in(MANAGER), signed_in(SECOND_MANAGER)
    case = "Agents give goodwill of 50 | remedy | level=agent, remedy=goodwill_credit, amount=50.00 EUR | allowed"

    version = desk.write_next_version(
        manager, desk.CREDIT, key="goodwill.agent_ticket_limit", value="5.00 EUR, 5.00 USD", cases=case
    )
    desk.publish(second, version)

    told = "1 of 1 sample cases fail. Agents give goodwill of 50: expected allowed, got needs supervisor"
    expect(second.get_by_text(told)).to_be_visible()
    desk.look_at_draft(second, version)
    changed = second.get_by_role("listitem").filter(has_text="Goodwill an agent may give on one ticket")
    expect(changed).to_contain_text("50.00 EUR, 50.00 USD (may loosen) → 5.00 EUR, 5.00 USD (may loosen)")
    second.goto(f"/backoffice/policies/{desk.CREDIT}/")
    expect(second.get_by_text(f"Version {int(version.rsplit('v', 1)[1]) - 1}, in force since")).to_be_visible()
