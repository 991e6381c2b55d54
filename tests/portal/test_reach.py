"""Who gets an answer from which address of the portal: every route, every role, wherever the person stands in the tree."""

from itertools import product

import pytest
from django.test import Client

from accounts.people import access
from billing.invoices.documents import rendering
from portal import urls
from tests.factories import people
from tests.factories.customers import group
from tests.once import once
from tests.portal import subject

pytestmark = pytest.mark.django_db

EVERY = access.EVERY_ROLE
CHANGERS, PAYERS, ADMINISTRATORS = {"administrator", "member"}, {"administrator", "payer"}, {"administrator"}
# Not about one customer: answered to everybody with a role somewhere, with what is within their reach.
ANYWHERE = {"live": "get", "search": "get", "nodes": "get"}
# route: method, the roles that get an answer. Nobody else gets any: 404, or asked to sign in.
ROUTES = {
    "home": ("get", EVERY),
    "next_invoice": ("get", EVERY),
    "organisation": ("get", EVERY),
    "below": ("get", EVERY),
    "details": ("get", EVERY),
    "charter": ("get", EVERY),
    "confirmations": ("post", CHANGERS | PAYERS),
    "change_requests": ("post", CHANGERS | PAYERS),
    "change_decisions": ("post", ADMINISTRATORS),
    "change_withdrawals": ("post", CHANGERS | PAYERS),
    "privacy": ("get", EVERY),
    "privacy_exports": ("post", EVERY),
    "privacy_erasures": ("post", EVERY),
    "members": ("get", EVERY),
    "members by post": ("post", ADMINISTRATORS),
    "revocations": ("post", ADMINISTRATORS),
    "order_limits": ("post", ADMINISTRATORS),
    "orders": ("get", CHANGERS),
    "orders by post": ("post", CHANGERS),
    "terms": ("get", CHANGERS),
    "terms by post": ("post", CHANGERS),
    "term_signatures": ("post", CHANGERS),
    "offers": ("get", EVERY),
    "offer_acceptances": ("post", CHANGERS),
    "offer_refusals": ("post", CHANGERS),
    "order_approvals": ("get", ADMINISTRATORS),
    "order_decisions": ("post", ADMINISTRATORS),
    "programs": ("get", ADMINISTRATORS),
    "programs by post": ("post", ADMINISTRATORS),
    "key_revocations": ("post", ADMINISTRATORS),
    "key_adoptions": ("post", ADMINISTRATORS),
    "sign_in": ("get", ADMINISTRATORS),
    "sign_in by post": ("post", ADMINISTRATORS),
    "sign_in_provider": ("get", ADMINISTRATORS),
    "sign_in_terms": ("post", ADMINISTRATORS),
    "sign_in_uses": ("post", ADMINISTRATORS),
    "sign_in_domains": ("post", ADMINISTRATORS),
    "domain_verifications": ("post", ADMINISTRATORS),
    "domain_releases": ("post", ADMINISTRATORS),
    "sign_in_administrators": ("post", ADMINISTRATORS),
    "administrator_removals": ("post", ADMINISTRATORS),
    "notices": ("get", EVERY),
    "notices by post": ("post", EVERY),
    "news": ("get", EVERY),
    "webhooks": ("get", ADMINISTRATORS),
    "webhooks by post": ("post", ADMINISTRATORS),
    "webhook": ("get", ADMINISTRATORS),
    "webhook_secrets": ("post", ADMINISTRATORS),
    "webhook_removals": ("post", ADMINISTRATORS),
    "webhook_activations": ("post", ADMINISTRATORS),
    "webhook_trials": ("post", ADMINISTRATORS),
    "webhook_redeliveries": ("post", ADMINISTRATORS),
    "invoices": ("get", EVERY),
    "invoice": ("get", EVERY),
    "invoice_pdf": ("get", EVERY),
    "einvoice": ("get", EVERY),
    "invoice_sheet": ("get", EVERY),
    "invoice_archive": ("get", EVERY),
    "invoice_printing": ("get", EVERY),
    "payment_promises": ("post", PAYERS),
    "payment_plans": ("get", PAYERS),
    "payment_plans by post": ("post", PAYERS),
    "dispute_withdrawals": ("post", CHANGERS | PAYERS),
    "settlements": ("post", CHANGERS | PAYERS),
    "statement": ("get", EVERY),
    "statement_file": ("get", EVERY),
    "wallet": ("get", EVERY),
    "top_ups": ("post", PAYERS),
    "payments": ("get", EVERY),
    "payments by post": ("post", PAYERS),
    "new_payment": ("get", PAYERS),
    "payment": ("get", EVERY),
    "receipt": ("get", EVERY),
    "kept_answers": ("post", PAYERS),
    "mandates": ("get", PAYERS),
    "mandates by post": ("post", PAYERS),
    "mandate_revocations": ("post", PAYERS),
    "methods": ("get", PAYERS),
    "methods by post": ("post", PAYERS),
    "method_defaults": ("post", PAYERS),
    "method_checks": ("post", PAYERS),
    "method_removals": ("post", PAYERS),
    "method_replacements": ("get", PAYERS),
    "method_replacements by post": ("post", PAYERS),
    "autopay": ("post", PAYERS),
    "setups_begun": ("post", PAYERS),
    "setup_results": ("post", PAYERS),
    "payment_checks": ("post", PAYERS),
    "payment_abandonments": ("post", PAYERS),
    "autopay_ends": ("post", PAYERS),
    "contracts": ("get", EVERY),
    "contract": ("get", EVERY),
    "change": ("get", CHANGERS),
    "quotes": ("post", CHANGERS),
    "quote": ("get", CHANGERS),
    "applications": ("post", CHANGERS),
    "quote_file": ("get", CHANGERS),
    "bulk_changes": ("get", CHANGERS),
    "bulk_changes by post": ("post", CHANGERS),
    "bulk_change": ("get", CHANGERS),
    "bulk_previews": ("post", CHANGERS),
    "bulk_applications": ("post", CHANGERS),
    "bulk_sheet": ("get", CHANGERS),
    "usage": ("get", EVERY),
    "usage_sheet": ("get", EVERY),
    "undos": ("post", CHANGERS),
    "tickets": ("get", EVERY),
    "tickets by post": ("post", EVERY),
    "new_ticket": ("get", EVERY),
    "ticket": ("get", EVERY),
    "served": ("get", EVERY),
    "served_tickets": ("get", EVERY),
    "served_tickets by post": ("post", EVERY),
    "shared_ticket": ("get", EVERY),
    "shared_replies": ("post", EVERY),
    "chats": ("get", EVERY),
    "chats by post": ("post", EVERY),
    "chat": ("get", EVERY),
    "chat_state": ("get", EVERY),
    "chat_messages": ("get", EVERY),
    "chat_messages by post": ("post", EVERY),
    "chat_signs": ("post", EVERY),
    "chat_endings": ("post", EVERY),
    "callbacks": ("get", EVERY),
    "callbacks by post": ("post", EVERY),
    "callback_withdrawals": ("post", EVERY),
    "replies": ("post", EVERY),
    "ticket_fields": ("post", EVERY),
    "praises": ("post", EVERY),
    "praise_sharing": ("post", EVERY),
    "attachment": ("get", EVERY),
    "appeals": ("post", EVERY),
    "help": ("get", EVERY),
    "feedback": ("get", EVERY),
    "feedback by post": ("post", EVERY),
    "deflections": ("post", EVERY),
    "invoice_checks": ("post", EVERY),
    "findings": ("get", EVERY),
    "activity": ("get", EVERY),
}
ROLES = sorted(EVERY)
SEES, SEES_NOT = ("own", "ancestor"), ("descendant", "sister", "stranger", "ancestor alone", "closed")


