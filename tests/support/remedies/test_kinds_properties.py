"""Whatever is asked of whichever kind, at any amount and tax, given or taken back: the books balance and tie out."""

from dataclasses import replace
from datetime import timedelta

from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.decisions import Refusal
from billing.invoices.models import Document, Line
from billing.ledger import balances
from billing.ledger import proof as ledger_proof
from billing.money import Money
from support.remedies import proof, resolution, reversing, tie_out
from support.remedies.kinds import REMEDIES
from tests.factories import billing, people, support
from tests.factories.customers import group
from tests.factories.support import NOON, SINCE, TODAY, Case

MONEY_MOVED = sorted(code for code, remedy in REMEDIES.items() if remedy.accounts and code != "reverse_change")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(MONEY_MOVED), st.integers(min_value=2, max_value=9_999_999), st.sampled_from(["0", "0.07", "0.19"]),
        st.booleans(), st.booleans(),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


class RandomKinds(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def test_any_remedy_given_and_taken_back_leaves_balanced_books(self, steps):
        support.limit("agent", 10**12, 10**13)
        agent = people.agent()

        for place, step in enumerate(steps):
            _play(agent, *step, at=NOON + timedelta(minutes=place))

        assert proof.faults() + ledger_proof.faults() == []
        assert all(line.ties for line in tie_out.of_day(TODAY))
        assert not Line.objects.filter(credited_minor__gt=F("amount_minor"), amount_minor__gt=0).exists()
        assert not Document.objects.filter(open_minor__lt=0).exists()


def _play(agent, code, amount, tax_rate, is_paid, goes_back, at):
    """Give a remedy of this kind on a fresh invoice, partly settled or not, and take it back or not."""
    customer = group()
    line = billing.invoice(customer, amount, on=SINCE, tax_rate=tax_rate).lines.get()
    if is_paid:
        billing.single_credit(customer, Money(amount // 2 + 1, "EUR"))
    case = Case(customer, support.ticket(customer, line=line, document=line.document), agent)
    before = balances.owed_by(customer, "EUR").get("EUR", 0)
    remedy = REMEDIES[code]
    for terms in remedy.proposals(case.ticket)[:1]:
        if code == "correct_price":
            terms = replace(terms, net=Money(amount // 2 + 1, "EUR"), known=True)
        try:
            grant = resolution.grant(actor=agent, ticket=case.ticket, remedy=remedy, terms=terms, at=at)
        except Refusal as refusal:
            assert refusal.reason
            continue
        assert balances.owed_by(customer, "EUR").get("EUR", 0) == before - grant.amount_minor
        if goes_back:
            reversing.reverse(actor=agent, grant=grant, reason="Back.", at=at)
            assert balances.owed_by(customer, "EUR").get("EUR", 0) == before
