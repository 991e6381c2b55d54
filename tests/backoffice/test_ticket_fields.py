"""Fields and tags in the staff's window: filled in on the ticket, the list and by programs, and kept by managers."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from support.desk import filters
from support.desk.filters import Filters
from support.tickets import field_setting, filling
from support.tickets.field_setting import Asked
from support.tickets.models import Ticket
from support.tickets.tag_models import Tag
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
OPTIONS = field_setting.options_in("router: Router | Router-Gerät\nline: Line")


@pytest.fixture
def affected():
    asked = Asked("Affected service", type="choice", kind="technical", options=OPTIONS)
    return field_setting.set_field(actor=people.manager(), code="affected", asked=asked, at=NOON)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def filled(**values):
    return filling.fill(actor=people.agent(), ticket=support.ticket(kind="technical"), given=values, at=NOON)


def test_agent_fills_in_a_field_on_the_page_of_the_ticket(affected):
    agent, ticket = client_of(people.agent()), support.ticket(kind="technical")

    agent.post(reverse("backoffice:ticket_fields", args=[ticket.ref]), {"field-affected": "router"})

    page = agent.get(reverse("backoffice:ticket", args=[ticket.ref])).content.decode()
    assert Ticket.objects.get().fields == {"affected": "router"}
    assert "<dt>Affected service</dt><dd>Router</dd>" in page


def test_option_that_is_not_there_is_refused_on_the_page(affected):
    ticket = support.ticket(kind="technical")

    answer = client_of(people.agent()).post(reverse("backoffice:ticket_fields", args=[ticket.ref]), {"field-affected": "modem"})

    assert (answer.status_code, Ticket.objects.get().fields) == (422, {})


def test_list_narrows_to_a_value_by_code_or_label(affected):
    agent, found, other = people.agent(), filled(affected="router"), filled(affected="line")

    for value in ("router", "Router", "router-gerät"):
        assert list(filters.tickets(agent, Filters(field="affected", value=value))) == [found]
    assert list(filters.tickets(agent, Filters(field="affected", value="modem"))) == []
    assert set(filters.tickets(agent, Filters(field="affected"))) == {found, other}


def test_bulk_fills_in_what_was_foreseen(affected):
    agent, ticket, key = client_of(people.agent()), support.ticket(kind="technical"), uuid4()
    sent = {"tickets": [ticket.ref], "field-affected": "line", "key": key}

    foreseen = agent.post(reverse("backoffice:bulk_previews"), sent).content.decode()

    assert "Affected service" in foreseen
    assert 'name="field-affected" value="line"' in foreseen


def test_contact_written_down_begins_with_its_fields(affected):
    ticket = support.ticket()
    form = {"channel": "phone", "subject": "Down", "text": "It is down.", "kind": "technical", "key": uuid4()}

    client_of(people.agent()).post(
        reverse("backoffice:contacts", args=[ticket.customer.number]), form | {"field-affected": "line"}
    )

    assert Ticket.objects.get(channel="phone").fields == {"affected": "line"}


def test_program_fills_in_fields_by_a_change(affected):
    ticket = support.ticket(kind="technical")
    address = reverse("staff_api:ticket_changes", args=[ticket.ref])

    answer = client_of(people.agent()).post(
        address,
        json.dumps({"fields_filled": {"affected": "line"}}),
        "application/json",
        headers={"Idempotency-Key": str(uuid4())},
    )

    assert answer.json()["fields_filled"] == {"affected": "line"}


def test_manager_renames_a_tag_in_the_administration():
    manager = client_of(people.manager())
    manager.post(reverse("admin:support_tag_add"), {"name": "vat", "purpose": "Tax"})
    tag = Tag.objects.get()

    manager.post(reverse("admin:support_tag_change", args=[tag.pk]), {"name": "Tax", "purpose": "Tax"})

    assert Tag.objects.get().name == "tax"
    assert "tag=tax" in manager.get(reverse("admin:support_tag_changelist")).content.decode()
