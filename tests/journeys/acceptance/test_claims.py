"""Claims and their no: what our books say of a claim, a decline with its grounds, a cap on goodwill, one voice in a conflict."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.acceptance import asking, at_the_ticket, own_customer
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
AGENT, COLLEAGUE, LEAD = "agent@accord.example", "kam@accord.example", "supervisor@accord.example"
BERLIN = "member@berlin.helios.example"
A_MONTH = r"1 to \d\d \w{3} \d{4}"


def test_s4_2_claim_on_another_period_is_not_valid_and_shows_both_periods(signed_in):
    """INV-5 is claimed to be billed twice; it charges another month than INV-1, so the engine says no and shows both."""
    ref = claim(signed_in(BERLIN), "INV-5")
    agent = signed_in(AGENT)
    said = at_the_ticket.stand_before(agent, ref).locator("#claim")
    expect(said).to_contain_text("Not valid: not billed twice")
    expect(said).to_contain_text(re.compile(rf"INV-5 charges it for {A_MONTH}, INV-\d+ for {A_MONTH}"))
    said.get_by_text("Show the evidence").click()
    expect(said.get_by_role("row").filter(has_text="INV-")).to_have_count(2)
    look_at(agent, "claim-not-valid")


def test_s4_2_claim_on_the_same_days_is_valid_and_says_so(signed_in, accord):
    """The same days on two invoices: our books find the charge that is one too many before anybody looks."""
    customer = own_customer.plant(accord, billed=(("1", 5, 12_000), ("2", 5, 12_000)))
    ref = claim(signed_in(customer.email), customer.invoice("2"))
    found = at_the_ticket.stand_before(signed_in(AGENT), ref).locator("#found")
    expect(found).to_contain_text("was billed twice")


def test_s4_2_claim_on_some_of_the_days_is_partly_valid_shows_both_and_credits_their_part(signed_in, accord):
    """28 days of 112.00 each, 14 of them on both invoices: partly valid, both shown, and 56.00 of the later one credited."""
    customer = own_customer.plant(accord, billed=(("1", 5, 11_200), ("2", 5, 11_200, 14)))
    first, later = customer.invoice("1"), customer.invoice("2")
    person, agent = signed_in(customer.email), signed_in(AGENT)
    ref = claim(person, later)
    owed_before = own_customer.owed(person, customer)

    said = at_the_ticket.stand_before(agent, ref).locator("#found")
    expect(said).to_contain_text("Partly valid: some days were billed twice")
    expect(said).to_contain_text("That is 56.00 EUR for 14 of its 28 days.")
    said.get_by_text("Show the evidence").click()
    for invoice in (first, later):
        expect(said.get_by_role("row").filter(has_text=invoice)).to_contain_text("112.00")
    look_at(agent, "claim-partly-valid")

    at_the_ticket.give(agent, "Credit the double charge")
    expect(agent.locator("#grants")).to_contain_text("56.00")
    assert own_customer.owed(person, customer) == owed_before - 5_600
    person.goto(f"/portal/invoices/{later}/")
    expect(person.locator("main")).to_contain_text("56.00")
    person.goto(f"/portal/tickets/{ref}/")
    expect(person.locator("#conversation")).to_contain_text(later)
    look_at(person, "claim-partly-credited")


def claim(person: Page, invoice: str) -> str:
    """Say from the line of an invoice that something is wrong with it; return the ticket's ref."""
    person.goto(f"/portal/invoices/{invoice}/")
    person.get_by_role("link", name=re.compile("^Something wrong")).first.click()
    return asking.send(person, subject=f"{invoice} was billed twice", words="We paid this month already.")


def test_s4_5_decline_takes_a_clause_and_text_and_is_counted_apart(signed_in, accord):
    """Without a reason nothing is declined; with one the customer reads clause, words and what to do instead; it counts apart."""
    customer = own_customer.plant(accord)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    ref = asking.write_to_us(person, customer.number, subject="Half a month back", words="We were away.")
    before = declined_in_the_last_days(agent)
    form = open_decline(agent, ref)
    form.get_by_role("button", name="Decline and resolve").click()
    expect(agent.get_by_role("radio", name=re.compile("The charge is right"))).not_to_be_checked()
    expect(agent.locator(".pane-head").filter(has_text=ref)).to_contain_text("Open")
    form = open_decline(agent, ref)
    form.get_by_role("radio", name=re.compile("The charge is right")).check()
    form.get_by_label("In other words").fill("The weeks you were away are part of the term you agreed to.")
    form.get_by_role("button", name="Decline and resolve").click()
    expect(agent.locator("#declines")).to_contain_text("The charge is right")
    look_at(agent, "declined")
    assert declined_in_the_last_days(agent) == before + 1
    read_the_no(person, ref)


