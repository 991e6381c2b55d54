"""What customers and we do on a ticket, again and again: open it, resolve, give, take back."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.acceptance import asking


def stand_before(page: Page, ref: str) -> Locator:
    """Open a ticket as one of us; return its page."""
    page.goto(f"/backoffice/tickets/{ref}/")
    return page.locator("main")


def resolve(page: Page, ref: str, words: str) -> None:
    """End a ticket with words for the customer."""
    stand_before(page, ref)
    page.get_by_text("Resolve without a remedy").click()
    page.get_by_label("Closing words").fill(words)
    page.get_by_role("button", name="Send and resolve").click()
    expect(page.locator(".pane-head").filter(has_text=ref)).to_contain_text("Resolved")


def remedy(page: Page, label: str) -> Locator:
    """Return the remedy of that name on the ticket's page, brought into sight."""
    offered = page.locator("#remedies .remedy").filter(has=page.locator(".remedy-title", has_text=re.compile(f"^{label}$")))
    if not offered.first.is_visible():
        page.locator("#remedies .more-remedies summary").click()
    return offered.first


def give(page: Page, label: str, *, confirm: str = "resolve$", **typed: str) -> None:
    """Give a remedy on the ticket that stands open: open it, type what it asks by the names of its fields, and confirm."""
    remedy(page, label).get_by_role("button").click()
    dialog = page.get_by_role("dialog", name=label)
    for name, value in typed.items():
        with page.expect_response("**/grants/previews/"):
            dialog.locator(f"input[name={name}]").fill(value)
    dialog.get_by_role("button", name=re.compile(confirm)).click()


def take_back(page: Page, why: str) -> None:
    """Take back what was given on the ticket that stands open, with a reason that the customer reads."""
    given = page.locator("#grants")
    given.get_by_text("Take it back", exact=True).first.click()
    given.get_by_label("Why; the customer reads it").first.fill(why)
    given.get_by_role("button", name="Take it back by counter-entry").first.click()
    expect(given).to_contain_text("Taken back")


def mail_to(page: Page, address: str, subject: str) -> Locator:
    """Wait until a mail with that subject lies in the mailbox of the demo, open it, and return it."""
    found = page.get_by_role("link", name=re.compile(subject))
    page.goto(f"/mailbox/?to={address}")
    asking.seen_in_time(page, found)
    found.first.click()
    return page.locator("main")