subjects = once(subject.make)


@pytest.fixture
def given(subjects, monkeypatch):
    monkeypatch.setattr(rendering, "pdf_of", lambda document, language="": b"%PDF-1.7")
    monkeypatch.setattr(rendering, "pressed", lambda page, name, on: b"%PDF-1.7")
    return subjects()


def standing(given, role, where):
    """A person with `role` who stands there in the tree, seen from Berlin."""
    tree = given.tree
    places = {
        "own": tree.berlin,
        "ancestor": tree.germany,
        "ancestor alone": tree.germany,
        "descendant": tree.lab,
        "sister": tree.us,
        "stranger": group("Others"),
        "closed": tree.germany,
    }
    viewer = people.member(places[where], role, scope="node" if where == "ancestor alone" else "subtree")
    if where == "closed":
        people.joins(viewer, tree.berlin, "reader", effect="deny")
    return viewer


def ask(viewer, given, route):
    client = Client()
    if viewer:
        client.force_login(viewer)
    name = route.removesuffix(" by post")
    method = ROUTES[route][0] if route in ROUTES else ANYWHERE[route]
    return getattr(client, method)(given.address(name), given.form(name) if method == "post" else {})


def test_every_route_stands_in_the_table():
    named = {route.name for route in urls.urlpatterns}

    assert named == {route.removesuffix(" by post") for route in ROUTES} | set(ANYWHERE) | {"front", "export"}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("where", SEES)