def open_decline(agent: Page, ref: str) -> Locator:
    at_the_ticket.stand_before(agent, ref)
    form = agent.locator("#decline")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    return form


def declined_in_the_last_days(agent: Page) -> int:
    """Read the tile of declined tickets, which are counted apart from the solved ones."""
    agent.goto("/backoffice/tickets/?view=declined")
    return agent.locator(".queue-row").count()


def read_the_no(person: Page, ref: str) -> None:
    person.goto(f"/portal/tickets/{ref}/")
    card = person.locator("main")
    for words in (
        "Why we said no", "The weeks you were away are part of the term you agreed to.",
        "Terms of service, 5.1: prices and periods", "What you can do instead", "Appeal: have a supervisor look again",
    ):  # fmt: skip
        expect(card).to_contain_text(words)


def test_s4_6_third_goodwill_in_90_days_is_the_supervisors(signed_in, accord):
    """Twice it is given; the third time its button sends it to the supervisor and names what was given before."""
    customer = own_customer.plant(accord)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    for amount in ("11.00", "12.00"):
        ref = asking.write_to_us(person, customer.number, subject=f"Slow again {amount}", words="An hour lost.")
        at_the_ticket.stand_before(agent, ref)
        at_the_ticket.give(agent, "Goodwill credit", amount=amount)
        expect(agent.locator("#grants")).to_contain_text(amount)
    ref = asking.write_to_us(person, customer.number, subject="Slow a third time", words="An hour lost.")
    at_the_ticket.stand_before(agent, ref)
    offered = at_the_ticket.remedy(agent, "Goodwill credit")
    why = re.compile(r"This group was given it 2 times in 90 days \(G-\d+, G-\d+\); a supervisor decides\.")
    expect(offered).to_contain_text(why)
    look_at(agent, "third-goodwill")
    at_the_ticket.give(agent, "Goodwill credit", amount="13.00", confirm=r"^Send to the supervisor: 13\.00")
    expect(agent.locator("#grants")).to_contain_text("Waiting for approval")
    lead = signed_in(LEAD)
    lead.goto("/backoffice/approvals/")
    expect(lead.locator("main")).to_contain_text(why)


def test_s4_7_in_a_conflict_only_the_speaker_writes(signed_in, accord):
    """The agent speaks alone; a colleague is told so and leaves a note; the supervisor is told by mail."""
    customer = own_customer.plant(accord)
    person, agent, colleague = signed_in(customer.email), signed_in(AGENT), signed_in(LEAD)
    ref = asking.write_to_us(person, customer.number, subject="This is the third time", words="We are angry.")
    at_the_ticket.stand_before(agent, ref).get_by_role("button", name="Conflict: only I speak").click()
    expect(agent.locator("main")).to_contain_text("In conflict: only Billing agent writes to the customer.")
    look_at(agent, "in-conflict")
    write(colleague, ref, "We are sorry.")
    expect(colleague.get_by_text("In this conflict Billing agent speaks for us. Leave a note instead.").first).to_be_visible()
    write(colleague, ref, "They want a call from the board.", note=True)
    expect(colleague.locator("#conversation")).to_contain_text("They want a call from the board.")
    person.goto(f"/portal/tickets/{ref}/")
    expect(person.locator("#conversation")).not_to_contain_text("sorry")
    expect(person.locator("#conversation")).not_to_contain_text("the board")
    at_the_ticket.mail_to(colleague, LEAD, ref)


def write(page: Page, ref: str, words: str, *, note: bool = False) -> None:
    at_the_ticket.stand_before(page, ref)
    page.get_by_label("Your answer").fill(words)
    page.get_by_label(re.compile("^Internal note")).set_checked(note)
    page.get_by_role("button", name="Send", exact=True).click()
