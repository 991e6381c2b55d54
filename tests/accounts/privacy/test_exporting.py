"""Exports: everything about a person or a customer in one file, for who asked and for a week."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from accounts.people import invitations
from accounts.people.models import Membership
from accounts.privacy import exporting
from accounts.privacy.models import Export
from billing.invoices.documents import rendering
from support.tickets import conversation
from tests.factories import billing, people, support

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def administrator(tree):
    return people.administrator(tree.berlin, email="berlin@helios.example")


@pytest.fixture(autouse=True)
def _no_press(monkeypatch):
    monkeypatch.setattr(rendering, "pdf_of", lambda document, language="": b"%PDF-1.7")


def ready(export):
    exporting.prepare_waiting(at=NOON)
    return Export.objects.get(pk=export.pk)


def opened(export):
    return zipfile.ZipFile(io.BytesIO(bytes(ready(export).content)))


def data_of(export):
    return json.loads(opened(export).read("data.json"))


def test_person_gets_their_login_roles_and_words_and_no_secret(administrator, tree):
    support.ticket(tree.berlin, by=administrator, text="My words")

    data = data_of(exporting.ask_for_person(actor=administrator, person=administrator, at=NOON))

    assert [row["email"] for row in data["accounts.User"]] == ["berlin@helios.example"]
    assert "password" not in data["accounts.User"][0]
    assert "My words" in [row["text"] for row in data["support.Message"]]
    assert [row["role"] for row in data["accounts.Membership"]] == ["administrator"]


def test_customer_gets_itself_and_all_below_with_documents_and_nothing_of_its_sister(administrator, tree):
    own, foreign = billing.invoice(tree.berlin), billing.invoice(tree.us)

    archive = opened(exporting.ask_for_customer(actor=administrator, customer=tree.berlin, at=NOON))

    names = {row["number"] for row in json.loads(archive.read("data.json"))["accounts.Customer"]}
    assert names == {tree.berlin.number, tree.lab.number}
    assert f"documents/{own.ref}.pdf" in archive.namelist()
    assert f"documents/{foreign.ref}.pdf" not in archive.namelist()


def test_internal_notes_are_not_handed_out(administrator, tree):
    ticket = support.ticket(tree.berlin, by=administrator)
    conversation.note(actor=people.agent(), ticket=ticket, text="Between us", at=NOON)

    data = data_of(exporting.ask_for_customer(actor=administrator, customer=tree.berlin, at=NOON))

    assert "Between us" not in [row["text"] for row in data["support.Message"]]


def test_file_is_for_who_asked_alone(administrator, tree):
    export = ready(exporting.ask_for_person(actor=administrator, person=administrator, at=NOON))

    assert exporting.to_fetch(export.token, viewer=administrator, at=NOON) == export
    assert exporting.to_fetch(export.token, viewer=people.administrator(tree.berlin), at=NOON) is None


def test_file_is_gone_after_a_week(administrator):
    export = ready(exporting.ask_for_person(actor=administrator, person=administrator, at=NOON))

    assert exporting.to_fetch(export.token, viewer=administrator, at=NOON + WEEK) is None
    exporting.prepare_waiting(at=NOON + WEEK)
    assert Export.objects.get().content is None


def test_file_of_the_customer_closes_when_the_role_ends(administrator, tree):
    export = ready(exporting.ask_for_customer(actor=administrator, customer=tree.berlin, at=NOON))
    invitations.revoke(actor=None, membership=Membership.objects.get(user=administrator), at=datetime.now(UTC))

    assert exporting.to_fetch(export.token, viewer=administrator, at=NOON) is None


def test_member_gets_nothing_of_the_whole_customer(tree):
    with pytest.raises(exporting.MayNotExport):
        exporting.ask_for_customer(actor=people.member(tree.berlin), customer=tree.berlin, at=NOON)


def test_nobody_asks_for_the_data_of_somebody_else(administrator, tree):
    with pytest.raises(exporting.MayNotExport):
        exporting.ask_for_person(actor=administrator, person=people.member(tree.berlin), at=NOON)


def test_second_wish_while_the_first_waits_is_refused(administrator):
    exporting.ask_for_person(actor=administrator, person=administrator, at=NOON)

    with pytest.raises(exporting.TooMany):
        exporting.ask_for_person(actor=administrator, person=administrator, at=NOON)
