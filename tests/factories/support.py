"""Help for tests: a ticket, something billed twice, how far people's authority goes, and remedies given or asked for.

`case(...)` is the shortest way to a remedy: a customer billed twice, the ticket about it and an agent who may put it right.
Amounts in minor units, without tax unless said.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.customers.models import Customer
from accounts.people.models import User
from billing.anomalies import finding as findings
from billing.contracts import events
from billing.invoices import run
from billing.invoices.models import Line
from billing.money import Money
from billing.payments import collecting, receiving
from support.remedies import allowances, declines, fault, resolution, substitutes
from support.remedies.batches import working
from support.remedies.batches.models import Batch
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.credit_duplicate_charge import Terms
from support.remedies.models import Allowance, AuthorityGrant, Decline, DeclineReason, Grant, Substitute
from support.remedies.playbooks import editing
from support.remedies.playbooks.models import PlaybookVersion
from support.tickets import conversation, skills
from support.tickets.models import Ticket
from support.tickets.skill_models import SkillHeld
from support.voice import feedback, promises
from support.voice.models import Feedback, Promise
from tests.factories import billing, payments, people
from tests.factories.customers import group

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOON.date()
SINCE, UNTIL = date(2026, 2, 1), date(2026, 3, 1)
CHANGED_ON = date(2026, 2, 15)
CREDIT = "credit_duplicate_charge"


def billed_twice(customer: Customer, amount_minor: int = 12000, **facts: Any) -> Line:
    """The line one too many of two imported invoices for the same days."""
    first, tax_rate = facts.pop("first_ref", ""), Decimal(facts.pop("tax_rate", 0))
    facts |= {"since": SINCE, "until": UNTIL, "tax_rate": tax_rate}
    billing.legacy_invoice(customer, amount_minor, ref=first, on=date(2026, 2, 1), **facts)
    again = billing.legacy_invoice(customer, amount_minor, on=date(2026, 2, 3), **facts)
    return again.lines.get()


def ticket(customer: Customer | None = None, *, by: User | None = None, at: datetime = NOON, **facts: Any) -> Ticket:
    """A ticket of the customer's own person, opened in the portal."""
    customer = customer or group()
    words = {"subject": "Billed twice", "text": "We were billed twice.", "kind": Ticket.Kind.BILLING, "key": uuid4()}
    return conversation.open_ticket(actor=by or people.member(customer), customer=customer, at=at, **words | facts)


def promise(on: Ticket | None = None, *, what: str = "Refund", due_on: date = TODAY, at: datetime = NOON) -> Promise:
    """A refund promised to the customer of a ticket in a reply."""
    words = {"text": "You get it back.", "word": promises.Word(what, due_on), "key": uuid4()}
    return promises.reply(actor=people.agent(), ticket=on or ticket(), at=at, **words)


def declined(on: Ticket, *, by: User | None = None, at: datetime = NOON) -> Decline:
    """A no on a ticket, because the charge is right."""
    reason = DeclineReason.objects.get(pk="charge_is_right")
    answer = declines.Answer("not_valid", "The contract, day by day.", reason)
    return declines.decline(actor=by or people.agent(), ticket=on, answer=answer, at=at)


def limit(level: str = "agent", per_ticket: int = 25000, per_day: int = 100000, **facts: Any) -> AuthorityGrant:
    """A limit in force since 2020, with nobody asking who set it."""
    facts = {"since": date(2020, 1, 1), "currency": "EUR"} | facts
    holder = {"user": facts["user"], "level": ""} if "user" in facts else {"level": level}
    return AuthorityGrant.objects.create(**facts | holder, per_ticket_minor=per_ticket, per_day_minor=per_day)


def allowance(per_ticket: int = 25000, *, at: datetime = NOON, until: date | None = None, **terms: Any) -> Allowance:
    """More than the limit for agents (unless said for whom), by two managers."""
    holder = {} if "user" in terms else {"level": "agent"}
    wanted = allowances.Terms(per_ticket_minor=per_ticket, **holder | terms)
    asked = allowances.ask(actor=people.manager(), terms=wanted, since=at.date(), until=until, at=at)
    return allowances.approve(actor=people.manager(), asked=asked, at=at)


def judged(on: Ticket, side: str = "ours", *, by: User | None = None, at: datetime = NOON) -> None:
    """Whose fault the trouble of a ticket was."""
    fault.judge(actor=by or people.agent(), ticket=on, side=side, evidence="The log of the outage.", at=at)


@dataclass(frozen=True)
class Case:
    """A customer billed twice, the ticket about it, and an agent."""

    customer: Customer
    ticket: Ticket
    agent: User

    @property
    def remedy(self) -> Any:
        """The remedy that puts it right."""
        return REMEDIES[CREDIT]

    def terms(self, *, key: UUID | None = None, resolve: bool = True) -> Terms:
        """Its terms."""
        return Terms(key=key or uuid4(), resolve=resolve, finding=self.ticket.finding)

    def grant(self, *, by: User | None = None, at: datetime = NOON, **terms: Any) -> Grant:
        """Ask for the remedy: given, or parked."""
        return resolution.grant(actor=by or self.agent, ticket=self.ticket, remedy=self.remedy, terms=self.terms(**terms), at=at)


