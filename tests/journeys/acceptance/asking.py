"""How customers come to us in these checks, and how one of us stands before what they asked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Accord

MOMENT, PATIENCE = 2, 60  # seconds between two looks; how many looks until what should follow by itself counts as missing


def today() -> date:
    """Return the day it is where our office and most customers of the demo world are."""
    return datetime.now(ZoneInfo("Europe/Berlin")).date()


def home_of(page: Page) -> str:
    """Return the address of the customer's home page, where a customer's person begins."""
    page.goto("/portal/")
    return page.url.split("?")[0]


def write_to_us(page: Page, number: str = "", *, subject: str, words: str, kind: str = "Something else") -> str:
    """Write to us, for the customer with that number or else from the home page; return the ticket's ref."""
    page.goto((f"/portal/customers/{number}/" if number else home_of(page)) + "tickets/new/")
    page.get_by_label("Kind").select_option(label=kind)
    return send(page, subject=subject, words=words)


def send(page: Page, *, subject: str, words: str) -> str:
    """Fill what stands open to write to us, and send it; return the ticket's ref."""
    page.get_by_label("What is it about?").fill(subject)
    page.get_by_label("Tell us more").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"/tickets/T-\d+/"))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def before_ticket(page: Page, ref: str) -> Locator:
    """Open a ticket as one of us; return the part of the page that says who asks and what may be done."""
    page.goto(f"/backoffice/tickets/{ref}/")
    return page.locator("main")


def answer(page: Page, words: str) -> None:
    """Answer the customer from the ticket's page, and wait until the words have left."""
    page.get_by_label("Your answer").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    seen_in_time(page, page.locator("#conversation li.message").filter(has_text=words.splitlines()[0]))


def give_goodwill(page: Page, amount: str) -> None:
    """Choose an amount of goodwill on the ticket that is open, and give it."""
    remedy = page.locator("#remedies .remedy").filter(has_text="Goodwill credit")
    remedy.get_by_role("button", name="Choose the amount").click()
    page.get_by_role("dialog").get_by_label("Amount, tax included").fill(amount)
    page.get_by_role("button", name=f"Confirm: credit {amount} EUR").click()
    expect(page.locator("#grants")).to_contain_text(amount)


def open_account(page: Page, name: str) -> None:
    """Look a customer up as one of us does, and open its page."""
    page.goto(f"/backoffice/search/?q={name}")
    page.locator("main").get_by_text(name, exact=True).first.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def seen_in_time(page: Page, wanted: Locator) -> None:
    """Look at the page again and again until it shows what follows by itself, such as words that rested before they left."""
    for _look in range(PATIENCE):
        if wanted.count():
            break
        page.wait_for_timeout(MOMENT * 1000)
        page.reload()
    expect(wanted.first).to_be_visible()


def script(accord: Accord, text: str) -> str:
    """Do beside the product what no browser can, such as letting days pass; return what was printed."""
    return accord.manage("shell", "-v", "0", "-c", text).strip()


@contextmanager
def same_page(page: Page) -> Iterator[None]:
    """Fail when what is done leads away from the page."""
    before = page.url.split("#")[0]
    yield
    page.wait_for_load_state()
    assert page.url.split("#")[0] == before
