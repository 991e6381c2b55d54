"""A ticket knows what it is about: the document, the line, and the billing error found on it."""

from uuid import uuid4

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


@pytest.mark.parametrize("words", ["{ref} is charged again.", "(see {ref}), please", "Betreff: {lower}"])
def test_invoice_named_in_words_is_what_the_ticket_is_about(words):
    customer = group()
    line = support.billed_twice(customer, first_ref="OLD-1")
    support.billed_twice(customer, 5000, description="Storage")
    ref = line.document.ref

    ticket = support.ticket(customer, text=words.format(ref=ref, lower=ref.lower()), channel="email")

    assert (ticket.document, ticket.finding.line) == (line.document, line)


def test_agent_who_writes_a_call_down_names_the_invoice_the_same_way():
    customer = group()
    line = support.billed_twice(customer)

    ticket = support.ticket(customer, by=people.agent(), subject=f"{line.document.ref} twice", channel="phone")

    assert ticket.document == line.document


def test_invoice_of_somebody_else_named_in_words_is_not_found():
    customer, other = group(), group()
    foreign = billing.invoice(other)

    assert support.ticket(customer, text=f"About {foreign.ref}.").document is None
    assert support.ticket(customer, by=people.agent(), text=f"About {foreign.ref}.").document is None


def test_words_without_a_number_name_nothing():
    assert support.ticket(text="It is about our last invoice - the one of May...").document is None


def test_same_mail_again_is_the_same_ticket_though_it_names_an_invoice():
    customer = group()
    facts = {"by": people.member(customer), "text": f"{billing.invoice(customer).ref} please", "key": uuid4()}

    assert support.ticket(customer, **facts) == support.ticket(customer, **facts)
