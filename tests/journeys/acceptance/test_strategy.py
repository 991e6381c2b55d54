"""The strategy workbook: words alone count for nothing, gaps keep it unpublished; what goodwill costs; lessons; practice."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.acceptance import asking, at_the_ticket, own_customer
from tests.journeys.walking import cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
AGENT, NEW_AGENT, MANAGER, SECOND = (
    "agent@accord.example", "newagent@accord.example", "manager@accord.example", "manager2@accord.example",
)  # fmt: skip
INVOICED = """
import json

from django.db.models import Sum

from billing.invoices.models import Document

print(json.dumps(Document.objects.issued().filter(customer__number="{number}").aggregate(whole=Sum("total_minor"))["whole"]))
"""


def test_s4_1_words_alone_are_0_percent_and_a_linked_policy_makes_it_100(signed_in):
    """The part Experience has text only and stays at 0 %; one with linked policies is done."""
    manager = signed_in(MANAGER)
    experience, authority = part(manager, "Experience"), part(manager, "Authority")
    expect(experience.locator("td").last).to_have_text("0 %")
    expect(authority.get_by_role("link", name=re.compile(r"^credit-policy v\d+$"))).to_be_visible()
    expect(authority.locator("td").last).to_have_text("100 %")
    look_at(manager, "strategy")


def part(page: Page, title: str) -> Locator:
    """Return the row of a part of the workbook."""
    page.goto("/backoffice/strategy/")
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=re.compile(f"^{title}")))


def test_s4_23_unanswered_question_blocks_publishing(signed_in):
    """The second manager, who wrote nothing of it, reads which question lacks an answer, and finds no button."""
    second = signed_in(SECOND)
    second.goto("/backoffice/strategy/")
    editions = second.locator("#editions")
    expect(editions).to_contain_text(re.compile("Not to be published yet: Part “.+”.*: .+"))
    expect(editions.get_by_role("button", name="Publish the next edition")).to_have_count(0)
    look_at(second, "strategy-unpublished")


def test_s4_3_goodwill_of_a_group_over_the_cap_is_flagged(signed_in, accord):
    """A group that was given 3.2 % of what it was invoiced stands over the cap of 2 %, by figures that can be recomputed."""
    customer = own_customer.plant(accord, billed=(("1", 5, 300_000), ("2", 4, 300_000)))
    given = goodwill_for(own_customer.told_by(accord, INVOICED.format(number=customer.number)), per_mille=32)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    ref = asking.write_to_us(person, customer.number, subject="A slow month", words="It cost us days.")
    at_the_ticket.stand_before(agent, ref)
    at_the_ticket.give(agent, "Goodwill credit", amount=f"{given // 100}.{given % 100:02}")
    expect(agent.locator("#grants")).to_contain_text("Granted")
    manager = signed_in(MANAGER)
    manager.goto("/backoffice/measures/concessions/")
    row = manager.get_by_role("row").filter(has_text=customer.name)
    shares = row.locator("td").all_inner_texts()
    assert cents(shares[0]) == given
    assert round(1000 * given / cents(shares[2])) == 32
    expect(row).to_contain_text("3.2 %")
    expect(row).to_contain_text("Over the cap")
    expect(row.locator("td").last).to_have_text("2 %")
    look_at(manager, "goodwill-over-the-cap")


def goodwill_for(invoiced: object, *, per_mille: int) -> int:
    """Return the cents to give so that they are that share of what is invoiced less the goodwill itself."""
    assert isinstance(invoiced, int)
    return round(invoiced * per_mille / (1000 + per_mille))


def test_s4_4_lesson_links_to_the_policy_that_changed(signed_in):
    """What one case taught us names the version of the credit policy it led to, and leads there."""
    manager = signed_in(MANAGER)
    manager.goto("/backoffice/strategy/")
    lessons = manager.locator("#lessons")
    expect(lessons).to_contain_text("One group was given goodwill for the same outage at three sites.")
    lessons.get_by_role("link", name=re.compile(r"^credit-policy v\d+$")).first.click()
    expect(manager.get_by_role("heading", level=1, name="Credit policy")).to_be_visible()
    expect(manager.locator("main")).to_contain_text("goodwill")
    look_at(manager, "policy-behind-a-lesson")


def test_s4_12_new_agent_practises_double_billing_for_a_score_and_no_money(signed_in, accord):
    """Every answer stands beside the right one, the score is kept, and the books are as they were."""
    books = accord.manage("verify_books", "--json")
    page = signed_in(NEW_AGENT)
    page.goto("/backoffice/playbooks/")
    page.get_by_role("link", name=re.compile("[Dd]ouble|twice")).first.click()
    practice = page.locator("#practice")
    practice.get_by_role("group", name="The claim is").get_by_role("radio").first.check()
    practice.get_by_label("What you do").select_option(label="Write off what is open")
    practice.get_by_label("Over how much, in EUR").fill("0.00")
    practice.get_by_role("radio", name="There is nothing to give").check()
    practice.get_by_role("button", name="See my score").click()
    last = page.locator("#practice")
    expect(last).to_contain_text("Your last case")
    expect(last).to_contain_text(re.compile(r"\d+ of 100"))
    expect(last).to_contain_text("You said Write off what is open; right is")
    look_at(page, "practised")
    page.goto("/backoffice/playbooks/")
    expect(page.locator("main")).to_contain_text("How you practised")
    assert accord.manage("verify_books", "--json") == books
