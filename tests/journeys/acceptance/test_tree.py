"""The tree of customers, as our own people work on it: building it, shaping it, and who pays for a part of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote_plus

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.journeys.acceptance.own_things import new_mark, number_of, plant, read
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
MANAGER, SECOND_MANAGER = "manager@accord.example", "manager2@accord.example"
GROUP_ADMINISTRATOR = "admin@helios.example"
TIERS = 12
AT_ONCE, TRIES = 50, 30  # who waits longer than two seconds for the others is told so, and tries again
NEW_CUSTOMER = "/admin/accounts/customer/add/"


def test_s0_1_customer_added_once_is_there_for_portal_console_and_billing(signed_in):
    """A department added below Berlin in the administration stands in the portal, in search and where a payer is chosen."""
    mark, manager = new_mark(), signed_in(MANAGER)

    add_in_the_administration(manager, f"Lab {mark}", "Department", under="C-100004")
    expect(manager.get_by_text(f"Lab {mark}").first).to_be_visible()

    customer = signed_in(GROUP_ADMINISTRATOR)
    customer.goto("/portal/customers/")
    expect(customer.locator("main").get_by_role("link", name=re.compile(f"Lab {mark}"))).to_be_visible()
    manager.goto(f"/backoffice/search/?q=Lab+{mark}")
    expect(manager.locator("main").get_by_role("link", name=re.compile(f"Lab {mark}"))).to_be_visible()
    ask_who_pays_for_all(manager, "C-100003", payer=f"Lab {mark}")
    expect(manager.locator("#preview")).to_contain_text(f"Lab {mark}")


def add_in_the_administration(page: Page, name: str, kind: str, *, under: str) -> None:
    page.goto(NEW_CUSTOMER)
    page.locator(".field-parent .select2-selection").click()
    with page.expect_response(lambda answer: "/autocomplete/" in answer.url and under in unquote_plus(answer.url)):
        page.locator(".select2-search__field").fill(under)
    expect(page.locator(".select2-results__option")).to_have_count(1)
    page.locator(".select2-results__option").click()
    page.locator("select[name=kind]").select_option(label=kind)
    page.locator("input[name=name]").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()


def test_s0_2_ticket_shows_where_its_customer_stands_and_which_policies_hold_why(signed_in):
    """The Berlin member's ticket stands under Group, Europe, Germany, Berlin, and names the version behind each policy value."""
    agent = signed_in("agent@accord.example")

    agent.goto("/backoffice/tickets/T-1014/")

    steps = agent.get_by_role("navigation", name="Where this is").get_by_role("listitem")
    assert steps.all_inner_texts() == ["Helios Group", "Helios Europe", "Helios Germany", "Berlin"]
    policies = agent.locator("main").get_by_role("heading", name="Policies in force here").locator("xpath=ancestor::section[1]")
    expect(policies).to_contain_text("Goodwill an agent may give on one ticket: 300.00 EUR")
    expect(policies).to_contain_text(re.compile(r"gold-service v1, tier Gold; instead of credit-policy v\d+: 50\.00\sEUR"))


def test_s0_4_signing_begins_onboarding_and_a_term_that_ends_soon_leads_to_renewal(signed_in, accord):
    """A prospect signs for two months, signs in, and the nightly job takes it to renewal; its stages so far name them all."""
    mark, seller = new_mark(), signed_in("kam@accord.example")
    number = add_a_prospect(seller, f"Orchard {mark}")
    expect(seller.locator("#standing")).to_contain_text("Stage: Prospect")

    sign_for_months(seller, number, "2")
    expect(seller.locator("#standing")).to_contain_text("Stage: Onboarding")

    accord.manage("shell", "-c", SOMEBODY_JOINS.format(number=number, email=f"{mark.lower()}@orchard.example"))
    signed_in(f"{mark.lower()}@orchard.example")
    for _night in ("it began", "its term ends soon"):
        accord.manage("shell", "-c", "from accounts import tasks; tasks.tend_customers()")
    seller.goto(f"/backoffice/customers/{number}/")
    expect(seller.locator("#standing")).to_contain_text("Stage: Renewal")
    seller.get_by_text("Stages so far").click()
    for stage, why in (("Renewal", "A term ends within 90 days."), ("Onboarding", "a first contract, which happened.")):
        expect(seller.locator("#standing").get_by_role("listitem").filter(has_text=stage)).to_contain_text(why)
    look_at(seller, "stages-so-far")


SOMEBODY_JOINS = """
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people import invitations
from accounts.people.models import User
User.objects.create_user("{email}", "demo-world")
customer = Customer.objects.get(number="{number}")
invitations.invite(actor=None, email="{email}", customer=customer, role="administrator", scope="subtree", at=timezone.now())
"""


