"""Who gets an answer from which address of the back office: every route, every level, every role, and the signed-out."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people import access
from accounts.people.models import Membership
from backoffice import urls
from billing.invoices.documents import rendering
from support.channels import files
from support.channels.chat.models import Chat
from support.channels.models import Attachment, CallBack
from support.offers.models import Lead
from support.remedies.models import AuthorityGrant, Substitute
from support.strategy.models import StrategyEdition
from tests.factories import (
    billing,
    chats,
    desk,
    knowledge,
    offers,
    overdue,
    people,
    policies,
    privacy,
    provisioning,
    quality,
    relations,
    runs,
    segments,
    sources,
    strategy,
    support,
    tree_changes,
)
from tests.factories.bank import debit_at_the_bank, paid_too_much, waiting_line, waiting_transfer
from tests.once import once, to_be_rolled_back

pytestmark = pytest.mark.django_db

EVERYBODY = access.EVERY_LEVEL
WORKERS = {"agent", "supervisor", "key_account", "manager"}
GIVERS = {"agent", "supervisor"}
DECIDERS = {"supervisor", "manager"}
BOOKS = {"finance", "supervisor", "manager"}
KEEPERS = {"finance"}

# route: method, the levels that get an answer. Nobody else gets any: 404, or asked to sign in.
ROUTES = {
    "front": ("get", EVERYBODY),
    "queue": ("get", WORKERS),
    "queue_rows": ("get", WORKERS),
    "desk_rows": ("get", WORKERS),
    "presences": ("post", WORKERS),
    "presence_signs": ("post", WORKERS),
    "chat_state": ("get", WORKERS),
    "pick_ups": ("post", WORKERS),
    "chat_messages": ("post", WORKERS),
    "chat_signs": ("post", WORKERS),
    "hand_overs": ("post", WORKERS),
    "chat_endings": ("post", WORKERS),
    "call_tries": ("post", WORKERS),
    "calls_made": ("post", WORKERS),
    "ticket": ("get", EVERYBODY),
    "conversation": ("get", EVERYBODY),
    "replies": ("post", WORKERS),
    "ticket_list": ("get", WORKERS),
    "ticket_views": ("get", WORKERS),
    "view_changes": ("post", WORKERS),
    "topics": ("get", WORKERS),
    "takings_back": ("post", WORKERS),
    "macro": ("get", WORKERS),
    "ticket_presences": ("post", WORKERS),
    "bulks": ("get", WORKERS),
    "bulk_previews": ("post", WORKERS),
    "bulk": ("get", WORKERS),
    "bulk_undoings": ("post", WORKERS),
    "problems": ("get", WORKERS),
    "problem": ("get", WORKERS),
    "problem_steps": ("post", WORKERS),
    "links": ("get", WORKERS),
    "merges": ("post", WORKERS),
    "separations": ("post", WORKERS),
    "splits": ("post", WORKERS),
    "parents": ("post", WORKERS),
    "problem_attachments": ("post", WORKERS),
    "ticket_problems": ("post", WORKERS),
    "resolutions": ("post", WORKERS),
    "assignments": ("post", WORKERS),
    "grants": ("post", GIVERS),
    "grant_previews": ("post", GIVERS),
    "ticket_changes": ("post", WORKERS),
    "ticket_calls": ("post", WORKERS),
    "ticket_fields": ("post", WORKERS),
    "faults": ("post", WORKERS),
    "declines": ("post", WORKERS),
    "conflicts": ("post", WORKERS),
    "promises": ("get", WORKERS),
    "service_levels": ("get", WORKERS),
    "measures": ("get", WORKERS),
    "processes": ("get", WORKERS),
    "concessions": ("get", WORKERS),
    "silence": ("get", WORKERS),
    "skills": ("get", WORKERS),
    "channels": ("get", WORKERS),
    "skill_needs": ("post", {"manager"}),
    "skill_holdings": ("post", DECIDERS),
    "skill_endings": ("post", DECIDERS),
    "voice": ("get", WORKERS),
    "closings": ("post", WORKERS),
    "escalations": ("post", WORKERS),
    "privacy": ("get", WORKERS),
    "customer_privacy": ("get", WORKERS),
    "erasure": ("get", WORKERS),
    "erasure_decisions": ("post", DECIDERS),
    "timeline": ("get", EVERYBODY),
    "activity": ("get", EVERYBODY),
    "viewings": ("get", WORKERS),
    "viewing_endings": ("post", WORKERS),
    "orders": ("get", WORKERS),
    "task_completions": ("post", WORKERS),
    "task_reopenings": ("post", WORKERS),
    "customer_offers": ("get", WORKERS),
    "leads": ("get", WORKERS),
    "lead_steps": ("post", WORKERS),
    "ticket_leads": ("post", WORKERS),
    "approvals": ("get", DECIDERS),
    "substitutes": ("get", DECIDERS),
    "substitute_endings": ("post", DECIDERS),
    "decisions": ("post", DECIDERS),
    "inbox": ("get", BOOKS),
    "inbox_rows": ("get", BOOKS),
    "acknowledgements": ("post", KEEPERS),
    "day_acknowledgements": ("post", KEEPERS),
    "questions": ("post", KEEPERS),
    "feed_answers": ("post", GIVERS),
    "playbooks": ("get", WORKERS),
    "playbook": ("get", WORKERS),
    "practice_runs": ("post", WORKERS),
    "feed_file": ("get", BOOKS),
    "setup": ("get", BOOKS),
    "grant_reversals": ("post", EVERYBODY),
    "bank": ("get", BOOKS),
    "bank_rows": ("get", BOOKS),
    "bank_statements": ("get", BOOKS),
    "bank_imports": ("post", KEEPERS),
    "bank_transfer_outcomes": ("post", KEEPERS),
    "bank_line": ("get", BOOKS),
    "bank_matches": ("post", KEEPERS),
    "bank_credits": ("post", KEEPERS),
    "bank_set_asides": ("post", KEEPERS),
    "bank_undoings": ("post", KEEPERS),
    "bank_surpluses": ("post", KEEPERS),
    "direct_debits": ("get", BOOKS),
    "debit_files": ("post", KEEPERS),
    "debit_file": ("get", BOOKS),
    "debit_failures": ("post", KEEPERS),
    "runs": ("get", BOOKS),
    "run_beginnings": ("post", {"finance", "manager"}),
    "run_trial": ("get", BOOKS),
    "run": ("get", BOOKS),
    "hold_releases": ("post", {"finance", "manager"}),
    "hold_discards": ("post", {"finance", "manager"}),
    "revenue": ("get", BOOKS),
    "ageing": ("get", BOOKS),
    "wallet_list": ("get", BOOKS),
    "usage_file": ("get", KEEPERS),
    "wallet_sheet": ("get", BOOKS),
    "report_sheet": ("get", BOOKS),
    "dunning": ("get", BOOKS),
    "dunning_pauses": ("post", KEEPERS),
    "dunning_resumptions": ("post", KEEPERS),
    "dunning_plans": ("post", KEEPERS),
    "dispute_refusals": ("post", EVERYBODY),
    "entry": ("get", BOOKS),
    "desk": ("get", EVERYBODY),
    "prices_not_kept": ("get", EVERYBODY),
    "checks": ("post", WORKERS),
    "finding_refunds": ("post", KEEPERS),
    "finding_others": ("get", GIVERS),
    "finding_batches": ("post", GIVERS),
    "batch": ("get", EVERYBODY),
    "batch_undoings": ("post", EVERYBODY),
    "data": ("get", EVERYBODY),
    "data_rules": ("get", EVERYBODY),
    "new_customer": ("get", WORKERS),
    "first_contract": ("get", {"supervisor", "key_account", "manager"}),
    "segments": ("get", EVERYBODY),
    "praise_wall": ("get", EVERYBODY),
    "imports": ("get", DECIDERS),
    "import": ("get", EVERYBODY),
    "staged_decisions": ("post", DECIDERS),
    "customer_details": ("get", WORKERS),
    "duplicates": ("get", EVERYBODY),
    "duplicate_searches": ("post", WORKERS),
    "duplicate": ("get", EVERYBODY),
    "duplicate_dismissals": ("post", WORKERS),
    "duplicate_merges": ("post", WORKERS),
    "merge": ("get", EVERYBODY),
    "merge_decisions": ("post", DECIDERS),
    "merge_undoings": ("post", DECIDERS),
    "tree": ("get", EVERYBODY),
    "tree_branch": ("get", EVERYBODY),
    "customer_addresses": ("get", WORKERS),
    "address_endings": ("post", WORKERS),
    "field_usage": ("get", EVERYBODY),
    "fact_retirements": ("post", {"manager"}),
    "fact_returns": ("post", {"manager"}),
    "customer_splits": ("get", WORKERS),
    "split": ("get", EVERYBODY),
    "split_decisions": ("post", DECIDERS),
    "split_withdrawals": ("post", WORKERS),
    "split_undoings": ("post", DECIDERS),
    "customer_sources": ("get", EVERYBODY),
    "source_verifications": ("post", WORKERS),
    "source_adoptions": ("post", WORKERS),
    "customer_relations": ("get", EVERYBODY),
    "relation_makings": ("post", {"manager"}),
    "relation_endings": ("post", {"manager"}),
    "answers": ("get", EVERYBODY),
    "owners_of": ("post", {"supervisor", "key_account", "manager"}),
    "handovers_of": ("post", {"manager"}),
    "handover_decisions": ("post", {"manager"}),
    "handover_withdrawals": ("post", {"manager"}),
    "handover_undoings": ("post", {"manager"}),
    "ownerless": ("get", EVERYBODY),
    "ownerless_sheet": ("get", EVERYBODY),
    "customer_moves": ("get", WORKERS),
    "position": ("get", EVERYBODY),
    "position_decisions": ("post", DECIDERS),
    "position_withdrawals": ("post", WORKERS),
    "position_undoings": ("post", DECIDERS),
    "customers": ("get", EVERYBODY),
    "customer": ("get", EVERYBODY),
    "customer_wallet": ("get", EVERYBODY),
    "subscription_usage": ("get", EVERYBODY),
    "credit_orders": ("post", WORKERS),
    "credit_order_decisions": ("post", DECIDERS),
    "credit_order_withdrawals": ("post", WORKERS),
    "below": ("get", EVERYBODY),
    "contacts": ("get", WORKERS),
    "attachment": ("get", EVERYBODY),
    "document": ("get", EVERYBODY),
    "document_pdf": ("get", EVERYBODY),
    "knowledge": ("get", WORKERS),
    "question_decisions": ("post", WORKERS),
    "article": ("get", WORKERS),
    "article_versions": ("post", WORKERS),
    "version": ("get", WORKERS),
    "version_decisions": ("post", DECIDERS),
    "ticket_articles": ("post", WORKERS),
    "einvoice": ("get", EVERYBODY),
    "authority": ("get", EVERYBODY),
    "notices": ("get", EVERYBODY),
    "policy_acknowledgements": ("post", EVERYBODY),
    "stuck": ("get", EVERYBODY),
    "stage_task_completions": ("post", EVERYBODY),
    "read_notes": ("post", EVERYBODY),
    "strategy": ("get", EVERYBODY),
    "strategy_part": ("get", EVERYBODY),
    "strategy_part_entries": ("post", {"manager"}),
    "strategy_editions": ("post", {"manager"}),
    "strategy_edition": ("get", EVERYBODY),
    "lesson_notes": ("post", {"manager"}),
    "policies": ("get", EVERYBODY),
    "policy": ("get", EVERYBODY),
    "acknowledgements_of_policy": ("post", EVERYBODY),
    "exceptions": ("get", EVERYBODY),
    "exception_approvals": ("post", {"manager"}),
    "persona": ("get", {"manager"}),
    "access_matrix": ("get", EVERYBODY),
    "search": ("get", EVERYBODY),
    "search_options": ("get", EVERYBODY),
    "live": ("get", EVERYBODY),
}


@once
def granted_and_asked():
    """A remedy given, and one waiting for approval."""
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)
    return support.case().grant(), support.case(30000).grant()


@pytest.fixture
def given(granted_and_asked, monkeypatch):
    monkeypatch.setattr(rendering, "pdf_of", lambda document, language: b"%PDF-1.7")
    return granted_and_asked()


def file_of(granted):
    """A file that came with the first message of a ticket."""
    message = granted.ticket.messages.earliest("pk")
    files.attach(message, [files.File("scan.pdf", b"%PDF-1.7")])
    return Attachment.objects.get(message=message)


def batch_rows(route):
    if route not in {"finding_others", "finding_batches", "batch", "batch_undoings"}:
        return {}
    begun = support.batch()
    found = dict.fromkeys(["finding_others", "finding_batches"], [begun.finding.ref])
    return found | dict.fromkeys(["batch", "batch_undoings"], [begun.pk])


def order_rows(route, customer):
    return {route: [billing.credit_order(customer).pk]} if route.startswith("credit_order_") else {}


def tree_rows(route, customer):
    if route in {"fact_retirements", "fact_returns"}:
        return {route: ["external_id"]}
    if route.startswith("position"):
        return {route: [quality.waiting_move().pk]}
    if route == "subscription_usage":
        return {route: [billing.subscribed(customer).ref]}
    if route == "address_endings":
        return {route: [tree_changes.address(customer).pk]}
    if route in {"handover_decisions", "handover_withdrawals"}:
        return {route: [tree_changes.waiting_handover(customer).pk]}
    if route == "handover_undoings":
        return {route: [tree_changes.handed_over(customer).pk]}
    if route == "relation_endings":
        return {route: [relations.serves(customer).pk]}
    if route == "split" or route.startswith("split_"):
        return {route: [tree_changes.waiting_split().pk]}
    if route in {"source_verifications", "source_adoptions"}:
        return {route: [sources.said(customer).pk]}
    return dict.fromkeys(
        [
            "customer_sources",
            "customer_splits",
            "customer_relations",
            "relation_makings",
            "tree_branch",
            "customer_addresses",
            "customer_moves",
            "answers",
            "owners_of",
            "handovers_of",
        ],
        [customer.number],
    )


def address(route, given):
    granted, asked = given
    keys = {
        "decisions": [asked.approval.pk],
        "acknowledgements": [granted.feed_row.pk],
        "questions": [granted.feed_row.pk],
        "feed_answers": [granted.feed_row.pk],
        "grant_reversals": [granted.ref],
        "entry": [granted.feed_row.entry_id],
        "customer": [granted.customer.number],
        **dict.fromkeys(["customer_wallet", "credit_orders"], [granted.customer.number]),
        "below": [granted.customer.number],
        "contacts": [granted.customer.number],
        "read_notes": [granted.customer.number],
        "escalations": [granted.customer.number],
        "customer_offers": [granted.customer.number],
        "customer_privacy": [granted.customer.number],
        "timeline": [granted.customer.number],
        "activity": [granted.customer.number, granted.customer.activities.earliest("pk").pk],
        "viewings": [granted.customer.number],
        "report_sheet": ["movements"],
        "document": [granted.document.ref],
        "document_pdf": [granted.document.ref],
        "einvoice": [granted.document.ref, "ubl"],
    }
    keys |= dict.fromkeys(["dunning_pauses", "dunning_resumptions", "dunning_plans"], [granted.document.ref])
    if route == "dispute_refusals":
        keys |= {route: [overdue.disputed(granted.customer).pk]}
    if route.startswith("bank_"):
        keys |= {"bank_transfer_outcomes": [waiting_transfer().pk]}
        keys |= {
            f"bank_{what}": [waiting_line().ref] for what in ("line", "matches", "credits", "set_asides", "undoings", "surpluses")
        }
    keys |= policy_rows(route, granted.customer) | chat_rows(route, granted.customer)
    keys |= dict.fromkeys(["playbook", "practice_runs"], ["double-billing"])
    keys |= batch_rows(route) | tree_rows(route, granted.customer) | order_rows(route, granted.customer)
    keys |= dict.fromkeys(["customer_details", "first_contract"], [granted.customer.number])
    keys |= house_rows(route) | service_rows(route, granted)
    if route == "run" or route.startswith("hold_"):
        work = runs.held()
        keys |= {"run": [work.run.pk], "hold_releases": [work.pk], "hold_discards": [work.pk]}
    if route in {"import", "staged_decisions"}:
        keys |= {route: [quality.staged_import().pk]}
    if route.startswith("duplicate_") or route == "duplicate":
        keys |= {name: [quality.pair().pk] for name in ("duplicate", "duplicate_dismissals", "duplicate_merges")}
    if route.startswith("merge"):
        keys |= {name: [quality.waiting_merge().pk] for name in ("merge", "merge_decisions", "merge_undoings")}
    if route == "finding_refunds":
        keys |= {"finding_refunds": [paid_too_much().ref]}
    if route.startswith("debit_"):
        debit = debit_at_the_bank()
        keys |= {"debit_file": [debit.file.ref], "debit_failures": [debit.pk]}
    if route in {"question_decisions", "article", "article_versions", "version", "version_decisions"}:
        keys |= {"question_decisions": [knowledge.asked().pk]}
        keys |= dict.fromkeys(["article", "article_versions"], [knowledge.article().ref])
        keys |= dict.fromkeys(["version", "version_decisions"], [knowledge.version().pk])
    on_ticket = {
        "ticket_articles",
        "ticket_leads",
        "ticket",
        "conversation",
        "replies",
        "resolutions",
        "assignments",
        "grants",
        "grant_previews",
        "ticket_changes",
        "ticket_calls",
        "ticket_fields",
        "faults",
        "declines",
        "conflicts",
        *desk.ON_TICKET,
    }
    keys |= desk.addresses(route, granted)
    return reverse(f"backoffice:{route}", args=[granted.ticket.ref] if route in on_ticket else keys.get(route, []))


def service_rows(route, granted):
    """What the addresses of files, tasks, erasures and promises name."""
    if route == "attachment":
        return {route: [file_of(granted).pk]}
    if route in {"task_completions", "task_reopenings"}:
        return {route: [provisioning.task().pk]}
    if route == "stage_task_completions":
        return {route: [segments.stage_task(granted.customer).pk]}
    if route in {"erasure", "erasure_decisions"}:
        return {route: [privacy.erasure().pk]}
    return {route: [support.promise().pk]} if route == "closings" else {}


def house_rows(route):
    """What the addresses of work between colleagues name."""
    if route == "lead_steps":
        return {route: [(Lead.objects.first() or offers.lead()).pk]}
    if route == "skill_endings":
        return {route: [support.skill().pk]}
    if route == "substitute_endings":
        return {route: [(Substitute.objects.first() or support.substitute()).pk]}
    return {}


def chat_rows(route, customer):
    """What the addresses of chats and calls name."""
    if route in {"chat_state", "pick_ups", "chat_messages", "chat_signs", "hand_overs", "chat_endings"}:
        return {route: [(Chat.objects.first() or chats.waiting(customer)).pk]}
    if route in {"call_tries", "calls_made"}:
        return {route: [(CallBack.objects.first() or chats.callback(customer)).pk]}
    return {}


def policy_rows(route, customer):
    """What the addresses of policy name."""
    if route in {"policy", "acknowledgements_of_policy"}:
        return {route: [policies.published({}).policy.code]}
    if route == "exception_approvals":
        return {route: [policies.excepted(customer, "remedy.ticket_limit", "1.00 EUR").pk]}
    if route in {"strategy_part", "strategy_part_entries"}:
        return {route: ["segments"]}
    return {route: [(StrategyEdition.objects.first() or strategy.edition()).number]} if route == "strategy_edition" else {}


def ask(viewer, route, path):
    """Ask for `path` as `viewer`; what it changed is taken back, so that the next one may do the same."""
    client = Client()
    if viewer:
        client.force_login(viewer)
    forms = {"decisions": {"decision": "refuse", "note": "No."}, "replies": {"text": "Hello", "key": uuid4()}}
    forms |= {
        "duplicate_merges": {"keep": "a"},
        "merge_decisions": {"decision": "refuse"},
        "position_decisions": {"decision": "refuse"},
        "handover_decisions": {"decision": "refuse"},
        "split_decisions": {"decision": "refuse"},
        "credit_order_decisions": {"decision": "refuse", "note": "No."},
        "staged_decisions": {"decision": "drop"},
    }
    with to_be_rolled_back():
        return getattr(client, ROUTES[route][0])(path, forms.get(route, {}))


def test_every_route_stands_in_the_table():
    # A file is for who asked for it, whatever their level: tests/accounts/privacy/test_exporting.py.
    assert {route.name for route in urls.urlpatterns} - {"export"} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_level_gets_an_answer_exactly_where_the_table_says_so(given, route):
    path = address(route, given)

    for level in sorted(EVERYBODY):
        status = ask(people.staff(level), route, path).status_code

        assert (status != 404) == (level in ROUTES[route][1]), (level, status)
        assert status < 500, (level, status)


@pytest.mark.parametrize("route", ROUTES)
def test_customers_people_get_no_answer_in_any_role_and_the_signed_out_are_asked_to_sign_in(given, route):
    path = address(route, given)

    for role in Membership.Role.values:
        assert ask(people.member(given[0].customer, role), route, path).status_code == 404, role

    answer = ask(None, route, path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("route", [route for route, (method, _) in ROUTES.items() if method == "post"])
def test_address_that_changes_something_is_not_opened_by_a_link(given, route):
    client = Client()
    client.force_login(people.staff(sorted(ROUTES[route][1])[0]))

    assert client.get(address(route, given)).status_code == 405


def test_form_from_another_site_is_refused(given):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.finance())

    assert client.post(address("acknowledgements", given)).status_code == 403


def test_own_request_cannot_be_decided_by_address(given):
    own = support.case(200000, agent=people.supervisor())
    AuthorityGrant.objects.create(level="manager", per_ticket_minor=9**9, per_day_minor=9**9, since=support.TODAY)
    approval = own.grant().approval
    client = Client()
    client.force_login(own.agent)

    answer = client.post(reverse("backoffice:decisions", args=[approval.pk]), {"decision": "approve"})

    approval.refresh_from_db()
    assert (answer.status_code, approval.status) == (422, "waiting")
    assert "You asked for this yourself" in answer.content.decode()
