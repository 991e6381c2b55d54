"""Criteria: where an allowance fits, each criterion with what is wanted, what was found, and whether it holds. Pure.

*Circumstances* lie in the case (fault, tier, segment, tenure, the giver's certificate); *bounds* in the amount (this action, the
ticket, the day, the month, the customer's month, a share of the invoice). Amounts are gross; a month is one of the calendar, UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.customers.models import Customer
from billing import money
from billing.money import Money
from support.remedies.models import Allowance

SIDES = Allowance.Side


@dataclass(frozen=True)
class Circumstances:
    """What is known of a case and of who gives."""

    tier: str = Customer.Tier.STANDARD.value
    segments: frozenset[int] = frozenset()
    fault: str = ""
    evidence: str = ""
    days: int = 0
    certificates: frozenset[str] = frozenset()
    invoice: Money | None = None


@dataclass(frozen=True)
class Spent:
    """What was given before, in the currency of the allowance."""

    on_ticket: Money
    today: Money
    this_month: Money
    to_node: Money


@dataclass(frozen=True)
class Criterion:
    """One condition of an allowance: what is wanted, what was found, whether it holds."""

    label: str
    wanted: str
    found: str
    holds: bool


@dataclass(frozen=True)
class Weighed:
    """An allowance with its criteria."""

    allowance: Allowance
    criteria: list[Criterion] = field(default_factory=list)
    invoice: Money | None = None

    @property
    def fits(self) -> bool:
        """All of them hold."""
        return all(one.holds for one in self.criteria)

    @property
    def per_ticket(self) -> Money:
        """What may be given on one ticket where it fits."""
        return Money(self.allowance.per_ticket_minor, self.allowance.currency)

    @property
    def most(self) -> Money:
        """What may be given on this ticket where it fits: no more than its share of the invoice."""
        share = self.allowance.share_percent
        return min(self.per_ticket, _part(share, self.invoice)) if share and self.invoice else self.per_ticket


def circumstances(row: Allowance, case: Circumstances) -> list[Criterion]:
    """Return the criteria that lie in the case."""
    return list(_circumstances(row, case))


def bounds(row: Allowance, cost: Money, spent: Spent, case: Circumstances) -> list[Criterion]:
    """Return the criteria that lie in the amount."""
    amounts = (
        (_("in one action"), row.per_action_minor, cost),
        (_("on one ticket"), row.per_ticket_minor, spent.on_ticket + cost),
        (_("in one day"), row.per_day_minor, spent.today + cost),
        (_("in one month"), row.per_month_minor, spent.this_month + cost),
        (_("to this customer in one month"), row.per_node_month_minor, spent.to_node + cost),
    )
    found = [_amount(label, Money(minor, cost.currency), whole) for label, minor, whole in amounts if minor is not None]
    if row.share_percent and (invoice := _invoice(row, case)):
        found.append(_share(row.share_percent, cost, invoice))
    return found


def _circumstances(row: Allowance, case: Circumstances) -> Iterator[Criterion]:
    if row.fault:
        found = f"{SIDES(case.fault).label}: {case.evidence}" if case.fault else _("not judged")
        yield Criterion(_("Whose fault"), str(SIDES(row.fault).label), found, row.fault == case.fault)
    if row.tier:
        tiers = Customer.Tier
        yield Criterion(_("Tier"), str(tiers(row.tier).label), str(tiers(case.tier).label), row.tier == case.tier)
    if row.segment_id:
        inside = row.segment_id in case.segments
        yield Criterion(_("Segment"), str(row.segment), _("in it") if inside else _("not in it"), inside)
    if row.tenure_days:
        held = case.days >= row.tenure_days
        yield Criterion(_("A customer for"), _days(row.tenure_days), _days(case.days), held)
    if row.certificate:
        passed = row.certificate in case.certificates
        yield Criterion(_("Quiz passed"), row.certificate, _("yes") if passed else _("no"), passed)
    if row.share_percent and not _invoice(row, case):
        yield Criterion(_("Share of the invoice"), _up_to(row.share_percent), _("no invoice"), holds=False)


def _days(count: int) -> str:
    return ngettext("{days} day", "{days} days", count).format(days=count)


def _amount(label: str, most: Money, whole: Money) -> Criterion:
    return Criterion(label, _("up to {most}").format(most=most), str(whole), whole <= most)


def _share(percent: int, cost: Money, invoice: Money) -> Criterion:
    return Criterion(_("Share of the invoice"), _up_to(percent), f"{cost} / {invoice}", cost <= _part(percent, invoice))


def _up_to(percent: int) -> str:
    return _("up to {percent} per cent").format(percent=percent)


def _part(percent: int, invoice: Money) -> Money:
    return money.rounded(Fraction(invoice.amount_minor * percent, 100), invoice.currency)


def _invoice(row: Allowance, case: Circumstances) -> Money | None:
    """Return the invoice of which a share may be given; None where the ticket is about none in this currency."""
    return case.invoice if case.invoice and case.invoice.currency == row.currency else None
