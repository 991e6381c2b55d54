"""One thread whatever the channel: mail, telephone, chat and portal, in our hours and outside them."""

import email
import json
import re
from datetime import timedelta
from email.message import EmailMessage, Message
from email.policy import default as as_people_read_it
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import asking
from tests.journeys.conftest import Accord
from tests.journeys.walking import at_most, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
BERLIN, OXBOW = "member@berlin.helios.example", "member@oxbow.example"
AGENT, KEY_ACCOUNT, MANAGER = "agent@accord.example", "kam@accord.example", "manager@accord.example"
MOMENT = r"\d{1,2} \w{3,4} \d{4}, \d\d:\d\d \w+"


def letter(accord: Accord, *, sender: str, subject: str, words: str, answers: Message | None = None) -> str:
    """Let a mail arrive, as the answer to one of ours if that is named; return the ref of the ticket it stands on."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "accord@localhost", subject
    mail["Message-ID"] = f"<{abs(hash((subject, words)))}@their.example>"
    if answers:
        mail["In-Reply-To"], mail["References"] = answers["Message-ID"], f"{answers['References']} {answers['Message-ID']}"
    mail.set_content(words)
    return json.loads(accord.manage("receive_email", text=mail.as_string()))["ticket"]


def mail_to(accord: Accord, person: str, saying: str) -> Message | None:
    """Return the last mail to a person in which something is said."""
    letters = sorted(Path(accord.environment["ACCORD_STATE"], "mail").glob("*.eml"), reverse=True)
    read = (email.message_from_bytes(one.read_bytes(), policy=as_people_read_it) for one in letters)
    return next((one for one in read if person in one["To"] and saying in one.get_body(("plain",)).get_content()), None)


def test_s1_12_begun_by_mail_and_continued_in_the_portal_is_one_thread_and_gaps_are_flagged(signed_in, accord):
    """The mail and the reply in the portal stand in one conversation; the report marks what differs by more than 10 points."""
    ref = letter(accord, sender=BERLIN, subject="Desk by the window", words="Which socket does it need?")
    member, agent = signed_in(BERLIN), signed_in(AGENT)
    member.goto(f"/portal/tickets/{ref}/")
    expect(member.locator("#conversation")).to_contain_text("Which socket does it need?")
    member.get_by_label("Your reply").fill("We have type F at the window.")
    member.get_by_role("button", name=re.compile("^Send")).click()
    expect(member.locator("#conversation li.message")).to_have_count(2)
    look_at(member, "thread-of-mail-and-portal")
    asking.before_ticket(agent, ref)
    expect(agent.locator("#conversation li.message")).to_have_count(2)
    asking.give_goodwill(agent, "5.00")
    agent.goto("/backoffice/measures/channels/")
    report = agent.get_by_role("table", name="Channels")
    for channel in ("All", "Chat", "E-mail", "Phone", "Portal"):
        expect(report.get_by_role("row").filter(has=agent.get_by_role("rowheader", name=channel, exact=True))).to_be_visible()
    expect(report.get_by_role("row").filter(has_text="E-mail")).to_contain_text(re.compile(r"100\s%\s+\+\d\d points from all"))
    expect(agent.locator("main")).to_contain_text("Marked is a rate of remedies more than 10 points from that of all channels")
    look_at(agent, "channels")


def test_s2_4_answers_from_outlook_and_under_another_subject_reach_the_same_ticket(signed_in, accord):
    """Our answer carries In-Reply-To and References; what comes back to it is put to the ticket it answers."""
    ref = letter(accord, sender=OXBOW, subject="Scales at the gate", words="They need a cable.")
    agent = signed_in(AGENT)
    asking.before_ticket(agent, ref)
    asking.answer(agent, "Which length shall it be?")
    agent.goto(f"/mailbox/?to={OXBOW}")
    asking.seen_in_time(agent, agent.get_by_role("link", name=re.compile(ref)).nth(1))
    ours = mail_to(accord, OXBOW, "Which length shall it be?")
    assert ours and ours["In-Reply-To"] and ours["References"]
    outlook = "Five metres.\n\n-----Original Message-----\nFrom: Accord\nSubject: Scales\n\nWhich length shall it be?\n"
    assert letter(accord, sender=OXBOW, subject=f"RE: {ours['Subject']}", words=outlook, answers=ours) == ref
    assert letter(accord, sender=OXBOW, subject="Something quite different", words="Better six.", answers=ours) == ref
    asking.before_ticket(agent, ref)
    said = agent.locator("#conversation li.message .message-body")
    expect(said).to_have_count(4)
    expect(said.nth(2)).to_have_text("Five metres.")
    expect(said.nth(3)).to_have_text("Better six.")


def test_s2_5_clock_of_a_ticket_at_1230_starts_at_1300_and_a_call_is_logged_in_1_click(signed_in, accord):
    """A calendar with a break at noon, asked by command and shown on a ticket; the call stands on the timeline."""
    week = {"mon": [["08:00", "12:00"], ["13:00", "17:00"]]}
    case = {"id": "noon", "timezone": "Europe/Berlin", "hours": week, "start": "2026-11-30T12:30:00", "minutes": 60}
    assert json.loads(accord.manage("sla_due", text=json.dumps(case)))["due"] == "2026-11-30T14:00:00+01:00"
    waited = case | {"end": "2026-11-30T13:00:00", "kind": "elapsed"}
    assert json.loads(accord.manage("sla_due", text=json.dumps(waited)))["minutes"] == 0
    ref = asking.write_to_us(signed_in(OXBOW), subject="Key of the cold store", words="It sticks.")
    agent = signed_in(AGENT)
    asking.before_ticket(agent, ref)
    agent.locator("#deadlines").get_by_text("How this was counted").first.click()
    expect(agent.locator("#deadlines")).to_contain_text(re.compile("08:00.12:00.*13:00.17:00"))
    with at_most(agent, 1):
        agent.get_by_role("button", name="We spoke by telephone").click()
        expect(agent.locator("#conversation")).to_contain_text("We spoke by telephone.")
    asking.open_account(agent, "Oxbow Foods")
    expect(agent.locator("#story")).to_contain_text(f"{ref}: we spoke by telephone")


def test_s2_6_chat_outside_hours_becomes_a_ticket_with_its_words_and_an_honest_time(signed_in):
    """The house is closed today; the customer reads when we are back, and the ticket names the same moment."""
    manager = signed_in(MANAGER)
    close_today(manager)
    customer = signed_in(OXBOW)
    customer.goto(asking.home_of(customer))
    customer.get_by_role("link", name="Talk to us").click()
    told = customer.locator("main")
    expect(told).to_contain_text("We are not there right now")
    expect(told).to_contain_text(
        re.compile(rf"We are back {MOMENT}\. Your words become a ticket\. You hear from us by {MOMENT}\.")
    )
    honest = re.search(rf"You hear from us by ({MOMENT})", told.inner_text())[1]
    look_at(customer, "chat-outside-hours")
    customer.get_by_label("What is it about?").fill("Lamp over the loading bay")
    customer.get_by_label("Your first words").fill("It went out at noon.")
    customer.get_by_role("button", name="Send it as a ticket").click()
    customer.wait_for_url(re.compile(r"/tickets/T-\d+/"))
    expect(told).to_contain_text("It went out at noon.")
    expect(told).to_contain_text(f"you hear from us by {honest}")
    open_today(manager)


def close_today(page: Page) -> None:
    days_of_our_own(page, f"{asking.today()} closed Day of the house")


def open_today(page: Page) -> None:
    days_of_our_own(page, "")


def days_of_our_own(page: Page, lines: str) -> None:
    """Set the days on which the calendar of our office differs from its week."""
    page.goto("/admin/support/servicecalendar/")
    page.get_by_role("link", name="Office hours").first.click()
    page.get_by_label("Days of our own").fill(lines)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/servicecalendar/")


def test_s2_9_talk_to_us_from_an_invoice_knows_the_invoice_and_the_customer(signed_in):
    """Help is on every page; the ticket carries what the page showed, and says how long it takes."""
    member = signed_in(BERLIN)
    for page in ("", "contracts/", "invoices/", "organisation/"):
        member.goto(asking.home_of(member) + page)
        expect(member.get_by_role("link", name="Talk to us")).to_be_visible()
    member.goto("/portal/invoices/INV-2/")
    with at_most(member, 2):
        member.get_by_role("link", name="Talk to us").click()
        expect(member.locator("main")).to_contain_text("We know what this is about: INV-2")
        expect(member.locator("main")).to_contain_text("For whom")
        expect(member.locator("main")).to_contain_text("Berlin C-100004")
        waits = re.compile(rf"You are next\.|\d+ chats? waits? before yours|You hear from us by {MOMENT}")
        expect(member.locator("main .callout").first).to_contain_text(waits)
        look_at(member, "talk-about-an-invoice")
        member.get_by_label("What is it about?").fill("Seats on INV-2")
        member.get_by_label("Your first words").fill("Which ten seats are these?")
        member.get_by_role("button", name=re.compile("^(Send it as a ticket|Start the chat)")).click()
    member.wait_for_url(re.compile(r"/tickets/T-\d+/"))
    ref = re.search(r"T-\d+", member.url)[0]
    member.goto(f"/portal/tickets/{ref}/")
    expect(member.locator("main .facts").first).to_contain_text("Berlin")
    expect(member.locator("main .facts").first).to_contain_text("INV-2")


def test_s3_13_need_is_handed_to_sales_with_a_day_and_its_outcome_stands_on_the_ticket(signed_in):
    """A colleague of another team is named in a note, takes the need over, and says what came of it."""
    ref = asking.write_to_us(signed_in(OXBOW), subject="A second loading bay", words="We build one in spring.")
    agent, due = signed_in(AGENT), asking.today() + timedelta(days=7)
    asking.before_ticket(agent, ref)
    note(agent, "They need two lines, @kam.")
    expect(agent.locator("#conversation")).to_contain_text("Told: Key account manager")
    agent.get_by_text("Hand a need to sales").click()
    agent.get_by_label("What they need").fill("Two lines for the second bay")
    agent.get_by_label("Who sees to it").select_option("Key account manager")
    agent.locator("input[name=lead-due_on]").fill(due.isoformat())
    agent.get_by_role("button", name="Hand it over").click()
    day = f"{due.day} {due:%b}"
    expect(agent.locator("#leads")).to_contain_text(f"Key account manager sees to it by {day}")
    seller = signed_in(KEY_ACCOUNT)
    seller.goto("/backoffice/leads/?whose=mine")
    look_at(seller, "needs-with-me")
    seller.get_by_role("link", name="Two lines for the second bay").click()
    seller.get_by_role("button", name="Work on it").click()
    seller.get_by_text("Say what came of it").click()
    seller.get_by_label("In a few words, for your colleagues").fill("Signed for April.")
    seller.get_by_role("button", name="Won").click()
    asking.before_ticket(agent, ref)
    expect(agent.locator("#leads")).to_contain_text("Won")
    expect(agent.locator("#leads")).to_contain_text("Signed for April.")
    look_at(agent, "outcome-on-the-ticket")


def note(page: Page, words: str) -> None:
    page.get_by_label("Your answer").fill(words)
    page.get_by_label("Internal note: the customer does not see it").check()
    page.get_by_role("button", name="Send", exact=True).click()
    asking.seen_in_time(page, page.locator("#conversation li.message").filter(has_text=words))
