"""Input that no form of ours sends gets a plain no, and changes nothing."""

from uuid import uuid4

import pytest
from django.test import Client

from accounts.people.models import User
from billing.payments.models import Payment
from support.tickets.models import Ticket
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db

CARD = {"method": "another", "number": "4242424242424242", "expiry": "08/29", "confirmed": "12000"}
ASKED = {"subject": "Billed twice", "text": "Please look.", "kind": "billing"}


@pytest.fixture
def node():
    return customers.group()


@pytest.fixture
def client(node):
    client = Client()
    client.force_login(people.administrator(node))
    return client


@pytest.mark.parametrize("address", ["invoices/INV%00/", "tickets/T%00/", "customers/C%00/", "search/?q=a%00b", "?%00=1"])
def test_address_with_a_nul_is_not_found(client, address):
    assert client.get(f"/portal/{address}").status_code == 404


def test_payment_of_a_document_whose_number_holds_a_nul_is_not_found(client, node):
    answer = client.post(f"/portal/customers/{node.number}/payments/", CARD | {"documents": ["INV\x00"], "key": uuid4()})

    assert answer.status_code == 404


def test_payment_where_nothing_is_open_is_answered_with_a_sentence(client, node):
    answer = client.post(f"/portal/customers/{node.number}/payments/", CARD | {"key": uuid4()})

    assert answer.status_code == 422
    assert "Nothing to pay" in answer.content.decode()
    assert not Payment.objects.exists()


@pytest.mark.parametrize("line", ["9" * 10, "9" * 5000])
def test_ticket_about_a_line_with_an_endless_number_is_not_found(client, node, line):
    about = ASKED | {"invoice": billing.invoice(node).ref, "line": line, "key": uuid4()}

    assert client.post(f"/portal/customers/{node.number}/tickets/", about).status_code == 404
    assert not Ticket.objects.exists()


def test_ticket_about_an_invoice_whose_number_holds_a_nul_is_not_found(client, node):
    answer = client.post(f"/portal/customers/{node.number}/tickets/", ASKED | {"invoice": "INV\x00", "key": uuid4()})

    assert answer.status_code == 404


def test_invitation_of_an_address_longer_than_we_keep_is_refused(client, node):
    longest = f"ada@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 10}.example"

    answer = client.post(f"/portal/customers/{node.number}/members/", {"email": longest, "role": "reader", "scope": "node"})

    assert answer.status_code == 422
    assert not User.objects.filter(email=longest).exists()
