"""A good no, as people live it: three clicks for the agent, grounds and an appeal for the customer, a second look for us."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import at_most, look_at

pytestmark = pytest.mark.journey
SUBJECT = "Can we move the billing day?"


def test_no_takes_three_clicks_and_is_appealed_against(signed_in):
    agent = signed_in("agent@accord.example")
    ref = decline_in_three_clicks(agent)
    customer = signed_in("payer@polder.example")
    read_why_and_appeal(customer, ref)
    find_the_appeal(signed_in("supervisor@accord.example"), ref)


def decline_in_three_clicks(page: Page) -> str:
    page.get_by_role("link", name="Queue").first.click()
    page.get_by_role("link", name=SUBJECT).click()
    expect(page.locator("#deadlines")).to_contain_text("of 480 minutes")
    look_at(page, "agent-ticket-late")
    with at_most(page, 3):
        page.locator("#decline summary").click()
        page.get_by_role("radio", name=re.compile("The charge is right")).check()
        page.get_by_role("button", name="Decline and resolve").click()
        expect(page.locator("#declines")).to_contain_text("The charge is right")
    look_at(page, "agent-ticket-declined")
    return page.url.split("/tickets/")[1].split("/")[0]


def read_why_and_appeal(page: Page, ref: str) -> None:
    page.goto(f"/portal/tickets/{ref}/")
    expect(page.get_by_text("Terms of service, 5.1: prices and periods").first).to_be_visible()
    page.get_by_text("Appeal: have a supervisor look again").click()
    look_at(page, "customer-reads-a-no")
    page.get_by_label("What did we overlook?").fill("Our payment run moved last week.")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("Somebody who did not say no decides.")).to_be_visible()


def find_the_appeal(page: Page, ref: str) -> None:
    page.get_by_role("navigation", name="Work").get_by_role("link", name="Approvals").click()
    expect(page.locator("#appeals")).to_contain_text(ref)
    look_at(page, "supervisor-appeals")
