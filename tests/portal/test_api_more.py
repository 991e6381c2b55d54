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
from tests.factories.customers import helios

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return helios()


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


def test_address_is_changed_by_who_may_and_not_found_by_a_sister(tree):
    address, wanted = f"customers/{tree.berlin.number}/details/changes/", {"what": "address", "street": "Allee 2"}

    foreign = send(signed_in(people.member(tree.us)), address, wanted)
    own = send(signed_in(people.member(tree.berlin)), address, wanted)

    tree.berlin.refresh_from_db()
    assert (foreign.status_code, own.status_code, own.json()["status"]) == (404, 201, "done")
    assert (tree.berlin.street, own.json()["after"]) == ("Allee 2", {"street": "Allee 2"})


def test_tax_id_with_a_wrong_check_digit_is_refused_and_a_good_one_waits_for_an_administrator(tree):
    member, chief = signed_in(people.member(tree.germany)), signed_in(people.administrator(tree.group))
    address = f"customers/{tree.germany.number}/details/changes/"

    wrong = send(member, address, {"what": "tax_id", "tax_id": "DE136695977"})
    asked = send(member, address, {"what": "tax_id", "tax_id": "DE136695976"}).json()
    own = send(member, f"details/changes/{asked['id']}/decisions/", {"approve": True})
    decided = send(chief, f"details/changes/{asked['id']}/decisions/", {"approve": True}).json()

    assert (wrong.status_code, wrong.json()["code"]) == (422, "tax_id.check_digit")
    assert (asked["status"], own.status_code, decided["status"]) == ("waiting", 404, "done")
    assert chief.get(f"/api/v1/{address}").json()["results"][0]["before"] == {"tax_id": ""}


def test_change_without_a_fact_of_its_kind_is_asked_what_shall_stand_there(tree):
    answer = send(
        signed_in(people.member(tree.berlin)),
        f"customers/{tree.berlin.number}/details/changes/",
        {"what": "payer", "city": "Rom"},
    )

    assert (answer.status_code, answer.json()["fields"]) == (400, {"payer": ["Say what shall stand there."]})


def test_address_for_invoices_is_kept_from_its_day_on_and_listed(tree):
    client, at = signed_in(people.member(tree.berlin)), f"customers/{tree.berlin.number}"
    wanted = {
        "what": "sent_to",
        "purpose": "invoices",
        "street": "Ring 1",
        "city": "Kiel",
        "country": "DE",
        "until": "2099-01-01",
    }

    kept = send(client, f"{at}/details/changes/", wanted)
    listed = client.get(f"/api/v1/{at}/addresses/").json()
    ended = send(client, f"{at}/details/changes/", {"what": "sent_to", "ends": listed[0]["id"], "effective_on": "2026-01-01"})

    assert kept.status_code == 201
    assert [(one["purpose"], one["street"], one["until"]) for one in listed] == [("invoices", "Ring 1", "2099-01-01")]
    assert ended.status_code == 422


def test_card_kept_further_up_for_all_below_pays_an_invoice_below(tree):
    client = signed_in(people.member(tree.germany, "payer"))
    kept = methods.keep(actor=None, customer=tree.germany, method=payments.GOOD, at=timezone.now(), scope="subtree")
    owed = billing.invoice(tree.berlin, 12000)
    asked = {"documents": [owed.ref], "method": kept.pk, "confirmed_minor": 12000}

    paid = send(client, f"customers/{tree.germany.number}/payments/", asked)

    owed.refresh_from_db()
    assert (paid.status_code, paid.json()["status"], owed.open_minor) == (201, "succeeded", 0)
