"""Data of customers kept right: what is refused wherever it is typed, who may change what, erasure, and imports."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance.own_things import COLUMNS, PLACE, new_mark, send
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
BERLIN, GROUP = "C-100004", "C-100001"
MEMBER, US_MEMBER = "member@berlin.helios.example", "member@us.helios.example"
GROUP_ADMINISTRATOR, MANAGER, SUPERVISOR = "admin@helios.example", "manager@accord.example", "supervisor@accord.example"
SAID, COMPLAINT = "call me", 'Phone "call me" is no phone number'
HALF_A_SECOND = 0.5  # of the quickest of some: other work only adds to it; `bench overview` measures the 95th percentile


def test_s0_8_wish_to_be_forgotten_shows_what_goes_and_stays_and_a_second_person_confirms(signed_in, accord):
    """A member of Berlin asks to be forgotten: what is erased and kept is shown, a second person confirms, the wish stays."""
    email = f"{new_mark().lower()}@berlin.helios.example"
    accord.manage("shell", "-c", A_MEMBER_OF_BERLIN.format(email=email))
    manager, supervisor = signed_in(MANAGER), signed_in(SUPERVISOR)

    manager.goto(f"/backoffice/customers/{BERLIN}/privacy/")
    manager.get_by_label("What is asked for").select_option(label="That the person is forgotten")
    manager.get_by_label(re.compile("^Person")).select_option(label=email)
    manager.get_by_role("button", name="Note the wish").click()
    wish = look_through(manager, email)
    expect(manager.get_by_role("table", name="What is erased")).to_contain_text("Users")
    kept = (
        manager.get_by_role("table", name="What is kept, and why").get_by_role("row").filter(has_text="Invoices and credit notes")
    )
    expect(kept).to_contain_text("§ 147 (3) AO")
    expect(manager.get_by_role("button", name="Confirm and erase")).to_have_count(0)
    expect(manager.get_by_text("A supervisor or manager who did not ask for it decides.")).to_be_visible()

    supervisor.goto(wish)
    look_at(supervisor, "erasure-preview")
    supervisor.get_by_role("button", name="Confirm and erase").click()
    wait_for(supervisor, wish, re.compile("Erased person"))
    expect(supervisor.get_by_text("Supervisor").last).to_be_visible()
    supervisor.goto("/backoffice/documents/INV-2/")
    expect(supervisor.get_by_role("heading", name="INV-2")).to_be_visible()


A_MEMBER_OF_BERLIN = """
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people import invitations
from accounts.people.models import User
User.objects.create_user("{email}", "demo-world")
berlin = Customer.objects.get(ref="HB")
invitations.invite(actor=None, email="{email}", customer=berlin, role="member", scope="subtree", at=timezone.now())
"""


def look_through(page: Page, email: str) -> str:
    """Open the wish and wait until what the erasure means stands there; return its address."""
    page.goto("/backoffice/privacy/")
    page.get_by_role("link", name=email).first.click()
    page.wait_for_url(re.compile(r"/privacy/erasures/\d+/"))
    wait_for(page, page.url, re.compile("What is kept, and why.*Rule", re.DOTALL))
    return page.url


def wait_for(page: Page, address: str, words: re.Pattern[str], seconds: int = 90) -> None:
    """Look again until the page says it: a worker does its part in the background."""
    for _second in range(seconds):
        page.goto(address)
        if words.search(page.locator("main").inner_text()):
            return
        page.wait_for_timeout(1_000)
    pytest.fail(f"{address} does not say {words.pattern}")


def test_s0_9_tax_id_is_checked_waits_for_the_group_and_keeps_the_old_one(signed_in):
    """A wrong check digit is refused; a good one waits for the group's administrator, then holds; what was there stays told."""
    member, administrator = signed_in(MEMBER), signed_in(GROUP_ADMINISTRATOR)
    address = f"/portal/customers/{BERLIN}/details/"
    good = german_tax_id(new_mark())

    ask_for_tax_id(member, address, wrong_by_one(good))
    expect(member.locator("#ask")).to_contain_text("check digit")
    ask_for_tax_id(member, address, good)
    expect(member.get_by_role("row").filter(has_text=good)).to_contain_text("Waits for approval")

    administrator.goto(address)
    waiting = (
        administrator.get_by_role("row").filter(has_text=good).filter(has=administrator.get_by_role("button", name="Approve"))
    )
    before = waiting.locator("del").inner_text()
    waiting.get_by_role("button", name="Approve").click()
    expect(administrator.locator("main")).to_contain_text(good)
    member.goto(address)
    done = member.get_by_role("row").filter(has_text=good)
    expect(done).to_contain_text("Group administrator")
    assert done.locator("del").inner_text() == before
    look_at(member, "details-changed")