def test_role_gets_an_answer_exactly_where_the_table_says_so(given, route, where):
    for role in ROLES:
        answer = ask(standing(given, role, where), given, route)

        assert (answer.status_code != 404) == (role in ROUTES[route][1]), (role, answer.status_code)
        assert answer.status_code in {200, 204, 302, 404, 422}


@pytest.mark.parametrize("route", ROUTES)
def test_whoever_stands_elsewhere_finds_nothing_in_any_role(given, route):
    for where, role in product(SEES_NOT, ROLES):
        assert ask(standing(given, role, where), given, route).status_code == 404, (where, role)

    assert ask(people.administrator(given.tree.berlin), given, route).status_code != 404, "it is there to be seen"


@pytest.mark.parametrize("route", [*ROUTES, "search", "nodes"])
def test_our_own_people_work_in_their_own_window(given, route):
    for level in sorted(access.EVERY_LEVEL):
        assert client_of(people.staff(level)).get(address(given, route)).status_code == 404


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def address(given, route):
    return {"search": "/portal/search/", "nodes": "/portal/customers/"}.get(route) or given.address(
        route.removesuffix(" by post")
    )


@pytest.mark.parametrize("route", ROUTES)
def test_signed_out_are_asked_to_sign_in(given, route):
    answer = ask(None, given, route)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_role_that_has_ended_opens_nothing_any_more(given):
    viewer = people.person()
    people.joins(viewer, given.tree.berlin, until=people.LONG_AGO)

    assert client_of(viewer).get(given.address("home")).status_code == 404


def test_who_stands_nowhere_is_told_whom_to_ask():
    answer = client_of(people.person()).get("/portal/")

    assert answer.status_code == 200
    assert b"No customer has given you a role" in answer.content


def test_search_and_switcher_name_only_what_is_within_reach(given):
    for route in ("search", "customers"):
        words = client_of(people.member(given.tree.lab)).get(f"/portal/{route}/?q=e", HTTP_HX_REQUEST="true").content.decode()

        assert "Helios US" not in words
        assert given.invoice.ref not in words
    seen = client_of(people.member(given.tree.group)).get("/portal/customers/?q=e").content.decode()
    assert "Helios US" in seen


@pytest.mark.parametrize("route", [route for route, (method, _) in ROUTES.items() if method == "post"])
def test_address_that_changes_something_is_not_opened_by_a_link(given, route):
    client = client_of(people.administrator(given.tree.group))

    answer = client.get(given.address(route.removesuffix(" by post")))

    assert answer.status_code in {200, 405}
    assert answer.status_code == 405 or route.endswith(" by post")
