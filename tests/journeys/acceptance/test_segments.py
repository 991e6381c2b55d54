"""Segments, stages and levels of service, as our people meet them: who a customer is to us, why, and what it changes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
STUCK = "Hollunder Druck"
LATER = "from accounts.segments import lifecycle; lifecycle.follow_all(at=timezone.now() + timedelta(days={days}))"
CLOCK = "from datetime import timedelta; from django.utils import timezone; "


def test_s1_10_stuck_is_flagged_and_its_owner_gets_one_task(signed_in, accord):
    """After 30 days without a sign-in a customer carries a flag, and who owns its account has one task, however often asked."""
    for days in (0, 1):
        accord.manage("shell", "-c", CLOCK + LATER.format(days=days))
    owner = signed_in("kam@accord.example")
    see_the_flag(owner)
    say_what_was_done(owner)
    owner.goto("/backoffice/stages/stuck/?show=mine")
    expect(row_of(owner, STUCK)).to_contain_text("Called; the head of printing signs in on Monday.")
    expect(row_of(owner, STUCK)).to_contain_text("done by Key account manager")


def see_the_flag(page: Page) -> None:
    page.goto("/backoffice/customers/?q=")
    page.get_by_role("link", name=STUCK).first.click()
    expect(page.locator("#standing")).to_contain_text("Stuck")
    expect(page.locator("#standing")).to_contain_text("45 days without anybody signing in; 30 are allowed.")
    asked = page.locator("#story").get_by_text("Key account manager is to see to it that the stage Onboarding ends")
    expect(asked).to_have_count(1)


def say_what_was_done(page: Page) -> None:
    page.get_by_role("link", name="Stuck", exact=True).click()
    page.get_by_role("link", name="Mine", exact=True).click()
    look_at(page, "stuck")
    page.get_by_label(f"What was done about {STUCK}").fill("Called; the head of printing signs in on Monday.")
    row_of(page, STUCK).get_by_role("button", name="Done").click()
    expect(page.get_by_text(f"Done. It stands on the timeline of {STUCK}.")).to_be_visible()


def row_of(page: Page, customer: str):
    return page.get_by_role("row").filter(has_text=customer)


def test_s1_8_badge_of_a_segment_opens_the_rule_with_its_values_and_the_quiz_is_counted(signed_in):
    """One click on a segment says by which rule a customer is in it and what was found; beside it stands who of us knows it."""
    page = signed_in("agent@accord.example")
    page.goto("/backoffice/customers/C-100001/")
    standing = page.locator("#standing")
    standing.locator("summary").filter(has_text="Branching").click()
    expect(standing.get_by_text("Nodes at and below it >= 3")).to_be_visible()
    expect(standing.get_by_text(re.compile(r"found: [3-9]|found: \d\d"))).to_be_visible()
    standing.get_by_role("link", name="What hangs on it").click()
    expect(page).to_have_url(re.compile("/segments/#branching$"))
    segments = page.locator("main")
    for words in ("Whom we would not want to lose, chosen by hand.", "For example", "Do: Call before you write.", "Do not"):
        expect(segments).to_contain_text(words)
    known = page.get_by_role("row").filter(has_text="Care for strategic customers")
    expect(known).to_contain_text(re.compile(r"\d+ %"))
    look_at(page, "segments")
