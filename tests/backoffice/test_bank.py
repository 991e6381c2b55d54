"""The bank page: what waits is seen with its suggestion, dealt with in a click or two, and taken back."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.days import local_day
from billing.ledger import balances
from billing.payments.bank.models import BankLine, BankStatement, TransferOrder
from billing.payments.models import Payment
from billing.payments.sepa import pain
from billing.payments.sepa.models import DebitFile
from tests.factories import people
from tests.factories.bank import brought, camt, debit, debit_at_the_bank, paid_too_much, paying, row, waiting_transfer
from tests.factories.billing import invoice, seller
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    seller()
    client = Client()
    client.force_login(people.finance())
    return client


@pytest.fixture
def berlin():
    return group("Berlin GmbH")


def at(route, *args):
    return reverse(f"backoffice:{route}", args=args)


def read(client, *address):
    return client.get(at(*address)).content.decode()


def test_waiting_line_shows_its_words_its_amount_and_the_suggestion(client, berlin):
    document = invoice(berlin, 12000)
    line = brought(row(12000, "thanks for the fish"))[0]

    page = read(client, "bank")

    assert line.ref in page and "thanks for the fish" in page and "120.00" in page
    assert f"Of all open invoices only {document.ref} has this amount." in page


def test_suggestion_is_matched_with_one_click_and_undone_with_another(client, berlin):
    document = invoice(berlin, 12000)
    line = brought(row(12000, "hello"))[0]

    client.post(at("bank_matches", line.ref), {"accept": "1"})
    document.refresh_from_db()
    assert document.open_minor == 0
    assert document.ref in read(client, "bank_line", line.ref)

    client.post(at("bank_undoings", line.ref))
    document.refresh_from_db()
    assert document.open_minor == 12000


def test_numbers_typed_are_matched_and_a_wrong_one_is_said(client, berlin):
    document = invoice(berlin, 500)
    line = brought(row(700, "hello"))[0]

    wrong = client.post(at("bank_matches", line.ref), {"numbers": "INV-999999"})
    assert wrong.status_code == 422
    assert "no issued invoice in EUR with INV999999" in wrong.content.decode()

    assert client.post(at("bank_matches", line.ref), {"numbers": f" {document.ref} ,"}).status_code == 302
    assert balances.credit_of(berlin) == {"EUR": 200}


def test_line_is_kept_as_credit_or_set_aside(client, berlin):
    credit, aside = brought(row(700, "hello"), row(3, "interest"))

    assert client.post(at("bank_credits", credit.ref), {"customer": "C-0"}).status_code == 422
    client.post(at("bank_credits", credit.ref), {"customer": berlin.number.lower()})
    client.post(at("bank_set_asides", aside.ref), {"reason": "Interest"})

    assert balances.credit_of(berlin) == {"EUR": 700}
    assert set(BankLine.objects.values_list("status", flat=True)) == {"matched", "ignored"}
    assert "Interest" in client.get(at("bank") + "?show=ignored").content.decode()


def test_what_is_over_is_proposed_back_and_given_back(client, berlin):
    line = brought(paying(invoice(berlin, 12000), 15000))[0]
    assert "30.00 over" in client.get(at("bank") + "?show=over").content.decode().replace("\xa0", " ").replace(" EUR", "")

    client.post(at("bank_surpluses", line.ref))

    page = read(client, "bank")
    assert "Transfers to make" in page and TransferOrder.objects.get().end_to_end in page


def test_what_is_over_may_be_kept(client, berlin):
    line = brought(paying(invoice(berlin, 12000), 15000))[0]

    client.post(at("bank_surpluses", line.ref), {"keep": "1"})

    assert not BankLine.objects.over().exists()
    assert balances.credit_of(berlin) == {"EUR": 3000}


@pytest.mark.parametrize(("form", "status"), [({}, "made"), ({"reason": "Account closed"}, "failed")])
def test_transfer_is_told_to_be_made_or_not_possible(client, form, status):
    order = waiting_transfer()

    client.post(at("bank_transfer_outcomes", order.pk), form)
    again = client.post(at("bank_transfer_outcomes", order.pk), form, follow=True)

    order.refresh_from_db()
    assert order.status == status
    assert "is known already" in again.content.decode()


def test_statement_is_uploaded_once(client, berlin):
    content = camt(paying(invoice(berlin, 12000)))

    for _ in range(2):
        answer = client.post(at("bank_imports"), {"file": SimpleUploadedFile("march.xml", content)})
        assert answer.status_code == 302

    assert BankStatement.objects.count() == 1
    assert "march.xml" in read(client, "bank_statements")


@pytest.mark.parametrize("content", [b"no statement", camt(row(100, "x"))[:300]])
def test_file_that_is_none_is_refused_on_the_page(client, content):
    answer = client.post(at("bank_imports"), {"file": SimpleUploadedFile("bad.xml", content)})

    assert answer.status_code == 422
    assert "The file" in answer.content.decode()
    assert not BankStatement.objects.exists()


def test_file_that_is_too_large_is_refused_unread(client, monkeypatch):
    monkeypatch.setattr("backoffice.forms.bank.MOST_BYTES", 10)

    answer = client.post(at("bank_imports"), {"file": SimpleUploadedFile("large.xml", camt(row(100, "x")))})

    assert answer.status_code == 422
    assert "too large" in answer.content.decode()


def test_refusal_of_a_click_is_said_on_the_line(client, berlin):
    line = brought(paying(invoice(berlin, 12000)))[0]

    page = client.post(at("bank_surpluses", line.ref), follow=True).content.decode()

    assert "is dealt with" in page


def test_supervisor_sees_lines_and_no_buttons(berlin):
    seller()
    line = brought(row(700, "hello"))[0]
    client = Client()
    client.force_login(people.supervisor())

    page = read(client, "bank_line", line.ref)

    assert "hello" in page
    assert "Set aside" not in page
    assert "Import a statement" not in read(client, "bank")


def test_line_in_a_currency_of_the_past_is_shown(client):
    line = brought(row(12000, "old", currency="DEM"))[0]

    assert "120.00 DEM" in read(client, "bank_line", line.ref)
    assert "120.00 DEM" in read(client, "bank")


def test_file_of_debits_is_made_once_and_downloaded(client):
    waiting = debit()
    assert waiting.end_to_end in read(client, "direct_debits")

    refused = client.post(at("debit_files"), {"seller": seller().pk, "collection_on": "2020-01-01"})
    assert (refused.status_code, DebitFile.objects.count()) == (422, 0)
    assert "so that payers know before" in refused.content.decode()

    on = next(
        day
        for day in (local_day(timezone.now(), pain.CALENDAR) + timedelta(days=n) for n in range(2, 20))
        if pain.is_bank_day(day)
    )
    assert client.post(at("debit_files"), {"seller": seller().pk, "collection_on": on.isoformat()}).status_code == 302
    made = DebitFile.objects.get()
    assert f"<EndToEndId>{waiting.end_to_end}</EndToEndId>" in client.get(at("debit_file", made.ref)).content.decode()


def test_debit_that_the_bank_rejected_declines_its_payment(client):
    sent = debit_at_the_bank()

    client.post(at("debit_failures", sent.pk), {"reason": "Account blocked"})
    again = client.post(at("debit_failures", sent.pk), {"reason": "Again"}, follow=True).content.decode()

    payment = Payment.objects.get(ref=sent.end_to_end)
    assert (payment.status, payment.decline_reason) == ("declined", "Account blocked")
    assert "is known already" in again


def test_finding_about_a_payment_is_given_back_from_the_desk(client):
    made = paid_too_much()
    assert "pays for nothing" in read(client, "desk")

    client.post(at("finding_refunds", made.ref))
    again = client.post(at("finding_refunds", made.ref), follow=True).content.decode()

    made.refresh_from_db()
    assert (made.status, TransferOrder.objects.get().amount_minor) == ("remedied", made.amount_minor)
    assert "already" in again


def test_finding_about_a_payment_is_used_for_what_is_open(client):
    made = paid_too_much()
    document = invoice(made.customer, made.amount_minor)

    client.post(at("finding_refunds", made.ref), {"use": "1"})

    document.refresh_from_db()
    assert document.open_minor == 0