def ask_for_tax_id(page: Page, address: str, tax_id: str) -> None:
    page.goto(address)
    page.locator("#ask summary").filter(has_text="Tax id").click()
    page.locator("#ask input[name=tax_id]").fill(tax_id)
    page.locator("#ask details[open]").get_by_role("button", name="Ask for it").click()


def german_tax_id(mark: str) -> str:
    """Make up a German tax id with its right check digit (ISO 7064, MOD 11,10) out of a mark."""
    digits = f"{int(mark, 16) + 10_000_000:08d}"[-8:]
    product = 10
    for digit in digits:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return f"DE{digits}{(11 - product) % 10}"


def wrong_by_one(tax_id: str) -> str:
    return tax_id[:-1] + str((int(tax_id[-1]) + 1) % 10)


# What is wrong with a row, by what it writes otherwise, and the words of the dry run for it.
WRONG = (
    ({"phone": SAID}, f"{COMPLAINT} (phone.format)"),
    ({"kind": "guild"}, 'there is no kind of customer called "guild"'),
    ({"kind": ""}, "says no kind"),
    ({"kind": "legal_entity", "parent_ref": "{mark}-3"}, "cannot stand under a department ({mark}-3)"),
    ({"parent_ref": "NOBODY"}, "NOBODY is neither in the file nor among the customers"),
    ({"parent_ref": "{ref}"}, "it names itself as its parent"),
    ({"ref": "{mark}-2"}, '"{mark}-2" appears already in row 2'),
    ({"name": ""}, "(name.required)"),
)
ROWS, FIRST_WRONG, APART, FAULTY = 5_000, 100, 60, 80


def test_s0_16_five_thousand_rows_are_tried_out_with_each_fault_and_the_group_opens_at_once(signed_in, accord):
    """A dry run of 5,000 rows names each of 80 faults of eight kinds by its row; the page of the whole group opens at once."""
    mark, manager = new_mark(), signed_in(MANAGER)
    faulty = {FIRST_WRONG + APART * place: WRONG[place % len(WRONG)] for place in range(FAULTY)}
    different = {row: wrong for row, (wrong, _words) in faulty.items()} | {3: {"kind": "department"}}
    lines = [line_of(mark, row, different.get(row, {})) for row in range(2, ROWS + 2)]

    told = accord.manage("import_customers", "-", "--dry-run", text="\n".join([f"{COLUMNS},phone", *lines, ""]))

    listed = [line for line in told.splitlines() if line.startswith("row ")]
    assert len(listed) == FAULTY, told[:2000]
    for line, (row, (_wrong, words)) in zip(sorted(listed, key=row_of), faulty.items(), strict=True):
        assert row_of(line) == row and words.format(mark=mark) in line, line
    assert f"{ROWS - FAULTY} created, 0 updated, 0 unchanged, {FAULTY} refused" in told, told[:300]
    assert manager.request.get(f"/api/v1/staff/nodes/{mark}-2/").status == 404
    assert min(seconds_to_open(manager, f"/backoffice/customers/{GROUP}/") for _time in range(25)) < HALF_A_SECOND


def line_of(mark: str, row: int, wrong: dict[str, str]) -> str:
    """Return a row of the file, right but for what is wrong with it."""
    ref = f"{mark}-{row}"
    cells = {"ref": ref, "parent_ref": "", "name": f"Row {row}", "kind": "group", "legal_name": "", "phone": ""}
    cells |= {name: said.format(ref=ref, mark=mark) for name, said in wrong.items()}
    first = ",".join(cells[name] for name in ("ref", "parent_ref", "name", "kind", "legal_name"))
    return f"{first},{PLACE},{cells['phone']}"


def row_of(line: str) -> int:
    return int(line.removeprefix("row ").split(":")[0])


def seconds_to_open(page: Page, path: str) -> float:
    began = time.monotonic()
    assert page.request.get(path).ok
    return time.monotonic() - began


