"""Who gets which answer from which address of the API: every route, every role and level, wherever the person stands."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.people import access
from accounts.single_sign_on import records
from billing.invoices.documents import rendering
from billing.payments import methods
from billing.payments.gateways import sandbox
from portal.api import urls
from tests.factories import people, saml
from tests.factories.customers import group
from tests.once import once
from tests.portal import subject

pytestmark = pytest.mark.django_db

EVERY, EVERYBODY_OF_OURS = access.EVERY_ROLE, access.EVERY_LEVEL
CHANGERS, PAYERS, ADMINISTRATORS = {"administrator", "member"}, {"administrator", "payer"}, {"administrator"}
MANAGERS = {"manager"}
ASKERS = {"administrator", "payer", "member"}
# Not about one customer: answered to everybody with a role somewhere, with what is within their reach.
ANYWHERE = {"me", "answers", "customers", "ticket_fields_asked"}
# Named by a token of nobody here: whose it is, tests/portal/test_api_more.py asks.
BY_TOKEN = {"export"}
# route: method, the status of the answer, the roles and our levels that get it. Everybody else: 404, or 401 when signed out.
ROUTES = {
    "customer": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "balance": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "activities": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "members": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "members by post": ("post", 201, ADMINISTRATORS, MANAGERS),
    "revocations": ("post", 200, ADMINISTRATORS, MANAGERS),
    "keys": ("get", 200, ADMINISTRATORS, MANAGERS),
    "keys by post": ("post", 201, ADMINISTRATORS, MANAGERS),
    "key_revocations": ("post", 200, ADMINISTRATORS, MANAGERS),
    "key_adoptions": ("post", 200, ADMINISTRATORS, MANAGERS),
    "webhooks": ("get", 200, ADMINISTRATORS, MANAGERS),
    "webhooks by post": ("post", 201, ADMINISTRATORS, MANAGERS),
    "webhook_messages": ("get", 200, ADMINISTRATORS, MANAGERS),
    "webhook_secrets": ("post", 201, ADMINISTRATORS, MANAGERS),
    "webhook_removals": ("post", 200, ADMINISTRATORS, MANAGERS),
    "webhook_activations": ("post", 200, ADMINISTRATORS, MANAGERS),
    "webhook_trials": ("post", 201, ADMINISTRATORS, MANAGERS),
    "webhook_redeliveries": ("post", 200, ADMINISTRATORS, MANAGERS),
    "notice_choices": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "notice_choices by post": ("post", 200, EVERY, EVERYBODY_OF_OURS),
    "sign_in_providers": ("get", 200, ADMINISTRATORS, MANAGERS),
    "sign_in_providers by post": ("post", 201, ADMINISTRATORS, MANAGERS),
    "sign_in_provider": ("get", 200, ADMINISTRATORS, MANAGERS),
    "sign_in_terms": ("post", 200, ADMINISTRATORS, MANAGERS),
    "sign_in_uses": ("post", 200, ADMINISTRATORS, MANAGERS),
    "sign_in_domains": ("post", 201, ADMINISTRATORS, MANAGERS),
    "domain_verifications": ("post", 422, ADMINISTRATORS, MANAGERS),  # the DNS says nothing
    "domain_releases": ("post", 422, ADMINISTRATORS, MANAGERS),  # the last one of a provider in use
    "sign_in_administrators": ("post", 422, ADMINISTRATORS, MANAGERS),  # of somebody who administers nothing
    "administrator_removals": ("post", 422, ADMINISTRATORS, MANAGERS),  # the last one named
    "documents": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "document": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "document_pdf": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "einvoice": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "entitlement": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "promises": ("post", 201, PAYERS, set()),
    "methods": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "payments": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "payment": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "payments by post": ("post", 422, PAYERS, set()),
    "wallet": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "top_ups": ("post", 422, PAYERS, set()),
    "kept_money": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "kept_answers": ("post", 422, PAYERS, set()),
    "receipt": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "contracts": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "contract": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "scheduled": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "coupons": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "quotes": ("post", 201, CHANGERS, set()),
    "quote": ("get", 200, CHANGERS, set()),
    "applications": ("post", 200, CHANGERS, set()),
    "quote_pdf": ("get", 200, CHANGERS, set()),
    "bulk_changes": ("post", 201, CHANGERS, set()),
    "bulk_change": ("get", 200, CHANGERS, set()),
    "bulk_applications": ("post", 200, CHANGERS, set()),
    "metered": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "undos": ("post", 204, CHANGERS, set()),
    "terms": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "term_comparisons": ("post", 200, CHANGERS, set()),
    "term_signatures": ("post", 201, CHANGERS, set()),
    "autopay": ("get", 200, PAYERS, set()),
    "autopay by post": ("post", 201, PAYERS, set()),
    "autopay_ends": ("post", 204, PAYERS, set()),
    "exports": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "exports by post": ("post", 201, EVERY, EVERYBODY_OF_OURS),
    "feedback": ("get", 200, EVERY, set()),
    "feedback by post": ("post", 201, EVERY, set()),
    "offers": ("get", 200, CHANGERS, set()),
    "orders": ("post", 201, CHANGERS, set()),
    "suggestions": ("get", 200, CHANGERS, set()),
    "offer_acceptances": ("post", 201, CHANGERS, set()),
    "offer_refusals": ("post", 204, CHANGERS, set()),
    "order_approvals": ("get", 200, ADMINISTRATORS, set()),
    "order_decisions": ("post", 200, ADMINISTRATORS, set()),
    "usage": ("post", 422, CHANGERS, set()),
    "tickets": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "tickets by post": ("post", 201, EVERY, set()),
    "ticket": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "served": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "served_tickets": ("get", 200, EVERY, set()),
    "served_tickets by post": ("post", 201, EVERY, set()),
    "shared_ticket": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "shared_replies": ("post", 201, EVERY, set()),
    "chats": ("post", 201, EVERY, set()),
    "chat": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "chat_messages": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "chat_messages by post": ("post", 201, EVERY, set()),
    "chat_endings": ("post", 200, EVERY, set()),
    "call_windows": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "callbacks": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "callbacks by post": ("post", 422, EVERY, set()),
    "callback_withdrawals": ("post", 200, EVERY, set()),
    "activity_counts": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "addresses": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "addresses by post": ("post", 201, ASKERS, set()),
    "address_endings": ("post", 422, ASKERS, set()),  # nothing is kept under this key
    "detail_changes": ("get", 200, EVERY, EVERYBODY_OF_OURS),
    "detail_changes by post": ("post", 201, ASKERS, set()),
    "confirmations": ("post", 201, ASKERS, set()),
    "change_decisions": ("post", 200, ADMINISTRATORS, set()),
    "change_withdrawals": ("post", 200, ASKERS, set()),
    "replies": ("post", 201, EVERY, set()),
    "ticket_fields": ("post", 200, EVERY, set()),
    "praises": ("post", 201, EVERY, set()),
}
# Found, and then refused by the rule: only the customer's own people decide.
REFUSED = {("change_decisions", "manager"): 422}
SEES, SEES_NOT = ("own", "ancestor"), ("descendant", "sister", "stranger", "ancestor alone", "closed")


subjects = once(subject.make)


@pytest.fixture
def given(subjects, monkeypatch):
    monkeypatch.setattr(rendering, "pdf_of", lambda document, language="": b"%PDF-1.7")
    monkeypatch.setattr(rendering, "pressed", lambda page, name, on: b"%PDF-1.7")
    monkeypatch.setattr(records.dns.resolver, "resolve", lambda name, kind, lifetime: [])
    return subjects()


def address(given, name):
    berlin = given.tree.berlin
    if name == "address_endings":
        return reverse("api:address_endings", args=[berlin.number, 1])
    if name in ("key_revocations", "key_adoptions"):
        return reverse(f"api:{name}", args=[berlin.number, given.key.pk])
    if name.startswith("webhook_"):
        return reverse(f"api:{name}", args=[berlin.number, given.webhook.pk])
    if name.startswith(("domain_", "administrator_")):
        held = given.provider.domains if name.startswith("domain_") else given.provider.named_administrators
        return reverse(f"api:{name}", args=[given.provider.ref, held.get().pk])
    contract = given.subscription.contract.ref
    named = dict.fromkeys(
        ("sign_in_provider", "sign_in_terms", "sign_in_uses", "sign_in_domains", "sign_in_administrators"), given.provider.ref
    )
    named |= {
        "offers": contract,
        "orders": contract,
        "document": given.invoice.ref,
        "document_pdf": given.invoice.ref,
        "promises": given.invoice.ref,
        "scheduled": given.subscription.contract.ref,
        "coupons": given.subscription.contract.ref,
        **dict.fromkeys(("terms", "term_comparisons", "term_signatures"), contract),
    }
    named |= {"quote_pdf": given.quote.pk, "metered": given.subscription.ref}
    if name in named:
        return reverse(f"api:{name}", args=[named[name]])
    if name in {"offer_acceptances", "offer_refusals"}:
        return reverse(f"api:{name}", args=[berlin.number, given.offer.code])
    if name == "einvoice":
        return reverse("api:einvoice", args=[given.invoice.ref, "ubl"])
    if name in ANYWHERE:
        return reverse(f"api:{name}")
    at_berlin = reverse(f"api:{name}", args=[berlin.number]) if name in NEW else ""
    return at_berlin or given.address(name).replace("/portal/", "/api/v1/", 1)


NEW = {
    "entitlement",
    "customer",
    "balance",
    "activities",
    "documents",
    "methods",
    "keys",
    "usage",
    "suggestions",
    "activity_counts",
    "addresses",
    "detail_changes",
    "confirmations",
    "webhooks",
    "call_windows",
    "kept_money",
    "wallet",
    "top_ups",
    "bulk_changes",
    "notice_choices",
    "sign_in_providers",
    "autopay",
    "autopay_ends",
    "exports",
    "feedback",
}


def body(given, name):
    method = methods.kept_for(given.tree.berlin)
    bodies = {
        "members": {"email": "new@helios.example", "role": "reader", "scope": "node"},
        "term_comparisons": {"po_number": uuid4().hex},
        "term_signatures": {"po_number": uuid4().hex, "signed_name": "Ada"},
        "autopay": {"day": 5},
        "feedback": {"kind": "idea", "words": "Darker nights."},
        "keys": {"name": "ERP", "scopes": ["read"]},
        "notice_choices": {"everywhere": {"payments": "daily"}},
        "sign_in_providers": {"protocol": "saml", "name": "Berlin ID", "metadata": saml.metadata()},
        "sign_in_terms": {
            "name": "Berlin",
            "issuer": given.provider.issuer,
            "client_id": "accord",
            "joins_at": given.tree.lab.number,
        },
        "sign_in_uses": {"use": "offered"},
        "sign_in_domains": {"name": "another.example"},
        "sign_in_administrators": {"membership": given.membership.pk},
        "webhooks": {"url": "https://erp.example/hooks", "topics": ["invoices"]},
        # a sum nobody owes: the rule says no before any money moves
        "payments": {"documents": [given.invoice.ref], "method": method[0].pk if method else 1, "confirmed_minor": 1},
        "orders": {"plan": "PRO", "customer": given.tree.berlin.number, "since": str(given.today + timedelta(days=1))},
        "order_decisions": {"approve": False, "note": "No."},
        # credit of nothing is sold to nobody
        "top_ups": {"amount": "0.00", "currency": "EUR"},
        # nothing of this payment is left over
        "kept_answers": {"answer": "keep"},
        "bulk_changes": {"csv": f"contract,action,effective\n{given.subscription.ref},cancel,2099-01-01\n"},
        "bulk_applications": {"rows": [{"row": row.number, "quote": str(row.quote_id)} for row in given.bulk.rows.all()]},
        "promises": {"pay_on": str(given.today + timedelta(days=3))},
        "quotes": {"what": "set_quantity", "quantity": 7},
        "usage": {
            "measurements": [
                {"subscription": given.subscription.ref, "metric": "nothing", "key": "1", "used_at": "2024-01-01T00:00:00Z"}
            ]
        },
        "tickets": {"subject": "A question", "text": "How?"},
        "addresses": {"purpose": "invoices", "street": "Allee 2", "city": "Berlin"},
        "detail_changes": {"what": "legal_name", "wanted": {"legal_name": "Helios Berlin GmbH"}},
        "change_decisions": {"approve": False, "note": "No."},
        "replies": {"text": "One more thing"},
        "served_tickets": {"subject": "More seats", "text": "How?"},
        "shared_replies": {"text": "One more thing"},
        "chats": {"subject": "A question", "text": "How?"},
        "chat_messages": {"text": "One more thing"},
        # a window that has passed: the rule says no
        "callbacks": {
            "phone": "+49 30 1234567",
            "topic": "How?",
            "since": "2024-01-01T09:00:00Z",
            "until": "2024-01-01T10:00:00Z",
        },
        "praises": {"words": "Thanks"},
        "ticket_fields": {"fields_filled": {}},
    }
    return bodies.get(name, {})


def ask(viewer, given, route):
    client, name = Client(), route.removesuffix(" by post")
    if viewer:
        client.force_login(viewer)
    if ROUTES.get(route, ("get",))[0] == "get":
        return client.get(address(given, name))
    headers = {"Idempotency-Key": uuid4().hex}
    return client.post(address(given, name), body(given, name), content_type="application/json", headers=headers)


def standing(given, role, where):
    """A person with `role` who stands there in the tree, seen from Berlin."""
    tree = given.tree
    places = {
        "own": tree.berlin, "ancestor": tree.germany, "ancestor alone": tree.germany, "descendant": tree.lab, "sister": tree.us,
        "stranger": group("Others"), "closed": tree.germany,
    }  # fmt: skip
    viewer = people.member(places[where], role, scope="node" if where == "ancestor alone" else "subtree")
    if where == "closed":
        people.joins(viewer, tree.berlin, "reader", effect="deny")
    return viewer


def test_every_route_stands_in_the_table():
    assert {route.name for route in urls.urlpatterns} == {
        route.removesuffix(" by post") for route in ROUTES
    } | ANYWHERE | BY_TOKEN


@pytest.mark.parametrize("route", ROUTES)
def test_role_gets_exactly_the_answer_the_table_says(given, route):
    _, status, roles, _ = ROUTES[route]
    if route == "payments by post":
        card = sandbox.tokenise("4242424242424242", "12/39", on=given.today)
        methods.keep(actor=None, customer=given.tree.berlin, method=card, at=timezone.now())

    for where, role in product(SEES, sorted(EVERY)):
        viewer = standing(given, role, where)
        expected = status if role in roles else 404
        with transaction.atomic():
            assert ask(viewer, given, route).status_code == expected, (where, role)
            transaction.set_rollback(True)  # so that the next one may do the same


@pytest.mark.parametrize("route", ROUTES)
def test_whoever_stands_elsewhere_finds_nothing_in_any_role(given, route):
    for where, role in product(SEES_NOT, sorted(EVERY)):
        assert ask(standing(given, role, where), given, route).status_code == 404, (where, role)


@pytest.mark.parametrize("route", ROUTES)
def test_level_of_ours_gets_exactly_the_answer_the_table_says(given, route):
    _, status, _, levels = ROUTES[route]

    for level in sorted(EVERYBODY_OF_OURS):
        with transaction.atomic():
            expected = status if level in levels else REFUSED.get((route, level), 404)
            assert ask(people.staff(level), given, route).status_code == expected, level
            transaction.set_rollback(True)


@pytest.mark.parametrize("route", [*ROUTES, *sorted(ANYWHERE)])
def test_signed_out_are_told_so(given, route):
    answer = ask(None, given, route)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_list_of_customers_names_only_what_is_within_reach(given):
    client = Client()
    client.force_login(people.member(given.tree.berlin))

    numbers = {row["number"] for row in client.get("/api/v1/customers/").json()["results"]}

    assert numbers == {given.tree.berlin.number, given.tree.lab.number}
