"""The facts of a customer and what happened to it: kept right by its own people, used on their days, and never rewritten."""

import re
import subprocess

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import asking, billed_months, own_account
from tests.journeys.acceptance.own_things import new_mark
from tests.journeys.walking import at_most, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
BERLIN = "C-100004"


def test_s3_30_berlin_is_asked_once_a_year_and_confirms_with_one_click(signed_in):
    """The Berlin member is asked on their home whether all is still right; one click, and the last look is of today."""
    page = signed_in("member@berlin.helios.example")
    page.goto("/portal/")
    expect(page.get_by_text("Are your details still right?")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Invalidenstraße 113, 10115 Berlin")
    look_at(page, "details-still-right")
    with at_most(page, 1):
        page.get_by_role("button", name=re.compile("^Yes, all of it is right")).click()
        expect(page.get_by_text("Are your details still right?")).to_have_count(0)
    page.goto(f"/portal/customers/{BERLIN}/details/")
    expect(page.locator("main")).to_contain_text("Last confirmed by Berlin member")


def test_s3_32_address_from_the_first_of_july_stands_on_the_invoice_of_july_only(signed_in, accord):
    """An address for invoices from 1 July until 1 August: the run bills June, July and August, and July alone goes there."""
    mark, today = new_mark().lower(), asking.today()
    year = today.year - (today.month < FIRST_AFTER_AUGUST)
    begun = own_account.told_by(accord, billed_months.BEGINS.format(year=year, mark=mark, password=accord.password))
    keep_address(signed_in("agent@accord.example"), begun["number"], year)

    billed = own_account.told_by(accord, billed_months.MONTHS_ARE_BILLED.format(year=year, number=begun["number"]))

    person = signed_in(begun["email"])
    for month, ref in billed.items():
        street, other = (OF_JULY, OWN_STREET) if month == "July" else (OWN_STREET, OF_JULY)
        person.goto(f"/portal/invoices/{ref}/")
        told = {
            "page": person.locator("main").inner_text(),
            "pdf": text_of_pdf(person.request.get(f"/portal/invoices/{ref}/pdf/").body()),
            "xml": person.request.get(f"/portal/invoices/{ref}/e-invoice/ubl/").text(),
        }
        for where, words in told.items():
            assert street in words and other not in words, (month, where, words)
    look_at(person, "invoice-of-august")


OWN_STREET, OF_JULY, FIRST_AFTER_AUGUST = "Am Anger 3", "Postplatz 7", 9


def keep_address(page: Page, number: str, year: int) -> None:
    """Keep an address for the invoices of July as one of us."""
    page.goto(f"/backoffice/customers/{number}/addresses/")
    page.get_by_label("For", exact=True).select_option(label="invoices")
    for label, value in (
        ("Department or person", "Buchhaltung"), ("Street", OF_JULY), ("Postcode", "01067"), ("Town", "Dresden"),
        ("Country", "DE"), ("From", f"{year}-07-01"), ("Until", f"{year}-08-01"),
    ):  # fmt: skip
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("main")).to_contain_text(OF_JULY)
    look_at(page, "addresses")


def text_of_pdf(content: bytes) -> str:
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()


def test_s3_33_events_cannot_be_edited_and_the_counts_of_months_are_those_of_the_list(signed_in):
    """The API answers 405 to every way of changing what happened, and each month counts exactly the events its list holds."""
    page = signed_in("admin@helios.example")
    address = "/api/v1/customers/C-100004/activities/"
    for change in (page.request.put, page.request.patch, page.request.delete, page.request.post):
        assert change(address, data={"facts": {}}, headers=own_site(page)).status == 405
    counted = {row["month"]: row["activities"] for row in page.request.get(f"{address}months/").json()}
    listed: dict[str, int] = {}
    for happened in all_of(page, address):
        listed[happened["at"][:7]] = listed.get(happened["at"][:7], 0) + 1
    assert counted == listed
    assert len(counted) > 3


