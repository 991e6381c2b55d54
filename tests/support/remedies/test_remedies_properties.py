"""Whatever is asked for, in whatever order: no line is credited beyond itself, nobody gives more than their authority."""

from datetime import timedelta

from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.decisions import Refusal
from billing.invoices import credit_notes
from billing.invoices.models import Line
from billing.ledger import proof as ledger_proof
from support.remedies import approvals, proof, substitutes, tie_out
from support.remedies.models import Approval, Grant
from tests.factories import people, support
from tests.factories.support import NOON, TODAY

TOMORROW = TODAY + timedelta(days=1)
TICKET_LIMIT, DAY_LIMIT, SUPERVISOR_TICKET = 20000, 45000, 60000
AMOUNTS = st.integers(min_value=1, max_value=70000)
STEPS = st.lists(st.tuples(AMOUNTS, st.sampled_from(["0", "0.19", "0.07"]), st.sampled_from(["", "part"])), max_size=4)


class RandomRemedies(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS, answers=st.lists(st.booleans(), max_size=4))
    def test_random_remedies_never_exceed_line_or_authority(self, steps, answers):
        support.limit("agent", TICKET_LIMIT, DAY_LIMIT)
        support.limit("supervisor", SUPERVISOR_TICKET, 200000)
        agent, supervisor = people.agent(), people.supervisor()

        for amount, tax_rate, before in steps:
            _ask(agent, amount, tax_rate, before)
        for approval, answer in zip(Approval.objects.order_by("pk"), answers, strict=False):
            _answer(supervisor, approval, answer)

        given_alone = Grant.objects.filter(status="granted", approval=None)
        assert all(grant.amount_minor <= TICKET_LIMIT for grant in given_alone)
        assert sum(grant.amount_minor for grant in given_alone) <= DAY_LIMIT
        assert all(grant.amount_minor <= SUPERVISOR_TICKET for grant in Grant.objects.filter(status="granted"))
        assert not Line.objects.filter(credited_minor__gt=F("amount_minor"), corrects=None).exists()
        assert all(line.ties for line in tie_out.of_day(TODAY))
        assert proof.faults() + ledger_proof.faults() == []

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(st.tuples(st.integers(min_value=20001, max_value=50000), st.booleans()), max_size=5))
    def test_who_stands_in_lends_no_more_than_the_colleague_may_give_in_a_day(self, steps):
        support.limit("agent", 100, 1000)
        support.limit("supervisor", 20000, 20000)
        support.limit("manager", 50000, 90000)
        agent, supervisor, manager = people.agent(), people.supervisor(), people.manager()
        substitutes.name(actor=manager, approver=manager, person=supervisor, since=TODAY, until=TOMORROW, at=NOON)

        for amount, stands_in in steps:
            _ask(agent, amount, "0", "")
            for approval in Approval.objects.filter(status="waiting"):
                _answer(supervisor if stands_in else manager, approval, True)

        approved = Approval.objects.filter(status="approved").select_related("grant")
        assert sum(approval.grant.amount_minor for approval in approved) <= 90000
        assert all(approval.stands_in_for == (manager if approval.decided_by == supervisor else None) for approval in approved)
        assert proof.faults() + ledger_proof.faults() == []


def _ask(agent, amount, tax_rate, before):
    case = support.case(amount, agent=agent, tax_rate=tax_rate)
    line = case.ticket.finding.line
    if before and amount > 1:
        credit_notes.credit_line(
            actor=None, line=line, amount_minor=amount // 2, reason="Part", on=TODAY, at=NOON, key=f"part-{line.pk}"
        )
    try:
        case.grant()
    except Refusal as refusal:
        assert refusal.reason


def _answer(supervisor, approval, answer):
    try:
        approvals.decide(actor=supervisor, approval=approval, approve=answer, note="Because.", at=NOON)
    except Refusal as refusal:
        assert refusal.code in {"over_day_limit", "over_ticket_limit", "level_too_low"}
