"""Our own people's part of the API: the same checks as the pages, for every level and whoever else asks."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.days import local_day
from accounts.people import access, keys
from accounts.timeline.models import Activity
from backoffice.api import urls
from billing.contracts.models import Redemption
from billing.invoices.running.models import BillingRun, BillingWork
from billing.provisioning.models import ProvisioningTask
from support.channels.chat.models import Chat
from support.channels.models import CallBack
from support.remedies.models import FeedRow, Grant
from support.tickets.models import Ticket
from support.voice.models import Promise
from tests.factories import billing, chats, desk, offers, people, provisioning, quality, relations, support, tree_changes
from tests.factories.billing import NOON
from tests.once import once

pytestmark = pytest.mark.django_db
WORKERS = {"agent", "supervisor", "key_account", "manager"}
GIVERS, DECIDERS = {"agent", "supervisor"}, {"supervisor", "manager"}
NAMERS, MANAGERS = {"supervisor", "key_account", "manager"}, {"manager"}
BOOKS, KEEPERS = {"finance", "supervisor", "manager"}, {"finance"}
# route: method, the levels that get an answer. Nobody else gets any: 404, or 401 when signed out.
ROUTES = {
    "node": ("get", access.EVERY_LEVEL),
    "addresses": ("get", WORKERS),
    "roll_up": ("get", access.EVERY_LEVEL),
    "responsibilities": ("get", access.EVERY_LEVEL),
    "owners": ("post", NAMERS),
    "handover_previews": ("get", access.EVERY_LEVEL),
    "handovers": ("post", MANAGERS),
    "handover_decisions": ("post", MANAGERS),
    "handover_withdrawals": ("post", MANAGERS),
    "handover_undoings": ("post", MANAGERS),
    "move_previews": ("get", WORKERS),
    "moves": ("get", WORKERS),
    "move_decisions": ("post", DECIDERS),
    "move_withdrawals": ("post", WORKERS),
    "move_undoings": ("post", DECIDERS),
    "relations": ("get", access.EVERY_LEVEL),
    "relation_endings": ("post", {"manager"}),
    "sources": ("get", WORKERS),
    "split_parts": ("get", WORKERS),
    "split_previews": ("post", WORKERS),
    "node_splits": ("get", WORKERS),
    "split_decisions": ("post", DECIDERS),
    "split_withdrawals": ("post", WORKERS),
    "split_undoings": ("post", DECIDERS),
    "queue": ("get", WORKERS),
    "remedies": ("get", WORKERS),
    "grants": ("post", GIVERS),
    "replies": ("post", WORKERS),
    "declines": ("post", WORKERS),
    "merges": ("post", WORKERS),
    "separations": ("post", WORKERS),
    "splits": ("post", WORKERS),
    "macro_uses": ("post", WORKERS),
    "ticket_changes": ("post", WORKERS),
    "skills": ("get", WORKERS),
    "skill_needs": ("post", MANAGERS),
    "skill_holdings": ("post", DECIDERS),
    "skill_endings": ("post", DECIDERS),
    "bulk_previews": ("post", WORKERS),
    "bulks": ("post", WORKERS),
    "bulk": ("get", WORKERS),
    "bulk_undoings": ("post", WORKERS),
    "problems": ("get", WORKERS),
    "ticket_views": ("get", WORKERS),
    "deadlines": ("get", access.EVERY_LEVEL),
    "conflicts": ("post", WORKERS),
    "ticket_playbook": ("get", WORKERS),
    "escalations": ("get", WORKERS),
    "customer_escalations": ("post", WORKERS),
    "escalation_ends": ("post", WORKERS),
    "heard": ("get", WORKERS),
    "playbooks": ("get", WORKERS),
    "prices_not_kept": ("get", access.EVERY_LEVEL),
    "hits": ("get", GIVERS),
    "finding_batches": ("post", GIVERS),
    "batches": ("get", access.EVERY_LEVEL),
    "batch": ("get", access.EVERY_LEVEL),
    "batch_undoings": ("post", access.EVERY_LEVEL),
    "tasks": ("get", WORKERS),
    "task_completions": ("post", WORKERS),
    "task_reopenings": ("post", WORKERS),
    "promises": ("get", WORKERS),
    "closings": ("post", WORKERS),
    "presence": ("post", WORKERS),
    "chats": ("get", WORKERS),
    "pick_ups": ("post", WORKERS),
    "chat_messages": ("post", WORKERS),
    "hand_overs": ("post", WORKERS),
    "chat_endings": ("post", WORKERS),
    "callbacks": ("get", WORKERS),
    "call_tries": ("post", WORKERS),
    "calls_made": ("post", WORKERS),
    "prospects": ("post", WORKERS),
    "first_contract_prices": ("post", {"supervisor", "key_account", "manager"}),
    "first_contracts": ("post", {"supervisor", "key_account", "manager"}),
    "imports": ("get", DECIDERS),
    "import_decisions": ("post", DECIDERS),
    "leads": ("get", WORKERS),
    "lead_steps": ("post", WORKERS),
    "ticket_leads": ("post", WORKERS),
    "approvals": ("get", DECIDERS),
    "substitutes": ("get", DECIDERS),
    "substitute_endings": ("post", DECIDERS),
    "decisions": ("post", DECIDERS),
    "feed": ("get", BOOKS),
    "acknowledgements": ("post", KEEPERS),
    "day_acknowledgements": ("post", KEEPERS),
    "questions": ("post", KEEPERS),
    "answers": ("post", GIVERS),
    "reversals": ("post", access.EVERY_LEVEL),
    "tie_outs": ("get", BOOKS),
    "coupons": ("get", MANAGERS),
    "contract_coupons": ("get", MANAGERS),
    "redemptions": ("get", MANAGERS),
    "redemption_approvals": ("post", MANAGERS),
    "redemption_endings": ("post", MANAGERS),
    "customer_credit_orders": ("post", WORKERS),
    "credit_orders": ("get", DECIDERS),
    "credit_order_decisions": ("post", DECIDERS),
    "credit_order_withdrawals": ("post", WORKERS),
    "subscription_usage": ("get", access.EVERY_LEVEL),
    "runs": ("get", BOOKS),
    "held": ("get", BOOKS),
    "hold_releases": ("post", access.RUN_BILLING.levels),
    "hold_discards": ("post", access.RUN_BILLING.levels),
}


@once
def granted_and_asked():
    """A remedy given, and one waiting for approval."""
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)
    return support.case().grant(), support.case(30000).grant()


@pytest.fixture
def given(granted_and_asked):
    return granted_and_asked()


def names(given, route):
    """What the address of a route names."""
    granted, asked = given
    number, ticket = granted.customer.number, asked.ticket.ref
    named = {
        "decisions": [asked.approval.pk],
        "reversals": [granted.ref],
        "closings": [(Promise.objects.first() or support.promise()).pk],
        **dict.fromkeys(["acknowledgements", "questions", "answers"], [granted.feed_row.pk]),
        **dict.fromkeys(["remedies", "grants", "replies", "declines", "ticket_leads", "ticket_changes"], [ticket]),
        **dict.fromkeys(["deadlines", "conflicts", "ticket_playbook"], [ticket]),
        **dict.fromkeys(["customer_escalations", "escalation_ends", "node", "move_previews", "moves"], [number]),
        **dict.fromkeys(["first_contract_prices", "first_contracts", "customer_credit_orders"], [number]),
        **dict.fromkeys(["relations", "sources", "split_parts", "split_previews", "node_splits"], [number]),
        **dict.fromkeys(["addresses", "roll_up", "responsibilities", "owners", "handover_previews", "handovers"], [number]),
    }
    return named | rows(granted.customer, route) | desk.staff_api(route, asked.ticket)


def rows(customer, route):
    """The row of its own that some routes name."""
    made = {
        "lead_steps": offers.lead,
        **dict.fromkeys(["credit_order_decisions", "credit_order_withdrawals"], lambda: billing.credit_order(customer)),
        "import_decisions": quality.staged_import,
        "skill_endings": support.skill,
        "substitute_endings": lambda: support.substitute(),
        "handover_undoings": lambda: tree_changes.handed_over(customer),
        **dict.fromkeys(["handover_decisions", "handover_withdrawals"], lambda: tree_changes.waiting_handover(customer)),
        "relation_endings": lambda: relations.serves(customer),
        **dict.fromkeys(["split_decisions", "split_withdrawals", "split_undoings"], tree_changes.waiting_split),
        **dict.fromkeys(["move_decisions", "move_withdrawals", "move_undoings"], quality.waiting_move),
        **dict.fromkeys(
            ["pick_ups", "chat_messages", "hand_overs", "chat_endings"], lambda: Chat.objects.first() or chats.waiting(customer)
        ),
        **dict.fromkeys(["call_tries", "calls_made"], lambda: CallBack.objects.first() or chats.callback(customer)),
        **dict.fromkeys(["task_completions", "task_reopenings"], lambda: ProvisioningTask.objects.first() or provisioning.task()),
        **dict.fromkeys(["batch", "batch_undoings"], support.batch),
        **dict.fromkeys(["hold_releases", "hold_discards"], lambda: BillingWork.objects.first() or held_of(customer)),
    }
    if route in {"contract_coupons", "redemption_approvals", "redemption_endings"}:
        held = Redemption.objects.first() or billing.redeemed(customer)
        return {route: [held.contract.ref if route == "contract_coupons" else held.ref]}
    if route == "subscription_usage":
        return {route: [billing.subscribed(customer).ref]}
    if route in {"hits", "finding_batches"}:
        return {route: [support.batch().finding.ref]}
    return {route: [made[route]().pk]} if route in made else {}


def held_of(customer):
    """Something of a run that waits for a person."""
    begun = BillingRun.objects.create(on=date(2026, 1, 1), begun_at=NOON)
    return BillingWork.objects.create(run=begun, payer=customer, status="held", reason="Negative: -1.00 EUR in all.")


def ask(viewer, given, route, body=None, key=""):
    client, address = Client(), reverse(f"staff_api:{route}", args=names(given, route).get(route, []))
    if viewer:
        client.force_login(viewer)
    if ROUTES[route][0] == "get":
        return client.get(address)
    headers = {"Idempotency-Key": key or uuid4().hex}
    return client.post(address, body or {}, content_type="application/json", headers=headers)


def test_every_route_stands_in_the_table():
    assert {route.name for route in urls.urlpatterns} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_level_gets_an_answer_exactly_where_the_table_says_so(given, route):
    for level in sorted(access.EVERY_LEVEL):
        assert (ask(people.staff(level), given, route).status_code != 404) == (level in ROUTES[route][1]), level


@pytest.mark.parametrize("route", ROUTES)
def test_customers_people_and_programs_find_nothing(given, route):
    customer = given[0].customer
    _, secret = keys.make(actor=None, customer=customer, name="ERP", scopes=keys.SCOPES, at=NOON)

    assert ask(people.administrator(customer), given, route).status_code == 404
    address = reverse("staff_api:queue")
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get(address).status_code == 404


@pytest.mark.parametrize("route", ROUTES)
def test_signed_out_are_told_so(given, route):
    assert ask(None, given, route).status_code == 401


def test_remedy_is_given_from_what_a_proposal_names_once(given):
    case = support.case()
    client = Client()
    client.force_login(case.agent)
    proposal = client.get(f"/api/v1/staff/tickets/{case.ticket.ref}/remedies/").json()[0]
    body = {"remedy": proposal["remedy"], "terms": proposal["fields_to_send"]}

    answers = [
        client.post(
            f"/api/v1/staff/tickets/{case.ticket.ref}/grants/", body, content_type="application/json",
            headers={"Idempotency-Key": "once"},
        )
        for _ in range(2)
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Grant.objects.filter(ticket=case.ticket).count() == 1
    assert FeedRow.objects.filter(grant__ticket=case.ticket).count() == 1


def test_remedy_over_the_limit_that_asks_waits_and_moves_no_money(given):
    case = support.case(25001)
    client = Client()
    client.force_login(case.agent)
    proposal = client.get(f"/api/v1/staff/tickets/{case.ticket.ref}/remedies/").json()[0]

    answer = client.post(
        f"/api/v1/staff/tickets/{case.ticket.ref}/grants/",
        {"remedy": proposal["remedy"], "terms": proposal["fields_to_send"], "ask": True},
        content_type="application/json", headers={"Idempotency-Key": "once"},
    )  # fmt: skip

    assert (answer.status_code, answer.json()["status"], answer.json()["document"]) == (202, "awaiting_approval", None)
    assert not FeedRow.objects.filter(grant__ticket=case.ticket).exists()


def test_remedy_of_someone_without_acknowledged_policy_is_refused(given):
    case = support.case()
    newcomer = people.agent(acknowledged=False)
    client = Client()
    client.force_login(newcomer)
    proposal = client.get(f"/api/v1/staff/tickets/{case.ticket.ref}/remedies/").json()[0]

    answer = client.post(
        f"/api/v1/staff/tickets/{case.ticket.ref}/grants/", {"remedy": proposal["remedy"], "terms": proposal["fields_to_send"]},
        content_type="application/json", headers={"Idempotency-Key": "once"},
    )  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (403, proposal["decision"]["code"])
    assert not Grant.objects.filter(ticket=case.ticket).exists()


def test_day_of_the_books_ties(given):
    client = Client()
    client.force_login(people.finance())

    told = client.get(f"/api/v1/staff/finance/tie-outs/?on={given[0].feed_row.entry.posted_on}").json()

    assert [(row["ties"], row["feed"]) for row in told] == [(True, told[0]["ledger"])]


def send(client, address, body, key):
    return client.post(f"/api/v1/staff/{address}", body, content_type="application/json", headers={"Idempotency-Key": key})


def test_reply_of_a_program_promises_and_the_promise_is_closed():
    ticket, client = support.ticket(), Client()
    client.force_login(people.agent())
    today = local_day(timezone.now(), ticket.customer.timezone).isoformat()

    body = {"text": "Today.", "promise": {"what": "Refund", "due_on": today}}
    sent = send(client, f"tickets/{ticket.ref}/replies/", body, "once")
    listed = client.get("/api/v1/staff/promises/").json()["results"]
    closed = send(client, f"promises/{listed[0]['id']}/closings/", {"kept": True}, "twice")

    assert (sent.status_code, [row["what"] for row in listed]) == (201, ["Refund"])
    assert (closed.status_code, closed.json()["state"]) == (200, "kept")


def test_program_says_what_a_ticket_is_about_once():
    ticket, client = support.ticket(kind="other"), Client()
    client.force_login(people.agent())
    body = {"kind": "technical", "priority": "1"}

    answers = [send(client, f"tickets/{ticket.ref}/changes/", body, "once") for _ in range(2)]

    assert [(answer.status_code, answer.json()["kind"], answer.json()["priority"]) for answer in answers] == [
        (201, "technical", "1")
    ] * 2
    assert Activity.objects.filter(kind="support.ticket_kind_changed").count() == 1


def test_change_of_a_ticket_that_changes_nothing_is_refused():
    client = Client()
    client.force_login(people.agent())

    answer = send(client, f"tickets/{support.ticket().ref}/changes/", {}, "once")

    assert (answer.status_code, answer.json()["detail"]) == (422, "Say what is to change.")


def test_skills_are_said_given_and_taken_back_by_api():
    agent, manager, client = people.agent(), people.manager(), Client()
    client.force_login(manager)

    send(client, "skills/needs/", {"kind": "technical"}, "need")
    given = send(client, "skills/holdings/", {"person": agent.email, "kind": "technical"}, "give")
    fits = [one["person"] for one in client.get("/api/v1/staff/skills/").json()[0]["people"] if one["fits"]]
    ended = send(client, f"skills/holdings/{given.json()['id']}/endings/", {}, "end")

    assert (given.status_code, fits) == (201, [agent.email])
    assert ended.json()["until"] is not None
    assert not any(one["fits"] for one in client.get("/api/v1/staff/skills/").json()[0]["people"])


def test_nobody_says_by_api_what_they_can_do_themselves():
    lead, client = people.supervisor(), Client()
    client.force_login(lead)

    answer = send(client, "skills/holdings/", {"person": lead.email, "kind": "technical"}, "give")

    assert (answer.status_code, answer.json()["detail"]) == (422, "Somebody else says what you can do.")


def test_note_with_a_promise_is_refused():
    client = Client()
    client.force_login(people.agent())

    body = {"text": "Hm.", "internal": True, "promise": {"what": "Refund", "due_on": "2099-01-01"}}

    assert send(client, f"tickets/{support.ticket().ref}/replies/", body, "once").status_code == 400


def test_no_of_a_program_is_said_once_and_not_while_an_error_stands_open():
    ticket, case, client = support.ticket(), support.case(), Client()
    client.force_login(people.agent())
    body = {"reason": "charge_is_right", "claim": "not_valid", "evidence": "The contract."}

    answers = [send(client, f"tickets/{ticket.ref}/declines/", body, "once") for _ in range(2)]
    refused = send(client, f"tickets/{case.ticket.ref}/declines/", body, "other")

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Ticket.objects.get(pk=ticket.pk).outcome == "declined"
    assert refused.json()["code"] == "error_found"


def test_rows_are_tried_out_and_then_staged_by_api():
    client = Client()
    client.force_login(people.supervisor())
    rows = [{"ref": "G", "name": "Helios", "kind": "group"}, {"ref": "L", "name": "Lost", "kind": "site", "parents": ["NOPE"]}]
    address, body = reverse("staff_api:imports"), {"name": "crm", "rows": rows}

    tried = client.post(address, body | {"dry_run": True}, content_type="application/json").json()
    staged = client.post(address, body, content_type="application/json").json()

    assert (tried["score"], tried["created"], tried["import_id"]) == (50.0, 1, None)
    assert tried["faults"][0]["reason"] == "NOPE is neither in the file nor among the customers"
    decided = reverse("staff_api:import_decisions", args=[staged["import_id"]])
    assert client.post(decided, {"decision": "release"}, content_type="application/json").json()["status"] == "released"
