"""Skills: tickets of a kind go only to who can do it and passed what it asks for; gaps are counted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from support.desk import splitting
from support.tickets import conversation, skills
from support.tickets.skill_models import SkillHeld
from tests.factories import people, policies, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def certificate():
    """A policy with a quiz, for our own people."""
    return policies.published({"remedy.ticket_limit": "80.00 EUR"}, "credit-policy", quiz=[policies.QUESTION])


def needed(kind="billing", code="credit-policy"):
    return skills.need(actor=people.manager(), kind=kind, certificate=code, at=NOON)


def able(person, kind="billing"):
    return skills.give(actor=people.supervisor(), person=person, kind=kind, at=NOON)


def billing_ticket():
    return support.ticket(kind="billing")


def test_billing_ticket_goes_only_to_the_agent_with_the_skill_and_the_certificate():
    version, both, skilled, passed = certificate(), people.agent(), people.agent(), people.agent()
    needed()
    able(both)
    able(skilled)
    policies.acknowledged(both, version)
    policies.acknowledged(passed, version)

    assert [billing_ticket().assignee for _ in range(3)] == [both] * 3


def test_ticket_of_a_kind_that_asks_for_nothing_goes_to_anybody():
    certificate()
    agent = people.agent()
    needed()

    assert support.ticket(kind="technical").assignee == agent


def test_ticket_stands_with_nobody_when_nobody_fits_and_is_counted():
    certificate()
    people.agent()
    needed()

    ticket = billing_ticket()

    assert (ticket.assignee, skills.gaps(NOON)[0].waiting) == (None, 1)


def test_certificate_that_ran_out_counts_no_more():
    version, agent = certificate(), people.agent()
    needed()
    able(agent)
    policies.acknowledged(agent, version, at=NOON)
    billing = people.User.objects.filter(pk=agent.pk)

    assert skills.fitting(billing, "billing", NOON + timedelta(days=1)).exists()
    assert not skills.fitting(billing, "billing", NOON + timedelta(days=4000)).exists()


def test_agent_without_the_certificate_is_not_given_the_ticket_by_hand_either():
    certificate()
    agent = people.agent()
    needed()
    able(agent)
    ticket = billing_ticket()

    with pytest.raises(Refusal, match="has not passed the quiz of credit-policy"):
        conversation.assign(actor=people.supervisor(), ticket=ticket, to=agent, at=NOON)


def test_agent_without_the_skill_does_not_take_the_ticket():
    skill = support.skill()
    agent = people.agent()
    ticket = billing_ticket()

    with pytest.raises(Refusal, match="does not have the skill “Billing”"):
        conversation.assign(actor=agent, ticket=ticket, to=agent, at=NOON)
    assert ticket.assignee == skill.user


def test_supervisor_takes_any_ticket():
    support.skill()
    supervisor, ticket = people.supervisor(), billing_ticket()

    conversation.assign(actor=supervisor, ticket=ticket, to=supervisor, at=NOON)

    assert conversation.lock(ticket).assignee == supervisor


def test_gap_report_counts_who_lacks_the_certificate():
    version = certificate()
    able(first := people.agent())
    needed()
    policies.acknowledged(first, version)
    people.agent()

    gap = skills.gaps(NOON)[0]

    assert (gap.uncertified, len(gap.people), gap.fitting) == (len(gap.people) - 1, len(gap.people), 1)


def test_skill_taken_back_ends_with_its_moment_and_may_be_given_again():
    held = support.skill()

    skills.take_back(actor=people.supervisor(), held=held, at=NOON + timedelta(hours=1))
    skills.take_back(actor=people.supervisor(), held=held, at=NOON + timedelta(hours=2))
    again = able(held.user)

    assert SkillHeld.objects.get(pk=held.pk).until == NOON + timedelta(hours=1)
    assert again.pk != held.pk


def test_same_skill_given_twice_is_held_once():
    held = support.skill()

    assert able(held.user).pk == held.pk


def test_database_holds_a_skill_once_at_a_time():
    held = support.skill()

    with pytest.raises(IntegrityError, match="skill_is_held_once_at_a_time"), transaction.atomic():
        SkillHeld.objects.create(user=held.user, kind=held.kind, since=NOON, given_by=held.given_by)


def test_database_lets_no_skill_end_before_it_began():
    held = support.skill()

    with pytest.raises(IntegrityError, match="skill_ends_after_it_began"), transaction.atomic():
        SkillHeld.objects.filter(pk=held.pk).update(until=NOON - timedelta(days=1))


@pytest.mark.parametrize("level", [people.agent, people.key_account_manager, people.finance])
def test_only_who_leads_gives_skills(level):
    with pytest.raises(skills.SkillRefused):
        skills.give(actor=level(), person=people.agent(), kind="billing", at=NOON)


def test_nobody_gives_a_skill_to_themselves():
    lead = people.supervisor()

    with pytest.raises(skills.SkillRefused, match="Somebody else"):
        skills.give(actor=lead, person=lead, kind="billing", at=NOON)


def test_finance_is_given_no_skill_and_no_kind_is_made_up():
    with pytest.raises(skills.SkillRefused):
        able(people.finance())
    with pytest.raises(skills.SkillRefused):
        able(people.agent(), kind="juggling")


@pytest.mark.parametrize(("kind", "code"), [("juggling", ""), ("billing", "no-such-policy")])
def test_need_names_a_kind_and_a_quiz_there_is(kind, code):
    with pytest.raises(skills.SkillRefused):
        needed(kind, code)


def test_only_managers_say_what_tickets_ask_for():
    with pytest.raises(skills.SkillRefused):
        skills.need(actor=people.supervisor(), kind="billing", certificate="", at=NOON)


def test_agent_does_not_take_a_skill_back():
    with pytest.raises(skills.SkillRefused):
        skills.take_back(actor=people.agent(), held=support.skill(), at=NOON)


def test_split_ticket_asks_for_the_skill_too():
    able_agent = support.skill().user
    people.agent()
    ticket = billing_ticket()
    second = conversation.reply(actor=ticket.requester, ticket=ticket, text="And another thing.", key=uuid4(), at=NOON)

    split = splitting.split(actor=able_agent, message=second, subject="Another", key=uuid4(), at=NOON)

    assert split.assignee == able_agent
