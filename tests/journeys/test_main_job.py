"""The main job, as people do it: from a period billed twice to put right, and the manager's limit that holds at once.

Nine people, each in a browser window of their own, on the running product. The steps follow one another; each ends on
something its person can see.
"""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import at_most, cents, look_at

pytestmark = pytest.mark.journey
TWO_SECONDS = 2_000
REAL_GROUPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "hierarchy" / "ror_organisations.csv.gz"


def test_from_a_double_billing_to_put_right(signed_in, accord):
    see_the_group_as_a_tree(signed_in("admin@helios.example"))
    change_seats_in_the_middle_of_a_period(signed_in("member@berlin.helios.example"))
    member = signed_in("member@berlin.helios.example")
    small = find_a_period_billed_twice(member, "INV-2")
    pay_many_at_once(signed_in("payer@helios.example"), but="INV-2")
    finance = open_the_finance_inbox(signed_in("finance@accord.example"))
    agent = signed_in("agent@accord.example")
    put_it_right_in_two_clicks(agent, small)
    read_and_acknowledge_within_two_seconds(finance, "120.00")
    see_what_was_done_and_say_thanks(member, small)
    praise_reaches(agent, small)
    big = find_a_period_billed_twice(member, "INV-9")
    ask_above_the_limit(agent, big)
    decide_in_one_click(signed_in("supervisor@accord.example"), big)
    read_and_acknowledge_within_two_seconds(finance, "900.00")
    lower_the_limit(signed_in("manager@accord.example"))
    be_refused_by_the_new_limit(signed_in("agent@accord.example"))
    assert accord.manage("check_tree") == ""
    assert accord.manage("verify_books") == ""


@pytest.mark.skipif(not REAL_GROUPS.exists(), reason="the real data lies beside the checkout only")
def test_the_same_on_a_group_from_real_data(signed_in, accord):
    bring_in(accord, group="02feahw73", site="000063q30")
    admin = signed_in("admin@real.example")
    see_the_group_as_a_tree(admin, ("Centre National de la Recherche Scientifique",))
    change_seats_in_the_middle_of_a_period(signed_in("member@real.example"))
    member = signed_in("member@real.example")
    ticket = find_a_period_billed_twice(member, "REAL-2")
    finance = open_the_finance_inbox(signed_in("finance@accord.example"))
    supervisor = signed_in("supervisor@accord.example")
    put_it_right_in_two_clicks(supervisor, ticket)
    read_and_acknowledge_within_two_seconds(finance, "120.00")
    pay_many_at_once(admin, card="4242 4242 4242 4242")
    assert accord.manage("check_tree") == ""
    assert accord.manage("verify_books") == ""


def bring_in(accord, *, group: str, site: str) -> None:
    columns = "ref=id,parent_ref=parent_ids"
    options = ("--columns", columns, "--parent-separator", ";", "--default-kind", "legal_entity", "--json")
    told = json.loads(accord.manage("import_customers", str(REAL_GROUPS), *options))
    assert (told["created"] + told["unchanged"], told["refused"]) == (15_946, 0)
    script = Path(__file__).with_name("on_real_data.py").read_text()
    accord.manage("shell", "-c", script.format(GROUP=group, SITE=site, PASSWORD=accord.password))


HELIOS = ("Helios Group", "Helios Europe", "Helios US")


def see_the_group_as_a_tree(page: Page, names: tuple[str, ...] = HELIOS) -> None:
    page.get_by_role("link", name="Organisation").first.click()
    tree = page.locator("main .tree")
    for name in names:
        expect(tree.get_by_role("link", name=name, exact=True)).to_be_visible()
    look_at(page, "organisation")
    page.goto("/portal/")
    expect(page.get_by_text("with everything below").first).to_be_visible()
    look_at(page, "home")


def change_seats_in_the_middle_of_a_period(page: Page) -> None:
    page.get_by_role("link", name="Contracts").first.click()
    page.wait_for_url("**/contracts/")
    look_at(page, "contracts")
    row = page.get_by_role("row").filter(has_text="Workspace Team").first
    row.get_by_role("link", name="Change").click()
    look_at(page, "change")
    page.get_by_label("How many", exact=True).last.fill("15")
    page.get_by_role("button", name="See the price").click()
    confirm = page.get_by_role("button", name=re.compile("^Confirm"))
    expect(confirm).to_be_visible()
    look_at(page, "quote")
    quoted = cents(confirm.inner_text())
    confirm.click()
    page.wait_for_url("**/contracts/**")
    expect(page.locator("main")).to_contain_text("15")
    page.get_by_role("link", name=re.compile(r"^INV-\d{6}$")).first.click()
    expect(page.locator("tfoot tr").last).to_be_visible()
    assert cents(page.locator("tfoot tr").last.inner_text()) == quoted
    look_at(page, "invoice")


