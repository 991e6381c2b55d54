"""How customers stand in the demo world: segments, a key account with its note, special terms, and where agents may give more.

Asked for by the manager and approved by the second one, as everything of the kind is.
"""

from datetime import datetime, timedelta

from accounts.customers.models import Customer
from accounts.people import owners
from accounts.people.models import User
from accounts.segments import conditions, defining, evaluating, key_accounts, lifecycle
from accounts.segments.models import Segment
from backoffice.demo.people import AGENT, FINANCE, KEY_ACCOUNT_MANAGER, MANAGER, SECOND_MANAGER, SUPERVISOR
from support.remedies import allowances
from support.remedies.allowances import Terms
from support.service_levels import targets
from support.service_levels.models import ClockKind, ServiceCalendar
from support.tickets import skills
from support.tickets.models import Ticket

KEY_ACCOUNT, DISCOUNTED = "KR", "PO"
GOODWILL, FEE = "goodwill_credit", "waive_charge"
OWNED_BY = {
    "account_owner": KEY_ACCOUNT_MANAGER, "service_owner": SUPERVISOR, "billing_owner": FINANCE, "data_owner": MANAGER,
}  # fmt: skip
FIRST_WORD_WHEN_URGENT = {"gold": 30, "": 240}  # minutes of our hours
SEGMENTS = (
    {
        "code": "strategic", "name": "Strategic", "rank": 20, "rule": "",
        "description": "Whom we would not want to lose, chosen by hand.", "do": "Call before you write.",
        "dont": "Never send them a form.", "examples": "A group that others ask about us.",
    },
    {
        "code": "branching", "name": "Branching", "rank": 10, "rule": "nodes >= 3",
        "description": "Groups with several parts of their own.", "do": "Ask which part it is about.",
        "dont": "Do not answer for one part what another asked.", "examples": "Three sites under one roof.",
    },
)  # fmt: skip
STRATEGIC = "strategic"
SOONER = {"first_response": 120, "next_response": 120, "resolution": 960}  # minutes of the office's hours
SKILLS = {
    AGENT: ("billing", "contract", "technical"),
    "newagent@accord.example": ("billing", "other"),
    SUPERVISOR: ("billing",),
    KEY_ACCOUNT_MANAGER: ("contract",),
}
ALLOWANCES = (
    Terms(25000, remedy=GOODWILL, fault="ours", certificate="credit-policy", per_month_minor=200000),
    Terms(40000, remedy=GOODWILL, fault="ours", tier="gold", per_month_minor=300000),
    Terms(30000, remedy=GOODWILL, fault="ours", tier="silver", per_month_minor=250000),
    Terms(10000, remedy=GOODWILL, fault="nobodys", tier="gold", per_node_month_minor=20000),
    Terms(8000, remedy=GOODWILL, tenure_days=365, per_node_month_minor=10000),
    Terms(12000, remedy=GOODWILL, tenure_days=90, share_percent=20),
    Terms(6000, remedy=FEE, tenure_days=365, per_day_minor=50000),
    Terms(15000, remedy=FEE, fault="nobodys", certificate="credit-policy", share_percent=100),
    Terms(30000, remedy=FEE, fault="ours", per_action_minor=15000),
    Terms(30000, remedy=FEE, tier="gold", per_action_minor=30000),
)


def agree(*, at: datetime) -> None:
    """Define the segments, name owners and the key account, agree a discount, and allow more where criteria fit."""
    asker, second = (User.objects.get(email=email) for email in (MANAGER, SECOND_MANAGER))
    for words in SEGMENTS:
        defining.define(actor=asker, at=at, **words)
    _treat_strategic(asker, at)
    terms = key_accounts.Terms(
        manager=User.objects.get(email=KEY_ACCOUNT_MANAGER), criteria="Over a hundred seats in three countries.",
        note="Invoices go to the head office; call it before you credit anything.", talk_due_on=at.date() + timedelta(days=200),
    )  # fmt: skip
    named = key_accounts.ask(actor=asker, customer=Customer.objects.get(ref=KEY_ACCOUNT), terms=terms, since=at.date(), at=at)
    key_accounts.approve(actor=second, asked=named, at=at)
    agreed = conditions.ask(
        actor=asker, kind="service_level", value="gold", customer=Customer.objects.get(ref=KEY_ACCOUNT), since=at.date(), at=at
    )
    conditions.approve(actor=second, asked=agreed, at=at)
    for_strategic = conditions.ask(
        actor=asker, kind="service_level", value="gold", segment=Segment.objects.get(code="strategic"), since=at.date(), at=at
    )
    conditions.approve(actor=second, asked=for_strategic, at=at)
    for tier, minutes in FIRST_WORD_WHEN_URGENT.items():
        targets.set_target(
            actor=asker, clock=ClockKind.FIRST_RESPONSE, tier=tier, priority=Ticket.Priority.URGENT, minutes=minutes,
            calendar=ServiceCalendar.objects.order_by("pk")[0], at=at,
        )  # fmt: skip
    for root in Customer.objects.filter(parent=None).order_by("tree_id"):
        for role, email in OWNED_BY.items():
            owner = User.objects.get(email=email)
            owners.name(actor=asker, customer=root, role=role, person=owner, since=at.date(), at=at)
    for wanted in ALLOWANCES:
        allowed = allowances.ask(actor=asker, terms=_for_agents(wanted), since=at.date(), at=at)
        allowances.approve(actor=second, asked=allowed, at=at)
    _skill(asker, at)


def _treat_strategic(manager: User, at: datetime) -> None:
    """Let the strategic ones be answered sooner: whoever is put into the segment is."""
    for clock, minutes in SOONER.items():
        targets.set_target(
            actor=manager, clock=clock, minutes=minutes, calendar=ServiceCalendar.objects.earliest("pk"), segment=STRATEGIC, at=at
        )


def _skill(manager: User, at: datetime) -> None:
    """Let billing tickets ask for the quiz of the credit policy, and say who can work on what."""
    skills.need(actor=manager, kind="billing", certificate="credit-policy", at=at)
    for email, kinds in SKILLS.items():
        for kind in kinds:
            skills.give(actor=manager, person=User.objects.get(email=email), kind=kind, at=at)


def evaluate(*, at: datetime) -> None:
    """Do what is done at night: find who is in which segment, and who moves on or is stuck."""
    everybody = Customer.objects.current()
    evaluating.evaluate(everybody, at=at)
    lifecycle.follow(everybody, at=at)


def _for_agents(terms: Terms) -> Terms:
    return Terms(**vars(terms) | {"level": "agent"})
