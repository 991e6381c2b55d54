"""Direct debit in the portal: signing a mandate, paying with it, revoking it."""

import pytest
from django.test import Client
from django.urls import reverse

from billing.payments.models import Payment
from billing.payments.sepa.models import DirectDebit, Mandate
from tests.factories import people
from tests.factories.bank import ANNA
from tests.factories.billing import invoice, seller
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    seller()
    return group("Berlin GmbH")


@pytest.fixture
def client(berlin):
    client = Client()
    client.force_login(people.payer(berlin))
    return client


def sign(client, berlin, **changes):
    form = {"seller": "accord", "holder": "Anna Beispiel", "iban": ANNA, "agreed": "on"} | changes
    return client.post(reverse("portal:mandates", args=[berlin.number]), form)


def test_mandate_is_signed_and_shown_masked(client, berlin):
    assert sign(client, berlin).status_code == 302

    page = client.get(reverse("portal:mandates", args=[berlin.number])).content.decode()
    assert Mandate.objects.get().ref in page
    assert "DE •••• 3000" in page
    assert ANNA not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"iban": "DE88370400440532013000"}, "check its digits"), ({"agreed": ""}, "required"), ({"holder": ""}, "required")],
)
def test_mandate_that_cannot_be_is_refused_where_it_is_wrong(client, berlin, changes, said):
    answer = sign(client, berlin, **changes)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Mandate.objects.exists()


def test_invoice_is_paid_with_the_mandate_and_waits_for_the_bank(client, berlin):
    sign(client, berlin)
    document = invoice(berlin, 12000)
    kept = berlin.payment_methods.get()

    answer = client.post(
        reverse("portal:payments", args=[berlin.number]),
        {"documents": document.ref, "method": kept.pk, "confirmed": 12000, "key": "1b4e28ba-2fa1-11d2-883f-0016d3cca427"},
        follow=True,
    ).content.decode()

    assert "will be collected" in answer
    assert (Payment.objects.get().status, DirectDebit.objects.get().amount_minor) == ("unknown", 12000)


def test_revoked_mandate_is_offered_no_more(client, berlin):
    sign(client, berlin)
    mandate = Mandate.objects.get()

    client.post(reverse("portal:mandate_revocations", args=[berlin.number, mandate.pk]))

    assert not berlin.payment_methods.filter(removed_at=None).exists()
    assert "Revoked" in client.get(reverse("portal:mandates", args=[berlin.number])).content.decode()
