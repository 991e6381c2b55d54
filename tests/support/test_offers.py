"""What we suggest: with a reason, at most two, never while something is wrong, and ordered at the exact price."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.decisions import Refusal
from accounts.people import owners
from accounts.people.models import User
from billing.amendments import applying
from billing.amendments.models import Quote
from billing.contracts import events
from billing.contracts.models import Subscription
from support.offers import answering, calm, defining, fitting, recommending
from support.offers.models import OfferAnswer
from support.voice import feedback
from tests.factories import billing, customers, people, policies, segments, support

pytestmark = pytest.mark.django_db
TODAY, NOON = billing.FIRST_DAY, billing.NOON


@pytest.fixture
def berlin():
    """Berlin runs two seats of BASIC under Germany's contract; PRO and LINE are on sale too."""
    helios = customers.helios()
    billing.version("PRO", "62.00", product="desk", rank=2)
    billing.version("LINE", "84.00", product="line")
    basic = billing.version("BASIC", "31.00", rank=1)
    billing.subscribed(helios.berlin, basic, quantity=2, under=billing.contract(helios.germany))
    return helios.berlin


def upgrade(**facts):
    wanted = {"because": "With {quantity} seats of {product} most take PRO.", "since": TODAY, "rank": 5} | facts
    plan, instead = billing.plan("PRO", product="desk", rank=2), billing.plan("BASIC", product="desk", rank=1)
    return defining.define(actor=None, code="more", name="PRO", plan=plan, instead_of=instead, at=NOON, **wanted)


def line(code="line", **facts):
    wanted = {"because": "A line for {customer}.", "since": TODAY} | facts
    return defining.define(actor=None, code=code, name="Line", plan=billing.plan("LINE", product="line"), at=NOON, **wanted)


def shown(customer, at=NOON):
    return [fit.offer.code for fit in fitting.shown_to(customer, at=at, today=at.date())]


def accept(customer, offer, person=None, at=NOON):
    return answering.accept(actor=person or people.member(customer), customer=customer, offer=offer, at=at, today=TODAY)


def test_an_offer_says_why_with_what_runs_here(berlin):
    upgrade()

    assert fitting.shown_to(berlin, at=NOON, today=TODAY)[0].because == "With 2 seats of Desk most take PRO."


@pytest.mark.parametrize(
    "facts", [{"least_quantity": 3}, {"tier": "gold"}, {"active": False}, {"since": TODAY + timedelta(days=1)}]
)
def test_an_offer_whose_conditions_do_not_hold_is_not_shown(berlin, facts):
    upgrade(**facts)

    assert shown(berlin) == []


def test_nothing_is_offered_that_runs_here_or_above_already(berlin):
    line()
    assert shown(berlin) == ["line"]
    billing.subscribed(berlin.parent, billing.version("LINE", "84.00", product="line"), under=billing.contract(berlin.parent))

    assert shown(berlin) == []


@pytest.mark.parametrize("what", ["pause", "cancel"])
def test_nothing_is_offered_instead_of_what_is_paused_or_ends(berlin, what):
    upgrade()
    assert shown(berlin) == ["more"]
    day = TODAY if what == "pause" else TODAY + timedelta(days=40)
    events.add(actor=None, subscription=Subscription.objects.get(customer=berlin), what=what, effective_on=day, at=NOON)

    assert shown(berlin) == []


@pytest.mark.parametrize(("limit", "seen"), [("1.00 EUR", []), ("90.00 EUR", ["line"]), ("5000.00 EUR", ["line", "more"])])
def test_nothing_is_offered_beyond_what_may_be_owed(berlin, limit, seen):
    line(rank=9)
    upgrade()
    policies.published({"orders.credit_limit": limit}, at=NOON - timedelta(days=30))

    assert shown(berlin) == seen


def test_at_most_two_are_shown_the_higher_ranks_and_recommended_ones_first(berlin):
    upgrade()
    line()
    line("second-line", rank=9)
    assert shown(berlin) == ["second-line", "more"]

    recommend(berlin, line(), "You have no line yet.")

    assert shown(berlin) == ["line", "second-line"]


def recommend(customer, offer, words="Good for you.", actor=None):
    agent = actor or people.staff()
    return recommending.recommend(actor=agent, customer=customer, offer=offer, words=words, at=NOON, today=TODAY)


@pytest.mark.parametrize(("days", "counts"), [(89, True), (90, False)])
def test_a_recommendation_counts_for_ninety_days_of_the_customer(berlin, days, counts):
    offer, late, next_day = line(), datetime(2026, 11, 27, 23, 30, tzinfo=UTC), date(2026, 11, 28)
    recommending.recommend(actor=people.staff(), customer=berlin, offer=offer, words="Good.", at=late, today=next_day)

    [fit] = fitting.fitting(berlin, next_day + timedelta(days=days))

    assert (fit.recommendation is not None) == counts


def test_the_first_recommendation_counts_and_not_a_later_one_of_somebody_else(berlin):
    offer, first = line(), people.staff()
    recommend(berlin, offer, "You have no line yet.", actor=first)
    recommend(berlin, offer, "+1", actor=people.staff())

    assert fitting.shown_to(berlin, at=NOON, today=TODAY)[0].recommendation.by == first


