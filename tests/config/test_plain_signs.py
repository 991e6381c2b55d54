"""What is typed into a form, handed in as a file or sent by a program never reads as something else than it is."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from support.tickets.models import Message, Ticket
from tests.factories import people
from tests.portal.visiting import browser_of

pytestmark = pytest.mark.django_db
TURNED = "Paid \u202e000.1\u202c EUR"


def test_name_typed_with_a_turning_mark_is_kept_without_it(tree):
    sent = {"email": "new@helios.example", "name": "Ada \u202ereganam", "role": "reader", "scope": "node"}

    browser_of(people.administrator(tree.berlin)).post(reverse("portal:members", args=[tree.berlin.number]), sent)

    assert User.objects.get(email="new@helios.example").name == "Ada reganam"


def test_ticket_with_a_file_is_kept_with_plain_words_and_a_plain_name(tree):
    file = SimpleUploadedFile("bill\u202efdp.txt", b"words")
    sent = {"subject": TURNED, "text": f"{TURNED}\nSecond line", "kind": "other", "files": [file], "key": uuid4()}

    answer = browser_of(people.member(tree.berlin)).post(reverse("portal:tickets", args=[tree.berlin.number]), sent)

    assert answer.status_code == 302
    assert (Ticket.objects.get().subject, Message.objects.get().text) == ("Paid 000.1 EUR", "Paid 000.1 EUR\nSecond line")
    assert [one.name for one in Message.objects.get().attachments.all()] == ["billfdp.txt"]


def test_program_that_sends_a_turning_mark_is_refused_and_nothing_is_kept(tree):
    client = Client()
    client.force_login(people.member(tree.berlin))
    address = f"/api/v1/customers/{tree.berlin.number}/tickets/"

    answer = client.post(
        address, {"subject": TURNED, "text": "x"}, content_type="application/json", headers={"Idempotency-Key": "k-1"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "direction_turned")
    assert not Ticket.objects.exists()
