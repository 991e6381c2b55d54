"""Prepaid credit in the portal and by program: seen by who may see money, bought by who may pay."""

from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from billing.invoices import wallets
from billing.invoices.models import Document
from billing.money import Money
from tests.factories import billing, customers, people
from tests.portal.visiting import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    return billing.subscribed(customers.group("Berlin")).customer


def test_payer_buys_credit_and_is_led_to_its_invoice(berlin):
    client = browser_of(people.payer(berlin))
    given = {"amount": "250.00", "currency": "EUR", "key": str(UUID(int=1))}

    answers = [client.post(reverse("portal:top_ups", args=[berlin.number]), given) for _ in range(2)]
    page = client.get(reverse("portal:wallet", args=[berlin.number])).content.decode()

    invoice = Document.objects.get()
    assert [answer.url for answer in answers] == [reverse("portal:invoice", args=[invoice.ref])] * 2
    assert ("Bought ahead" in page, page.count("250.00")) == (True, 2)


@pytest.mark.parametrize("amount", ["0", "-3.00", "12.345", "lots", "1e9", "999999999.00"])
def test_amount_that_is_none_is_refused_beside_its_field_and_nothing_is_issued(berlin, amount):
    given = {"amount": amount, "currency": "EUR", "key": str(uuid4())}

    answer = browser_of(people.payer(berlin)).post(reverse("portal:top_ups", args=[berlin.number]), given)

    assert (answer.status_code, Document.objects.count()) == (422, 0)
    assert answer.context["form"].errors["amount"]


def test_program_buys_credit_once_per_key_and_reads_what_is_held(berlin):
    client, facts = browser_of(people.payer(berlin)), {"amount": "40.00", "currency": "eur"}
    address = reverse("api:top_ups", args=[berlin.number])

    refs = [
        client.post(address, facts, content_type="application/json", headers={"Idempotency-Key": "a1"}).json()["ref"]
        for _ in range(2)
    ]
    held = client.get(reverse("api:wallet", args=[berlin.number])).json()

    assert refs[0] == refs[1]
    assert [(row["seller"], row["held"], row["open_for_more"]) for row in held] == [
        ("accord", {"amount": "40.00", "currency": "EUR"}, True)
    ]


def test_reader_sees_the_credit_and_why_none_can_be_bought(berlin):
    wallets.top_up(
        actor=people.payer(berlin), customer=berlin, amount=Money(1000, "EUR"), on=billing.FIRST_DAY, at=billing.NOON, key=uuid4()
    )

    page = browser_of(people.member(berlin, "reader")).get(reverse("portal:wallet", args=[berlin.number])).content.decode()

    assert ("10.00" in page, "You may not do this for this customer." in page, "Buy and show" in page) == (True, True, False)


def test_payments_lead_to_credit_cards_and_direct_debit(berlin):
    page = browser_of(people.payer(berlin)).get(reverse("portal:payments", args=[berlin.number])).content.decode()

    for name in ("wallet", "methods", "mandates"):
        assert f'href="{reverse(f"portal:{name}", args=[berlin.number])}"' in page
