"""What a customer reads of our deadlines, promises and refusals, and how they appeal."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from support.tickets import conversation
from support.tickets.models import Ticket
from support.voice import promises
from tests.factories import people, support
from tests.factories.customers import group
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db


def page(ticket):
    return words(browser_of(ticket.requester).get(reverse("portal:ticket", args=[ticket.ref])))


def appeal(viewer, decline, said="Look at the second line."):
    form = {"decline": decline.pk, "words": said}
    return browser_of(viewer).post(reverse("portal:appeals", args=[decline.ticket.ref]), form)


def test_customer_reads_by_when_we_answer_or_that_we_are_late():
    in_time, late = support.ticket(at=timezone.now()), support.ticket()

    assert "It is our turn: you hear from us by" in page(in_time)
    assert "We are late: you should have heard from us by 3 Mar 2026" in page(late)


def test_answer_of_ours_does_not_read_as_a_question():
    ticket, agent = support.ticket(), people.agent()
    support.promise(ticket)

    after_an_answer = page(ticket)
    conversation.reply(actor=agent, ticket=ticket, text="Which one?", at=support.NOON, key=uuid4(), asks=True)

    assert "We asked you something" not in after_an_answer
    assert "We asked you something" in page(ticket)


def test_customer_sees_what_we_promised_and_that_we_are_late_with_it():
    ticket = support.ticket()
    promise = support.promise(ticket)

    broken = page(ticket)
    promises.close(actor=people.agent(), promise=promise, kept=False, note="The bank refused it.", at=support.NOON)

    assert "We promised you this by 2 Mar 2026. We are late with this." in broken
    taken_back = page(ticket)
    assert "We had to take this back." in taken_back and "The bank refused it." in taken_back


def test_customer_reads_a_no_and_appeals_against_it_once():
    ticket = support.ticket()
    people.supervisor()
    decline = support.declined(ticket)

    read = page(ticket)
    answers = [appeal(ticket.requester, decline).status_code for _ in range(2)]

    assert "Declined" in read and decline.alternative in read and decline.clause in read
    assert answers == [302, 302]
    assert Ticket.objects.get(pk=ticket.pk).status == "open"
    assert "You appealed" in page(ticket)
    assert ticket.messages.filter(from_staff=False).count() == 2


def test_appeal_without_words_is_asked_for_some():
    ticket = support.ticket()

    answer = appeal(ticket.requester, support.declined(ticket), " ")

    assert answer.status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).status == "resolved"


def test_no_on_another_ticket_is_not_found():
    customer = group()
    member = people.member(customer)
    mine, other = support.ticket(customer, by=member), support.ticket(at=support.NOON - timedelta(hours=1))
    elsewhere = support.declined(other)

    form = {"decline": elsewhere.pk, "words": "Mine!"}
    answer = browser_of(member).post(reverse("portal:appeals", args=[mine.ref]), form)

    assert answer.status_code == 404
