"""How much may this person give, and who else could say yes: each rule by itself, in the order they are asked."""

from datetime import timedelta

import pytest

from accounts.decisions import Refusal
from billing.anomalies import finding as findings
from billing.invoices import credit_notes
from billing.money import Money
from support.remedies import approvals, authority, limits
from support.remedies.kinds import REMEDIES
from support.remedies.limits import Limit, LimitMakesNoSense, MayNotSetLimits
from support.remedies.models import Approval, AuthorityGrant
from support.tickets import conversation
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.customers import below
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 100000, 300000)


def decide(case, actor=None, at=NOON):
    ticket = Ticket.objects.get(pk=case.ticket.pk)
    return authority.decide(actor=actor or case.agent, ticket=ticket, remedy=case.remedy, terms=case.terms(), at=at)


def code_of(case, actor=None, at=NOON):
    return decide(case, actor, at).code


def test_agent_may_give_up_to_the_limit_and_not_a_cent_more():
    assert code_of(support.case(25000)) == "allowed"
    assert code_of(support.case(25001)) == "over_ticket_limit"


def test_limit_counts_the_amount_with_tax():
    assert code_of(support.case(21000, tax_rate="0.19")) == "allowed"
    assert code_of(support.case(21009, tax_rate="0.19")) == "over_ticket_limit"


@pytest.mark.parametrize("level", ["finance", "key_account", "manager"])
def test_level_that_gives_no_remedies_is_refused(level):
    assert code_of(support.case(), people.staff(level)) == "not_within_reach"


def test_customer_gives_themselves_nothing():
    case = support.case()

    assert code_of(case, case.ticket.requester) == "not_within_reach"


def test_agent_who_did_not_acknowledge_the_policy_is_told_so():
    decision = decide(support.case(agent=people.agent(acknowledged=False)))

    assert (decision.code, decision.approver) == ("policy_not_acknowledged", "")
    assert decision.reason.startswith("You have not acknowledged the remedy policy yet.")


def test_acknowledging_the_policy_unlocks_the_limit():
    case = support.case(agent=people.agent(acknowledged=False))

    authority.acknowledge_policy(actor=case.agent, at=NOON)

    assert code_of(case) == "allowed"


def test_customers_person_acknowledges_nothing():
    case = support.case()

    with pytest.raises(authority.NotOneOfUs):
        authority.acknowledge_policy(actor=case.ticket.requester, at=NOON)


def test_nobody_gives_to_a_group_they_belong_to():
    case = support.case()
    people.joins(case.agent, below(case.customer, "Paris"), scope="node")

    assert code_of(case) == "own_account"


def test_nobody_gives_to_themselves():
    case = support.case()
    Ticket.objects.filter(pk=case.ticket.pk).update(requester=case.agent)

    assert code_of(case) == "own_account"


def test_what_was_put_right_is_not_put_right_again():
    case = support.case()
    grant = case.grant(resolve=False)

    decision = decide(case)

    assert (decision.code, decision.reason) == ("already_compensated", f"This was put right already, with {grant.ref}.")


def test_what_waits_for_approval_is_not_asked_for_twice():
    case = support.case(30000)
    case.grant()

    assert (code_of(case), decide(case).approver) == ("already_asked", "")


def test_what_was_turned_down_may_be_asked_for_again():
    case = support.case(30000)
    approval = case.grant().approval
    approvals.decide(actor=people.supervisor(), approval=approval, approve=False, note="Ask again.", at=NOON)

    assert code_of(case) == "over_ticket_limit"


def test_resolved_ticket_must_be_reopened_first():
    case = support.case()
    conversation.resolve(actor=case.agent, ticket=case.ticket, outcome="answered", text="Done.", at=NOON)

    assert code_of(case) == "ticket_is_resolved"


def test_ticket_in_approval_waits_for_its_answer():
    case = support.case()
    conversation.step(conversation.lock(case.ticket), Ticket.Status.APPROVAL, NOON)

    assert code_of(case) == "ticket_awaits_approval"


def test_line_credited_elsewhere_leaves_nothing_to_give():
    case = support.case()
    line = case.ticket.finding.line
    credit_notes.credit_line(actor=None, line=line, reason="By hand", on=TODAY, at=NOON, key="by-hand")
    line.refresh_from_db()

    assert code_of(case) == "nothing_left_to_credit"


