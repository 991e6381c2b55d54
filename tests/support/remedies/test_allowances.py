"""Allowances: more than the limit where criteria fit, a cent more nowhere; each criterion told with what was found."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import two_persons
from accounts.customers.models import Customer
from accounts.segments import evaluating
from accounts.timeline.models import Activity
from billing.money import Money
from support.remedies import allowances, authority, criteria, fault, resolution
from support.remedies.criteria import Circumstances, Spent
from support.remedies.models import Allowance, Approval, FeedRow, Grant
from support.remedies.standing import Standing
from support.tickets.models import Ticket
from tests.factories import people, policies, segments, support
from tests.factories.customers import group
from tests.factories.policies import QUESTION
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
OVER, ALLOWED = "over_ticket_limit", "allowed"


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 5000, 100000)
    support.limit("supervisor", 100000, 300000)


def asked(case, amount):
    return resolution.read("goodwill_credit", {"ticket": case.ticket.ref, "amount": amount}, key=uuid4())


def decide(case, amount, at=NOON):
    remedy, terms = asked(case, amount)
    ticket = Ticket.objects.get(pk=case.ticket.pk)
    return authority.decide(actor=case.agent, ticket=ticket, remedy=remedy, terms=terms, at=at)


def give(case, amount, at=NOON):
    remedy, terms = asked(case, amount)
    return resolution.grant(actor=case.agent, ticket=case.ticket, remedy=remedy, terms=terms, at=at)


def strategic(customer=None):
    kind = segments.segment(code=f"strategic-{uuid4().hex[:6]}")
    if customer:
        evaluating.put_in(actor=people.manager(), segment=kind, customer=customer, at=NOON)
    return kind


def arranged(terms, *, side="", tier="standard", days=0, inside=False, passed=False):
    """A case of some facts, and an allowance with these terms."""
    customer = group(tier=tier)
    Customer.objects.filter(pk=customer.pk).update(created_at=NOON - timedelta(days=days))
    customer.refresh_from_db()
    if "segment" in terms:
        terms["segment"] = strategic(customer if inside else None)
    case = support.plain_case(customer=customer)
    if "certificate" in terms:
        version = policies.published({}, terms["certificate"], quiz=[QUESTION])
        if passed:
            policies.acknowledged(case.agent, version)
    if side:
        support.judged(case.ticket, side)
    support.allowance(**terms)
    return case


OURS = {"fault": "ours"}
EVERYTHING = {"fault": "ours", "tier": "gold", "tenure_days": 90, "segment": 1, "certificate": "credit", "share_percent": 100}
KNOWN = {"side": "ours", "tier": "gold", "days": 90, "inside": True, "passed": True}
COMBINATIONS = [
    ({}, {"fault": "nobodys"}, "50.00", ALLOWED),
    ({}, {"fault": "nobodys"}, "50.01", OVER),
    ({"side": "ours"}, OURS, "250.00", ALLOWED),
    ({"side": "ours"}, OURS, "250.01", OVER),
    ({"side": "theirs"}, OURS, "250.00", OVER),
    ({}, OURS, "250.00", OVER),
    ({"tier": "gold"}, {"tier": "gold"}, "250.00", ALLOWED),
    ({"tier": "silver"}, {"tier": "gold"}, "250.00", OVER),
    ({"inside": True}, {"segment": 1}, "250.00", ALLOWED),
    ({}, {"segment": 1}, "250.00", OVER),
    ({"days": 90}, {"tenure_days": 90}, "250.00", ALLOWED),
    ({"days": 89}, {"tenure_days": 90}, "250.00", OVER),
    ({"passed": True}, {"certificate": "credit"}, "250.00", ALLOWED),
    ({}, {"certificate": "credit"}, "250.00", OVER),
    ({}, {"per_action_minor": 10000}, "100.00", ALLOWED),
    ({}, {"per_action_minor": 10000}, "100.01", OVER),
    ({}, {"share_percent": 50}, "60.00", ALLOWED),
    ({}, {"share_percent": 50}, "60.01", OVER),
    ({}, {"remedy": "credit_duplicate_charge"}, "250.00", OVER),
    ({}, {"level": "supervisor"}, "250.00", OVER),
    ({}, {"currency": "USD"}, "250.00", OVER),
    (KNOWN, EVERYTHING, "120.00", ALLOWED),
    (KNOWN, EVERYTHING, "120.01", OVER),
    (KNOWN | {"tier": "silver"}, EVERYTHING, "120.00", OVER),
]


@pytest.mark.parametrize(("facts", "terms", "amount", "code"), COMBINATIONS)
def test_combination_gives_more_exactly_where_every_criterion_holds(facts, terms, amount, code):
    assert decide(arranged(terms.copy(), **facts), amount).code == code


def test_our_fault_raises_the_limit_and_each_criterion_is_told():
    case = support.plain_case()
    support.allowance(remedy="goodwill_credit", fault="ours", tenure_days=1)
    Customer.objects.update(created_at=NOON - timedelta(days=400))
    before = decide(case, "250.00")

    support.judged(case.ticket, "ours")

    weighed = Standing(case.agent, NOON, [Ticket.objects.get(pk=case.ticket.pk)]).weighed("goodwill_credit", None, case.ticket)
    assert (before.code, decide(case, "250.00").code) == (OVER, ALLOWED)
    assert [(one.label, one.wanted, one.found, one.holds) for one in weighed[0].criteria] == [
        ("Whose fault", "Our fault", "Our fault: The log of the outage.", True),
        ("A customer for", "1 day", "400 days", True),
    ]


def test_share_of_an_invoice_reaches_as_far_as_the_invoice_and_nowhere_without_one():
    case, without = support.case(20000), support.ticket()
    support.allowance(remedy="goodwill_credit", share_percent=20)

    [on_invoice], [on_none] = (
        Standing(case.agent, NOON, [ticket]).weighed("goodwill_credit", None, ticket)
        for ticket in (Ticket.objects.get(pk=case.ticket.pk), without)
    )

    assert (on_invoice.fits, on_invoice.most) == (True, Money(4000, "EUR"))
    assert (on_none.fits, on_none.criteria[0].found) == (False, "no invoice")


def test_error_we_found_ourselves_is_our_fault_until_somebody_judges_otherwise():
    case = support.case(20000)
    support.allowance(fault="ours")
    ticket = Ticket.objects.get(pk=case.ticket.pk)
    found = authority.decide(actor=case.agent, ticket=ticket, remedy=case.remedy, terms=case.terms(), at=NOON)

    support.judged(case.ticket, "theirs")

    judged = authority.decide(actor=case.agent, ticket=ticket, remedy=case.remedy, terms=case.terms(), at=NOON)
    assert (found.code, judged.code) == (ALLOWED, OVER)


def test_what_an_allowance_let_pass_names_it():
    held = support.allowance()

    grant = give(support.plain_case(), "250.00")

    assert (grant.status, grant.decision["source"]) == ("granted", str(held))


@pytest.mark.parametrize("bound", ["per_day_minor", "per_month_minor"])
def test_span_of_an_allowance_counts_what_the_person_gave_in_it(bound):
    agent = people.agent()
    support.allowance(**{bound: 30000})
    give(support.plain_case(agent=agent), "200.00")

    assert decide(support.plain_case(agent=agent), "100.00").code == ALLOWED
    assert decide(support.plain_case(agent=agent), "100.01").code == OVER


def test_month_of_a_customer_counts_what_anybody_gave_it():
    customer = group()
    support.allowance(per_node_month_minor=30000)
    give(support.plain_case(customer=customer), "200.00")

    assert decide(support.plain_case(customer=customer), "100.00").code == ALLOWED
    assert decide(support.plain_case(customer=customer), "100.01").code == OVER
    assert decide(support.plain_case(), "250.00").code == ALLOWED


def test_next_month_begins_anew():
    agent = people.agent()
    support.allowance(per_month_minor=25000)
    give(support.plain_case(agent=agent), "250.00")

    assert decide(support.plain_case(agent=agent), "250.00", NOON.replace(month=4, day=1)).code == ALLOWED


def test_allowance_without_a_day_of_its_own_leaves_the_limit_of_the_day():
    agent = people.agent()
    support.limit(user=agent, per_ticket=5000, per_day=30000)
    support.allowance(level="", user=agent)
    give(support.plain_case(agent=agent), "250.00")

    assert decide(support.plain_case(agent=agent), "50.01").code == "over_day_limit"


def test_limit_of_a_person_is_widened_only_by_an_allowance_that_names_them():
    case = support.plain_case()
    support.limit(user=case.agent, per_ticket=2000, per_day=30000)
    support.allowance()
    assert decide(case, "20.01").code == OVER

    support.allowance(level="", user=case.agent)

    assert decide(case, "250.00").code == ALLOWED


def test_most_of_policy_holds_over_every_allowance():
    policies.published({"remedy.ticket_limit": "100.00 EUR"})
    support.allowance()

    decision = decide(support.plain_case(), "100.01")

    assert (decision.code, decision.source) == ("limit_exceeded", "credit-policy v1")


def test_allowance_counts_from_its_approval_to_its_last_day():
    case = support.plain_case()
    wanted = allowances.Terms(per_ticket_minor=25000, level="agent")
    waiting = allowances.ask(actor=people.manager(), terms=wanted, since=NOON.date(), until=date(2026, 3, 10), at=NOON)
    assert decide(case, "250.00").code == OVER

    allowances.approve(actor=people.manager(), asked=waiting, at=NOON)

    assert decide(case, "250.00").code == ALLOWED
    assert decide(case, "250.00", NOON.replace(day=10)).code == OVER


def test_ended_allowance_gives_nothing_more():
    case, held = support.plain_case(), support.allowance()

    allowances.end(actor=people.manager(), held=held, at=NOON)

    assert decide(case, "250.00").code == OVER


def test_who_has_not_acknowledged_gives_nothing_whatever_is_allowed():
    support.allowance()

    decision = decide(support.plain_case(agent=people.agent(acknowledged=False)), "10.00")

    assert decision.code == "policy_not_acknowledged"


def test_second_manager_approves_and_nobody_for_themselves():
    manager, other = people.manager(), people.manager()
    ask = {"terms": allowances.Terms(per_ticket_minor=1, level="agent"), "since": NOON.date(), "at": NOON}
    waiting = allowances.ask(actor=manager, **ask)

    with pytest.raises(two_persons.SecondPersonNeeded):
        allowances.approve(actor=manager, asked=waiting, at=NOON)
    with pytest.raises(allowances.MayNotAllow):
        allowances.ask(actor=other, **ask | {"terms": allowances.Terms(per_ticket_minor=1, user=other)})
    with pytest.raises(IntegrityError), transaction.atomic():
        Allowance.objects.update(approved_by=manager, approved_at=NOON)


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_managers_allow(level):
    with pytest.raises(allowances.MayNotAllow):
        allowances.ask(
            actor=people.staff(level), terms=allowances.Terms(per_ticket_minor=1, level="agent"), since=NOON.date(), at=NOON
        )


@pytest.mark.parametrize(
    "terms",
    [
        {}, {"level": "king"}, {"level": "finance"}, {"level": "agent", "remedy": "cake"}, {"level": "agent", "fault": "fate"},
        {"level": "agent", "tier": "tin"}, {"level": "agent", "share_percent": 101}, {"level": "agent", "per_day_minor": 0},
        {"level": "agent", "certificate": "none-such"}, {"level": "agent", "per_ticket_minor": 0},
    ],
)  # fmt: skip
def test_allowance_that_makes_no_sense_is_refused_and_nothing_written(terms):
    with pytest.raises(allowances.AllowanceMakesNoSense):
        allowances.ask(
            actor=people.manager(), terms=allowances.Terms(**{"per_ticket_minor": 100} | terms), since=NOON.date(), at=NOON
        )

    assert not Allowance.objects.exists()


@pytest.mark.parametrize(("side", "evidence"), [("ours", ""), ("ours", " "), ("fate", "It rained.")])
def test_fault_is_judged_with_evidence_or_not_at_all(side, evidence):
    ticket = support.ticket()

    with pytest.raises(fault.EvidenceMissing):
        fault.judge(actor=people.agent(), ticket=ticket, side=side, evidence=evidence, at=NOON)

    assert fault.of([ticket]) == {}


def test_judged_fault_is_recorded_and_can_be_opened_again():
    ticket = support.ticket()
    support.judged(ticket)

    fault.judge(actor=people.agent(), ticket=ticket, side="", evidence="", at=NOON)

    assert fault.of([ticket]) == {}
    told = Activity.objects.filter(kind="support.fault_judged").order_by("pk")
    assert [activity.facts["side"] for activity in told] == ["Our fault", "open again"]


def test_same_person_at_another_account_opens_no_new_goodwill():
    agent, person = people.agent(), people.person()
    for _ in range(2):
        customer = group()
        people.joins(person, customer, "member")
        case = support.plain_case(agent=agent, customer=customer)
        Ticket.objects.filter(pk=case.ticket.pk).update(requester=person)
        give(support.Case(customer, Ticket.objects.get(pk=case.ticket.pk), agent), "10.00")
    third = support.plain_case(agent=agent)
    Ticket.objects.filter(pk=third.ticket.pk).update(requester=person)

    decision = decide(third, "10.00")

    assert (decision.code, decision.approver) == ("too_often", "supervisor")
    assert "2 times in 90 days" in decision.reason


def test_cent_over_the_limit_gives_nothing_by_page_and_api():
    case = support.plain_case()
    client = Client()
    client.force_login(case.agent)
    facts = {"ticket": case.ticket.ref, "amount": "50.01"}

    by_api = client.post(
        reverse("staff_api:grants", args=[case.ticket.ref]), {"remedy": "goodwill_credit", "terms": facts, "ask": False},
        content_type="application/json", headers={"Idempotency-Key": str(uuid4())},
    )  # fmt: skip
    by_page = client.post(
        reverse("backoffice:grants", args=[case.ticket.ref]), facts | {"remedy": "goodwill_credit", "key": str(uuid4())}
    )

    assert (by_api.status_code, by_api.json()["code"]) == (403, "limit_exceeded")
    assert by_page.status_code == 302
    assert list(Grant.objects.values_list("status", flat=True)) == ["awaiting_approval"]


@pytest.mark.parametrize("model", [Grant, Approval, FeedRow])
def test_administration_gives_no_remedy_and_decides_none(model, rf):
    page = admin.site._registry.get(model)
    request = rf.get("/admin/")
    request.user = people.manager()

    assert page is None or not (page.has_add_permission(request) or page.has_change_permission(request))


def test_ticket_shows_how_far_one_may_go_and_the_page_takes_the_judgement():
    case = support.plain_case()
    support.allowance(remedy="goodwill_credit", fault="ours")
    client = Client()
    client.force_login(case.agent)
    address = reverse("backoffice:ticket", args=[case.ticket.ref])
    assert "does not fit" in client.get(address).content.decode()

    answer = client.post(
        reverse("backoffice:faults", args=[case.ticket.ref]), {"side": "ours", "evidence": "The log of the outage."}
    )

    shown = client.get(address).content.decode()
    assert answer.status_code == 302
    assert "does not fit" not in shown
    assert "The log of the outage." in shown


def test_page_refuses_a_judgement_without_evidence_with_its_reason():
    case = support.plain_case()
    client = Client()
    client.force_login(case.agent)

    answer = client.post(reverse("backoffice:faults", args=[case.ticket.ref]), {"side": "ours", "evidence": ""})

    assert answer.status_code == 422
    assert "Say whose fault it was and how we know." in answer.content.decode()


def test_what_may_i_do_lists_every_allowance_with_its_criteria():
    agent = people.agent()
    for percent in range(1, 21):
        support.allowance(remedy="goodwill_credit", fault="ours", share_percent=percent)
    client = Client()
    client.force_login(agent)

    shown = client.get(reverse("backoffice:authority")).content.decode()

    assert shown.count("per cent of the invoice") == 20
    assert "Our fault" in shown


@given(
    most=st.integers(1, 10**6), day=st.none() | st.integers(1, 10**6), cost=st.integers(1, 10**6), before=st.integers(0, 10**6)
)
def test_amounts_fit_exactly_up_to_every_bound(most, day, cost, before):
    row = Allowance(per_ticket_minor=most, per_day_minor=day, currency="EUR")
    spent = Spent(*(Money(before, "EUR") for _ in range(4)))

    fits = all(one.holds for one in criteria.bounds(row, Money(cost, "EUR"), spent, Circumstances()))

    assert fits == (before + cost <= most and (day is None or before + cost <= day))
