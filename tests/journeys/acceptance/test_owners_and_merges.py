"""Who of us owns a customer when it moves, and one customer kept twice: made one, and two again."""

import csv
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.acceptance import own_customer
from tests.journeys.acceptance.calls import log_a_call
from tests.journeys.acceptance.own_customer import OwnCustomer
from tests.journeys.acceptance.own_things import new_mark, number_of, plant, read
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
MANAGER, SECOND_MANAGER, AGENT = "manager@accord.example", "manager2@accord.example", "agent@accord.example"
WHO, ANOTHER = "Key account manager", "Supervisor"  # as the staff of the demo world are called
OWNED = ("owns the account", "owns the service", "owns the billing", "owns the data")
KEEPS = "Its owners stay, whatever the new place has"
LOOKS = 300  # a second each, until what a worker does after all that waits before it counts as not done


def test_s3_23_moved_customer_inherits_its_owners_or_keeps_them_and_no_demo_customer_is_unowned(signed_in, accord):
    """Berlin moved to the US gets their account owner, or keeps its own when asked to; undone, all is inherited as before."""
    mark, manager, second = new_mark(), signed_in(MANAGER), signed_in(SECOND_MANAGER)
    demo = numbers_of_the_demo(accord)
    assert demo and not unowned(manager) & demo
    plant(accord, mark, ("G", "", "Group", "group"), ("D", "G", "Germany", "legal_entity"), ("U", "G", "US", "legal_entity"),
          ("B", "D", "Berlin", "site"))  # fmt: skip
    group, us, berlin = (number_of(manager, f"{mark}-{ref}") for ref in "GUB")
    assert group in unowned(manager)
    for what in OWNED:
        name_an_owner(manager, group, what, WHO)
    name_an_owner(manager, us, OWNED[0], ANOTHER)
    assert not unowned(manager) & {group, us, berlin}
    inherited = dict.fromkeys(OWNED, (WHO, f"from Group {mark}"))
    assert owners(manager, berlin) == inherited

    inheriting = move(manager, second, berlin, to=us, tells=f"{ANOTHER} owns the account instead of {WHO}.")
    assert owners(manager, berlin) == inherited | {OWNED[0]: (ANOTHER, f"from US {mark}")}
    undo_the_move(second, inheriting)
    assert owners(manager, berlin) == inherited

    keeping = move(manager, second, berlin, to=us, keeps_owners=True)
    assert owners(manager, berlin) == inherited | {OWNED[0]: (WHO, "named here")}
    assert berlin not in unowned(manager)
    undo_the_move(second, keeping)
    assert owners(manager, berlin) == inherited


def numbers_of_the_demo(accord) -> set[str]:
    """Return the numbers of the demo world's own companies and all below them; what checks planted is left out."""
    return set(own_customer.told_by(accord, NUMBERS_OF_THE_DEMO))


NUMBERS_OF_THE_DEMO = """
import json
from accounts.customers.models import Customer
from backoffice.demo.companies import HELIOS, OTHERS
companies = Customer.objects.filter(ref__in=[node.ref for node in (HELIOS, *OTHERS)])
print(json.dumps([one.number for company in companies for one in Customer.objects.below(company)]))
"""


def unowned(page: Page) -> set[str]:
    """Return the numbers in the report of what nobody owns, as its spreadsheet has them."""
    page.goto("/backoffice/data/ownerless/")
    answer = page.request.get(page.get_by_role("link", name="As CSV").get_attribute("href"))
    assert answer.ok
    rows = csv.DictReader(answer.text().removeprefix("\ufeff").splitlines())
    return {row["Number"] for row in rows}


def name_an_owner(page: Page, number: str, what: str, who: str) -> None:
    page.goto(f"/backoffice/customers/{number}/responsibilities/")
    card = page.locator("#owner")
    card.get_by_label("What", exact=True).select_option(label=what)
    card.get_by_label("Who", exact=True).select_option(label=who)
    card.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept.", exact=True)).to_be_visible()


def owners(page: Page, number: str) -> dict[str, tuple[str, str]]:
    """Return who owns what of a customer and from where that comes, as its page says."""
    page.goto(f"/backoffice/customers/{number}/")
    told = {}
    for line in page.locator("#answers .facts > div").all():
        what, (who, source) = line.locator("dt").inner_text(), line.locator("dd").inner_text().split("\n")
        told[what.lower()] = (who, source.split(" · ")[0])
    return {what: told[what] for what in OWNED}


def move(first: Page, second: Page, number: str, *, to: str, keeps_owners: bool = False, tells: str = "") -> str:
    """Ask for another place as one manager and approve it as the other; return the address of the move."""
    first.goto(f"/backoffice/customers/{number}/moves/?to={to}")
    expect(first.locator("main")).to_contain_text(tells)
    first.get_by_label(KEEPS).set_checked(keeps_owners)
    look_at(first, "move-with-its-owners")
    first.get_by_role("button", name="Ask for this move").click()
    expect(first.get_by_text("Asked for. A second person decides.")).to_be_visible()
    second.goto(first.url)
    second.get_by_role("button", name="Approve").click()
    expect(second.get_by_text("In effect since")).to_be_visible()
    return first.url


