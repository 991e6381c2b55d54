"""The agents' desk: what rises to a supervisor, what was promised, what many ask, and who may answer it."""

import re
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acceptance import asking, desk_scripts, own_customer
from tests.journeys.walking import at_most, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
AGENT, SUPERVISOR, MANAGER = "agent@accord.example", "supervisor@accord.example", "manager@accord.example"
BERLIN = "member@berlin.helios.example"
FRIDAY = 4


def test_s0_10_supervisor_is_told_at_80_percent_of_the_first_response(signed_in, accord):
    """A manager sets the share, the product's clock takes the step, and the supervisor reads of it."""
    set_trigger(signed_in(MANAGER), percent=80)
    ref = asking.script(accord, desk_scripts.ASKED_SO_LONG_AGO)
    supervisor = signed_in(SUPERVISOR)
    asking.before_ticket(supervisor, ref)
    asking.seen_in_time(supervisor, supervisor.get_by_text("Step 1 of the ladder"))
    step = "80 % of the target for “First response” are used up; told: Supervisor"
    expect(supervisor.locator("#deadlines")).to_contain_text(step)
    look_at(supervisor, "ticket-on-the-ladder")
    supervisor.goto(f"/mailbox/?to={SUPERVISOR}")
    asking.seen_in_time(supervisor, supervisor.get_by_role("link", name=f"{ref}: step 1 of the ladder"))


def set_trigger(page: Page, *, percent: int) -> None:
    """Set the share at which the first response rises: away from what it was, and to what is wanted."""
    page.goto("/admin/support/ladderstep/?trigger__exact=share")
    for share in (percent + 10, percent):
        page.get_by_role("row").filter(has_text="“First response”").get_by_role("link").first.click()
        page.locator("input[name=percent]").fill(str(share))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#result_list")).to_contain_text(f"{share} % of the target for “First response” are used up")


def test_s0_10_account_escalation_on_hg_flags_all_subtree_tickets(signed_in):
    """One escalation at the group, read on tickets of two nodes below it and on no other."""
    below = [
        asking.write_to_us(signed_in(email), subject="Gate of the yard", words="The gate does not open.")
        for email in (BERLIN, "member@us.helios.example")
    ]
    elsewhere = asking.write_to_us(signed_in("payer@polder.example"), subject="Gate of the yard", words="It does not open.")
    supervisor = signed_in(SUPERVISOR)
    asking.open_account(supervisor, "Helios Group")
    supervisor.get_by_text("Escalate this account").click()
    supervisor.get_by_label("Why").fill("The board asked for a call")
    supervisor.get_by_role("button", name="Escalate").click()
    expect(supervisor.locator("main")).to_contain_text("This account is escalated")
    account = supervisor.url
    agent = signed_in(AGENT)
    for ref in below:
        expect(asking.before_ticket(agent, ref)).to_contain_text("Helios Group: The board asked for a call")
    look_at(agent, "ticket-of-escalated-account")
    expect(asking.before_ticket(agent, elsewhere)).not_to_contain_text("This account is escalated")
    supervisor.goto(account)
    supervisor.get_by_role("button", name="End the escalation").click()
    expect(supervisor.locator("main")).not_to_contain_text("This account is escalated")


def test_s1_24_promise_is_due_then_at_risk_and_its_breach_offers_goodwill(signed_in, accord):
    """A promise made in a reply for Friday, looked at on the day it is made, on Thursday and on Saturday."""
    ref = asking.write_to_us(
        signed_in("member@sablefinch.example"), subject="Deposit of the editors", words="You owe us the deposit."
    )
    agent, friday = signed_in(AGENT), next_friday()
    promise(agent, ref, "Refund", friday)
    expect(agent.locator("#promises")).to_contain_text("Refund")
    expect(agent.locator("#promises")).to_contain_text("· Open (in ")
    expect(due_item(agent, ref)).to_contain_text(f"{friday.day} {friday:%b %Y}")
    let_days_pass(accord, ref, (friday - asking.today()).days - 1)
    expect(due_item(agent, ref)).to_contain_text("At risk")
    look_at(agent, "promises")
    let_days_pass(accord, ref, 2)
    expect(due_item(agent, ref)).to_contain_text("Broken")
    asking.before_ticket(agent, ref)
    expect(agent.locator("#playbook")).to_contain_text("A promise was not kept")
    expect(agent.locator("#remedies .remedy").first).to_contain_text("Goodwill credit")
    look_at(agent, "ticket-with-broken-promise")


def next_friday() -> date:
    """Return the next Friday that is not tomorrow or today."""
    soon = asking.today() + timedelta(days=2)
    return soon + timedelta(days=(FRIDAY - soon.weekday()) % 7)


