"""The voice of the customer: one star is thanked like five, praise arrives, concerns are owed an answer, silence calls."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.acceptance import asking, at_the_ticket, own_customer
from tests.journeys.acceptance.own_customer import OwnCustomer
from tests.journeys.walking import at_most, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
AGENT, LEAD, MANAGER = "agent@accord.example", "supervisor@accord.example", "manager@accord.example"
ENDED_HOURS_AGO = """
from datetime import timedelta

from django.utils import timezone

from support.tickets.models import Ticket
from support.voice import satisfaction

at = timezone.now()
Ticket.objects.filter(ref__in={refs}).update(resolved_at=at - timedelta(hours=30))
satisfaction.ask(at=at)
"""
TONIGHT = """
from django.utils import timezone

from support.measures import silence

silence.watch(at=timezone.now())
"""
SAME_THANKS = "As thanks we credited 5.00 EUR to your account"
A_DATE = re.compile(r"You have our answer by \d{1,2} \w{3} \d{4}, \d\d:\d\d")


def test_s4_19_one_star_and_five_earn_the_same_thanks(signed_in, accord):
    """Two customers whose tickets ended answer by the mail that asks, one with the worst score and one with the best."""
    agent = signed_in(AGENT)
    customers, refs = [own_customer.plant(accord) for _one in range(2)], []
    for customer in customers:
        ref = asking.write_to_us(signed_in(customer.email), customer.number, subject="The export", words="It stops.")
        at_the_ticket.resolve(agent, ref, "It runs to its end now.")
        refs.append(ref)
    accord.manage("shell", "-c", ENDED_HOURS_AGO.format(refs=refs))
    for customer, answer in zip(customers, ("Bad", "Very good"), strict=True):
        person = signed_in(customer.email)
        before = own_customer.owed(person, customer)
        said = answer_how_it_went(person, customer, answer)
        expect(said).to_contain_text(f"You said “{answer}”")
        expect(said).to_contain_text(SAME_THANKS)
        assert own_customer.owed(person, customer) == before - 500


def answer_how_it_went(person: Page, customer: OwnCustomer, answer: str) -> Locator:
    """Open the mail that asks how it went, click one answer in it, and return the page that thanks."""
    mail = at_the_ticket.mail_to(person, customer.email, "^How did it go")
    score = {"Bad": 1, "Very good": 5}[answer]
    link = mail.get_by_role("link", name=re.compile(rf"score={score}\b"))
    person.goto(link.get_attribute("href") or "")
    person.mouse.move(200, 200)
    expect(person.get_by_role("heading", name="Thank you")).to_be_visible()
    look_at(person, f"how-it-went-{score}")
    return person.locator("main")


def test_s4_20_praise_reaches_agent_lead_and_wall_with_consent(signed_in, accord):
    """One customer praises for everybody here to read, another for the agent alone: only the first stands on the wall."""
    agent, praises = signed_in(AGENT), {}
    for for_all in (True, False):
        customer = own_customer.plant(accord)
        person = signed_in(customer.email)
        ref = asking.write_to_us(person, customer.number, subject="The export", words="It stops.")
        at_the_ticket.resolve(agent, ref, "It runs to its end now.")
        praises[for_all] = f"Clear words and quick help, says {customer.mark}."
        say_thanks(person, ref, praises[for_all], for_all=for_all)
        expect(at_the_ticket.stand_before(agent, ref)).to_contain_text(praises[for_all])
        for reader in (AGENT, LEAD):
            expect(at_the_ticket.mail_to(agent, reader, f"{customer.name} says thank you")).to_contain_text(ref)
    agent.goto("/backoffice/")
    agent.get_by_role("navigation", name="Main").get_by_role("link", name="Measures").click()
    agent.get_by_role("link", name="Wall of thanks").click()
    expect(agent.get_by_text(praises[True])).to_be_visible()
    expect(agent.get_by_text(praises[False])).to_have_count(0)
    look_at(agent, "wall-of-thanks")


def say_thanks(person: Page, ref: str, words: str, *, for_all: bool) -> None:
    """Praise from the ticket with one click beside the words."""
    person.goto(f"/portal/tickets/{ref}/")
    person.get_by_label("What was good?").fill(words)
    person.get_by_label(re.compile("^You may put my words")).set_checked(for_all)
    with at_most(person, 1):
        person.get_by_role("button", name="Say thanks").click()
        expect(person.get_by_text("They went straight to Billing agent.")).to_be_visible()
    look_at(person, "said-thanks")


def test_s4_21_report_names_what_is_praised_most_with_its_trend(signed_in, accord):
    """Praise on a technical ticket counts one more in the report of the last 30 days, at most five matters with their trend."""
    lead, agent = signed_in(LEAD), signed_in(AGENT)
    before = praised(lead).get("Something does not work", 0)
    customer = own_customer.plant(accord)
    person = signed_in(customer.email)
    ref = asking.write_to_us(person, customer.number, subject="The line", words="It is slow.", kind="Something does not work")
    at_the_ticket.resolve(agent, ref, "It is as fast as agreed.")
    say_thanks(person, ref, "As fast as it can be.", for_all=False)
    counted = praised(lead)
    assert counted.get("Technical", counted.get("Something does not work", 0)) == before + 1, counted
    assert len(counted) <= 5
    look_at(lead, "praised-most")


def praised(page: Page) -> dict[str, int]:
    """Read how often each matter was praised in the last 30 days, and that each has its trend."""
    page.goto("/backoffice/voice/")
    rows = page.get_by_role("table", name="Praised most in the last 30 days").locator("tbody tr")
    for trend in rows.locator("td:last-child").all_inner_texts():
        assert re.fullmatch(r"as often as before|\d+ (more|less)", trend), trend
    return {row.locator("th").inner_text(): int(row.locator("td").first.inner_text()) for row in rows.all()}


def test_s4_18_concern_has_a_dated_receipt_and_thanks_once_in_90_days(signed_in, accord):
    """From any page in two clicks: the receipt names the day of our answer; only the first is thanked with a credit."""
    customer = own_customer.plant(accord)
    person = signed_in(customer.email)
    first = raise_a_concern(person, customer, "The invoice came late again.")
    expect(first).to_contain_text(A_DATE)
    expect(first).to_contain_text(SAME_THANKS)
    look_at(person, "concern-receipt")
    second = raise_a_concern(person, customer, "And the courier rang twice.")
    expect(second).to_contain_text(A_DATE)
    expect(second).not_to_contain_text("As thanks we credited")


def raise_a_concern(person: Page, customer: OwnCustomer, words: str) -> Locator:
    """Open the form from a page that has nothing to do with it, in two clicks, send it, and return the receipt."""
    person.goto(f"/portal/customers/{customer.number}/contracts/")
    with at_most(person, 2):
        person.get_by_role("link", name="Praise, concern or idea").click()
        person.get_by_role("radio", name=re.compile("^A concern")).check()
        expect(person.get_by_label("Tell us", exact=True)).to_be_visible()
    person.get_by_label("Tell us", exact=True).fill(words)
    person.get_by_role("button", name="Send").click()
    expect(person.get_by_text("Thank you, we have it")).to_be_visible()
    return person.locator("main")


def test_s4_22_silent_customer_is_listed_and_whoever_owns_it_is_asked_to_call(signed_in, accord):
    """A customer that said nothing for 130 days stands in the list; the nightly look asks by mail that somebody calls."""
    customer = own_customer.plant(accord, days_ago=130)
    accord.manage("shell", "-c", TONIGHT)
    lead = signed_in(LEAD)
    lead.goto("/backoffice/measures/silence/")
    row = lead.get_by_role("row").filter(has=lead.get_by_role("link", name=customer.name))
    expect(row).to_contain_text(re.compile("130.*of 120"))
    expect(row).to_contain_text("Orchard administrator")
    for tile in ("Praise", "Concerns", "Silent customers"):
        expect(lead.locator("main").get_by_text(tile, exact=True).first).to_be_visible()
    look_at(lead, "silence")
    asked = at_the_ticket.mail_to(lead, LEAD, f"^{customer.name} has been silent for 130 days")
    expect(asked).to_contain_text("log the contact")
