"""A claim to be billed twice is valid, partly valid or not valid by our books, and shows both invoices either way."""

from datetime import date

import pytest

from support.remedies import claims
from support.tickets.models import Ticket
from tests.factories import billing, support
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
FEBRUARY = {"since": date(2026, 2, 1), "until": date(2026, 3, 1)}


def claimed(**days):
    """A ticket about an invoice for these days, beside one for February."""
    customer = group()
    billing.legacy_invoice(customer, 12000, ref="INV-4", on=date(2026, 2, 1), **FEBRUARY)
    again = billing.legacy_invoice(customer, 12000, ref="INV-5", on=date(2026, 2, 3), **days)
    return support.ticket(customer, line=again.lines.get(), document=again)


def test_claimed_double_for_another_period_is_not_valid_and_shows_both_periods():
    claim = claims.of_ticket(claimed(since=date(2026, 3, 1), until=date(2026, 4, 1)))

    assert claim.assessment.verdict == "not_valid"
    assert "INV-5 charges it for 1 to 31 Mar 2026, INV-4 for 1 to 28 Feb 2026" in claim.assessment.words
    assert str(claim.assessment.twin.document) == "INV-4"


def test_double_for_the_same_days_is_valid():
    claim = claims.of_ticket(claimed(**FEBRUARY))

    assert (claim.assessment.verdict, str(claim.assessment.amount)) == ("valid", "120.00 EUR")


def test_double_for_some_of_the_days_is_partly_valid_for_their_share():
    claim = claims.of_ticket(claimed(since=date(2026, 2, 15), until=date(2026, 3, 15)))

    assert (claim.assessment.verdict, str(claim.assessment.amount)) == ("partly_valid", "60.00 EUR")
    assert claim.label.startswith("Partly valid")


def test_ticket_about_an_invoice_claims_the_charge_of_it_that_was_billed_twice():
    ticket = claimed(**FEBRUARY)
    Ticket.objects.filter(pk=ticket.pk).update(line=None)

    claim = claims.of_ticket(Ticket.objects.get(pk=ticket.pk))

    assert (str(claim.line.document), claim.assessment.verdict) == ("INV-5", "valid")


def test_ticket_about_no_invoice_or_no_billing_claims_nothing():
    technical = claimed(**FEBRUARY)
    technical.kind = Ticket.Kind.TECHNICAL

    assert claims.of_ticket(support.ticket()) is None
    assert claims.of_ticket(technical) is None


def test_ticket_about_an_invoice_that_was_paid_twice_claims_no_charge():
    ticket = support.overpaid_case().ticket
    Ticket.objects.filter(pk=ticket.pk).update(line=None)

    assert claims.of_ticket(Ticket.objects.get(pk=ticket.pk)) is None