def test_person_without_any_limit_has_no_authority():
    case = support.case(currency="CHF")

    assert decide(case).code == "no_authority"
    assert "no authority for this remedy in CHF" in decide(case).reason


def test_all_that_is_given_on_one_ticket_counts_together():
    case = support.case(20000)
    support.billed_twice(case.customer, 6000, description="Storage")
    case.grant(resolve=False)
    findings.find_for([case.customer], at=NOON)
    second = case.remedy.proposals(case.ticket)[-1]

    decision = authority.decide(actor=case.agent, ticket=case.ticket, remedy=case.remedy, terms=second, at=NOON)

    assert decision.code == "over_ticket_limit"
    assert decision.reason.startswith("Your limit is 250.00 EUR a ticket; 200.00 EUR was given on it, this is 60.00 EUR more.")


def test_day_budget_counts_what_was_given_that_day():
    AuthorityGrant.objects.filter(level="agent").update(per_day_minor=40000)
    agent = people.agent()
    support.case(25000, agent=agent).grant()
    case = support.case(15001, agent=agent)

    today, tomorrow = decide(case), decide(case, at=NOON + timedelta(days=1))

    assert (today.code, today.approver, tomorrow.code) == ("over_day_limit", "supervisor", "allowed")
    assert today.reason.startswith("Your limit is 400.00 EUR a day; you gave 250.00 EUR today, this is 150.01 EUR more.")


def test_what_moves_no_money_is_given_when_the_budget_of_the_day_is_used_up():
    agent = people.agent()
    support.case(12000, agent=agent).grant()
    AuthorityGrant.objects.filter(level="agent").update(per_ticket_minor=5000, per_day_minor=5000)
    case, resend = support.case(agent=agent), REMEDIES["resend_document"]

    decision = authority.decide(actor=agent, ticket=case.ticket, remedy=resend, terms=resend.proposals(case.ticket)[0], at=NOON)

    assert decision.allowed


def test_taking_back_a_change_not_billed_yet_waits_when_the_budget_of_the_day_is_used_up():
    AuthorityGrant.objects.filter(level="agent").update(per_ticket_minor=12000, per_day_minor=12000)
    agent, reverse = people.agent(), REMEDIES["reverse_change"]
    case = support.changed_case(agent=agent, billed=False)
    terms = reverse.proposals(case.ticket)[0]
    assert reverse.cost(terms) == Money(0, "EUR")
    assert authority.decide(actor=agent, ticket=case.ticket, remedy=reverse, terms=terms, at=NOON).allowed
    support.case(12000, agent=agent).grant()

    decision = authority.decide(actor=agent, ticket=case.ticket, remedy=reverse, terms=terms, at=NOON)

    assert (decision.code, decision.approver) == ("over_day_limit", "supervisor")
    assert decision.reason.startswith("Your limit is 120.00 EUR a day; you gave 120.00 EUR today. Nothing is left for what moves")


def test_what_a_supervisor_approves_counts_against_their_own_day():
    AuthorityGrant.objects.filter(level="supervisor").update(per_day_minor=100000)
    supervisor = people.supervisor()
    for amount in (60000, 40001):
        support.case(amount).grant()
    first, second = Approval.objects.order_by("pk")
    approvals.decide(actor=supervisor, approval=first, approve=True, note="", at=NOON)

    with pytest.raises(Refusal) as refusal:
        approvals.decide(actor=supervisor, approval=second, approve=True, note="", at=NOON)

    assert refusal.value.code == "over_day_limit"


def test_over_the_limit_it_names_the_lowest_level_that_can():
    support.limit("manager", 500000, 500000)

    decisions = [decide(support.case(amount)) for amount in (25001, 100000, 100001, 500001)]

    assert [decision.approver for decision in decisions] == ["supervisor", "supervisor", "manager", ""]
    assert decisions[0].reason == "Your limit is 250.00 EUR a ticket; this is 250.01 EUR. A supervisor can approve it."
    assert decisions[3].reason.endswith("Nobody above you may give that much either.")


def test_limit_lowered_by_a_manager_counts_at_once_and_is_named():
    case = support.case(12000)
    assert code_of(case) == "allowed"

    authority.set_limit(actor=people.manager(), level="agent", per_ticket_minor=5000, per_day_minor=10000, at=NOON)

    assert decide(case).reason == "Your limit is 50.00 EUR a ticket; this is 120.00 EUR. A supervisor can approve it."


