"""Who does it, what goodwill cost, and who says nothing: counted from what happened, against what policy says."""

from datetime import timedelta
from fractions import Fraction
from uuid import uuid4

import pytest

from accounts.people import owners
from accounts.timeline import recording
from accounts.timeline.models import Activity
from billing.contracts import events
from billing.money import Money
from support.measures import concessions, processes, silence
from support.notices import audiences
from support.remedies import resolution
from support.voice import feedback
from tests.factories import billing, customers, people, policies, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BEFORE = NOON - 400 * DAY


def process(label, since=NOON - DAY, until=NOON + DAY):
    return next(one for one in processes.counted(since=since, until=until) if str(one.label) == label)


def changed(subscription, by, quantity):
    events.add(actor=by, subscription=subscription, what="set_quantity", quantity=quantity, effective_on=NOON.date(), at=NOON)


def test_a_change_counts_for_who_made_it_and_for_itself_when_nobody_did():
    subscription = billing.subscribed(customers.group())
    for quantity, by in ((2, people.member(subscription.customer)), (3, people.agent()), (4, None)):
        changed(subscription, by, quantity)

    found = process("Contract changes")

    assert (found.themselves, found.ours, found.by_itself, found.share) == (1, 1, 1, 50)


def test_what_lies_outside_the_days_does_not_count():
    subscription = billing.subscribed(customers.group())
    changed(subscription, people.agent(), 2)

    assert process("Contract changes", NOON + DAY, NOON + 2 * DAY).total == 0


def test_a_share_is_rounded_half_up_and_none_where_nobody_did_anything():
    assert [processes.Process("x", *sides).share for sides in ((1, 199), (1, 200), (0, 0), (2, 1))] == [1, 0, None, 67]


def test_the_saving_is_their_number_times_what_policy_says_a_contact_costs():
    assert processes.contact_costs(NOON) == []
    policies.published({"measures.contact_cost": "8.50 EUR"}, at=BEFORE)

    costs = processes.contact_costs(NOON)

    assert processes.saving(processes.Process("x", 12, 3), costs[0]) == Money(10_200, "EUR")


def test_goodwill_stands_beside_what_was_invoiced_and_over_the_cap_is_marked():
    policies.published({"remedy.concession_share": "2"}, at=BEFORE)
    case = support.plain_case(100_000)
    remedy, terms = resolution.read("goodwill_credit", {"ticket": case.ticket.ref, "amount": "32.00"}, key=uuid4())
    support.limit()
    resolution.grant(actor=case.agent, ticket=case.ticket, remedy=remedy, terms=terms, at=NOON)

    found = concessions.by_group(at=NOON + DAY)[0]

    assert (found.given, found.times, found.cap, found.is_over) == (Money(3_200, "EUR"), 1, 2, True)
    assert found.share == Fraction(100 * 3_200, found.billed.amount_minor)


def test_a_group_without_goodwill_or_with_less_than_the_cap_is_not_marked():
    assert concessions.by_group(at=NOON) == []
    assert not concessions.Concession(1, "C", "x", Money(200, "EUR"), 1, Money(10_000, "EUR"), 2).is_over
    assert concessions.Concession(1, "C", "x", Money(201, "EUR"), 1, Money(10_000, "EUR"), 2).is_over


def quiet(days=130):
    """A customer who uses something and whose people did nothing for so many days."""
    customer = customers.group()
    billing.subscribed(customer)
    type(customer).objects.filter(pk=customer.pk).update(created_at=NOON - timedelta(days=days))
    return customer


def heard_of():
    return [one.customer for one in silence.silent(people.agent(), at=NOON)]


def test_a_customer_silent_longer_than_policy_lets_it_is_listed_with_its_days():
    customer, _recent = quiet(130), quiet(119)

    assert [(one.customer, one.days, one.allowed) for one in silence.silent(people.agent(), at=NOON)] == [(customer, 130, 120)]


def test_a_word_of_their_own_people_breaks_the_silence_and_one_of_ours_does_not():
    customer = quiet()
    recording.record(customer, "accounts.signed_in", actor=people.agent(), at=NOON - DAY)
    assert heard_of() == [customer]

    recording.record(customer, "accounts.signed_in", actor=people.member(customer), at=NOON - DAY)

    assert heard_of() == []


def test_the_nearest_administrator_is_called():
    helios = customers.helios()
    far, near = people.administrator(helios.group), people.administrator(helios.germany)

    assert silence.whom_to_call([helios.berlin.pk, helios.us.pk]) == {helios.berlin.pk: near, helios.us.pk: far}


def test_who_uses_nothing_is_not_called_silent():
    customer = customers.group()
    type(customer).objects.filter(pk=customer.pk).update(created_at=BEFORE)

    assert heard_of() == []


def asked_to_call():
    told = Activity.objects.filter(kind=silence.SILENT).order_by("pk")
    return [(one.customer, one.facts["days"], audiences.who_is_to_call(one)) for one in told]


def test_whoever_owns_the_account_is_asked_once_in_each_silence_to_call():
    customer, kim = quiet(130), people.staff("key_account")
    owners.name(actor=people.manager(), customer=customer, role="account_owner", person=kim, since=BEFORE.date(), at=BEFORE)

    counts = [silence.watch(at=NOON), silence.watch(at=NOON + DAY)]
    recording.record(customer, "accounts.signed_in", actor=people.member(customer), at=NOON + 2 * DAY)
    later = silence.watch(at=NOON + 140 * DAY)

    assert (counts, later) == ([1, 0], 1)
    assert asked_to_call() == [(customer, 130, [kim]), (customer, 138, [kim])]


def test_supervisors_are_asked_to_call_whom_nobody_owns():
    customer, supervisor = quiet(130), people.supervisor()

    silence.watch(at=NOON)

    assert asked_to_call() == [(customer, 130, [supervisor])]
    assert silence.told_lately(silence.silent(supervisor, at=NOON))[customer.pk].facts["to"] == "the supervisors"


def test_praise_and_concerns_are_counted_beside_each_other():
    customer = customers.group()
    for kind in ("praise", "concern", "concern", "idea"):
        feedback.give(actor=people.member(customer), customer=customer, kind=kind, words="So it is.", at=NOON, key=uuid4())

    assert silence.ratio(since=NOON - DAY, until=NOON + DAY) == silence.Ratio(praise=1, concerns=2)
