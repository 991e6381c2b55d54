"""Whom a customer serves, as both sides walk through it: each sees its own part."""

from uuid import uuid4

import pytest
from django.urls import reverse

from support.tickets import conversation
from support.tickets.models import Ticket
from tests.factories import billing, people, support
from tests.factories.customers import NOON, below, group
from tests.factories.relations import raised, serves
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def relation():
    """Lanternway serves Oxbow Foods, which has a branch, an invoice and a person of its own."""
    served = group("Oxbow Foods")
    below(served, "Oxbow Secret Branch")
    return serves(group("Lanternway"), served)


def page(viewer, name, *keys):
    return browser_of(viewer).get(reverse(f"portal:{name}", args=keys))


def test_reseller_raises_a_ticket_for_its_end_customer_and_both_see_their_part_only(relation):
    reseller = people.member(relation.customer)
    served = people.administrator(relation.other, email="boss@oxbow.example")
    form = {"subject": "More seats", "text": "Five more, please.", "kind": "other", "key": uuid4()}

    answer = browser_of(reseller).post(reverse("portal:served_tickets", args=[relation.customer.number, relation.pk]), form)

    ticket = Ticket.objects.get(subject="More seats")
    assert answer.status_code == 302 and answer["Location"] == f"/portal/shared-tickets/{ticket.ref}/"
    conversation.reply(actor=served, ticket=ticket, text="Seven, rather.", key=uuid4(), at=NOON)
    read = words(page(reseller, "shared_ticket", ticket.ref))
    assert "Seven, rather." in read and "Oxbow Foods" in read
    assert "boss@oxbow.example" not in read and "Oxbow Secret Branch" not in read
    mine = words(page(served, "ticket", ticket.ref))
    assert "Five more, please." in mine and "Lanternway, for you" in mine


def test_reseller_opens_nothing_else_of_its_end_customer(relation):
    reseller, other = people.administrator(relation.customer), relation.other
    own, invoice = support.ticket(other), billing.invoice(other, 100)
    raised(relation)
    at_the_other = ("home", "organisation", "members", "invoices", "tickets", "contracts", "payments", "activity", "details",
                    "served", "statement", "charter")  # fmt: skip

    for name in at_the_other:
        assert page(reseller, name, other.number).status_code == 404, name
    for name, ref in (("ticket", own.ref), ("shared_ticket", own.ref), ("invoice", invoice.ref)):
        assert page(reseller, name, ref).status_code == 404, name
    for path in ("/portal/search/?q=oxbow", "/portal/customers/?q=oxbow", "/api/v1/customers/"):
        assert "Oxbow" not in browser_of(reseller).get(path).content.decode()


def test_end_customer_opens_nothing_of_the_reseller(relation):
    served = people.administrator(relation.other)
    ticket = raised(relation)

    assert page(served, "served", relation.customer.number).status_code == 404
    assert page(served, "shared_ticket", ticket.ref).status_code == 404
    assert "Lanternway" in words(page(served, "served", relation.other.number))


def test_link_of_a_mail_leads_to_the_page_made_for_it(relation):
    reseller = people.member(relation.customer)
    ticket = raised(relation, by=reseller)

    answer = page(reseller, "ticket", ticket.ref)

    assert answer["Location"] == f"/portal/shared-tickets/{ticket.ref}/"


def test_page_says_how_the_ticket_stands_and_not_what_was_given(relation):
    reseller = people.member(relation.customer)
    ticket = raised(relation, by=reseller)
    conversation.resolve(actor=people.agent(), ticket=ticket, outcome="declined", text="No.", at=NOON)

    read = words(page(reseller, "shared_ticket", ticket.ref))

    assert "Ended" in read and "Declined" not in read


def test_page_says_of_what_we_gave_the_end_customer_that_we_answered(relation):
    reseller = people.member(relation.customer)
    ticket = raised(relation, by=reseller)
    conversation.resolve(actor=people.agent(), ticket=ticket, outcome="remedied", text="Credited EUR 120.00.", at=NOON)

    read = words(page(reseller, "shared_ticket", ticket.ref))

    assert "We answered Oxbow Foods." in read and "120.00" not in read
    told = browser_of(reseller).get(f"/api/v1/shared-tickets/{ticket.ref}/").json()["messages"]
    assert [row["text"] for row in told] == ["Our customer needs more seats.", "We answered Oxbow Foods."]


def test_reply_reaches_the_ticket_and_an_empty_one_is_refused(relation):
    reseller = people.member(relation.customer)
    ticket = raised(relation, by=reseller)
    address = reverse("portal:shared_replies", args=[ticket.ref])

    sent = browser_of(reseller).post(address, {"text": "By June, please.", "key": uuid4()})
    empty = browser_of(reseller).post(address, {"text": " ", "key": uuid4()})

    assert (sent.status_code, empty.status_code) == (302, 422)
    assert "By June, please." in words(page(reseller, "shared_ticket", ticket.ref))


def test_document_of_the_end_customer_cannot_be_named_on_a_ticket_for_it(relation):
    reseller, invoice = people.member(relation.customer), billing.invoice(relation.other, 100)

    with pytest.raises(Exception, match="document"):
        raised(relation, by=reseller, document=invoice)
