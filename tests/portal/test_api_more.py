"""Terms, automatic payment, exports and feedback through the API: the same rules as the pages, once."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.privacy import exporting
from billing.contracts.models import ContractTerms
from billing.payments import methods
from billing.payments.models import Autopay
from support.voice.models import Feedback
from tests.factories import billing, payments, people

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def send(client, address, body=None, key=""):
    headers = {"Idempotency-Key": key or uuid4().hex}
    return client.post(f"/api/v1/{address}", body or {}, content_type="application/json", headers=headers)


def test_terms_are_compared_without_change_and_agreed_once(tree):
    client = signed_in(people.administrator(tree.berlin))
    ref = billing.subscribed(tree.berlin).contract.ref

    compared = send(client, f"contracts/{ref}/terms/comparisons/", {"po_number": "PO-7"})
    untouched = ContractTerms.objects.count()
    signed = [send(client, f"contracts/{ref}/terms/signatures/", {"po_number": "PO-7", "signed_name": "Ada"}) for _ in range(2)]
    told = client.get(f"/api/v1/contracts/{ref}/terms/").json()

    assert [row["name"] for row in compared.json()["differences"]] == ["po_number"]
    assert untouched == 0
    assert [answer.status_code for answer in signed] == [201, 422]
    assert (signed[1].json()["code"], told["po_number"]) == ("same_terms", "PO-7")


def test_notice_is_not_changed_by_an_extra_field(tree):
    client = signed_in(people.administrator(tree.berlin))
    agreed = billing.subscribed(tree.berlin).contract

    answer = send(client, f"contracts/{agreed.ref}/terms/signatures/", {"notice_days": 0, "signed_name": "Ada"})

    assert (answer.status_code, answer.json()["code"]) == (422, "same_terms")


def test_automatic_payment_is_set_and_ended(tree):
    client, number = signed_in(people.payer(tree.berlin)), tree.berlin.number
    kept = methods.keep(actor=None, customer=tree.berlin, method=payments.GOOD, at=timezone.now())

    none = client.get(f"/api/v1/customers/{number}/autopay/")
    for _ in range(2):
        made = send(client, f"customers/{number}/autopay/", {"method": kept.pk, "day": 5, "limit": "500.00"})
    ended = send(client, f"customers/{number}/autopay/ends/")

    assert (none.status_code, made.status_code, made.json()["limit_minor"], ended.status_code) == (404, 201, 50000, 204)
    assert (Autopay.objects.count(), Autopay.objects.filter(ended_at=None).count()) == (1, 0)


@pytest.mark.parametrize(
    ("wrong", "status"), [({"day": 31}, 400), ({"limit": "-1"}, 422), ({"limit": "many"}, 422), ({"scope": "planet"}, 400)]
)
def test_automatic_payment_that_makes_no_sense_is_refused(tree, wrong, status):
    methods.keep(actor=None, customer=tree.berlin, method=payments.GOOD, at=timezone.now())

    answer = send(signed_in(people.payer(tree.berlin)), f"customers/{tree.berlin.number}/autopay/", wrong)

    assert answer.status_code == status
    assert not Autopay.objects.exists()


def test_card_of_another_customer_pays_nothing_here(tree):
    methods.keep(actor=None, customer=tree.berlin, method=payments.GOOD, at=timezone.now())
    foreign = methods.keep(actor=None, customer=tree.us, method=payments.GOOD, at=timezone.now())

    answer = send(signed_in(people.payer(tree.berlin)), f"customers/{tree.berlin.number}/autopay/", {"method": foreign.pk})

    assert answer.status_code == 404


def test_export_is_asked_for_once_and_fetched_by_who_asked(tree):
    member = people.member(tree.berlin)
    client, address = signed_in(member), f"customers/{tree.berlin.number}/exports/"

    asked = send(client, address)
    exporting.prepare_waiting(at=timezone.now())
    file = f"/api/v1/exports/{asked.json()['token']}/"

    assert (asked.status_code, client.get(file)["Content-Type"]) == (201, "application/zip")
    assert signed_in(people.administrator(tree.berlin)).get(file).status_code == 404


def test_all_data_of_a_customer_is_for_its_administrators(tree):
    answer = send(signed_in(people.member(tree.berlin)), f"customers/{tree.berlin.number}/exports/", {"what": "customer"})

    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "Only an administrator of this customer may ask for all its data.",
    )


def test_feedback_is_kept_once_and_a_concern_names_its_ticket(tree):
    client, address = signed_in(people.member(tree.berlin)), f"customers/{tree.berlin.number}/feedback/"

    told = [send(client, address, {"kind": "concern", "words": "Too slow."}, key="once") for _ in range(2)]

    assert [answer.status_code for answer in told] == [201, 201]
    assert told[0].json() == told[1].json()
    assert (Feedback.objects.count(), told[0].json()["ticket"]) == (1, Feedback.objects.get().ticket.ref)
    assert [row["kind"] for row in client.get(f"/api/v1/{address}").json()["results"]] == ["concern"]