def find_a_period_billed_twice(page: Page, invoice: str) -> str:
    """Search the help, let it check, and tell us from the line; return the ticket's ref."""
    page.goto("/portal/")
    page.get_by_role("link", name="Help").first.click()
    page.wait_for_url("**/help/")
    page.get_by_label("Your question").fill("billed twice")
    check = page.locator("#answers").get_by_role("button", name="Check my invoices now")
    check.first.click()
    found = page.locator("#answers").locator(".callout").filter(has_text=f"on {invoice} ")
    expect(found).to_be_visible()
    look_at(page, "help")
    found.get_by_role("link", name="Show the line").click()
    expect(page.get_by_text("This looks billed twice")).to_be_visible()
    look_at(page, "invoice-billed-twice")
    page.get_by_role("link", name="Tell us, we put it right").click()
    expect(page.get_by_text("We know what this is about")).to_be_visible()
    look_at(page, "new-ticket")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/tickets/T-\d+/"))
    look_at(page, "ticket")
    return page.url.rstrip("/").rsplit("/", 1)[1]


def pay_many_at_once(page: Page, *, but: str = "", card: str = "") -> None:
    page.get_by_role("link", name="Invoices").first.click()
    page.get_by_label("Select all").check()
    if but:
        page.get_by_role("row").filter(has=page.get_by_role("link", name=but, exact=True)).get_by_role("checkbox").uncheck()
    look_at(page, "invoices")
    page.get_by_role("button", name=re.compile("^Pay")).last.click()
    page.wait_for_url("**/payments/new/**")
    look_at(page, "pay")
    if card:
        page.get_by_label("Card number").fill(card)
        page.get_by_label("Valid until").fill("12/40")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_text(re.compile("paid$")).first).to_be_visible()
    look_at(page, "payment")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^PDF")).first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def open_the_finance_inbox(page: Page) -> Page:
    expect(page.get_by_role("heading", name="Finance inbox")).to_be_visible()
    expect(page.locator("html[data-live=on]")).to_be_attached()
    look_at(page, "finance-inbox")
    return page


def put_it_right_in_two_clicks(page: Page, ticket: str) -> None:
    page.goto(f"/backoffice/tickets/{ticket}/")
    expect(page.locator("#found")).to_contain_text("was billed twice")
    look_at(page, "agent-ticket")
    with at_most(page, 2):
        page.get_by_role("button", name=re.compile("^Credit 120.00")).click()
        page.get_by_role("button", name=re.compile("^Confirm: credit 120.00")).click()
        expect(page.locator("#grants")).to_contain_text("120.00")
        expect(page.locator("main")).to_contain_text("Resolved")
    look_at(page, "agent-ticket-resolved")


def read_and_acknowledge_within_two_seconds(page: Page, amount: str) -> None:
    row = page.get_by_role("row").filter(has_text=amount)
    expect(row).to_be_visible(timeout=TWO_SECONDS)
    row.get_by_role("link", name=re.compile("^Entry")).click()
    expect(page.get_by_role("table")).to_contain_text("Receivable")
    look_at(page, "entry")
    page.go_back()
    with at_most(page, 1):
        row.get_by_role("button", name="Acknowledge").click()
        expect(row).to_have_count(0)


def see_what_was_done_and_say_thanks(page: Page, ticket: str) -> None:
    page.goto(f"/portal/tickets/{ticket}/")
    done = page.locator("main")
    expect(done).to_contain_text("was billed twice")
    expect(done).to_contain_text("We credited 120.00")
    expect(done).to_contain_text("New balance of Berlin")
    look_at(page, "ticket-put-right")
    page.get_by_label("What was good?").fill("Two minutes, and it was settled.")
    page.get_by_role("button", name="Say thanks").click()
    expect(page.get_by_text("Your thanks")).to_be_visible()


def praise_reaches(page: Page, ticket: str) -> None:
    page.goto(f"/backoffice/tickets/{ticket}/")
    expect(page.locator("main")).to_contain_text("Two minutes, and it was settled.")


def ask_above_the_limit(page: Page, ticket: str) -> None:
    page.goto(f"/backoffice/tickets/{ticket}/")
    page.get_by_role("button", name=re.compile("^Ask to credit 900.00")).click()
    page.get_by_role("button", name=re.compile("^Send to the supervisor: 900.00")).click()
    expect(page.locator("#grants")).to_contain_text("Waiting for approval")
    look_at(page, "agent-ticket-waiting")


def decide_in_one_click(page: Page, ticket: str) -> None:
    page.goto("/backoffice/approvals/")
    look_at(page, "approvals")
    with at_most(page, 1):
        page.get_by_role("button", name=re.compile("^Approve 900.00")).click()
        expect(page.get_by_role("button", name=re.compile("^Approve 900.00"))).to_have_count(0)
    page.goto(f"/backoffice/tickets/{ticket}/")
    expect(page.locator("#grants")).to_contain_text("Granted")


def lower_the_limit(page: Page) -> None:
    page.goto("/admin/support/authoritygrant/?level__exact=agent")
    page.get_by_role("link", name="Agent").last.click()
    page.locator("input[name=per_ticket]").fill("80.00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#result_list, main").first).to_contain_text("80.00")


def be_refused_by_the_new_limit(page: Page) -> None:
    expect(page.locator("header")).to_contain_text("up to 80.00")
    page.get_by_role("link", name=re.compile("INV-92 repeats INV-91")).click()
    expect(page.locator("#remedies")).to_contain_text("Your limit is 80.00 EUR a ticket")
    expect(page.get_by_role("button", name=re.compile("^Credit"))).to_have_count(0)
    look_at(page, "agent-ticket-over-limit")
