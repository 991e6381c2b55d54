"""How far somebody may go, with each criterion that lets them: at one ticket, and altogether."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from accounts.policies import acknowledging
from billing.money import Money
from support.remedies import allowances, combinations, fault
from support.remedies.criteria import SIDES, Weighed
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import Remedy
from support.remedies.models import Allowance
from support.remedies.standing import Standing
from support.tickets.models import Ticket
from window.formats import amount

Fact = dict[str, object]


def here(viewer: User, ticket: Ticket, *, at: datetime) -> Fact:
    """Return how far the viewer may go on a ticket: for each kind of remedy the limit, and what widens it with each criterion."""
    standing = Standing(viewer, at, [ticket])
    side, evidence = fault.of([ticket]).get(ticket.pk, ("", ""))
    return {
        "fault": {"side": side, "label": SIDES(side).label if side else "", "evidence": evidence},
        "sides": SIDES.choices,
        "kinds": [kind for remedy in REMEDIES.values() if (kind := _kind(remedy, standing, ticket))],
    }


def altogether(viewer: User, *, at: datetime) -> list[Fact]:
    """Return every allowance of the viewer, with its criteria and bounds in words."""
    passed = acknowledging.certificates(viewer, at)
    rows = allowances.held_by(viewer, access.level_of(viewer), at.date())
    return [_row(row, passed) for row in rows]


def combined(viewer: User, currencies: Iterable[str], *, at: datetime) -> list[Fact]:
    """Return how much goodwill the viewer may give alone, by currency, tier and time with us, a cell for each fault."""
    return [
        {
            "tier": Customer.Tier(row.tier).label,
            "with_us": _("for %(days)s days") % {"days": row.days} if row.days else _("from the first day"),
            "cells": [(label, row.most_by_fault[side]) for side, label in judged()],
        }
        for currency in currencies
        for row in combinations.of_goodwill(viewer, currency, at=at)
    ]


def judged() -> list[tuple[str, str]]:
    """Return whose fault it may have been, by code, with the words for it."""
    return [("", _("Nobody judged")), *((side, str(label)) for side, label in SIDES.choices)]


def _kind(remedy: Remedy, standing: Standing, ticket: Ticket) -> Fact | None:
    currency = ticket.customer.currency
    limit = standing.limit(remedy.code, currency, ticket.customer_id)
    weighed = standing.weighed(remedy.code, None, ticket)
    if not weighed:
        return None
    base = limit.per_ticket if limit else Money.zero(currency)
    most = max([base, *(one.most for one in weighed if one.fits)])
    return {
        "label": remedy.label,
        "most": most,
        "base": amount(base.amount_minor, base.currency),
        "allowances": [_weighed(one) for one in weighed],
    }


def _weighed(one: Weighed) -> Fact:
    words = amount(one.per_ticket.amount_minor, one.per_ticket.currency)
    return {"amount": words, "fits": one.fits, "criteria": one.criteria, "bounds": _bounds(one.allowance)}


def _row(row: Allowance, passed: frozenset[str]) -> Fact:
    missing = row.certificate if row.certificate and row.certificate not in passed else ""
    return {
        "row": row,
        "remedy": REMEDIES[row.remedy].label if row.remedy in REMEDIES else _("Every kind"),
        "where": _where(row),
        "missing": missing,
        "per_ticket": Money(row.per_ticket_minor, row.currency),
        "bounds": _bounds(row),
    }


def _where(row: Allowance) -> list[str]:
    said = [
        str(SIDES(row.fault).label) if row.fault else "",
        _("tier %(name)s") % {"name": row.get_tier_display()} if row.tier else "",
        _("segment %(name)s") % {"name": row.segment} if row.segment else "",
        _("a customer for %(days)s days") % {"days": row.tenure_days} if row.tenure_days else "",
        _("quiz of %(name)s passed") % {"name": row.certificate} if row.certificate else "",
    ]
    return [words for words in said if words]


def _bounds(row: Allowance) -> list[str]:
    amounts = (
        (_("%(most)s in one action"), row.per_action_minor),
        (_("%(most)s a day"), row.per_day_minor),
        (_("%(most)s a month"), row.per_month_minor),
        (_("%(most)s to one customer a month"), row.per_node_month_minor),
    )
    said = [words % {"most": amount(minor, row.currency)} for words, minor in amounts if minor is not None]
    return said + ([_("%(share)s per cent of the invoice") % {"share": row.share_percent}] if row.share_percent else [])
