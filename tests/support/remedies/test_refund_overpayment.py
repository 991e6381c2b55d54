"""Sending back what was paid too much: once, after it stands in the books, and as credit again where the gateway declines."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.anomalies import finding as findings
from billing.anomalies import kept_money, offering_back
from billing.anomalies.models import Finding
from billing.invoices import proof as invoice_proof
from billing.ledger import balances
from billing.ledger import proof as ledger_proof
from billing.money import Money
from billing.payments import proof as payment_proof
from billing.payments import receiving, refunds
from billing.payments.gateways import sandbox
from billing.payments.gateways.base import Answer, Outcome
from billing.payments.models import Payment, Refund
from support.remedies import proof, resolution, tie_out
from support.remedies.kinds import REMEDIES
from support.remedies.models import Grant
from support.remedies.playbooks import offering
from tests.factories import billing, people, support
from tests.factories.customers import group
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db
REMEDY = REMEDIES["refund_overpayment"]
LATER = NOON + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 1000000, 10000000)


def give(case, at=NOON):
    return resolution.grant(actor=case.agent, ticket=case.ticket, remedy=REMEDY, terms=REMEDY.proposals(case.ticket)[0], at=at)


def owed(case):
    return balances.owed_by(case.customer, "EUR").get("EUR", 0)


def faults():
    return [*ledger_proof.faults(), *invoice_proof.faults(), *payment_proof.faults(), *proof.faults()]


def test_money_goes_back_once_it_is_committed_and_the_finding_is_put_right(django_capture_on_commit_callbacks):
    case = support.overpaid_case(12000)
    assert owed(case) == -12000

    with django_capture_on_commit_callbacks() as then:
        grant = give(case)
        assert Refund.objects.get().status == Refund.Status.STARTED
    for call in then:
        call()

    assert (grant.status, grant.amount_minor, owed(case)) == ("granted", 12000, 0)
    assert Refund.objects.get().status == Refund.Status.SUCCEEDED
    assert set(Finding.objects.values_list("status", flat=True)) == {"remedied"}
    assert faults() == []
    assert [line.ties for line in tie_out.of_day(TODAY)] == [True]


def test_reason_is_in_the_language_of_who_gets_the_money_not_of_the_agent():
    case = support.overpaid_case(12000)

    with translation.override("de"):
        give(case)

    assert Refund.objects.get().reason == "Paid twice"


def test_words_ahead_name_the_invoice_like_the_words_that_are_sent():
    case = support.overpaid_case(12000)
    terms = REMEDY.proposals(case.ticket)[0]

    assert f"{case.ticket.document} is paid." in REMEDY.closing_text(case.ticket, terms)


def test_worker_killed_after_the_commit_leaves_it_to_those_who_send_what_was_forgotten():
    case = support.overpaid_case(12000)
    give(case)

    sent = refunds.send_forgotten(at=NOON + timedelta(hours=1))

    assert (sent, Refund.objects.get().status) == (1, Refund.Status.SUCCEEDED)


def test_declined_it_is_credit_again_people_are_told_and_it_can_be_sent_anew(monkeypatch):
    case = support.overpaid_case(12000)
    give(case)
    declined = Answer(Outcome.DECLINED, reason="The card is closed.")
    monkeypatch.setattr(sandbox.Sandbox, "refund", lambda *args, **facts: declined)

    refunds.carry_out(Refund.objects.get().pk, LATER)

    assert (owed(case), faults()) == (-12000, [])
    told = Activity.objects.filter(kind__in=["billing.refund_came_back", "finance.money_came_back"])
    assert {row.facts["reason"] for row in told} == {"The card is closed."}
    monkeypatch.undo()
    findings.find_for([case.customer], at=LATER + timedelta(minutes=1))
    again = support.ticket(case.customer, document=case.ticket.document)
    resolution.grant(actor=case.agent, ticket=again, remedy=REMEDY, terms=REMEDY.proposals(again)[0], at=LATER)
    refunds.carry_out(Refund.objects.latest("pk").pk, LATER)
    assert (owed(case), Grant.objects.count(), faults()) == (0, 2, [])


def test_what_no_gateway_can_send_back_is_left_to_finance():
    case = support.overpaid_case(12000)
    Payment.objects.update(gateway="cheque")

    with pytest.raises(Refusal, match="finance sends it") as refused:
        give(case)

    assert refused.value.code == "no_way_back"
    assert owed(case) == -12000


def test_what_came_by_bank_from_an_account_nobody_knows_stays_credit():
    case = support.plain_case(12000)
    invoice = case.ticket.document
    for _ in range(2):
        facts = {"seller": invoice.legal_entity, "key": uuid4(), "at": NOON, "documents": [invoice]}
        receiving.receive(actor=None, payer=case.customer, amount=Money(12000, "EUR"), **facts)
    findings.find_for([case.customer], at=NOON)

    give(case)
    refunds.carry_out(Refund.objects.get().pk, LATER)

    assert (owed(case), Refund.objects.get().status, faults()) == (-12000, Refund.Status.DECLINED, [])


def test_money_a_stranger_paid_for_no_invoice_is_not_sent_back_on_a_ticket_about_none():
    stranger = support.overpaid_case(12000)
    found = Finding.objects.filter(customer=stranger.customer).first()
    found.payment.shares.all().delete()
    case = support.plain_case(5000)
    asked = support.ticket(case.customer, subject="Send it to me")
    terms = REMEDY.read({"finding": found.ref}, key=uuid4(), resolve=True)

    assert REMEDY.proposals(asked) == []
    assert REMEDY.eligible(asked, terms).code == "not_of_this_customer"


def test_customer_who_was_faster_leaves_nothing_to_send():
    case = support.overpaid_case(12000)
    terms = REMEDY.proposals(case.ticket)[0]
    offering_back.send_back(actor=people.payer(case.customer), payment=terms.finding.payment, at=NOON)

    with pytest.raises(Refusal) as refused:
        resolution.grant(actor=case.agent, ticket=case.ticket, remedy=REMEDY, terms=terms, at=NOON)

    assert refused.value.code in {"nothing_kept", "already_compensated"}
    assert (Refund.objects.count(), owed(case)) == (1, 0)


def test_only_what_is_left_of_it_goes_back():
    case = support.overpaid_case(12000)
    billing.invoice(case.customer, 5000, on=TODAY)
    payment = Payment.objects.get(gateway="sandbox")
    offering_back.use(actor=people.payer(case.customer), payment=payment, at=NOON)

    grant = give(case)

    assert (grant.amount_minor, owed(case), faults()) == (7000, 0, [])


ACTS = st.lists(
    st.tuples(st.sampled_from(["give", "send back", "use", "carry out", "decline", "find"]), st.integers(0, 1)), max_size=9
)


@given(ACTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_in_whatever_order_no_cent_goes_back_twice(monkeypatch, acts):
    customer = group()
    cases = [support.overpaid_case(12000, customer=customer), support.overpaid_case(3100, customer=customer)]
    billing.invoice(customer, 4000, on=TODAY)
    payer, at = people.payer(customer), NOON
    for act, which in acts:
        at += timedelta(minutes=30)
        try:
            _do(act, cases[which], payer, at, monkeypatch)
        except Refusal:
            continue
        finally:
            monkeypatch.undo()

    paid = sum(Payment.objects.filter(payer=customer).values_list("amount_minor", flat=True))
    gone = sum(refund.amount_minor for refund in Refund.objects.filter(customer=customer) if refund.status != "declined")
    assert gone <= paid - 12000 - 3100
    assert owed_in_all(customer) == 12000 + 3100 + 4000 - (paid - gone)
    assert faults() == []


def owed_in_all(customer):
    return balances.owed_by(customer, "EUR").get("EUR", 0)


def _do(act, case, payer, at, monkeypatch):
    if act == "give":
        proposals = REMEDY.proposals(case.ticket)
        if proposals:
            resolution.grant(actor=case.agent, ticket=case.ticket, remedy=REMEDY, terms=proposals[0], at=at)
    elif act in {"send back", "use"}:
        for kept in kept_money.by([case.customer.pk]):
            getattr(offering_back, act.replace(" ", "_"))(actor=payer, payment=kept.payment, at=at)
    elif act == "find":
        findings.find_for([case.customer], at=at)
    else:
        if act == "decline":
            monkeypatch.setattr(sandbox.Sandbox, "refund", lambda *_, **__: Answer(Outcome.DECLINED, reason="Closed."))
        refunds.send_forgotten(at=at)


def test_playbook_for_it_is_offered_on_the_words_of_the_customer():
    case = support.overpaid_case(12000)
    ticket = support.ticket(case.customer, document=case.ticket.document, subject="We overpaid", text="By accident.")

    offered = offering.for_ticket(ticket)

    assert (offered.version.title, offered.version.remedies, offered.fits) == (
        "Paid twice or too much", ["refund_overpayment"], True,
    )  # fmt: skip
