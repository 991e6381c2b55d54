"""Over the limit a remedy waits for one who may decide; one answer settles it, and no money moves before."""

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.invoices.models import Document
from billing.ledger import balances
from support.remedies import approvals, proof
from support.remedies.approvals import AlreadyDecided, ReasonMissing
from support.remedies.models import Approval, AuthorityGrant, FeedRow, Grant
from support.tickets.models import Message, Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)


def decide(approval, actor, approve=True, note=""):
    return approvals.decide(actor=actor, approval=approval, approve=approve, note=note, at=NOON)


def over_limit(amount=25001):
    case = support.case(amount)
    return case, case.grant().approval


def test_remedy_over_the_limit_waits_and_moves_no_money():
    case, approval = over_limit()

    assert (approval.status, approval.approver_level, approval.grant.status) == ("waiting", "supervisor", "awaiting_approval")
    assert Ticket.objects.get(pk=case.ticket.pk).status == "approval"
    assert balances.owed_by(case.customer) == {"EUR": 50002}
    assert (FeedRow.objects.count(), Document.objects.filter(kind="credit_note").count()) == (0, 0)


def test_approval_gives_the_remedy_as_the_askers_with_the_decider_on_record():
    case, approval = over_limit()
    supervisor = people.supervisor()

    decided = decide(approval, supervisor)

    grant = Grant.objects.get()
    assert (decided.status, decided.decided_by, grant.status, grant.asked_by) == ("approved", supervisor, "granted", case.agent)
    assert balances.owed_by(case.customer) == {"EUR": 25001}
    assert Ticket.objects.get(pk=case.ticket.pk).status == "resolved"
    assert FeedRow.objects.get().amount_minor == 25001
    assert proof.faults() == []


def test_turning_down_opens_the_ticket_again_with_the_reason_as_a_note():
    case, approval = over_limit()

    decide(approval, people.supervisor(), approve=False, note="The second invoice is for the Lab.")

    assert (Grant.objects.get().status, Ticket.objects.get(pk=case.ticket.pk).status) == ("turned_down", "open")
    assert Message.objects.get(internal=True).text == "Credit the double charge turned down: The second invoice is for the Lab."
    assert (FeedRow.objects.count(), proof.faults()) == (0, [])


@pytest.mark.parametrize("note", ["", "  ", "\x00"])
def test_no_needs_a_reason(note):
    _, approval = over_limit()

    with pytest.raises(ReasonMissing):
        decide(approval, people.supervisor(), approve=False, note=note)

    assert Approval.objects.get().status == "waiting"


def test_same_answer_again_changes_nothing():
    _, approval = over_limit()
    supervisor = people.supervisor()

    assert decide(approval, supervisor) == decide(approval, supervisor)

    assert FeedRow.objects.count() == 1
    assert Activity.objects.filter(kind="support.remedy_approved").count() == 1


def test_other_answer_or_other_decider_afterwards_is_refused():
    _, approval = over_limit()
    supervisor = people.supervisor()
    decide(approval, supervisor)

    with pytest.raises(AlreadyDecided, match="has decided already: approved"):
        decide(approval, supervisor, approve=False, note="No.")
    with pytest.raises(AlreadyDecided):
        decide(approval, people.supervisor())


def test_nobody_decides_on_their_own_request():
    supervisor = people.supervisor()
    support.limit("manager", 500000, 500000)
    approval = support.case(100001, agent=supervisor).grant().approval

    with pytest.raises(Refusal) as refusal:
        decide(approval, supervisor)

    assert refusal.value.code == "own_request"


@pytest.mark.parametrize("level", ["agent", "finance", "key_account"])
def test_level_that_decides_nothing_is_refused(level):
    _, approval = over_limit()

    with pytest.raises(Refusal) as refusal:
        decide(approval, people.staff(level))

    assert refusal.value.code == "not_within_reach"


def test_level_below_the_one_asked_is_refused_and_the_one_above_decides():
    support.limit("manager", 500000, 500000)
    _, for_manager = over_limit(100001)
    _, for_supervisor = over_limit(25001)

    with pytest.raises(Refusal) as refusal:
        decide(for_manager, people.supervisor())

    assert (refusal.value.code, refusal.value.reason) == ("level_too_low", "This waits for a manager.")
    assert decide(for_supervisor, people.manager()).status == "approved"


def test_decider_is_held_to_their_own_limit():
    _, approval = over_limit()
    AuthorityGrant.objects.filter(level="supervisor").update(per_ticket_minor=25000)

    with pytest.raises(Refusal) as refusal:
        decide(approval, people.supervisor())

    assert (refusal.value.code, Grant.objects.get().status) == ("over_ticket_limit", "awaiting_approval")


def test_decider_who_belongs_to_the_customer_is_refused():
    case, approval = over_limit()
    supervisor = people.supervisor()
    people.joins(supervisor, case.customer)

    with pytest.raises(Refusal) as refusal:
        decide(approval, supervisor)

    assert refusal.value.code == "own_account"


def test_each_sees_what_they_may_decide_and_not_what_they_asked_for():
    support.limit("manager", 500000, 500000)
    supervisor = people.supervisor()
    _, first = over_limit(25001)
    _, high = over_limit(100001)
    own = support.case(100002, agent=supervisor).grant().approval

    assert list(approvals.waiting_for(supervisor, at=NOON)) == [first]
    assert list(approvals.waiting_for(people.manager(), at=NOON)) == [first, high, own]
    assert list(approvals.waiting_for(people.agent(), at=NOON)) == []