def test_limit_of_a_person_beats_the_level_and_one_for_the_remedy_beats_all_kinds():
    case = support.case(12000)
    support.limit(user=case.agent, per_ticket=10000, per_day=10000)
    by_person = code_of(case)
    support.limit(user=case.agent, per_ticket=12000, per_day=12000, remedy=support.CREDIT)

    assert (by_person, code_of(case)) == ("over_ticket_limit", "allowed")


def test_limit_that_ended_counts_no_more():
    AuthorityGrant.objects.filter(level="agent").update(until=TODAY)

    assert code_of(support.case()) == "no_authority"


def test_new_limit_ends_the_one_before_and_keeps_it_as_history():
    row = authority.set_limit(actor=people.manager(), level="agent", per_ticket_minor=1, per_day_minor=2, at=NOON)

    before = AuthorityGrant.objects.get(level="agent", per_ticket_minor=25000)
    assert (before.until, row.since, row.until) == (TODAY, TODAY, None)
    assert limits.limits_of_level("agent", "", "EUR", TODAY) == Limit(Money(1, "EUR"), Money(2, "EUR"))


def test_limit_set_twice_on_one_day_is_one_row():
    manager = people.manager()

    for amount in (100, 200):
        authority.set_limit(actor=manager, level="agent", per_ticket_minor=amount, per_day_minor=amount, at=NOON)

    assert [row.per_ticket_minor for row in AuthorityGrant.objects.filter(level="agent", until=None)] == [200]


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_managers_set_limits(level):
    with pytest.raises(MayNotSetLimits):
        authority.set_limit(actor=people.staff(level), level="agent", per_ticket_minor=1, per_day_minor=1, at=NOON)


def test_nobody_sets_their_own_limit():
    manager = people.manager()

    with pytest.raises(MayNotSetLimits):
        authority.set_limit(actor=manager, user=manager, per_ticket_minor=1, per_day_minor=1, at=NOON)


@pytest.mark.parametrize(
    "facts",
    [
        {"per_ticket_minor": -1, "per_day_minor": 5},
        {"per_ticket_minor": 6, "per_day_minor": 5},
        {"per_ticket_minor": 1, "per_day_minor": 5, "level": ""},
        {"per_ticket_minor": 1, "per_day_minor": 5, "level": "king"},
        {"per_ticket_minor": 1, "per_day_minor": 5, "since": TODAY - timedelta(days=1)},
    ],
)
def test_limit_that_makes_no_sense_is_refused(facts):
    with pytest.raises(LimitMakesNoSense):
        authority.set_limit(actor=people.manager(), at=NOON, **{"level": "agent"} | facts)

    assert AuthorityGrant.objects.count() == 2


def test_database_refuses_two_limits_for_one_holder_on_one_day():
    with pytest.raises(Exception, match="one_authority_per_holder_remedy_and_day"):
        support.limit("agent", 1, 1)


ONE_CENT_OVER, AT_LIMIT, BELOW = 25001, 25000, 100
WHO = ("agent", "unacknowledged", "finance", "own_account")
MATRIX = [
    *((who, amount, resolved) for who in WHO for amount in (BELOW, AT_LIMIT, ONE_CENT_OVER) for resolved in (False,)),
    *((who, amount, True) for who in WHO for amount in (BELOW, ONE_CENT_OVER)),
]


@pytest.mark.parametrize(("who", "amount", "resolved"), MATRIX)
def test_matrix_of_twenty_allows_exactly_the_certified_agent_within_the_limit_on_an_open_ticket(who, amount, resolved):
    actor = people.finance() if who == "finance" else people.agent(acknowledged=who != "unacknowledged")
    case = support.case(amount, agent=actor)
    if who == "own_account":
        people.joins(actor, case.customer)
    if resolved:
        conversation.resolve(actor=people.supervisor(), ticket=case.ticket, outcome="answered", text="Done.", at=NOON)

    assert decide(case).allowed == (who == "agent" and amount <= AT_LIMIT and not resolved)


def test_matrix_has_twenty_combinations():
    assert len(set(MATRIX)) == 20
