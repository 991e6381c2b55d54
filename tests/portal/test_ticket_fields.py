"""Fields in the customer's window: those customers are asked, and no other."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from support.tickets import field_setting, filling
from support.tickets.field_setting import Asked
from support.tickets.models import Ticket
from tests.factories import customers, people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def node():
    return customers.group()


@pytest.fixture
def visitor(node):
    client = Client()
    client.force_login(people.member(node))
    return client


def field(code, **asked):
    given = {"label": code.title(), "kind": "technical"} | asked
    return field_setting.set_field(actor=people.manager(), code=code, asked=Asked(**given), at=NOON)


def sent(visitor, node, **form):
    words = {"subject": "Down", "text": "It is down.", "kind": "technical", "key": uuid4()}
    return visitor.post(reverse("portal:tickets", args=[node.number]), words | form)


def test_customer_is_asked_what_customers_fill_in(visitor, node):
    field("ours"), field("seen", customers="see"), field("theirs", customers="fill")

    page = visitor.get(reverse("portal:new_ticket", args=[node.number])).content.decode()

    assert ('name="field-theirs"' in page, 'name="field-seen"' in page, 'name="field-ours"' in page) == (True, False, False)


def test_ticket_begins_with_what_was_filled_in_for_its_kind(visitor, node):
    field("theirs", customers="fill"), field("order", customers="fill", kind="contract")

    sent(visitor, node, **{"field-theirs": "Berlin", "field-order": "PO-1"})

    assert Ticket.objects.get().fields == {"theirs": "Berlin"}


def test_needed_field_is_asked_for_where_it_stands(visitor, node):
    field("theirs", customers="fill", needed="open")

    answer = sent(visitor, node)

    assert (answer.status_code, Ticket.objects.count()) == (422, 0)
    assert "Fill in “Theirs” first." in answer.content.decode()


def test_customer_reads_what_customers_see_and_fills_in_the_rest_later(visitor, node):
    field("ours"), field("seen", customers="see"), field("theirs", customers="fill")
    given = {"ours": "secret-1", "seen": "visible-1"}
    ticket = filling.fill(actor=people.agent(), ticket=support.ticket(node, kind="technical"), given=given, at=NOON)

    visitor.post(reverse("portal:ticket_fields", args=[ticket.ref]), {"field-theirs": "Berlin", "field-ours": "mine"})

    page = visitor.get(reverse("portal:ticket", args=[ticket.ref])).content.decode()
    assert Ticket.objects.get().fields == {"ours": "secret-1", "seen": "visible-1", "theirs": "Berlin"}
    assert ("visible-1" in page, "Berlin" in page, "secret-1" in page) == (True, True, False)


def test_program_of_a_customer_reads_what_customers_see(visitor, node):
    field("ours"), field("seen", customers="see")
    given = {"ours": "secret-1", "seen": "visible-1"}
    ticket = filling.fill(actor=people.agent(), ticket=support.ticket(node, kind="technical"), given=given, at=NOON)

    told = visitor.get(reverse("api:ticket", args=[ticket.ref])).json()

    assert told["fields_filled"] == {"seen": "visible-1"}
    assert [one["code"] for one in visitor.get(reverse("api:ticket_fields_asked")).json()] == ["seen"]
