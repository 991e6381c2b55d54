"""Policy at work in the demo world: what it held back and who overrode it, the next version as a draft, and a review overdue."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.policies import publishing
from accounts.policies.models import Policy
from backoffice import policy_text
from backoffice.demo.people import AGENT, MANAGER, SUPERVISOR
from backoffice.demo.policies import CREDIT
from support.remedies import approvals, resolution
from support.remedies.models import Approval
from support.tickets import conversation
from support.tickets.models import Ticket

OVERDUE: Final = ("strategic-care", timedelta(days=16))
SORRY: Final = "We are sorry that it took so long. We answered within what we promise, and will be quicker next time."
UNTIL_ASKED, UNTIL_DECIDED = timedelta(hours=1), timedelta(hours=3)
# who asks, for whom, subject, words, days ago, goodwill asked for above the limit of an agent, and the words of a no
HELD_BACK: Final = (
    ("admin@nordwind.example", "NW", "Depot without a line on the day of the timetable change",
     "For five hours nobody at the depot could reach the timetable. We worked from paper.", 26, "350.00", ""),
    ("member@sablefinch.example", "SF", "Training postponed twice",
     "Our editors had kept both days free. Nobody told us before the morning.", 19, "90.00", ""),
    ("payer@polder.example", "PO", "We would like something for the long wait",
     "Two days for an answer is too long.", 12, "400.00", "It was answered in time. Say sorry, without a credit."),
)  # fmt: skip
STRICTER: Final = replace(
    CREDIT,
    values=CREDIT.values
    | policy_text.values("goodwill.agent_ticket_limit = 30.00 EUR, 30.00 USD | loosen | 2.1"),
    cases=policy_text.cases("""
        Agents give goodwill of 30 | remedy | level=agent, remedy=goodwill_credit, amount=30.00 EUR | allowed
        Above it a supervisor decides | remedy | level=agent, remedy=goodwill_credit, amount=30.01 EUR | needs supervisor
        Nobody gives 5,000.01 | remedy | level=manager, amount=5000.01 EUR | refused
    """),
    note="Proposed: agents to 30 again, since goodwill of a group is near its two percent.",
)  # fmt: skip


def arrange(*, at: datetime) -> None:
    """Let policy hold goodwill back, the supervisor answer, and the manager propose the next version; again changes nothing."""
    for case in HELD_BACK:
        _hold_back(*case, at)
    manager = User.objects.get(email=MANAGER)
    credit = Policy.objects.get(code="credit-policy")
    publishing.write(actor=manager, policy=credit, content=STRICTER, effective_on=at.date() + timedelta(days=14), at=at)
    code, since = OVERDUE
    late = Policy.objects.get(code=code)
    publishing.define(
        actor=manager, code=code, name=late.name, audience=late.audience, review_on=at.date() - since, at=at, owner=late.owner
    )


def _hold_back(asker: str, ref: str, subject: str, text: str, days_ago: int, amount: str, no: str, now: datetime) -> None:
    asked_at = now - timedelta(days=days_ago)
    ticket = conversation.open_ticket(
        actor=User.objects.get(email=asker), customer=Customer.objects.get(ref=ref), subject=subject, text=text,
        kind=Ticket.Kind.TECHNICAL, key=uuid5(NAMESPACE_URL, f"demo held back {subject}"), at=asked_at,
    )  # fmt: skip
    facts = {"ticket": ticket.ref, "amount": amount}
    key = uuid5(NAMESPACE_URL, f"demo goodwill {subject}")
    remedy, terms = resolution.read("goodwill_credit", facts, key=key)
    grant = resolution.grant(
        actor=User.objects.get(email=AGENT), ticket=ticket, remedy=remedy, terms=terms, at=asked_at + UNTIL_ASKED
    )
    supervisor, decided_at = User.objects.get(email=SUPERVISOR), asked_at + UNTIL_DECIDED
    approvals.decide(actor=supervisor, approval=Approval.objects.get(grant=grant), approve=not no, note=no, at=decided_at)
    if no:
        conversation.resolve(actor=supervisor, ticket=ticket, outcome=conversation.ANSWERED, text=SORRY, at=decided_at)
