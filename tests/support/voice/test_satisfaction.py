"""A click in the mail says how it went, once, without signing in."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.db.utils import IntegrityError, InternalError
from django.test import Client

from accounts.segments import evaluating
from accounts.timeline.models import Activity
from support.notices import sending
from support.tickets import conversation
from support.voice import satisfaction
from support.voice.models import Survey
from support.voice.satisfaction import AlreadyAnswered, NoSuchQuestion, NoSuchScore
from tests.factories import people, segments, support
from tests.factories.policies import published
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=2)


def resolved(at=NOON):
    return conversation.resolve(actor=people.agent(), ticket=support.ticket(), outcome="answered", text="Done.", at=at)


def asked():
    ticket = resolved()
    satisfaction.ask(at=LATER)
    return Survey.objects.select_related("ticket").get(ticket=ticket)


def address(survey):
    return f"/how-it-went/{satisfaction.token_of(survey)}/"


def test_customer_is_asked_some_hours_after_the_end_and_once():
    resolved()

    assert [satisfaction.ask(at=LATER - timedelta(seconds=1)), satisfaction.ask(at=LATER), satisfaction.ask(at=LATER)] == [
        0,
        1,
        0,
    ]


def test_nobody_is_asked_about_a_ticket_that_was_reopened_or_ended_long_ago():
    ticket = resolved()
    conversation.reopen(actor=ticket.requester, ticket=ticket, at=NOON)
    resolved(NOON - timedelta(days=8))

    assert satisfaction.ask(at=LATER) == 0


def test_mail_offers_five_answers_to_the_requester():
    survey = asked()

    sending.send(Activity.objects.get(kind="support.satisfaction_asked"))

    assert mail.outbox[0].to == [survey.person.email]
    assert [f"{address(survey)}?score={score}" in mail.outbox[0].body for score in range(1, 6)] == [True] * 5


def test_answer_is_kept_once_and_the_same_again_changes_nothing():
    survey = asked()
    satisfaction.answer(survey=survey, score=4, at=LATER)
    satisfaction.answer(survey=survey, score=4, at=LATER)

    with pytest.raises(AlreadyAnswered):
        satisfaction.answer(survey=survey, score=1, at=LATER)
    assert Activity.objects.filter(kind="support.satisfaction_given").count() == 1


def test_database_keeps_the_first_score():
    survey = satisfaction.answer(survey=asked(), score=2, at=LATER)

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(score=5)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_score_off_the_scale_is_refused(score):
    with pytest.raises(NoSuchScore):
        satisfaction.answer(survey=asked(), score=score, at=LATER)


def test_words_follow_a_score_once():
    survey = asked()
    with pytest.raises(AlreadyAnswered):
        satisfaction.comment(survey=survey, words="Early.")
    satisfaction.answer(survey=survey, score=5, at=LATER)
    satisfaction.comment(survey=survey, words="Quick.")

    with pytest.raises(AlreadyAnswered):
        satisfaction.comment(survey=survey, words="Slow.")


@pytest.mark.parametrize("token", ["1", "1:forged", "x:y", "%00"])
def test_forged_link_names_no_question(token):
    asked()

    with pytest.raises(NoSuchQuestion):
        satisfaction.named(token)
    assert Client().get(f"/how-it-went/{token}/").status_code == 404


def test_opening_the_link_answers_nothing_and_the_page_it_shows_does_without_signing_in():
    survey, client = asked(), Client()

    page = client.get(f"{address(survey)}?score=5").content.decode()
    unanswered = Survey.objects.get().score
    sent = client.post(address(survey), {"score": "5"})
    client.post(address(survey), {"comment": "Quick."})

    assert ('hx-trigger="pointermove from:body once, ' in page, unanswered, sent.status_code) == (True, None, 200)
    assert '"load' not in page
    assert (Survey.objects.get().score, Survey.objects.get().comment) == (5, "Quick.")


def test_second_answer_is_told_that_the_first_counts():
    survey = satisfaction.answer(survey=asked(), score=1, at=LATER)

    answer = Client().post(address(survey), {"score": "5"})

    assert (answer.status_code, "The first answer counts" in answer.content.decode()) == (422, True)


def test_segment_is_asked_at_its_own_time_and_the_question_says_why():
    ticket = resolved()
    strategic = segments.segment(name="Strategic")
    evaluating.put_in(actor=people.manager(), segment=strategic, customer=ticket.customer, at=NOON)
    published({"survey.delay_hours": "24"}, code="survey-policy", place="segment", segment=strategic)

    assert satisfaction.ask(at=LATER) == 0
    assert satisfaction.ask(at=NOON + timedelta(hours=24)) == 1
    assert "survey-policy v1 (Strategic)" in Survey.objects.get(ticket=ticket).planned_by


def test_who_was_asked_lately_is_spared_and_counted_and_asked_again_when_the_days_are_over():
    published({"survey.rest_days": "30"})
    first = resolved()
    later = [resolved_for(first, NOON + timedelta(days=days)) for days in (1, 31)]

    asked = [satisfaction.ask(at=ticket.resolved_at + timedelta(hours=2)) for ticket in (first, *later)]

    assert asked == [1, 0, 1]
    assert list(Survey.objects.order_by("asked_at").values_list("spared", flat=True)) == [False, True, False]
    assert Activity.objects.filter(kind="support.satisfaction_asked").count() == 2


def test_one_spared_has_no_score():
    survey = asked()
    Survey.objects.filter(pk=survey.pk).update(spared=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(score=5, answered_at=LATER)


def resolved_for(other, at):
    opened = support.ticket(other.customer, by=other.requester)
    return conversation.resolve(actor=people.agent(), ticket=opened, outcome="answered", text="Done.", at=at)
