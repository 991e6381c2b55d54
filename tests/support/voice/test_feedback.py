"""Praise, a concern and an idea are as near as each other, a concern has its answer promised, and thanks do not ask for stars."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.utils import IntegrityError, InternalError
from django.test import Client
from django.urls import reverse

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.ledger import balances
from support.tickets.models import Ticket
from support.voice import feedback, satisfaction, thanks
from support.voice.feedback import FeedbackComesFromCustomers, FeedbackMakesNoSense
from support.voice.models import Feedback, Survey, Thanks
from tests.factories import billing, people, policies, support
from tests.factories.customers import group
from tests.factories.support import NOON
from tests.portal.visiting import words

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def thankful():
    """A customer with a contract, where policy thanks with five euros."""
    policies.published({"voice.thanks_credit": "5.00 EUR"})
    customer = group()
    billing.contract(customer)
    return customer, people.administrator(customer)


def give(customer, by, kind="praise", at=NOON, key=None):
    return feedback.give(actor=by, customer=customer, kind=kind, words="As it was.", key=key or uuid4(), at=at)


def answered(customer, by, score, at=NOON):
    ticket = support.ticket(customer, by=by, at=at)
    survey = Survey.objects.create(ticket=ticket, customer=customer, person=by, asked_at=at)
    return satisfaction.answer(survey=survey, score=score, at=at)


def test_concern_is_a_ticket_whose_answer_is_promised():
    customer = group()

    given = give(customer, people.administrator(customer), kind="concern").feedback

    assert given.ticket == Ticket.objects.get()
    assert given.answer_by is not None
    assert given.answer_by > NOON


@pytest.mark.parametrize("kind", ["praise", "idea"])
def test_praise_and_an_idea_are_kept_without_a_ticket(kind):
    customer = group()

    assert give(customer, people.administrator(customer), kind=kind).feedback.ticket is None


def test_same_form_twice_is_told_once():
    customer, key = group(), uuid4()
    person = people.administrator(customer)

    receipts = [give(customer, person, kind="concern", key=key) for _ in range(2)]

    assert receipts[0] == receipts[1]
    assert (Ticket.objects.count(), Activity.objects.filter(kind="support.feedback_given").count()) == (1, 1)


@pytest.mark.parametrize(("kind", "words"), [("rant", "Words."), ("praise", " "), ("", "Words.")])
def test_feedback_of_no_kind_or_without_words_is_refused(kind, words):
    customer = group()

    with pytest.raises(FeedbackMakesNoSense):
        feedback.give(actor=people.administrator(customer), customer=customer, kind=kind, words=words, key=uuid4(), at=NOON)


def test_our_own_people_and_strangers_give_no_feedback():
    customer = group()

    with pytest.raises(FeedbackComesFromCustomers):
        give(customer, people.agent())
    with pytest.raises(Refusal):
        give(customer, people.administrator(group()))


@pytest.mark.parametrize("kind", ["praise", "concern", "idea"])
def test_each_kind_is_thanked_with_the_same_credit(kind):
    customer, person = thankful()

    assert str(give(customer, person, kind=kind).credited) == "5.00 EUR"
    assert balances.owed_by(customer) == {"EUR": -500}


@pytest.mark.parametrize("score", [1, 5])
def test_one_star_and_five_are_thanked_the_same(score):
    customer, person = thankful()

    survey = answered(customer, person, score)

    assert thanks.of_cause(f"survey {survey.pk}").document.total_minor == -500


@pytest.mark.parametrize("score", [1, 5])
def test_page_behind_the_link_says_what_was_credited_whatever_the_score(score):
    survey = answered(*thankful(), score)

    page = Client().get(f"/how-it-went/{satisfaction.token_of(survey)}/")

    assert "As thanks we credited 5.00 EUR to your account" in words(page)


def test_payer_is_thanked_with_a_credit_once_in_90_days():
    customer, person = thankful()
    moments = [NOON, NOON + DAY, NOON + 90 * DAY - timedelta(seconds=1), NOON + 90 * DAY]

    credits = [give(customer, person, at=at).credited is not None for at in moments]

    assert credits == [True, False, False, True]


def test_database_lets_nobody_be_thanked_twice_within_the_days():
    customer, person = thankful()
    first = give(customer, person).thanks
    later = {"given_at": NOON + DAY, "until": NOON + 91 * DAY, "document": billing.invoice(customer, 100)}

    with pytest.raises(IntegrityError), transaction.atomic():
        Thanks.objects.create(payer=first.payer, customer=customer, person=person, cause="more", **later)


def test_words_are_all_where_policy_gives_nothing_or_there_is_no_contract():
    without_policy = group()
    billing.contract(without_policy)
    assert give(without_policy, people.administrator(without_policy)).thanks is None

    policies.published({"voice.thanks_credit": "5.00 EUR"})
    without_contract = group()

    assert give(without_contract, people.administrator(without_contract)).thanks is None


def test_database_never_changes_what_was_told():
    customer = group()
    given = give(customer, people.administrator(customer)).feedback

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Feedback.objects.filter(pk=given.pk).update(words="All is well.")


def test_page_gives_the_receipt_with_its_date():
    customer, client = group(), Client()
    client.force_login(people.administrator(customer))
    address = reverse("portal:feedback", args=[customer.number])

    page = client.post(address, {"kind": "concern", "words": "Too loud.", "key": uuid4()}, follow=True).content.decode()

    assert Ticket.objects.get().ref in page
    assert "You have our answer by" in page


def test_policy_of_no_days_still_thanks_once_a_day():
    policies.published({"voice.thanks_credit": "5.00 EUR", "voice.thanks_days": "0"})
    customer = group()
    billing.contract(customer)
    person = people.administrator(customer)

    for minutes in range(3):
        give(customer, person, at=NOON + timedelta(minutes=minutes))

    assert Thanks.objects.count() == 1