def add_a_prospect(page: Page, name: str) -> str:
    """Add a prospect by the form and return its number."""
    page.goto("/backoffice/customers/new/")
    page.get_by_label("Kind").select_option(label="Legal entity")
    for label, value in (
        ("Name", name), ("Legal name", f"{name} GmbH"), ("Country", "DE"), ("Street", "Lange Straße 1"),
        ("Postcode", "10115"), ("Town", "Berlin"), ("E-mail", f"{name.split()[1].lower()}@orchard.example"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile(r"/customers/C-\d+/$"))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def sign_for_months(page: Page, number: str, months: str) -> None:
    page.goto(f"/backoffice/customers/{number}/first-contract/")
    page.get_by_label("Begins with").select_option(label="Workspace: Workspace Team")
    page.get_by_label("Term in months").fill(months)
    page.get_by_role("button", name="Look at the price").click()
    page.get_by_role("button", name=re.compile("^Sign: ")).click()
    expect(page.get_by_text(re.compile(r"^K-\d+ is signed\.$"))).to_be_visible()


def test_s0_5_one_view_holds_everything_below_and_payments_alone_when_asked(signed_in):
    """Germany's timeline with everything below has Berlin and the laboratory; filtered it has payments alone, as by API."""
    agent = signed_in("agent@accord.example")
    agent.goto("/backoffice/customers/C-100003/timeline/?span=node")
    story = agent.get_by_role("heading", name="What happened").locator("xpath=ancestor::section[1]")
    expect(story).not_to_contain_text("Berlin member")

    agent.get_by_role("link", name="With everything below").click()
    for name in ("Berlin", "Lab"):
        expect(story.get_by_text(name, exact=True).first).to_be_visible()

    agent.get_by_label("What", exact=True).select_option(label="Payments")
    agent.get_by_role("button", name="Filter").click()
    agent.wait_for_url("**topic=payments**")
    titles = story.locator(".timeline-title").all_inner_texts()
    assert titles and all("ayment" in title for title in titles), titles
    assert titles[:10] == [row["sentence"] for row in payments_by_api(signed_in(GROUP_ADMINISTRATOR))][:10]


def payments_by_api(page: Page) -> list[dict]:
    return read(page, "/api/v1/customers/C-100003/activities/?topic=payments")["results"]


def test_s0_12_twelve_tiers_stand_moves_are_foreseen_circles_refused_and_fifty_at_once_keep_it_whole(signed_in, accord):
    """A tree of twelve tiers is built; a move tells payers, prices and members; fifty customers added at once leave no fault."""
    mark, manager = new_mark(), signed_in(MANAGER)
    tiers = [(f"T{tier}", f"T{tier - 1}" if tier > 1 else "", f"Tier {tier}", "division") for tier in range(1, TIERS + 1)]
    plant(accord, mark, *tiers)
    manager.goto(f"/backoffice/customers/{number_of(manager, f'{mark}-T{TIERS}')}/")
    expect(manager.get_by_role("navigation", name="Where this is").get_by_role("listitem")).to_have_count(TIERS)

    foresee_the_move(manager, "HD", to="HU")
    for heading, sentence in (
        ("Who pays", "Nobody pays differently."), ("Prices and terms", "No price changes."),
        ("People", "member@us.helios.example gains sight of Helios Germany."),
    ):  # fmt: skip
        expect(manager.get_by_role("heading", name=heading)).to_be_visible()
        expect(manager.get_by_text(sentence)).to_be_visible()
    look_at(manager, "move-preview")
    foresee_the_move(manager, "HD", to="HB")
    expect(manager.get_by_text("Helios Germany cannot stand under itself or under a node below it.")).to_be_visible()
    expect(manager.get_by_role("button", name="Ask for this move")).to_be_disabled()

    add_at_once(manager, accord.address, number_of(manager, f"{mark}-T{TIERS}"), f"Room {mark}")
    assert accord.manage("check_tree") == ""
    top = number_of(manager, f"{mark}-T1")
    assert read(manager, f"/api/v1/staff/nodes/{top}/roll-up/")["customers"] == TIERS + AT_ONCE


def foresee_the_move(page: Page, ref: str, *, to: str) -> None:
    page.goto(f"/backoffice/customers/{number_of(page, ref)}/moves/?to={number_of(page, to)}")


def add_at_once(page: Page, address: str, parent: str, name: str) -> None:
    """Add fifty customers below one, all at the same time, by the administration's form."""
    page.goto(f"/admin/accounts/customer/?q={parent}")
    key = page.locator("#result_list a[href*='/change/']").first.get_attribute("href").split("/change/")[0].rsplit("/", 1)[1]
    page.goto(NEW_CUSTOMER)
    fields = page.evaluate("Object.fromEntries(new FormData(document.querySelector('#customer_form')))")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}

    def add(number: int) -> str:
        said = fields | {"parent": key, "kind": "department", "name": f"{name} {number}"}
        for _again in range(TRIES):
            answer = requests.post(address + NEW_CUSTOMER, data=said, cookies=cookies, timeout=300, headers={"Referer": address})
            if "Nothing was changed; try again in a moment." not in answer.text:
                break
        return answer.url

    with ThreadPoolExecutor(AT_ONCE) as crew:
        landed = set(crew.map(add, range(AT_ONCE)))
    assert all(NEW_CUSTOMER not in url for url in landed), landed


