"""A payment whose money went back says so, in the list, on its page and through the API: given back by us, or taken back."""

from uuid import uuid4

import pytest
from django.urls import reverse

from billing.payments import receiving, refunds
from billing.payments.models import Payment
from tests.factories import payments
from tests.factories.billing import invoice
from tests.factories.people import member
from tests.portal.visiting import NOW, browser_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def visitor(tree):
    return browser_of(member(tree.germany, "payer"))


def said_of(visitor, node, payment):
    """What the list's pill says, and the whole page of the payment."""
    listed = visitor.get(reverse("portal:payments", args=[node.number])).content.decode().split("<tbody>")[1]
    pill = listed.split('<span class="pill')[1].split(">")[1].split("<")[0]
    return pill, words(visitor.get(f"/portal/payments/{payment.ref}/"))


def given_back(payment, amount):
    facts = {"reason": "Cancelled", "key": uuid4(), "at": NOW, "reopens": True}
    assert refunds.refund(actor=None, payment=payment, amount_minor=amount, **facts).status == "succeeded"


def taken_back(payment, amount):
    receiving.charge_back(payment=payment, amount_minor=amount, key="bank", at=NOW)


@pytest.mark.parametrize(
    ("goes_back", "amount", "pill", "told"),
    [
        (taken_back, 12000, "Taken back", "120.00 EUR of it went back"),
        (taken_back, 2000, "Partly taken back", "20.00 EUR of it went back"),
        (given_back, 12000, "Given back", "120.00 EUR of it was given back."),
        (given_back, 2000, "Partly given back", "20.00 EUR of it was given back."),
    ],
)
def test_list_and_page_say_how_much_of_a_payment_went_back(visitor, tree, goes_back, amount, pill, told):
    payment = payments.pay(tree.germany, invoice(tree.germany, 12000))
    assert said_of(visitor, tree.germany, payment)[0] == "Paid"

    goes_back(payment, amount)

    listed, page = said_of(visitor, tree.germany, payment)
    assert (listed, told in page) == (pill, True)


def test_api_tells_both_beside_the_amount(visitor, tree):
    payment = payments.pay(tree.germany, invoice(tree.germany, 12000))
    given_back(payment, 2000)
    taken_back(payment, 500)

    told = visitor.get(f"/api/v1/payments/{payment.ref}/").json()

    assert (told["amount"]["amount"], told["refunded"]["amount"], told["taken_back"]["amount"]) == ("120.00", "20.00", "5.00")
    assert Payment.objects.get().status == "succeeded"
