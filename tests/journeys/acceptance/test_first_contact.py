"""First contact: one matter counts once over every channel, and a promise that is still open keeps a ticket from its end."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import asking, at_the_ticket, own_customer
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
AGENT = "agent@accord.example"
NOT_AT_THE_FIRST = "More than one contact: not solved at the first."


def test_s4_10_chat_and_mail_on_one_matter_are_one_issue_that_came_back(signed_in, accord):
    """A chat solves it; a mail on the same matter the same week says that it did not, on both tickets."""
    customer = own_customer.plant(accord)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    chat = solve_by_chat(person, agent, customer.number)
    expect(at_the_ticket.stand_before(agent, chat).locator("#issue")).to_contain_text("Not known yet")
    mail = write_a_mail(accord, customer.email)
    for ticket, other in ((chat, mail), (mail, chat)):
        issue = at_the_ticket.stand_before(agent, ticket).locator("#issue")
        expect(issue).to_contain_text(NOT_AT_THE_FIRST)
        expect(issue.get_by_role("link", name=other)).to_be_visible()
    look_at(agent, "one-issue-two-channels")


def solve_by_chat(person: Page, agent: Page, number: str) -> str:
    """Let a customer begin a chat, and the agent take it, answer and end it with closing words; return the ticket's ref."""
    take_chats(agent, "Available")
    person.goto(f"/portal/customers/{number}/chats/")
    expect(person.get_by_text("Somebody is there")).to_be_visible()
    person.get_by_label("What is it about?").fill("The export stops")
    person.get_by_label(re.compile("^(Your|First) ")).fill("The export of our seats stops half way.")
    person.get_by_role("button", name="Start the chat").click()
    person.wait_for_url(re.compile(r"/tickets/T-\d+/chat/"))
    ref = person.url.split("/tickets/")[1].split("/")[0]
    at_the_ticket.stand_before(agent, ref).get_by_role("button", name="Take the chat").click()
    agent.get_by_label("In the chat").fill("It was too large; it runs now.")
    agent.get_by_role("button", name="Send in the chat").click()
    expect(person.locator("#chat-log")).to_contain_text("it runs now")
    agent.locator("summary", has_text="End the chat").click()
    agent.get_by_label("Closing words").first.fill("The export was too large and runs now.")
    agent.get_by_role("button", name="End the chat").click()
    expect(agent.locator(".pane-head").filter(has_text=ref)).to_contain_text("Resolved")
    take_chats(agent, "Away")
    return ref


def take_chats(agent: Page, state: str) -> None:
    """Say on the desk whether one takes chats."""
    agent.goto("/backoffice/tickets/")
    agent.get_by_label("For chats I am").select_option(label=state)
    agent.locator("#desk").get_by_role("button", name="Set").click()
    agent.wait_for_load_state("networkidle")


def write_a_mail(accord, sender: str) -> str:
    """Let a person's mail come in that answers nothing; return the ref of the ticket it opens."""
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, "help@accord.example"
    letter["Subject"], letter["Message-ID"] = "The export stops again", f"<{sender.partition('@')[2]}.again@orchard.example>"
    letter.set_content("It stopped half way again this morning.\n")
    told = json.loads(accord.manage("receive_email", text=letter.as_string()))
    assert told["outcome"] == "opened", told
    return str(told["ticket"])


def test_s4_11_open_promise_refuses_the_end_until_kept_or_taken_back(signed_in, accord):
    """A ticket with an open promise is not resolved; once kept it is, and another one once its promise is taken back."""
    customer = own_customer.plant(accord)
    person, agent = signed_in(customer.email), signed_in(AGENT)
    for close in (keep, take_back):
        ref = asking.write_to_us(person, customer.number, subject="The line", words="It is slow.")
        promise(agent, ref, "What we saw on the line", by=datetime.now(UTC).date() + timedelta(days=3))
        try_to_resolve(agent, ref)
        refusal = re.compile(r"A promise is still open: What we saw on the line, by .* Keep it or take it back first\.")
        expect(agent.get_by_text(refusal).first).to_be_visible()
        look_at(agent, "promise-still-open")
        at_the_ticket.stand_before(agent, ref)
        close(agent)
        at_the_ticket.resolve(agent, ref, "The line is as fast as agreed.")


def promise(agent: Page, ref: str, what: str, *, by: date) -> None:
    at_the_ticket.stand_before(agent, ref)
    agent.get_by_label("Your answer").fill("We watch the line and tell you.")
    agent.get_by_text("Promise something by a day").click()
    agent.get_by_label("What we promise").fill(what)
    agent.locator("#id_promise_due").fill(by.isoformat())
    agent.get_by_role("button", name="Send", exact=True).click()
    asking.seen_in_time(agent, agent.locator("#promises").get_by_text(what))


def try_to_resolve(agent: Page, ref: str) -> None:
    at_the_ticket.stand_before(agent, ref)
    agent.get_by_text("Resolve without a remedy").click()
    agent.get_by_label("Closing words").fill("The line is as fast as agreed.")
    agent.get_by_role("button", name="Send and resolve").click()


def keep(agent: Page) -> None:
    agent.locator("#promises").get_by_role("button", name="Kept").click()
    expect(agent.locator("#promises")).to_contain_text("Kept")


def take_back(agent: Page) -> None:
    promises = agent.locator("#promises")
    promises.get_by_text("Take it back").first.click()
    promises.get_by_label("Why, as the customer reads it").fill("The line was changed before we could look.")
    promises.get_by_role("button", name="Take it back").click()
    expect(promises).to_contain_text("The line was changed before we could look.")