def promise(page: Page, ref: str, what: str, by: date) -> None:
    asking.before_ticket(page, ref)
    page.get_by_label("Your answer").fill(f"You have it by {by.day} {by:%B}.")
    page.get_by_text("Promise something by a day").click()
    page.get_by_label("What we promise").fill(what)
    page.locator("input[name=promise_due]").fill(by.isoformat())
    page.get_by_role("button", name="Send", exact=True).click()
    asking.seen_in_time(page, page.locator("#promises"))


def due_item(page: Page, ref: str):
    page.goto("/backoffice/promises/")
    return page.get_by_role("row").filter(has_text=ref)


def let_days_pass(accord, ref: str, days: int) -> None:
    asking.script(accord, desk_scripts.DAYS_PASS.format(ref=ref, days=days))


def test_s3_8_eight_double_billings_in_a_day_make_a_problem_that_is_answered_at_once(signed_in, accord):
    """Eight customers on a day where one is usual: the alarm, the problem with their tickets, one answer for all of them."""
    asked = asking.script(accord, desk_scripts.EIGHT_IN_A_DAY).split()
    supervisor = signed_in(SUPERVISOR)
    supervisor.goto("/backoffice/topics/")
    heap = supervisor.get_by_role("row").filter(has_text="Double billing").filter(has_text="Far above usual")
    asking.seen_in_time(supervisor, supervisor.get_by_role("table", name="Alarms"))
    expect(heap.get_by_role("cell").nth(-2)).to_have_text("1.0")
    look_at(supervisor, "topics-with-alarm")
    supervisor.get_by_role("table", name="Alarms").get_by_role("link", name=re.compile(r"^PB-")).click()
    expect(supervisor.get_by_role("heading", level=1)).to_contain_text(re.compile(r"^Double billing: \d+ tickets on "))
    tickets = supervisor.get_by_role("table", name="Tickets of this problem")
    asking.seen_in_time(supervisor, tickets.get_by_text(asked[-1], exact=True))
    for ref in asked:
        expect(tickets).to_contain_text(ref)
    look_at(supervisor, "problem-of-the-day")
    write_to_all(supervisor, "We found the cause and put {ticket} right today, {requester}.")
    customer = signed_in("member@oxbow.example")
    customer.goto(f"/portal/tickets/{asked[-1]}/")
    expect(customer.locator("#conversation")).to_contain_text(f"put {asked[-1]} right today, Oxbow member.")


def write_to_all(page: Page, words: str) -> None:
    page.get_by_label("Words to each customer").fill(words)
    page.get_by_role("button", name=re.compile(r"^Show what happens to \d+ tickets")).click()
    look_at(page, "mass-update-foreseen")
    page.get_by_role("button", name=re.compile(r"^Change \d+ tickets")).click()
    results = page.get_by_role("table", name="What became of each")
    expect(results).to_be_visible()
    expect(results.get_by_text("Waiting", exact=True)).to_have_count(0, timeout=60_000)


def test_s1_15_billing_tickets_go_only_to_certified_and_the_gap_report_counts_2_of_9(signed_in, accord):
    """Nine people work on tickets, two of them without the quiz of the credit policy; who lacks it is given none."""
    supervisor = signed_in(SUPERVISOR)
    report = supervisor.locator("main")
    with three_more_colleagues(accord):
        supervisor.goto("/backoffice/measures/skills/")
        expect(report).to_contain_text("2 of 9 lack the quiz of credit-policy. 1 person is given such tickets.")
    row = report.get_by_role("table", name="Billing").get_by_role("row").filter(has_text="New agent")
    expect(row).to_contain_text("lacks it")
    expect(row.get_by_role("cell").nth(2)).to_have_text("no")
    look_at(supervisor, "gap-report")
    ref = asking.write_to_us(
        signed_in("member@sablefinch.example"), subject="Why two lines?", words="Explain them.", kind="An invoice or a payment"
    )
    uncertified = signed_in("newagent@accord.example")
    expect(asking.before_ticket(uncertified, ref).locator("#handling")).to_contain_text("Billing agent · Billing")
    uncertified.get_by_role("button", name="Take it").click()
    lacking = "New agent has not passed the quiz of credit-policy, which tickets of the kind “Billing” ask for."
    expect(uncertified.locator("main")).to_contain_text(lacking)


@contextmanager
def three_more_colleagues(accord):
    """Appoint three, one of whom has not passed the quiz; they leave again."""
    asking.script(accord, desk_scripts.THREE_COLLEAGUES)
    try:
        yield
    finally:
        asking.script(accord, desk_scripts.COLLEAGUES_LEAVE)


