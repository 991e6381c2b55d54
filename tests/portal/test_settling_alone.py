"""A customer puts a double charge right alone, within what policy lets them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.policies import keys
from accounts.policies.keys import KEYS
from billing.anomalies import finding as findings
from billing.anomalies.models import Finding
from billing.ledger import proof as books
from support.remedies import proof, self_service
from support.remedies.models import FeedRow, Grant
from support.tickets.models import Ticket
from tests.factories import customers, people, support
from tests.portal.visiting import words

pytestmark = pytest.mark.django_db


def billed_twice(customer, amount_minor=12000) -> Finding:
    support.billed_twice(customer, amount_minor)
    [found] = findings.find_for([customer], at=timezone.now())
    return found


def settle(person, finding):
    client = Client()
    client.force_login(person)
    return client.post(reverse("portal:settlements", args=[finding.ref]), follow=True)


def test_two_clicks_credit_it_and_finance_knows():
    customer = customers.group("Nordwind")
    member, finding = people.member(customer), billed_twice(customer)

    told = words(settle(member, finding))

    grant = Grant.objects.get()
    assert "Done: 120.00 EUR are credited" in told
    assert (grant.amount_minor, grant.asked_by, grant.ticket.status) == (12000, member, Ticket.Status.RESOLVED)
    assert FeedRow.objects.get().grant == grant
    assert grant.ticket.messages.last().author is None
    assert (books.faults(), proof.faults()) == ([], [])


def test_asked_twice_it_is_done_once():
    customer = customers.group("Nordwind")
    member, finding = people.member(customer), billed_twice(customer)

    settle(member, finding)
    settle(member, finding)
    settle(people.payer(customer), finding)

    assert Grant.objects.count() == 1
    assert Ticket.objects.count() == 1


def test_a_cent_over_the_limit_goes_to_a_person():
    customer = customers.group("Nordwind")
    finding = billed_twice(customer, 15001)

    told = words(settle(people.member(customer), finding))

    assert "Over 150.00 EUR one of our people looks at it." in told
    assert not Grant.objects.exists()


def test_the_limit_itself_is_still_theirs():
    customer = customers.group("Nordwind")

    settle(people.member(customer), billed_twice(customer, 15000))

    assert Grant.objects.get().amount_minor == 15000


def test_the_third_in_ninety_days_goes_to_a_person():
    customer = customers.group("Nordwind")
    member = people.member(customer)
    for _ in range(3):
        below = customers.below(customer)
        last = self_service.decide(member, billed := billed_twice(below, 1000), timezone.now())
        settle(member, billed)

    assert last.code == "too_often"
    assert Grant.objects.count() == KEYS[self_service.TIMES].default


def test_who_only_reads_cannot():
    customer = customers.group("Nordwind")

    answer = settle(people.member(customer, "reader"), billed_twice(customer))

    assert answer.status_code == 404
    assert keys.named(self_service.LIMIT).for_customers
