"""Tickets climb the ladder once a step; an escalated account flags everything below it."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.service_levels.models import AccountEscalation, LadderStep, StepTaken
from support.tickets import account_escalation, conversation, escalation
from support.tickets.account_escalation import EscalationWithoutReason
from tests.factories import people, support
from tests.factories.customers import group, helios
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
# 384 of 480 minutes from Monday 13:00 in Berlin: Tuesday 10:24
EIGHTY_PERCENT = datetime(2026, 3, 3, 9, 24, tzinfo=UTC)


def told():
    return Activity.objects.filter(kind="support.ticket_escalated").order_by("pk")


def test_first_step_is_taken_at_eighty_percent_of_the_first_response_and_once():
    ticket = support.ticket()

    too_early = escalation.climb(at=EIGHTY_PERCENT - timedelta(seconds=1))
    taken = [escalation.climb(at=EIGHTY_PERCENT), escalation.climb(at=EIGHTY_PERCENT)]

    assert (too_early, taken) == (0, [1, 0])
    assert escalation.highest_step(ticket).number == 1
    assert [activity.facts["level"] for activity in told()] == ["supervisor"]


def test_answered_ticket_takes_no_step_for_its_first_response():
    ticket = support.ticket()
    conversation.resolve(actor=people.agent(), ticket=ticket, outcome="answered", text="Done.", at=NOON)

    assert escalation.climb(at=EIGHTY_PERCENT) == 0


def test_key_account_money_and_repeated_contact_take_their_steps_at_once():
    gold = support.ticket(group(tier="gold"))
    dear = support.ticket(customer := group(), line=support.billed_twice(customer, 500_000))
    asking = group()
    member = people.member(asking)
    thrice = [support.ticket(asking, by=member) for _ in range(3)][-1]

    escalation.climb(at=NOON)

    taken = StepTaken.objects.order_by("step__trigger").values_list("ticket", "step__trigger")
    assert list(taken) == [(dear.pk, "amount"), (thrice.pk, "repeat"), (gold.pk, "tier")]


def test_contacts_are_counted_within_the_days_of_the_step():
    asking, soon = group(), NOON + timedelta(minutes=1)
    member = people.member(asking)
    for days in (80, 40, 0):
        support.ticket(asking, by=member, at=NOON - timedelta(days=days))
    LadderStep.objects.exclude(trigger="repeat").update(active=False)

    within_thirty = escalation.climb(at=NOON)
    LadderStep.objects.filter(trigger="repeat").update(days=90, changed_at=soon)
    escalation.reckon_stale(at=soon)

    assert (within_thirty, escalation.climb(at=soon)) == (0, 1)


def test_step_that_is_off_is_not_taken():
    LadderStep.objects.update(active=False)
    support.ticket(group(tier="gold"))

    assert escalation.climb(at=NOON + timedelta(days=30)) == 0


def test_step_taken_twice_in_one_run_cannot_be_stored():
    support.ticket(group(tier="gold"))
    escalation.climb(at=NOON)
    taken = StepTaken.objects.get()
    taken.pk = None

    with pytest.raises(Exception, match="a_step_is_taken_once_a_run"):
        taken.save(force_insert=True)


def test_escalated_account_covers_its_subtree_until_it_ends():
    tree, agent = helios(), people.agent()

    account_escalation.raise_account(actor=agent, customer=tree.europe, reason="The board complained.", at=NOON)
    account_escalation.raise_account(actor=agent, customer=tree.europe, reason="Again.", at=NOON)

    assert account_escalation.covering(tree.lab).reason == "The board complained."
    assert account_escalation.covered([tree.lab, tree.us, tree.europe, tree.group]) == {tree.lab.pk, tree.europe.pk}
    account_escalation.end(actor=agent, customer=tree.europe, at=NOON)
    account_escalation.end(actor=agent, customer=tree.europe, at=NOON)
    assert account_escalation.covering(tree.lab) is None
    assert Activity.objects.filter(kind="support.account_calmed").count() == 1


def test_account_is_not_escalated_without_a_reason_or_by_others():
    customer = group()

    with pytest.raises(EscalationWithoutReason):
        account_escalation.raise_account(actor=people.agent(), customer=customer, reason=" ", at=NOON)
    with pytest.raises(Refusal):
        account_escalation.raise_account(actor=people.member(customer), customer=customer, reason="Now!", at=NOON)

    assert not AccountEscalation.objects.exists()