def test_s0_17_missing_tax_id_scores_82_stands_in_the_queue_and_is_put_right(signed_in, tmp_path):
    """A legal entity imported without its tax id scores 82 and waits for a steward; with the tax id it scores 100 and is gone."""
    mark, manager = new_mark(), signed_in(MANAGER)
    file = tmp_path / "one.csv"
    file.write_text(f"{COLUMNS}\n{mark}-1,,Company {mark},legal_entity,Company {mark} GmbH,{PLACE}\n")

    manager.goto("/backoffice/data/imports/")
    manager.get_by_label("The file").set_input_files(file)
    manager.get_by_role("button", name="See what would happen").click()
    manager.get_by_role("button", name="Let it go live").click()
    manager.goto("/backoffice/data/?rule=tax_id.required")
    row = manager.get_by_role("row").filter(has_text=f"Company {mark}")
    expect(row.get_by_role("cell").last).to_have_text("82")
    expect(row).to_contain_text("Tax id is missing: invoices within the EU need it")

    row.get_by_role("link", name=f"Company {mark}").click()
    manager.get_by_label("Tax id").fill(german_tax_id(mark))
    manager.get_by_role("button", name="Keep").click()
    expect(manager.get_by_text("Score 100 of 100.")).to_be_visible()
    manager.goto("/backoffice/data/?rule=tax_id.required")
    expect(manager.get_by_role("row").filter(has_text=f"Company {mark}")).to_have_count(0)


def test_s0_18_same_phone_is_refused_with_the_same_words_wherever_it_is_typed(signed_in, accord):
    """Portal, back office, administration, API and import refuse "call me" as a phone number with one and the same sentence."""
    mark, member, manager = new_mark(), signed_in(MEMBER), signed_in(MANAGER)

    member.goto(f"/portal/customers/{BERLIN}/details/")
    member.locator("#ask summary").first.click()
    type_phone(member, member.locator("#ask details[open]").get_by_role("button", name="Change it"))
    manager.goto(f"/backoffice/customers/{BERLIN}/details/")
    type_phone(manager, manager.get_by_role("button", name="Keep"))
    manager.goto(f"/admin/accounts/customer/?q={BERLIN}")
    manager.locator("#result_list").get_by_role("link", name="Berlin", exact=True).click()
    type_phone(manager, manager.get_by_role("button", name="Save", exact=True))

    answer = send(
        member, f"/api/v1/customers/{BERLIN}/details/changes/", what="address", effective_on=None, wanted={"phone": SAID}
    )
    assert (answer.status, answer.json()["code"]) == (422, "phone.format")
    assert answer.json()["detail"].startswith(COMPLAINT)
    row = f"{mark}-1,,Row,group,,{PLACE},{SAID}"
    assert COMPLAINT in accord.manage("import_customers", "-", "--dry-run", text=f"{COLUMNS},phone\n{row}\n")


def type_phone(page: Page, button) -> None:
    page.locator("input[name=phone]").first.fill(SAID)
    button.click()
    expect(page.locator("main, #content").get_by_text(COMPLAINT).first).to_be_visible()


def test_s0_19_sister_finds_no_such_customer_the_member_changes_it_and_the_table_says_why(signed_in):
    """Berlin's address is not there for the US member by API; the Berlin member changes it; the table of access says who may."""
    wanted = {"what": "address", "wanted": {"street": "Chausseestraße 5"}}
    changes = f"/api/v1/customers/{BERLIN}/details/changes/"

    assert send(signed_in(US_MEMBER), changes, **wanted).status == 404
    member = signed_in(MEMBER)
    answer = send(member, changes, **wanted)
    assert (answer.status, answer.json()["status"]) == (201, "done"), answer.text()
    street = next(value for value in answer.json()["values"] if value["label"] == "Street")
    assert street["after"] == "Chausseestraße 5"
    send(member, changes, what="address", wanted={"street": street["before"]})

    manager = signed_in(MANAGER)
    manager.goto("/backoffice/policies/access/")
    expect(manager.get_by_text("Any other customer is not there for them: page and API answer 404.")).to_be_visible()
    expect(manager.locator("#details").get_by_role("row").filter(has_text="Street")).to_contain_text("Nobody: it holds as asked")
    look_at(manager, "who-may-do-what")
