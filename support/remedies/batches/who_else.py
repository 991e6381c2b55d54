"""Who else: the open errors with the same cause as one, and what giving each its remedy would come to.

The cause is read off the lines: the same detector, and a line derived from the same price of the same charge; imported lines,
which have no price, are compared by what they say and for which days. One look at the books of everybody within reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db.models import QuerySet

from accounts.decisions import Decision
from accounts.people import access
from accounts.people.models import User
from billing.anomalies import finding as findings
from billing.anomalies.models import Finding
from billing.money import Money
from support.remedies import authority
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.credit_duplicate_charge import DETECTOR, CreditDuplicateCharge, Terms
from support.remedies.standing import Standing
from support.tickets.models import Ticket

CODE = CreditDuplicateCharge.code
MOST = 200


@dataclass(frozen=True)
class Hit:
    """A customer hit by the same error: the finding, what the remedy would give, and whether the viewer may give it."""

    finding: Finding
    amount: Money
    decision: Decision


def hit_by_the_same(viewer: User, finding: Finding, *, at: datetime) -> list[Hit]:
    """Return who was hit by the same error as `finding`, that one first, each with what would be given."""
    findings.find_for(access.customers_within_reach(viewer), at=at)
    same = list(alike(viewer, finding))
    tickets = [_as_ticket(one, at) for one in same]
    standing = Standing(viewer, at, tickets)
    return [_hit(one, ticket, standing) for one, ticket in zip(same, tickets, strict=True)]


def alike(viewer: User, finding: Finding) -> Sequence[Finding]:
    """Return the open findings within reach with the same cause, `finding` itself first, at most `MOST`."""
    line = finding.line
    if line is None or finding.detector != DETECTOR:
        return []
    found: QuerySet[Finding] = Finding.objects.filter(
        detector=finding.detector, status=Finding.Status.OPEN, customer__in=access.customers_within_reach(viewer)
    )
    if line.price_key:
        found = found.filter(line__price_key=line.price_key, line__charge_code=line.charge_code)
    else:
        found = found.filter(line__description__iexact=line.description, line__since=line.since, line__until=line.until)
    related = ("customer__kind", "line__document__customer", "line__customer", "twin__document")
    rows = found.select_related(*related).order_by("found_at", "pk")[:MOST]
    return sorted(rows, key=lambda one: one.pk != finding.pk)


def _hit(finding: Finding, ticket: Ticket, standing: Standing) -> Hit:
    remedy, terms = REMEDIES[CODE], Terms(key=uuid4(), finding=finding)
    decision = authority.foresee_giving(standing=standing, ticket=ticket, remedy=remedy, terms=terms)
    return Hit(finding, remedy.cost(terms), decision)


def _as_ticket(finding: Finding, at: datetime) -> Ticket:
    """Return the ticket that would be opened for a finding; it is not stored."""
    return Ticket(customer=finding.customer, finding=finding, line=finding.line, status=Ticket.Status.OPEN, touched_at=at)
