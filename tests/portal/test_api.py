"""The customers' part of the API: keys and scopes, amounts, repeated requests, one shape for every no."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.days import local_day
from accounts.people import keys
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.models import Document
from billing.payments import methods
from billing.payments.gateways import sandbox
from billing.payments.models import Payment
from billing.usage import recording as usage
from support.tickets.models import Message, Ticket
from tests.factories import billing, people
from tests.factories.customers import NOON, helios
from window.api.doors import PerPerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    cache.clear()
    return helios()


def program(customer, *scopes, **facts):
    """A client that sends the key of a new program."""
    key, secret = keys.make(actor=None, customer=customer, name="ERP", scopes=scopes, at=timezone.now(), **facts)
    return Client(headers={"Authorization": f"Bearer {secret}"}), key


def post(client, address, body, key=""):
    headers = {"Idempotency-Key": key or uuid4().hex}
    return client.post(f"/api/v1/{address}", body, content_type="application/json", headers=headers)


def test_program_reads_what_its_customer_owes_and_all_below(tree):
    billing.invoice(tree.lab, 4200)
    client, _ = program(tree.berlin, "read")

    answer = client.get(f"/api/v1/customers/{tree.berlin.number}/balance/").json()

    assert answer == {"owed": [], "owed_with_all_below": [{"amount": "42.00", "currency": "EUR"}], "credit": []}


def test_moment_is_told_in_utc_wherever_the_person_lives(tree):
    member = people.administrator(tree.berlin)
    User.objects.filter(pk=member.pk).update(timezone="America/New_York")
    client = Client()
    client.force_login(User.objects.get(pk=member.pk))
    client.post(
        f"/api/v1/customers/{tree.berlin.number}/webhooks/",
        {"url": "https://erp.example/hooks", "topics": ["invoices"]},
        content_type="application/json",
    )

    listed = client.get(f"/api/v1/customers/{tree.berlin.number}/webhooks/").json()["results"]

    assert [one["registered_at"][-1] for one in listed] == ["Z"]


def test_document_tells_each_line_and_why(tree):
    document = billing.invoice(tree.berlin, 4200)
    client, _ = program(tree.berlin, "read")

    answer = client.get(f"/api/v1/documents/{document.ref}/").json()

    assert answer["total"] == {"amount": "42.00", "currency": "EUR"}
    assert [line["amount"] for line in answer["lines"]] == ["42.00"]


def test_list_goes_on_from_its_cursor_until_all_rows_were_told_once(tree):
    refs = {billing.invoice(tree.berlin, 100 + n, on=date(2026, 1, 1)).ref for n in range(5)}
    client, _ = program(tree.berlin, "read")
    told, address = [], f"/api/v1/customers/{tree.berlin.number}/documents/?limit=2"

    while address:
        page = client.get(address).json()
        told += [row["ref"] for row in page["results"]]
        address = page["next"]

    assert sorted(told) == sorted(refs)


@pytest.mark.parametrize("scheme", ["Bearer wrong", "Bearer ", "bearer accord_\x7f"])
def test_key_that_does_not_hold_is_answered_at_once(tree, scheme):
    answer = Client(headers={"Authorization": scheme}).get("/api/v1/me/")

    assert (answer.status_code, answer.json()["code"]) == (401, "key_not_known")


def test_revoked_and_expired_keys_open_nothing(tree):
    ended, key = program(tree.berlin, "read")
    expiring, _ = program(tree.berlin, "read", expires_at=timezone.now() + timedelta(milliseconds=1))
    keys.revoke(actor=None, key=key, at=timezone.now())

    assert [client.get("/api/v1/me/").status_code for client in (ended, expiring)] == [401, 401]


def test_key_opens_the_api_only(tree):
    client, _ = program(tree.berlin, "read")

    assert client.get(f"/portal/customers/{tree.berlin.number}/").status_code == 302


def test_key_without_the_scope_changes_nothing(tree):
    client, _ = program(tree.berlin, "read", "pay")

    answer = post(client, f"customers/{tree.berlin.number}/tickets/", {"subject": "Why?", "text": "Why?"})

    assert (answer.status_code, answer.json()) == (
        403,
        {"code": "scope_missing", "detail": "This key lacks the scope tickets."},
    )
    assert not Ticket.objects.exists()


def test_program_reaches_no_further_than_its_customer(tree):
    client, _ = program(tree.berlin, *keys.SCOPES)

    assert client.get(f"/api/v1/customers/{tree.us.number}/").status_code == 404
    assert client.get(f"/api/v1/customers/{tree.lab.number}/").status_code == 200


def test_ticket_sent_twice_with_one_key_is_opened_once(tree):
    client, _ = program(tree.berlin, "tickets", "read")
    body = {"subject": "Billed twice", "text": "Please look.", "kind": "billing"}

    first, again = (post(client, f"customers/{tree.berlin.number}/tickets/", body, key="order-7") for _ in range(2))

    assert (first.status_code, first.json()["ref"]) == (201, again.json()["ref"])
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)


def test_key_used_for_another_ticket_is_refused(tree):
    client, _ = program(tree.berlin, "tickets", "read")
    address = f"customers/{tree.berlin.number}/tickets/"
    post(client, address, {"subject": "One", "text": "One."}, key="order-7")

    answer = post(client, address, {"subject": "Another", "text": "Another."}, key="order-7")

    assert answer.status_code == 422
    assert Ticket.objects.count() == 1


def test_request_without_its_key_is_named_malformed(tree):
    client, _ = program(tree.berlin, "tickets", "read")
    address = f"/api/v1/customers/{tree.berlin.number}/tickets/"

    answer = client.post(address, {"subject": "One", "text": "One."}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (400, "malformed", ["Idempotency-Key"])


@pytest.mark.parametrize("sent", [b"{", b"[]", b'"x"', b"null", b'{"subject": "\\u0000", "text": "x"}', b"\xff\xfe"])
def test_body_that_cannot_be_read_gets_a_sentence(tree, sent):
    client, _ = program(tree.berlin, "tickets", "read")
    address = f"/api/v1/customers/{tree.berlin.number}/tickets/"

    answer = client.post(address, sent, content_type="application/json", headers={"Idempotency-Key": "1"})

    assert answer.status_code == 400
    assert set(answer.json()) <= {"code", "detail", "fields"}


def test_quote_is_applied_at_its_price_once(tree):
    subscription = billing.subscribed(tree.berlin, quantity=3, on=date(2024, 1, 1))
    client, _ = program(tree.berlin, "contracts", "read")

    quote = post(client, f"subscriptions/{subscription.ref}/quotes/", {"what": "set_quantity", "quantity": 5}).json()
    first, again = (post(client, f"quotes/{quote['token']}/applications/", {}).json() for _ in range(2))

    issued = Document.objects.get(ref=first["document"])
    assert issued.total_minor == quote["outcome"]["total_minor"]
    assert first == again


def test_rule_that_says_no_tells_its_code_and_reason(tree):
    subscription = billing.subscribed(tree.berlin, quantity=3, on=date(2024, 1, 1))
    client, _ = program(tree.berlin, "contracts", "read")

    answer = post(client, f"subscriptions/{subscription.ref}/quotes/", {"what": "set_quantity", "quantity": 3})

    assert (answer.status_code, answer.json()) == (
        422,
        {"code": "nothing_changes", "detail": "The subscription has 3 already."},
    )


def test_payment_sent_twice_takes_the_money_once(tree):
    document = billing.invoice(tree.berlin, 4200)
    card = sandbox.tokenise("4242424242424242", "12/39", on=local_day(timezone.now(), tree.berlin.timezone))
    kept = methods.keep(actor=None, customer=tree.berlin, method=card, at=timezone.now())
    client, _ = program(tree.berlin, "pay", "read")
    body = {"documents": [document.ref], "method": kept.pk, "confirmed_minor": 4200}

    first, again = (post(client, f"customers/{tree.berlin.number}/payments/", body, key="pay-1") for _ in range(2))

    assert [answer.json()["status"] for answer in (first, again)] == ["succeeded", "succeeded"]
    assert Payment.objects.count() == 1
    document.refresh_from_db()
    assert document.open_minor == 0


def test_session_without_its_token_changes_nothing(tree):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.member(tree.berlin))

    answer = post(client, f"customers/{tree.berlin.number}/tickets/", {"subject": "One", "text": "One."})

    assert answer.status_code == 403
    assert not Ticket.objects.exists()


def test_what_happened_cannot_be_changed(tree):
    client, _ = program(tree.berlin, *keys.SCOPES)
    address = f"/api/v1/customers/{tree.berlin.number}/activities/"

    assert [getattr(client, verb)(address).status_code for verb in ("post", "put", "patch", "delete")] == [405] * 4
    assert client.get(address).json()["results"][0]["kind"] == "accounts.api_key_made"


def test_activities_of_a_topic_are_those_the_page_shows(tree):
    client, _ = program(tree.berlin, "read")
    recording.record(tree.berlin, "billing.payment_succeeded", actor=None, at=NOON, facts={"amount": "EUR 120.00"})

    payments = client.get(f"/api/v1/customers/{tree.berlin.number}/activities/?topic=payments").json()["results"]

    assert [row["kind"] for row in payments] == ["billing.payment_succeeded"]


def test_usage_whose_key_says_something_else_is_a_conflict_and_keeps_nothing(tree):
    usage.define_meter(code="calls")
    own, (client, _) = billing.subscribed(tree.berlin), program(tree.berlin, "usage", "read")
    row = {"subscription": own.ref, "metric": "calls", "key": "e-1", "used_at": f"{billing.FIRST_DAY}T10:00:00Z", "units": "3"}
    more = [row | {"key": "e-2"}, row | {"units": "4"}]

    answers = [post(client, f"customers/{tree.berlin.number}/usage/", {"measurements": rows}) for rows in ([row], [row], more)]

    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[2].json() == {"code": "key_says_otherwise", "detail": "The key e-1 says something else already."}
    assert [record.key for record in own.usage.all()] == ["e-1"]


def test_usage_of_somebody_else_is_not_found_and_nothing_is_kept(tree):
    own, other = billing.subscribed(tree.berlin), billing.subscribed(tree.us)
    client, _ = program(tree.berlin, "usage", "read")
    rows = [
        {"subscription": one.ref, "metric": "calls", "key": "1", "used_at": "2026-01-01T00:00:00Z", "units": "3"}
        for one in (own, other)
    ]

    assert post(client, f"customers/{tree.berlin.number}/usage/", {"measurements": rows}).status_code == 404


def test_too_many_requests_are_asked_to_wait(tree, monkeypatch):
    monkeypatch.setattr(PerPerson, "THROTTLE_RATES", {"person": "2/min"})
    client, _ = program(tree.berlin, "read")

    answers = [client.get("/api/v1/me/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"]