def own_site(page: Page) -> dict[str, str]:
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"].startswith("csrf"))
    return {"X-CSRFToken": token, "Referer": page.url}


def all_of(page: Page, address: str) -> list[dict]:
    """Return every row of a list that is handed out a page at a time."""
    rows: list[dict] = []
    while address:
        answer = page.request.get(address).json()
        rows, address = rows + answer["results"], answer["next"]
    return rows


def test_s3_34_event_opens_what_it_is_about_as_it_stood_then(signed_in):
    """An invoice of months ago, paid since: its entry shows it still open, and one click further as it is today."""
    page = signed_in("agent@accord.example")
    page.goto(f"/backoffice/customers/{BERLIN}/timeline/?span=node&topic=invoices")
    page.get_by_role("link", name=re.compile(r"^Invoice INV-\d{6} was issued: 347\.48 EUR")).nth(2).click()
    then = page.locator("#then")
    expect(then).to_contain_text("Still open347.48 EUR")
    expect(then).to_contain_text("Invalidenstraße 113")
    look_at(page, "as-it-stood-then")
    page.get_by_role("link", name=re.compile("as it stands today$")).click()
    expect(page.locator("main")).to_contain_text("Paid")


def test_s3_36_two_systems_name_a_phone_and_the_rule_picks_the_one_verified_last_and_shows_both(signed_in):
    """The sales system's phone was made sure of, the web shop's is newer: the rule keeps the first, and both stand there."""
    page = signed_in("manager@accord.example")
    page.goto("/backoffice/customers/C-100011/sources/")
    main = page.locator("main")
    expect(main).to_contain_text("Kept: +31 30 555 0140")
    expect(main).to_contain_text("The rule picks: Sales system was verified last")
    for system, phone in (("Sales system", "+31 30 555 0140"), ("Web shop", "+31 30 555 0199")):
        expect(page.get_by_role("row").filter(has_text=system).filter(has_text=phone)).to_be_visible()
    look_at(page, "sources")


def test_s3_41_import_of_71_per_cent_stays_behind_a_gate_of_90(signed_in, accord, tmp_path):
    """A hundred customers, 29 of them refused: the file scores 71, the gate is 90, and nothing goes live; the rows wait."""
    good = [f"GATE-{n},Gate {n},legal_entity,DE" for n in range(71)]
    bad = [f"GATE-{n},,legal_entity,DE" for n in range(71, 100)]
    file = tmp_path / "gate.csv"
    file.write_text("\n".join(["ref,name,kind,country", *good, *bad]))
    told = accord.manage("import_customers", str(file), "--gate", "90")
    assert "below the gate. Nothing went live; the rows wait in the back office under Data." in told
    page = signed_in("manager@accord.example")
    page.goto("/backoffice/data/imports/")
    expect(page.get_by_role("row").filter(has_text="gate.csv").first).to_be_visible()
    page.goto("/backoffice/search/?q=Gate 70")
    expect(page.get_by_role("link", name="Gate 70", exact=True)).to_have_count(0)


def test_s3_42_one_rule_has_one_id_in_form_api_and_report(signed_in):
    """A phone that is none: the form, the API and the list of rules all call it `phone.format`."""
    page = signed_in("manager@accord.example")
    page.goto("/backoffice/customers/C-100023/details/")
    page.get_by_label(re.compile("^Phone")).fill("call me")
    page.get_by_role("button", name="Keep", exact=True).last.click()
    expect(page.locator("main")).to_contain_text('Phone "call me" is no phone number')
    expect(page.locator("main")).to_contain_text("phone.format")
    told = {"system": "crm", "external_id": "ACC-2291", "says": {"phone": "call me"}}
    refused = page.request.post("/api/v1/staff/nodes/C-100011/sources/", data=told, headers=own_site(page))
    assert (refused.status, refused.json()["code"]) == (422, "phone.format")
    page.goto("/backoffice/data/rules/")
    expect(page.get_by_role("row").filter(has_text="phone.format")).to_be_visible()