def test_s0_6_detector_raises_suspected_double_billing_before_anybody_complains(signed_in, accord):
    """The book is checked at a click; INV-1 and INV-2 stand at the account and in the queue, and so does what nobody told us."""
    silent, agent = own_customer.plant(accord, billed=(("A", 2, 12_000), ("B", 2, 12_000))), signed_in(AGENT)
    unsaid = re.compile(rf"was billed twice to {silent.name} .* on {silent.invoice('A')} and .* on {silent.invoice('B')}\.")
    agent.goto("/backoffice/findings/?show=all")
    agent.get_by_role("button", name="Check the whole book now").click()
    words = re.compile(r"was billed twice to Berlin .* on INV-1 and .* on INV-2\.")
    expect(agent.get_by_role("table", name="Findings")).to_contain_text(words)
    look_at(agent, "findings")
    asking.open_account(agent, "Berlin")
    expect(agent.locator("#findings")).to_contain_text(words)
    look_at(agent, "account-with-findings")
    agent.goto("/backoffice/tickets/")
    with at_most(agent, 1):
        agent.get_by_role("link", name="Billing errors found").click()
        expect(agent.get_by_role("table", name="Findings")).to_contain_text(words)
        expect(agent.get_by_role("table", name="Findings")).to_contain_text(unsaid)
    asking.open_account(agent, silent.name)
    expect(agent.locator("#findings")).to_contain_text(unsaid)
    agent.goto(f"/backoffice/tickets/all/?customer={silent.number}")
    expect(agent.locator("main")).not_to_contain_text("T-")


def test_s1_2_agent_sees_the_rule_for_gold_beside_the_answer_and_the_customer_the_charter(signed_in):
    """What was published for Gold stands where the answer is written; the customer reads the public part with its day."""
    member, subject = signed_in(BERLIN), "Which sockets fit?"
    ref = asking.write_to_us(member, subject=subject, words="We move the desks.")
    agent = signed_in(AGENT)
    asking.before_ticket(agent, ref)
    beside = agent.locator(".pane-foot", has=agent.get_by_label("Your answer"))
    expect(beside).to_contain_text("For Gold customers an agent may give more goodwill at once. gold-service v1, tier Gold")
    expect(beside).to_contain_text("Ask which part it is about.")
    look_at(agent, "ticket-with-rules")
    member.goto(asking.home_of(member) + "charter/")
    expect(member.locator("main")).to_contain_text("A charge that is wrong is put right at first contact.")
    expect(member.locator("main")).to_contain_text(re.compile(r"Version 1, since \d+ \w+ \d{4}, for every customer\."))
    expect(member.locator("main")).not_to_contain_text("agent may give more goodwill")
    look_at(member, "charter")


def test_s2_11_case_of_the_berlin_member_is_resolved_without_leaving_its_page(signed_in):
    """Context, playbook, answer and remedy on one screen."""
    ref = asking.write_to_us(
        signed_in(BERLIN), subject="The line was down at noon", words="Nobody could work.", kind="Something does not work"
    )
    agent = signed_in(AGENT)
    expect(asking.before_ticket(agent, ref)).to_contain_text("Helios Germany")
    expect(agent.locator("#playbook")).to_contain_text("The service was down")
    with asking.same_page(agent):
        asking.answer(agent, "A router failed at noon; it is replaced.")
        asking.give_goodwill(agent, "20.00")
    expect(agent.locator("#grants")).to_contain_text("20.00 EUR · Granted")
    expect(agent.locator(".pane-head").filter(has_text=ref)).to_contain_text("Resolved")
    look_at(agent, "ticket-resolved-on-its-page")


def test_s2_12_closing_message_says_what_was_wrong_what_was_done_and_what_comes_next(signed_in):
    """The agent sees it before sending; the customer reads the same, with the new balance, and all three clocks were kept."""
    payer = signed_in("payer@polder.example")
    ref = asking.write_to_us(payer, subject="Two hours in your queue", words="I called twice.")
    agent = signed_in(AGENT)
    for clock in ("First response", "Resolution"):
        expect(asking.before_ticket(agent, ref).locator("#deadlines")).to_contain_text(clock)
    agent.get_by_text("Resolve without a remedy").click()
    expect(agent.locator("main")).to_contain_text("Say what was wrong, what was done and what the customer sees next.")
    asking.give_goodwill(agent, "5.00")
    payer.goto(f"/portal/tickets/{ref}/")
    closing = payer.locator("#conversation")
    expect(closing).to_contain_text("We are sorry for the trouble with “Two hours in your queue”.")
    expect(closing).to_contain_text(re.compile(r"We have credited 5\.00\sEUR with credit note CN-\d+\."))
    expect(closing).to_contain_text("Open invoices take it first; what is left is taken off your next one.")
    expect(closing).to_contain_text("New balance of Polder Energie")
    look_at(payer, "closing-message")
