"""Fault: an error we found is ours only on a ticket that claims it."""

import pytest

from billing.anomalies.models import Finding
from support.remedies import fault
from support.tickets import subject_kind
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def side(ticket):
    return fault.of([ticket]).get(ticket.pk, ("", ""))[0]


def test_error_found_on_the_invoice_of_a_billing_ticket_is_ours():
    assert side(support.case().ticket) == "ours"


def test_ticket_about_something_else_that_names_the_invoice_claims_nothing():
    customer = group()
    line = support.billed_twice(customer)
    ticket = support.ticket(customer, kind="technical", document=line.document)

    assert ticket.finding is not None
    assert side(ticket) == ""
    assert side(subject_kind.change(actor=people.agent(), ticket=ticket, kind="billing", at=NOON)) == "ours"


def test_billing_question_about_no_invoice_claims_nothing():
    customer = group()
    support.billed_twice(customer)
    ticket = support.ticket(customer, subject="By mail?", text="May we have invoices by mail?")

    assert ticket.finding is not None
    assert side(ticket) == ""


def test_error_that_was_dismissed_is_nobodys():
    ticket = support.case().ticket
    Finding.objects.update(status="dismissed")

    assert side(ticket) == ""
