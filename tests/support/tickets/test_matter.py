"""A ticket knows what it is about: the document, the line, and the billing error found on it."""

import pytest

from support.tickets.matter import NoSuchDocument
from tests.factories import billing, people, support
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db


def test_ticket_about_a_line_billed_twice_finds_the_error():
    customer = group()
    line = support.billed_twice(customer, 12000)

    ticket = support.ticket(customer, line=line)

    assert ticket.document == line.document
    assert (ticket.finding.line, ticket.finding.amount_minor, ticket.finding.status) == (line, 12000, "open")


def test_ticket_about_the_first_of_the_two_lines_finds_the_same_error():
    customer = group()
    line = support.billed_twice(customer, first_ref="OLD-FIRST")

    about_twin = support.ticket(customer, document=customer.documents.get(ref="OLD-FIRST"))

    assert about_twin.finding.line == line


def test_billing_question_about_nothing_finds_the_only_error_and_none_of_two():
    one, two = group(), group()
    line = support.billed_twice(one)
    support.billed_twice(two)
    support.billed_twice(two, 5000, description="Storage")

    assert support.ticket(one).finding.line == line
    assert support.ticket(two).finding is None


def test_question_of_another_kind_about_nothing_looks_for_no_error():
    customer = group()
    support.billed_twice(customer)

    assert support.ticket(customer, kind="technical").finding is None


def test_document_out_of_reach_does_not_exist():
    root = group()
    berlin, paris = below(root, "Berlin"), below(root, "Paris")
    foreign = billing.invoice(paris)

    with pytest.raises(NoSuchDocument):
        support.ticket(berlin, by=people.member(berlin), document=foreign)


def test_line_of_another_document_is_refused():
    customer = group()
    one, other = billing.invoice(customer), billing.invoice(customer)

    with pytest.raises(NoSuchDocument):
        support.ticket(customer, document=one, line=other.lines.get())
