"""The page on which a customer changes the terms of a contract: compare first, then sign."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.people import invitations
from tests.factories import billing, customers, people, policies

pytestmark = pytest.mark.django_db


@pytest.fixture
def held():
    return billing.subscribed(customers.group("Berlin"), on=date(2024, 1, 1), quantity=2)


@pytest.fixture
def visitor(client, held):
    client.force_login(people.administrator(held.customer))
    return client


def send(visitor, held, route="terms", **given):
    sent = {"term_months": 24, "renews": "on", "po_number": "PO-1"} | given
    return visitor.post(reverse(f"portal:{route}", args=[held.contract.ref]), sent)


def test_terms_are_compared_and_nothing_is_changed(visitor, held):
    page = send(visitor, held).content.decode()

    assert "<del>12 months</del>" in page
    assert "<ins>24 months</ins>" in page
    assert not held.contract.terms.exists()


def test_bonus_is_shown_with_what_is_kept_up_for_it(visitor, held):
    policies.published({"contract.extension_bonus": "25"}, at=datetime(2024, 1, 1, tzinfo=UTC))

    page = send(visitor, held).content.decode()

    assert "Credited once for the longer term" in page
    assert "nothing is made smaller before" in page


def test_who_may_not_commit_to_that_much_reads_so_before_signing(client, held):
    membership = people.joins(people.person(), held.customer)
    invitations.limit_orders(actor=None, membership=membership, limit_minor=100, at=datetime(2024, 1, 1, tzinfo=UTC))
    client.force_login(membership.user)

    page = send(client, held).content.decode()

    assert "You may order for up to 1.00\u00a0EUR alone" in page
    assert 'name="signed_name"' not in page


def test_terms_are_signed_with_a_name(visitor, held):
    answer = send(visitor, held, "term_signatures", signed_name="Ada Berg")

    held.contract.refresh_from_db()
    assert answer.status_code == 302
    assert (held.contract.term_months, held.contract.po_number) == (24, "PO-1")
    page = visitor.get(reverse("portal:terms", args=[held.contract.ref])).content.decode()
    assert "Signed by Ada Berg" in page


def test_terms_without_a_name_are_shown_again_with_the_reason(visitor, held):
    answer = send(visitor, held, "term_signatures", signed_name=" ")

    assert answer.status_code == 422
    assert "Write your name to sign." in answer.content.decode()
    assert not held.contract.terms.exists()


def test_same_terms_are_refused_in_words(visitor, held):
    answer = send(visitor, held, term_months=12, po_number="")

    assert answer.status_code == 422
    assert "These are the terms in force." in answer.content.decode()