def undo_the_move(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Undo this move").click()
    expect(page.get_by_text("Undone by")).to_be_visible()


def test_s3_40_customer_kept_twice_is_merged_with_all_it_has_and_undo_restores_both(signed_in, accord):
    """Members, invoices and tickets of the twin are with the customer that stays, its number leads there; undone, two stand."""
    kept, twin = (own_customer.plant(accord, billed=(("OLD", 2, 30_000),)) for _each in range(2))
    manager, second, agent = signed_in(MANAGER), signed_in(SECOND_MANAGER), signed_in(AGENT)
    tickets = {one: log_a_call(agent, one.number, about=f"Asked by {one.mark}") for one in (kept, twin)}
    own = {one: {"People": one.email, "Documents": one.invoice("OLD"), "Tickets": tickets[one]} for one in (kept, twin)}
    persons = {one: signed_in(one.email) for one in (kept, twin)}
    names = {kept.invoice("OLD"), twin.invoice("OLD"), *tickets.values()}

    make_alike(manager, twin, kept)
    open_the_pair(manager, kept, twin)
    manager.get_by_role("link", name=f"Keep {kept.number}").click()
    for sentence in (
        f"{twin.number} leads to {kept.name} ({kept.number}) from then on.",
        f"{twin.email} gets the role Administrator at {kept.name}.", f"Still open: {tickets[twin]}.",
    ):  # fmt: skip
        expect(manager.get_by_text(sentence)).to_be_visible()
    look_at(manager, "pair-that-may-be-one")
    manager.get_by_role("button", name="Ask for this merge").click()
    expect(manager.get_by_text("You asked for this yourself; a second person decides.").first).to_be_attached()
    second.goto(manager.url)
    second.get_by_role("button", name="Merge", exact=True).click()
    expect(second.get_by_role("button", name="Undo this merge")).to_be_visible()
    look_at(second, "merge-done")

    agent.goto(f"/backoffice/customers/{twin.number}/")
    expect(agent).to_have_url(re.compile(f"/backoffice/customers/{kept.number}/$"))
    for one in (kept, twin):
        has(agent, own[one])
    assert read(agent, f"/api/v1/staff/nodes/{twin.number}/")["number"] == kept.number
    for person in persons.values():
        assert shown_in_the_portal(person, twin.number, names) == {kept.number, *names}

    second.get_by_role("button", name="Undo this merge").click()
    expect(second.get_by_text("Undone by")).to_be_visible()
    for one, other in ((kept, twin), (twin, kept)):
        assert shown_in_the_portal(persons[one], one.number, names) == {one.number, one.invoice("OLD"), tickets[one]}
        agent.goto(f"/backoffice/customers/{one.number}/")
        expect(agent).to_have_url(re.compile(f"/backoffice/customers/{one.number}/$"))
        has(agent, own[one], but_not=own[other])


def make_alike(page: Page, twin: OwnCustomer, kept: OwnCustomer) -> None:
    """Type the facts of one customer at another, as who did not look whether it is there already."""
    page.goto(f"/backoffice/customers/{twin.number}/details/")
    for label, value in (
        ("Name", kept.name),
        ("Legal name", f"{kept.name} GmbH"),
        ("E-mail", f"office@{kept.mark}.orchard.example"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("heading", name=kept.name, exact=True)).to_be_visible()


def open_the_pair(page: Page, kept: OwnCustomer, twin: OwnCustomer) -> None:
    """Have all customers compared, and open the pair once it is found."""
    page.goto("/backoffice/duplicates/")
    page.get_by_role("button", name="Compare all customers now").click()
    pair = page.get_by_role("row").filter(has_text=kept.number).filter(has_text=twin.number)
    for _look in range(LOOKS):
        if pair.count():
            break
        page.wait_for_timeout(1_000)
        page.goto("/backoffice/duplicates/")
    pair.get_by_role("link").click()
    expect(page.get_by_role("table", name="Side by side")).to_be_visible()


def has(page: Page, names: dict[str, str], *, but_not: dict[str, str] | None = None) -> None:
    """Look at the customer that is open: each card has what is named for it, and nothing of somebody else."""
    for card, name in names.items():
        expect(card_of(page, card)).to_contain_text(name)
    for card, name in (but_not or {}).items():
        expect(card_of(page, card)).not_to_contain_text(name)


def card_of(page: Page, title: str) -> Locator:
    return page.locator("main section").filter(has=page.get_by_role("heading", name=title, exact=True)).last


def shown_in_the_portal(person: Page, number: str, names: set[str]) -> set[str]:
    """Follow a number in the portal; return the number it leads to, and which names stand among its invoices and tickets."""
    person.goto(f"/portal/customers/{number}/")
    led_to = person.url.rstrip("/").rsplit("/", 1)[1]
    shown = {led_to}
    for page in ("invoices", "tickets"):
        person.goto(f"/portal/customers/{number}/{page}/")
        words = person.locator("main").inner_text()
        shown |= {name for name in names if name in words}
    return shown
