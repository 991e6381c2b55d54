"""Working in the back office through HTTP: an agent puts right, a supervisor decides, finance reads, a manager steers."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.invoices import credit_notes
from billing.invoices.models import Document
from support.remedies import proof
from support.remedies.models import Approval, AuthorityGrant, FeedRow, Grant
from support.tickets.models import Message, Ticket
from tests.factories import billing, people, support

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def to(page, *args):
    return reverse(f"backoffice:{page}", args=args)


def remedy_form(page: str) -> dict[str, str]:
    """The hidden fields of the remedy offered first, as a browser would send them."""
    form = re.search(r'<form[^>]*action="[^"]*/grants/"[^>]*>(.*?)</form>', page, re.S)
    assert form, "no remedy is offered"
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group(1)))
    found.pop("csrfmiddlewaretoken", None)
    return found


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_agent_credits_resolves_and_tells_in_two_clicks():
    case = support.case(12000)
    client = client_of(case.agent)
    page = client.get(to("ticket", case.ticket.ref)).content.decode()

    answer = client.post(to("grants", case.ticket.ref), remedy_form(page), follow=True)

    assert "Credit 120.00\xa0EUR and resolve" in page
    assert answer.redirect_chain == [(to("ticket", case.ticket.ref), 302)]
    assert (Grant.objects.get().status, Ticket.objects.get().status) == ("granted", "resolved")
    assert "We have credited 120.00 EUR with credit note" in text_of(answer)


def test_page_shows_the_evidence_and_the_words_before_anything_is_done():
    case = support.case(12000, first_ref="OLD-A")

    page = text_of(client_of(case.agent).get(to("ticket", case.ticket.ref)))

    assert "was billed twice to" in page
    assert "The customer reads" in page
    assert "OLD-A" in page


def test_page_says_that_only_some_of_the_days_were_billed_twice():
    customer = support.group()
    billing.legacy_invoice(customer, since=date(2026, 2, 1), until=date(2026, 3, 1))
    again = billing.legacy_invoice(customer, since=date(2026, 2, 15), until=date(2026, 3, 15))
    ticket = support.ticket(customer, line=again.lines.get())

    page = text_of(client_of(people.agent()).get(to("ticket", ticket.ref)))

    assert "Partly valid: some days were billed twice" in page
    assert "That is 60.00 EUR for 14 of its 28 days." in page


def test_same_form_sent_twice_credits_once():
    case = support.case(12000)
    client = client_of(case.agent)
    form = remedy_form(client.get(to("ticket", case.ticket.ref)).content.decode())

    first, second = (client.post(to("grants", case.ticket.ref), form) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert Document.objects.filter(kind="credit_note").count() == 1


def test_over_the_limit_the_same_click_asks_and_the_supervisor_decides_in_one():
    case = support.case(30000)
    client = client_of(case.agent)
    page = client.get(to("ticket", case.ticket.ref))
    client.post(to("grants", case.ticket.ref), remedy_form(page.content.decode()))

    supervisor = client_of(people.supervisor())
    waiting = text_of(supervisor.get(to("approvals")))
    answer = supervisor.post(to("decisions", Approval.objects.get().pk), {"decision": "approve"})

    assert "Your limit is 250.00 EUR a ticket; this is 300.00 EUR." in text_of(page)
    assert "Approve 300.00 EUR" in waiting
    assert (answer.status_code, Grant.objects.get().status, proof.faults()) == (302, "granted", [])


def test_refusing_without_a_reason_is_shown_and_changes_nothing():
    support.case(30000).grant()

    answer = client_of(people.supervisor()).post(to("decisions", Approval.objects.get().pk), {"decision": "refuse", "note": ""})

    assert answer.status_code == 422
    assert "Say why, so that your colleague can go on." in text_of(answer)
    assert Approval.objects.get().status == "waiting"


def test_agent_who_did_not_acknowledge_reads_why_and_acknowledges():
    case = support.case(agent=people.agent(acknowledged=False))
    client = client_of(case.agent)

    before = client.get(to("ticket", case.ticket.ref)).content.decode()
    client.post(to("policy_acknowledgements"))
    after = client.get(to("ticket", case.ticket.ref)).content.decode()

    assert "You have not acknowledged the remedy policy yet." in before
    assert "/grants/" not in before
    assert "/grants/" in after


def test_made_up_amounts_in_a_form_are_not_read():
    case = support.case(12000)
    form = {"remedy": support.CREDIT, "finding": case.ticket.finding.ref, "key": uuid4(), "amount": "99999.00", "resolve": "on"}

    client_of(case.agent).post(to("grants", case.ticket.ref), form)

    assert Grant.objects.get().amount_minor == 12000


@pytest.mark.parametrize(
    "form",
    [{}, {"remedy": "gold", "key": str(uuid4())}, {"remedy": support.CREDIT, "finding": "F-0", "key": str(uuid4())},
     {"remedy": support.CREDIT, "key": "not a key"}],
)  # fmt: skip
def test_broken_form_is_shown_again_and_gives_nothing(form):
    case = support.case()

    answer = client_of(case.agent).post(to("grants", case.ticket.ref), form)

    assert (answer.status_code, Grant.objects.count()) == (422, 0)


def test_finding_of_another_customer_gives_nothing_here():
    case, other = support.case(), support.case()
    form = {"remedy": support.CREDIT, "finding": other.ticket.finding.ref, "key": uuid4()}

    answer = client_of(case.agent).post(to("grants", case.ticket.ref), form)

    assert (answer.status_code, Grant.objects.count()) == (422, 0)
    assert "This double charge is another customer&#x27;s." in answer.content.decode()


def test_answer_and_note_are_sent_and_nothing_typed_is_lost_on_a_refusal():
    ticket, client = support.ticket(), client_of(people.agent())

    client.post(to("replies", ticket.ref), {"text": "We are looking.", "key": uuid4()})
    client.post(to("replies", ticket.ref), {"text": "They are right.", "internal": "on", "key": uuid4()})
    refused = client.post(to("replies", ticket.ref), {"text": "Kept words", "key": "?"})

    assert list(ticket.messages.values_list("text", "internal"))[1:] == [("We are looking.", False), ("They are right.", True)]
    assert refused.status_code == 422
    assert "Kept words" in refused.content.decode()


def test_resolving_without_words_is_refused_and_with_words_is_told():
    ticket, client = support.ticket(), client_of(people.agent())

    empty = client.post(to("resolutions", ticket.ref), {"text": " "})
    client.post(to("resolutions", ticket.ref), {"text": "The invoice is on page 2."})

    assert empty.status_code == 422
    assert Ticket.objects.get().status == "resolved"
    assert Message.objects.last().text == "The invoice is on page 2."


def test_agent_takes_a_ticket():
    _assigned, agent = people.agent(), people.supervisor()
    ticket = support.ticket()

    client_of(agent).post(to("assignments", ticket.ref))

    assert Ticket.objects.get().assignee == agent


def test_finance_acknowledges_asks_and_opens_the_entry_behind_the_row():
    row = support.case(12000).grant().feed_row
    client = client_of(people.finance())

    inbox, entry = text_of(client.get(to("inbox"))), text_of(client.get(to("entry", row.entry_id)))
    client.post(to("questions", row.pk), {"question": "Which contract?"})
    queried = FeedRow.objects.get().status
    client.post(to("acknowledgements", row.pk))

    assert "120.00" in inbox
    assert "120.00" in entry
    assert (queried, FeedRow.objects.get().status) == ("queried", "acknowledged")


def test_finance_acknowledges_what_is_shown_in_two_steps():
    rows = [support.case(amount).grant().feed_row for amount in (12000, 3000)]
    client = client_of(people.finance())

    inbox = text_of(client.get(to("inbox")))
    client.post(to("day_acknowledgements"), {"rows": [row.pk for row in rows]})
    nothing = client.post(to("day_acknowledgements"))

    assert "Acknowledge these 2" in inbox
    assert "Confirm: 2 remedies, 150.00 EUR" in inbox
    assert set(FeedRow.objects.values_list("status", flat=True)) == {"acknowledged"}
    assert nothing.status_code == 422


def test_limit_lowered_in_admin_refuses_the_next_remedy_at_once_and_names_it():
    held, case = AuthorityGrant.objects.get(level="agent"), support.case(12000)
    agent = client_of(case.agent)
    form = remedy_form(agent.get(to("ticket", case.ticket.ref)).content.decode())
    change = reverse("admin:support_authoritygrant_change", args=[held.pk])

    saved = client_of(people.manager()).post(change, {"per_ticket": "50.00", "per_day": "100.00"})
    agent.post(to("grants", case.ticket.ref), form)

    assert saved.status_code == 302
    assert Grant.objects.get().status == "awaiting_approval"
    assert "Your limit is 50.00 EUR a ticket; this is 120.00 EUR." in Grant.objects.get().decision["reason"]
    assert Document.objects.filter(kind="credit_note").count() == 0


def test_desk_checks_the_whole_book_and_shows_what_it_found():
    support.billed_twice(support.group(), 4200)
    client = client_of(people.agent())

    checked = text_of(client.post(to("checks"), follow=True))

    assert "1 suspected error stands open." in checked
    assert "was billed twice to" in checked


def test_search_finds_customers_tickets_and_documents():
    case = support.case(first_ref="OLD-XYZ")
    client = client_of(case.agent)

    found = [text_of(client.get(to("search"), {"q": words})) for words in (case.customer.number, case.ticket.ref, "old-x")]

    assert case.customer.name in found[0]
    assert case.ticket.subject in found[1]
    assert "OLD-XYZ" in found[2]


@pytest.mark.parametrize(("level", "page"), [("agent", "queue"), ("finance", "inbox"), ("supervisor", "approvals")])
def test_front_door_opens_where_work_waits(level, page):
    assert client_of(people.staff(level)).get(to("front"))["Location"] == to(page)


def test_queue_is_named_by_its_own_heading_until_a_ticket_is_open():
    case = support.case(12000)
    client = client_of(case.agent)
    queue, ticket = (client.get(to(*page)).content.decode() for page in (("queue",), ("ticket", case.ticket.ref)))

    assert re.findall(r"<h1>(.*?)</h1>", queue.partition('id="pane-conversation"')[0]) == ["Queue"]
    assert re.findall(r"<h1>(.*?)</h1>", ticket) == [case.ticket.subject]


def test_dialog_shows_what_the_amount_typed_would_do_before_it_is_given():
    case = support.case(12000)
    client = client_of(case.agent)
    form = {"remedy": "goodwill_credit", "ticket": case.ticket.ref, "amount": "20.00", "key": uuid4()}

    shown = text_of(client.post(to("grant_previews", case.ticket.ref), form))

    assert "We have credited 20.00 EUR with a credit note." in shown
    assert "Confirm: credit 20.00 EUR, tell the customer, resolve" in shown
    assert Grant.objects.count() == 0


def test_dialog_says_who_decides_on_the_amount_typed_and_what_cannot_be():
    case = support.case(12000)
    client, form = client_of(case.agent), {"remedy": "goodwill_credit", "ticket": case.ticket.ref}

    over = client.post(to("grant_previews", case.ticket.ref), form | {"amount": "250.01", "key": uuid4()})
    wrong = client.post(to("grant_previews", case.ticket.ref), form | {"amount": "-5", "key": uuid4()})

    assert "Send to the supervisor: 250.01 EUR" in text_of(over)
    assert (wrong.status_code, "A credit is above zero." in text_of(wrong)) == (422, True)


def test_dialog_shows_nothing_of_another_customers_double_charge():
    case, other = support.case(), support.case()
    form = {"remedy": support.CREDIT, "finding": other.ticket.finding.ref, "key": uuid4()}

    shown = text_of(client_of(case.agent).post(to("grant_previews", case.ticket.ref), form))

    assert "This double charge is another customer&#x27;s." in shown
    assert other.customer.name not in shown


def test_refused_remedy_stands_open_as_it_was_typed():
    case = support.case(12000)
    form = {"remedy": "goodwill_credit", "ticket": case.ticket.ref, "amount": "12,555", "key": uuid4()}

    page = client_of(case.agent).post(to("grants", case.ticket.ref), form).content.decode()

    assert re.search(r'<dialog[^>]* data-open-now[^>]*>(?:(?!</dialog>).)*value="12,555"', page, re.S)


def test_closing_words_that_were_refused_stay_in_sight():
    ticket = support.ticket()

    page = client_of(people.agent()).post(to("resolutions", ticket.ref), {"text": " "}).content.decode()

    assert re.search(r"<details open>\s*<summary[^>]*>Resolve without a remedy", page)


def test_billing_error_found_stands_at_the_queue_and_on_the_customers_page_without_a_ticket():
    line = support.billed_twice(support.group(), 4200)
    client = client_of(people.agent())
    client.post(to("checks"))

    queue, customer = (text_of(client.get(address)) for address in (to("queue"), to("customer", line.customer.number)))

    assert "Billing errors found 1" in queue
    assert "was billed twice to" in customer


def test_double_charge_that_was_credited_another_way_is_not_offered_on_other_tickets():
    case = support.case(12000)
    other = support.ticket(case.customer, kind="technical")
    client = client_of(case.agent)
    before = client.get(to("ticket", other.ref)).content.decode()
    line = case.ticket.finding.line
    credit_notes.credit_line(actor=None, line=line, reason="x", on=support.TODAY, at=support.NOON, key="c")

    after = client.get(to("ticket", other.ref)).content.decode()

    assert ("Credit the double charge" in before, "Credit the double charge" in after) == (True, False)
