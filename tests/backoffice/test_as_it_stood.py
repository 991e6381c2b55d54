"""An entry of the timeline leads to what it is about, as it stood then: unpaid, or at its old address."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.customers import details, earlier
from accounts.timeline.models import Activity
from billing.invoices import selectors, settling
from tests.factories import people
from tests.factories.billing import invoice
from tests.factories.customers import NOON, group

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=9)


def opened(entry, user):
    client = Client()
    client.force_login(user)
    return client.get(reverse("backoffice:activity", args=[entry.customer.number, entry.pk]))


def test_customer_of_an_entry_has_the_address_it_had_then():
    customer = group(street="Old street 1", city="Munich")
    for days, street in ((1, "Middle street 2"), (2, "New street 3")):
        details.change(actor=None, customer=customer, at=NOON + timedelta(days=days), street=street)
    first = Activity.objects.filter(kind="accounts.customer_changed").earliest("at")

    shown = opened(first, people.agent()).content.decode()

    assert "Middle street 2" in shown
    assert "Old street 1" not in shown and "New street 3" not in shown
    assert earlier.facts_at(customer, NOON)["street"] == "Old street 1"


def test_invoice_that_was_paid_later_is_open_as_it_stood_when_it_was_issued():
    document = invoice(group())
    settling.write_off(document=document, reason="Given up.", on=LATER.date(), at=LATER, actor=None)
    issued, given_up = (Activity.objects.get(kind=kind) for kind in ("billing.invoice_issued", "billing.written_off"))

    stood = [(selectors.open_at(document, each.at), opened(each, people.agent()).content.decode()) for each in (issued, given_up)]

    assert [minor for minor, _ in stood] == [document.total_minor, 0]
    assert ["Paid" in page for _, page in stood] == [False, True]


def test_customers_people_have_no_way_to_it():
    document = invoice(group())

    answer = opened(Activity.objects.get(kind="billing.invoice_issued"), people.administrator(document.customer))

    assert answer.status_code in (302, 403, 404)