def test_s0_13_kinds_stand_where_they_may_and_invoices_name_the_legal_entity_above(signed_in):
    """A department fits under a legal entity, not the other way round; the laboratory's invoice names Helios Deutschland GmbH."""
    mark, manager = new_mark(), signed_in(MANAGER)

    add_in_the_administration(manager, f"Office {mark}", "Department", under="C-100003")
    expect(manager.get_by_text(f"Office {mark}").first).to_be_visible()
    assert NEW_CUSTOMER not in manager.url
    add_in_the_administration(manager, f"Company {mark}", "Legal entity", under=f"Office {mark}")
    expect(manager.get_by_text(f"A legal entity cannot stand under a department (Office {mark}).")).to_be_visible()

    manager.goto(f"/backoffice/documents/{latest_invoice(manager, 'HL')}/")
    expect(manager.locator("main")).to_contain_text("Helios Deutschland GmbH")
    look_at(manager, "invoice-of-the-laboratory")


def latest_invoice(page: Page, ref: str) -> str:
    page.goto(f"/backoffice/customers/{number_of(page, ref)}/")
    return page.get_by_role("link", name=re.compile("^INV-")).first.inner_text()


def test_s0_15_payer_of_the_subtree_of_helios_europe_changes_once_on_one_record_and_undo_restores(signed_in):
    """Helios Europe pays for all below it: asked once, told once with a line for each customer, taken back as a whole."""
    manager = signed_in(MANAGER)
    europe = number_of(manager, "HE")
    below = read(manager, f"/api/v1/staff/nodes/{europe}/roll-up/")["customers"] - 1  # Germany, Berlin, Lab, Leipzig
    before, told_before = payers(manager), times_told(manager, europe, below)
    assert below >= len(BELOW_EUROPE)

    ask_who_pays_for_all(manager, europe, payer=europe)
    expect(manager.locator("#preview")).to_contain_text(f"{below} customers get another answer")
    manager.get_by_role("button", name="Ask for it").click()
    approve_what_waits(signed_in(SECOND_MANAGER), europe)
    try:
        assert set(payers(manager).values()) == {"Helios Europe"}
        assert times_told(manager, europe, below) == told_before + 1
    finally:
        lines = take_handover_back(manager, europe)

    assert len(lines) == below
    for name in BELOW_EUROPE.values():
        assert any(line.startswith(f"{name} (") and line.endswith("→ Helios Europe") for line in lines), (name, lines)
    assert payers(manager) == before


BELOW_EUROPE = {"HD": "Helios Germany", "HB": "Berlin", "HL": "Lab", "HM": "Leipzig"}


def payers(page: Page) -> dict[str, str]:
    """Return who pays for each customer below Helios Europe, as the API says it."""
    return {ref: who_pays(page, ref) for ref in BELOW_EUROPE}


def times_told(page: Page, number: str, customers: int) -> int:
    """Return how often the customer's own timeline says that it pays for so many customers."""
    page.goto(f"/backoffice/customers/{number}/timeline/?span=node")
    story = page.get_by_role("heading", name="What happened").locator("xpath=ancestor::section[1]")
    return story.get_by_text(re.compile(f"^Helios Europe pays for {customers} customers")).count()


def take_handover_back(page: Page, number: str) -> list[str]:
    """Open the lines of what was changed last for everything below a customer, undo it, and return them."""
    page.goto(f"/backoffice/customers/{number}/responsibilities/")
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="Undo")).first
    row.locator("summary").click()
    lines = row.get_by_role("listitem").all_inner_texts()
    row.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: everything is as before.")).to_be_visible()
    return lines


def ask_who_pays_for_all(page: Page, top: str, *, payer: str) -> None:
    """Choose who pays for everything below a customer, and look at what that changes."""
    page.goto(f"/backoffice/customers/{top}/responsibilities/")
    card = page.locator("#handover")
    card.get_by_label("What", exact=True).select_option(label="pays")
    card.get_by_label("Number or name of the customer").fill(payer)
    card.get_by_role("button", name="Show what it changes").click()
    look_at(page, "handover-preview")


def approve_what_waits(page: Page, top: str) -> None:
    page.goto(f"/backoffice/customers/{top}/responsibilities/")
    page.locator("#waiting").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Changed for everything below.")).to_be_visible()


def who_pays(page: Page, ref: str) -> str:
    answers = read(page, f"/api/v1/staff/nodes/{number_of(page, ref)}/responsibilities/")
    return next(answer["who"] for answer in answers if answer["role"] == "payer")