def test_an_add_on_whose_base_does_not_run_is_not_offered(berlin):
    offer = line()
    offer.plan.product.adds_to = billing.plan("BASE", product="base").product
    offer.plan.product.save(update_fields=["adds_to"])

    assert shown(berlin) == []


def test_after_a_concern_nothing_is_offered_for_fourteen_days_here_and_above(berlin):
    upgrade()
    feedback.give(actor=people.member(berlin), customer=berlin, kind="concern", words="Too slow.", at=NOON, key=uuid4())

    assert (shown(berlin), calm.decide(berlin.parent, NOON).code) == ([], "concern_told")
    assert shown(berlin, NOON + timedelta(days=15)) == ["more"]


def test_while_a_bill_is_in_question_nothing_is_offered_however_long(berlin):
    upgrade()
    support.ticket(berlin, document=billing.invoice(berlin, 100), at=NOON)

    assert calm.decide(berlin, NOON + timedelta(days=400)).code == "bill_in_question"


def test_yes_is_a_quote_and_counts_once_it_is_confirmed(berlin):
    offer, person = upgrade(), people.member(berlin)

    given = accept(berlin, offer, person)
    assert accept(berlin, offer, person).pk == given.pk, "the same yes again is the same quote"
    assert not recommending.accepted().exists()
    applying.apply(actor=person, token=given.quote_id, at=NOON, today=TODAY)

    assert [answer.offer.code for answer in recommending.accepted()] == ["more"]
    assert shown(berlin) == []


def test_offer_led_to_the_one_change_its_quote_wrote_and_to_none_after_it(berlin):
    person = people.member(berlin)
    for offer in (upgrade(), line()):
        given = accept(berlin, offer, person)
        assert not recommending.led_to().filter(subscription=given.quote.subscription_id).exists()
        applying.apply(actor=person, token=given.quote_id, at=NOON, today=TODAY)
    for held in Subscription.objects.filter(customer=berlin):
        events.add(actor=None, subscription=held, what="set_quantity", effective_on=TODAY, at=NOON, quantity=9)

    assert [(event.what, event.plan_version.plan.code) for event in recommending.led_to()] == [
        ("change_plan", "PRO"),
        ("subscribe", "LINE"),
    ]


def test_an_order_from_an_offer_starts_what_was_offered(berlin):
    person = people.member(berlin)

    given = accept(berlin, line(), person)
    applying.apply(actor=person, token=given.quote_id, at=NOON, today=TODAY)

    assert Subscription.objects.filter(customer=berlin, product__code="line").count() == 1


def test_who_recommended_and_who_owns_the_account_share_alike(berlin):
    held = segments.key_account(berlin, at=NOON)
    offer, agent, person = line(), people.staff(), people.member(berlin)
    recommend(berlin, offer, actor=agent)

    given = accept(berlin, offer, person)

    assert recommending.shares(given) == [(agent, 50), (User.objects.get(pk=held.manager_id), 50)]


def test_account_owner_has_the_share_where_there_is_no_key_account(berlin):
    owner, offer, person = people.manager(), line(), people.member(berlin)
    owners.name(actor=people.manager(), customer=berlin, role="account_owner", person=owner, since=TODAY, at=NOON)

    given = accept(berlin, offer, person)

    assert recommending.shares(given) == [(owner, 100)]


def test_no_lets_it_rest_and_is_kept_once(berlin):
    offer, person = upgrade(), people.member(berlin)

    for _again in range(2):
        answering.decline(actor=person, customer=berlin, offer=offer, at=NOON, today=TODAY)

    assert OfferAnswer.objects.count() == 1
    assert shown(berlin, NOON + timedelta(days=89)) == []
    assert shown(berlin, NOON + timedelta(days=91)) == ["more"]


def test_what_is_not_offered_cannot_be_taken_and_makes_no_quote(berlin):
    offer = upgrade(least_quantity=3)

    with pytest.raises(answering.OfferGone):
        accept(berlin, offer)

    assert Quote.objects.count() == 0


def test_strangers_and_readers_take_nothing(berlin):
    offer = upgrade()

    for outsider in (people.member(customers.group()), people.member(berlin, "reader"), people.staff()):
        with pytest.raises(Refusal):
            accept(berlin, offer, outsider)


def test_agents_recommend_only_what_fits_and_not_while_something_is_wrong(berlin):
    offer = upgrade()
    with pytest.raises(recommending.CannotRecommend, match="does not fit"):
        recommend(berlin.parent, offer)
    support.ticket(berlin, document=billing.invoice(berlin, 100), at=NOON)

    with pytest.raises(recommending.CannotRecommend, match="Not now"):
        recommend(berlin, offer)


@pytest.mark.parametrize("words", ["{password}", "{customer.parent}", "{0}", "{customer!r}", "{", "{customer:>9999999}"])
def test_words_with_other_places_than_those_filled_in_are_refused(berlin, words):
    with pytest.raises(defining.OfferMakesNoSense):
        upgrade(because=words)


def test_answers_are_never_changed(berlin):
    answering.decline(actor=people.member(berlin), customer=berlin, offer=upgrade(), at=NOON, today=TODAY)

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        OfferAnswer.objects.update(answer="yes")