def case(amount_minor: int = 12000, *, agent: User | None = None, customer: Customer | None = None, **facts: Any) -> Case:
    """A customer billed twice by `amount_minor`, the ticket that found it, and an agent who acknowledged the policy."""
    customer = customer or group()
    agent = agent or people.agent()
    return Case(customer, ticket(customer, line=billed_twice(customer, amount_minor, **facts)), agent)


def plain_case(amount_minor: int = 12000, *, agent: User | None = None, customer: Customer | None = None) -> Case:
    """A customer with one invoice, a ticket about its line, and an agent who acknowledged the policy."""
    customer = customer or group()
    line = billing.invoice(customer, amount_minor, on=SINCE).lines.get()
    return Case(customer, ticket(customer, line=line, document=line.document), agent or people.agent())


def dearer_case(amount_minor: int = 12000) -> Case:
    """A customer whose charge was billed at half the amount before, a ticket about the dearer one, and an agent."""
    customer = group()
    billing.invoice(customer, amount_minor // 2, on=SINCE)
    return plain_case(amount_minor, customer=customer)


def overpaid_case(amount_minor: int = 12000, *, customer: Customer | None = None, agent: User | None = None) -> Case:
    """A customer whose invoice was paid by bank while a card was charged for it too, a ticket about it, and an agent."""
    case = plain_case(amount_minor, customer=customer, agent=agent)
    invoice = case.ticket.document
    charged = payments.start(case.customer, invoice, at=NOON)
    facts = {"seller": invoice.legal_entity, "key": uuid4(), "at": NOON, "documents": [invoice]}
    receiving.receive(actor=None, payer=case.customer, amount=Money(amount_minor, "EUR"), **facts)
    collecting.carry_out(charged.pk, NOON)
    findings.find_for([case.customer], at=NOON)
    return Case(case.customer, Ticket.objects.get(pk=case.ticket.pk), case.agent)


def changed_case(*, agent: User | None = None, billed: bool = True) -> Case:
    """A customer whose two seats became five in the middle of a billed month, a ticket, and an agent.

    Unless it was `billed`, taking the change back credits nothing.
    """
    customer = group()
    subscription = billing.subscribed(customer, quantity=2, on=SINCE)
    run.bill(payer=customer, on=SINCE if billed else TODAY, at=NOON)
    events.add(actor=None, subscription=subscription, what="set_quantity", quantity=5, effective_on=CHANGED_ON, at=NOON)
    if billed:
        run.bill(payer=customer, on=TODAY, at=NOON)
    return Case(customer, ticket(customer), agent or people.agent())


def batch(amounts: tuple[int, ...] = (12000, 12000), *, agent: User | None = None, at: datetime = NOON) -> Batch:
    """A batch of customers billed twice for the same days, begun by an agent and not worked off."""
    agent = agent or people.agent()
    lines = [billed_twice(group(), amount) for amount in amounts]
    found = findings.find_for([line.customer for line in lines], at=at)
    refs = [one.ref for one in found]
    return working.begin(actor=agent, finding=found[0], chosen=refs, key=uuid4(), at=at)


def playbook(code: str = "late", **changed: Any) -> PlaybookVersion:
    """A playbook that a manager wrote."""
    facts = {"title": "Late", "reply_text": "Sorry, {customer}.", "remedies": ["goodwill_credit"], "words": ["late"]} | changed
    return editing.write(actor=people.manager(), code=code, contents=editing.Contents(**facts), at=NOON)


def told(customer: Customer, kind: str = "praise", *, by: User | None = None, at: datetime = NOON) -> Feedback:
    """Something a person of the customer's told us."""
    giver = by or people.administrator(customer)
    return feedback.give(actor=giver, customer=customer, kind=kind, words="It is what it is.", key=uuid4(), at=at).feedback


def skill(person: User | None = None, kind: str = "billing") -> SkillHeld:
    """Somebody who can work on tickets of a kind that asks for the skill, and for no certificate."""
    skills.need(actor=people.manager(), kind=kind, certificate="", at=NOON)
    return skills.give(actor=people.manager(), person=person or people.agent(), kind=kind, at=NOON)


def substitute(
    approver: User | None = None, person: User | None = None, *, since: date | None = None, until: date | None = None
) -> Substitute:  # fmt: skip
    """Somebody who decides approvals for a manager this week, whatever day it is."""
    approver, now = approver or people.manager(), timezone.now()
    today = substitutes.day_of(approver, now)
    return substitutes.name(
        actor=people.manager(), approver=approver, person=person or people.supervisor(),
        since=since or today - timedelta(days=1), until=until or today + timedelta(days=6), at=now,
    )  # fmt: skip
