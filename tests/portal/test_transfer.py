"""Paying by transfer: the invoice page says how, and its reference is the one by which the payment is found."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import people
from tests.factories.bank import brought, row
from tests.factories.billing import invoice
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


def page(customer, document):
    client = Client()
    client.force_login(people.payer(customer))
    return client.get(reverse("portal:invoice", args=[document.ref])).content.decode()


def test_open_invoice_says_how_to_pay_it_by_transfer():
    berlin = group("Berlin")
    document = invoice(berlin, 12000)
    reference = f"RF{document.ref}".replace("-", "")[2:]

    shown = page(berlin, document)

    assert "Pay by bank transfer" in shown
    assert "DE02 1203 0000 0000 2020 51" in shown.replace("\xa0", " ")
    assert reference in shown


def test_reference_copied_from_the_page_pays_the_invoice():
    berlin = group("Berlin")
    document = invoice(berlin, 12000)
    shown = page(berlin, document)
    reference = shown[shown.index('data-copy="RF') :].split('"')[1]

    brought(row(12000, reference))

    document.refresh_from_db()
    assert document.open_minor == 0
    assert "Pay by bank transfer" not in page(berlin, document)
