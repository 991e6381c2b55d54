"""Policy the code obeys: a published version counts at once, names itself, is logged, and is tried before it is published."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.policies import keys, log, publishing, simulating
from accounts.policies.models import Firing
from billing.money import Money
from support.remedies import approvals, authority, limits, resolution
from support.remedies.kinds import REMEDIES
from support.remedies.models import AuthorityGrant, Grant
from support.tickets.models import Ticket
from tests.factories import customers, people, policies, support
from tests.factories.policies import QUESTION
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
MOST, AGENT, SUPERVISOR = "remedy.ticket_limit", "remedy.agent_ticket_limit", "remedy.supervisor_ticket_limit"


def decide(case, actor=None):
    ticket = Ticket.objects.get(pk=case.ticket.pk)
    return authority.decide(actor=actor or case.agent, ticket=ticket, remedy=case.remedy, terms=case.terms(), at=NOON)


def goodwill(case, amount):
    remedy, terms = resolution.read("goodwill_credit", {"ticket": case.ticket.ref, "amount": amount}, key=uuid4())
    return authority.decide(actor=case.agent, ticket=Ticket.objects.get(pk=case.ticket.pk), remedy=remedy, terms=terms, at=NOON)


def grants_of(case):
    return reverse("staff_api:grants", args=[case.ticket.ref])


def outcomes():
    return list(Firing.objects.order_by("pk").values_list("key", "outcome", "about_ref"))


def test_new_version_of_the_credit_policy_refuses_at_once_and_names_itself():
    support.limit("agent", 25000, 100000)
    policies.published({MOST: "250.00 EUR"}, "credit-policy")
    case = support.case(12000)
    assert decide(case).code == "allowed"

    policies.published({MOST: "80.00 EUR"}, "credit-policy")

    decision = decide(case)
    assert (decision.code, decision.approver, decision.source) == ("limit_exceeded", "", "credit-policy v2")
    assert decision.reason == "credit-policy v2 allows 80.00 EUR on one ticket, whoever gives it; this is 120.00 EUR."


def test_what_policy_sets_as_the_most_is_403_by_api_and_gives_nothing():
    support.limit("agent", 25000, 100000)
    policies.published({MOST: "80.00 EUR"})
    case = support.case(12000)
    client = Client()
    client.force_login(case.agent)

    asked = {"remedy": support.CREDIT, "terms": {"finding": str(case.ticket.finding)}}
    answer = client.post(grants_of(case), asked, content_type="application/json", headers={"Idempotency-Key": str(uuid4())})

    assert (answer.status_code, answer.json()["code"]) == (403, "limit_exceeded")
    assert "credit-policy v1" in answer.json()["detail"]
    assert outcomes() == [(MOST, "blocked", case.ticket.ref)]
    assert not Grant.objects.exists()


def test_amount_over_a_limit_of_ones_own_is_403_by_api_and_names_the_policy_that_governs_it():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 200000, 500000)
    policies.published({MOST: "5000.00 EUR"})
    case = support.case(25100)
    client = Client()
    client.force_login(case.agent)

    asked = {"remedy": support.CREDIT, "terms": {"finding": str(case.ticket.finding)}}
    answer = client.post(grants_of(case), asked, content_type="application/json", headers={"Idempotency-Key": str(uuid4())})

    said = "Your limit is 250.00 EUR a ticket; this is 251.00 EUR. A supervisor can approve it."
    assert (answer.status_code, answer.json()) == (403, {"code": "limit_exceeded", "detail": said, "policy": "credit-policy v1"})
    assert not Grant.objects.exists()


def test_terms_by_api_need_not_repeat_the_ticket_of_their_address():
    support.limit("agent", 25000, 100000)
    case = support.plain_case()
    client = Client()
    client.force_login(case.agent)

    asked = {"remedy": "goodwill_credit", "terms": {"amount": "5.00"}}
    answer = client.post(grants_of(case), asked, content_type="application/json", headers={"Idempotency-Key": str(uuid4())})

    assert (answer.status_code, answer.json()["status"]) == (201, "granted")


def test_level_is_measured_by_policy_before_its_row_and_asks_the_level_that_policy_lets_give_it():
    support.limit("agent", 25000, 100000)
    policies.published({AGENT: "80.00 EUR", SUPERVISOR: "500.00 EUR"})

    decision = decide(support.case(12000))

    assert (decision.code, decision.approver, decision.key) == ("over_ticket_limit", "supervisor", AGENT)
    assert decision.reason == (
        "Your limit is 80.00 EUR a ticket; this is 120.00 EUR. So says credit-policy v1. A supervisor can approve it."
    )


def test_row_of_a_person_narrows_policy_and_never_widens_it():
    policies.published({AGENT: "80.00 EUR"})
    case = support.case(9000)
    support.limit(user=case.agent, per_ticket=50000, per_day=50000)
    wider = decide(case)
    AuthorityGrant.objects.update(per_ticket_minor=5000)

    assert (wider.code, decide(case).code) == ("over_ticket_limit", "over_ticket_limit")
    assert "50.00 EUR a ticket" in decide(case).reason


def test_gold_raises_the_goodwill_an_agent_may_give():
    support.limit("agent", 25000, 100000)
    policies.published({"goodwill.agent_ticket_limit": "50.00 EUR", SUPERVISOR: "500.00 EUR"}, "house")
    policies.published({"goodwill.agent_ticket_limit": "300.00 EUR"}, "gold", place="tier", tier="gold")
    standard, gold = support.plain_case(), support.plain_case(customer=customers.group(tier="gold"))

    assert (goodwill(standard, "300.00").approver, goodwill(gold, "300.00").code) == ("supervisor", "allowed")
    assert goodwill(gold, "300.01").source == "gold v1"


def test_day_budget_comes_from_policy_and_names_it():
    policies.published({AGENT: "200.00 EUR", "remedy.agent_day_limit": "200.00 EUR"})
    agent = people.agent()
    support.case(15000, agent=agent).grant()

    decision = decide(support.case(6000, agent=agent))

    assert (decision.code, decision.key) == ("over_day_limit", "remedy.agent_day_limit")
    assert "So says credit-policy v1." in decision.reason


def test_every_remedy_keeps_the_version_it_was_measured_by_and_counts_in_its_log():
    version = policies.published({AGENT: "100.00 EUR", SUPERVISOR: "500.00 EUR"})
    given = support.case(9000).grant()
    asked = support.case(12000).grant()
    approvals.decide(actor=people.supervisor(), approval=asked.approval, approve=True, note="", at=NOON)

    assert (given.decision["source"], asked.decision["source"]) == ("credit-policy v1", "credit-policy v1")
    assert log.counts(at=NOON, version=version) == log.Counts(fired=1, blocked=1, overridden=1)
    assert outcomes()[-1] == (AGENT, "overridden", asked.ticket.ref)


@pytest.mark.parametrize("level", ["agent", "supervisor"])
def test_material_version_locks_giving_for_every_level_that_gives(level):
    support.limit(level, 25000, 100000)
    case = support.case(agent=people.staff(level))
    version = policies.published({}, "manners", material=True, quiz=[QUESTION])
    locked = decide(case)

    policies.acknowledged(case.agent, version)

    assert (locked.code, decide(case).code) == ("policy_not_acknowledged", "allowed")
    assert "manners v1" in locked.reason


@pytest.mark.parametrize("level", ["supervisor", "manager"])
def test_material_version_locks_approving_until_it_is_acknowledged(level):
    policies.published({AGENT: "80.00 EUR", SUPERVISOR: "500.00 EUR", "remedy.manager_ticket_limit": "900.00 EUR"})
    approval = support.case(12000).grant().approval
    decider = people.staff(level)
    version = policies.published({}, "manners", material=True, quiz=[QUESTION])

    with pytest.raises(Refusal) as refusal:
        approvals.decide(actor=decider, approval=approval, approve=True, note="", at=NOON)
    policies.acknowledged(decider, version)
    approvals.decide(actor=decider, approval=approval, approve=True, note="", at=NOON)

    assert refusal.value.code == "policy_not_acknowledged"
    assert Grant.objects.get().status == "granted"


def test_approval_cannot_lift_what_policy_sets_as_the_most_by_then():
    policies.published({AGENT: "80.00 EUR", SUPERVISOR: "500.00 EUR"})
    approval = support.case(12000).grant().approval
    policies.published({MOST: "100.00 EUR"}, "cap")

    with pytest.raises(Refusal) as refusal:
        approvals.decide(actor=people.supervisor(), approval=approval, approve=True, note="", at=NOON)

    assert refusal.value.code == "limit_exceeded"


def test_simulation_counts_the_past_remedies_that_would_come_out_otherwise():
    policies.published({AGENT: "250.00 EUR", SUPERVISOR: "500.00 EUR"})
    for amount in (5000, 9000, 12000, 24000):
        support.case(amount).grant()
    stricter = policies.draft({AGENT: "80.00 EUR", SUPERVISOR: "200.00 EUR"}, of=policies.policy("credit-policy"))

    found = simulating.simulate(stricter, at=NOON)

    assert found.words == "2 of 4 remedies would need approval, 1 would be refused, 0 would no longer need anybody."
    assert [(each.then, each.now) for each in found.changed] == [
        ("allowed", "needs_approval"), ("allowed", "needs_approval"), ("allowed", "refused"),
    ]  # fmt: skip


def test_simulation_takes_the_limit_of_the_level_where_the_draft_says_nothing():
    support.limit("agent", 25000)
    support.case(9000).grant()
    draft = policies.draft({"remedy.ticket_limit": "500.00 EUR"})

    found = simulating.simulate(draft, at=NOON)

    assert found.words == "0 of 1 remedies would need approval, 0 would be refused, 0 would no longer need anybody."


def test_simulation_takes_the_limit_of_the_level_where_the_draft_is_silent():
    support.limit("agent", 25000)
    support.limit("supervisor", 200000, 500000)
    for amount in (12000, 60000):
        support.case(amount).grant()
    silent = policies.draft({"remedy.ticket_limit": "500.00 EUR"}, of=policies.policy("credit-policy"))

    found = simulating.simulate(silent, at=NOON)

    assert [(each.then, each.now) for each in found.changed] == [("needs_approval", "refused")]


def test_simulation_refuses_nothing_that_moves_no_money_where_a_level_has_no_limit():
    case, resend = support.case(), REMEDIES["resend_document"]
    terms = resend.proposals(case.ticket)[0]
    resolution.grant(actor=case.agent, ticket=case.ticket, remedy=resend, terms=terms, at=NOON)
    AuthorityGrant.objects.all().delete()

    found = simulating.simulate(policies.draft({"remedy.ticket_limit": "500.00 EUR"}), at=NOON)

    assert found.words == "0 of 1 remedies would need approval, 0 would be refused, 0 would no longer need anybody."


def resend(case):
    remedy = REMEDIES["resend_document"]
    return {"actor": case.agent, "ticket": case.ticket, "remedy": remedy, "terms": remedy.proposals(case.ticket)[0], "at": NOON}


def test_remedy_that_policy_names_is_given_by_nobody_though_it_costs_nothing():
    policies.published({"remedy.not_given": "resend_document, payment_plan"})
    case = support.case()

    decision = authority.decide(**resend(case))

    assert (decision.code, decision.approver, decision.key) == ("not_given", "", "remedy.not_given")
    assert decision.reason == "credit-policy v1 says that this is not given: Send the invoice again."
    with pytest.raises(Refusal, match="is not given"):
        resolution.grant(**resend(case))


def test_simulation_refuses_a_costless_remedy_that_the_draft_names():
    case = support.case()
    resolution.grant(**resend(case))

    found = simulating.simulate(policies.draft({"remedy.not_given": "resend_document"}), at=NOON)

    assert [(each.then, each.now) for each in found.changed] == [("allowed", "refused")]


@pytest.mark.parametrize("said", ["resend_dokument", "resend_document,", ""])
def test_policy_names_only_remedies_that_there_are(said):
    with pytest.raises(keys.ValueUnreadable, match="write codes, or none"):
        keys.read(keys.named("remedy.not_given"), said)


def test_names_are_tightened_by_naming_more():
    key = keys.named("remedy.not_given")

    assert (keys.read(key, "none"), key.words([]), key.words(["a", "b"])) == ([], "none", "a, b")
    assert key.is_stricter(["a", "b"], ["a"]) and not key.is_stricter(["b"], ["a"])


def test_simulation_weighs_a_change_taken_back_for_nothing_by_its_kind():
    policies.published({AGENT: "250.00 EUR", SUPERVISOR: "500.00 EUR"})
    case, reverse = support.changed_case(billed=False), REMEDIES["reverse_change"]
    terms = reverse.proposals(case.ticket)[0]
    resolution.grant(actor=case.agent, ticket=case.ticket, remedy=reverse, terms=terms, at=NOON)
    stricter = policies.draft({AGENT: "0 EUR", SUPERVISOR: "500.00 EUR"}, of=policies.policy("credit-policy"))

    found = simulating.simulate(stricter, at=NOON)

    assert [(each.then, each.now) for each in found.changed] == [("allowed", "needs_approval")]


def test_published_version_keeps_its_simulation():
    policies.published({AGENT: "250.00 EUR", SUPERVISOR: "500.00 EUR"})
    support.case(9000).grant()

    version = policies.published({AGENT: "80.00 EUR", SUPERVISOR: "200.00 EUR"})

    assert version.simulation["words"].startswith("1 of 1 remedies would need approval")
    assert len(version.simulation["changed"]) == 1


@pytest.mark.parametrize(
    ("level", "amount", "expected"),
    [
        ("agent", "80.00 EUR", "allowed"),
        ("agent", "80.01 EUR", "needs supervisor"),
        ("supervisor", "200.00 EUR", "allowed"),
        ("agent", "200.01 EUR", "needs manager"),
        ("manager", "400.01 EUR", "refused"),
    ],
)
def test_sample_case_asks_the_same_verdict_that_is_enforced(level, amount, expected):
    case = {"name": "limit", "ask": "remedy", "facts": {"level": level, "amount": amount}, "expect": expected}
    said = {AGENT: "80.00 EUR", SUPERVISOR: "200.00 EUR", "remedy.manager_ticket_limit": "300.00 EUR", MOST: "400.00 EUR"}
    said |= {"remedy.manager_ticket_limit": "400.00 EUR"}

    version = publishing.publish(actor=people.manager(), version=policies.draft(said, cases=[case]), at=NOON)

    assert version.published_at == NOON


@pytest.mark.parametrize("facts", [{}, {"level": "king", "amount": "1 EUR"}, {"level": "agent", "amount": "lots"}])
def test_sample_case_that_cannot_be_read_fails_with_its_reason(facts):
    case = {"name": "odd", "ask": "remedy", "facts": facts, "expect": "allowed"}

    with pytest.raises(publishing.NotToBePublished, match="1 of 1 sample cases fail"):
        publishing.publish(actor=people.manager(), version=policies.draft({}, cases=[case]), at=NOON)


def test_limit_of_policy_alone_is_enough_to_give():
    policies.published({AGENT: "80.00 EUR"})
    agent: User = people.agent()

    standing = authority.Standing(agent, NOON, [support.ticket()])

    held = standing.limit(REMEDIES[support.CREDIT].code, "EUR", next(iter(standing.tickets)).customer_id)
    assert held == limits.Limit(Money(8000, "EUR"), None, "credit-policy v1", "")
