"""Bounds: the rules of authority about amounts and numbers, of a ticket, a day, a month and a group, and who is above them.

What is asked is whether a remedy of a *kind* that moves money stays within them: one that happens to come to nothing is
measured like the rest, one that never moves money is not. Over a bound it goes to the lowest level above whose own covers it.
"""

from typing import Final

from django.utils.translation import gettext as _

from accounts import writing
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people import access
from billing.money import Money
from support.remedies import policy_limits
from support.remedies.books import budgets
from support.remedies.requests import GrantRequest, level_name

LADDER: Final = policy_limits.LADDER
LIMIT_EXCEEDED: Final = "limit_exceeded"


def not_too_often(request: GrantRequest) -> Decision:
    """What is capped is not given to one group again and again by the same level: a higher one decides."""
    cap, level = policy_limits.cap(request.values, request.remedy.cap), request.standing.level
    if cap is None or level != access.AGENT:
        return ALLOWED
    earlier = request.standing.given_lately(request.remedy.code, request.ticket, days=cap.days)
    if len(earlier) < cap.most:
        return ALLOWED
    facts = {"count": len(earlier), "days": cap.days, "grants": ", ".join(str(grant) for grant in earlier)}
    reason = _("This group was given it {count} times in {days} days ({grants}); a {level} decides.").format(
        **facts, level=level_name(access.SUPERVISOR)
    )
    said = request.values[policy_limits.TIMES]
    return refused("too_often", reason, approver=access.SUPERVISOR, key=said.key.code, source=said.source.ref)


def within_budgets(request: GrantRequest) -> Decision:
    """Goodwill of the month stays within the budgets of the node, the segment and the person; beyond, a higher level decides."""
    if not request.remedy.goodwill:
        return ALLOWED
    cost, at = request.cost, request.standing.at
    concerned = budgets.concerning(request.ticket.customer, request.actor, cost.currency, at.date())
    for budget in budgets.standings(concerned, at):
        if cost > budget.left:
            words = {"budget": budget.budget, "left": budget.left, "whole": budget.whole, "asked": cost}
            reason = _("{budget}: {left} of {whole} are left this month, this is {asked}.").format(**writing.told(**words))
            return refused("over_budget", reason, approver=_above(request.standing.level))
    return ALLOWED


def within_the_house_limit(request: GrantRequest) -> Decision:
    """What policy sets as the most on one ticket holds for everybody; nobody can approve more."""
    most = policy_limits.on_ticket(request.values, request.cost.currency)
    whole = request.standing.given_on(request.ticket, request.cost.currency) + request.cost
    if most is None or whole <= most.amount:
        return ALLOWED
    words = {"policy": most.source, "limit": most.amount, "asked": whole}
    reason = _("{policy} allows {limit} on one ticket, whoever gives it; this is {asked}.").format(**writing.told(**words))
    return refused(LIMIT_EXCEEDED, reason, key=most.key, source=most.source)


def within_ticket_limit(request: GrantRequest) -> Decision:
    """All that is given on one ticket stays within the person's limit; a kind that moves no money needs none."""
    cost = request.cost
    if not request.remedy.moves_money:
        return ALLOWED
    limit = request.standing.limit(request.remedy.code, cost.currency, request.ticket.customer_id)
    whole = request.standing.given_on(request.ticket, cost.currency) + cost
    if limit and _fits(cost, whole - cost, limit.per_ticket) or request.allowance:
        return ALLOWED
    if limit is None:
        reason = _("You have no authority for this remedy in {currency}.").format(currency=cost.currency)
        return _over(request, "no_authority", reason)
    before = whole - cost
    words = writing.told(limit=limit.per_ticket, asked=cost, before=before)
    reason = _("Your limit is {limit} a ticket; this is {asked}.").format(**words)
    if before:
        reason = _("Your limit is {limit} a ticket; {before} was given on it, this is {asked} more.").format(**words)
    said = policy_limits.for_ticket(request.values, request.standing.level, request.remedy.code, cost.currency)
    return _over(request, "over_ticket_limit", reason, limit.ticket_source, said)


def within_day_budget(request: GrantRequest) -> Decision:
    """All that a person gives and approves in one day stays within their limit for a day; a kind that moves no money needs none.

    When nothing is left of the day, nothing that could have come to something is given: a change not billed yet, either.
    """
    cost = request.cost
    if not request.remedy.moves_money:
        return ALLOWED
    limit = request.standing.limit(request.remedy.code, cost.currency, request.ticket.customer_id)
    given = request.standing.given_today(cost.currency)
    if limit is None or limit.per_day is None or _fits(cost, given, limit.per_day):
        return ALLOWED
    if request.standing.allowed_today(request.remedy.code, cost, request.ticket):
        return ALLOWED
    words = _("Your limit is {limit} a day; you gave {given} today, this is {asked} more.")
    if not cost:
        words = _("Your limit is {limit} a day; you gave {given} today. Nothing is left for what moves money.")
    reason = words.format(**writing.told(limit=limit.per_day, given=given, asked=cost))
    said = policy_limits.for_day(request.values, request.standing.level, cost.currency)
    return _over(request, "over_day_limit", reason, limit.day_source, said)


def _fits(cost: Money, before: Money, limit: Money) -> bool:
    """Say whether `cost` fits into what is left of a limit; into nothing left nothing fits."""
    return before < limit and before + cost <= limit


def _over(request: GrantRequest, code: str, reason: str, source: str = "", said: policy_limits.Said | None = None) -> Decision:
    """Object to an amount, naming the version that says so and the lowest level above the actor's that may give it."""
    cost = request.cost
    whole = request.standing.given_on(request.ticket, cost.currency) + cost
    governing = ", ".join(sorted({key.source.ref for key in request.keys}))  # by which a limit of one's own is held
    policy = {"key": said.key if said and source else "", "source": source or governing}
    if source:
        reason = _("{reason} So says {policy}.").format(reason=reason, policy=source)
    for level in LADDER[LADDER.index(request.standing.level) + 1 :]:
        limit = request.standing.limit_of_level(level, request.remedy.code, cost.currency, request.ticket.customer_id)
        if limit and whole <= limit.per_ticket:
            asked = _("A {level} can approve it.").format(level=level_name(level))
            return refused(code, f"{reason} {asked}", approver=level, **policy)
    return refused(code, f"{reason} {_('Nobody above you may give that much either.')}", **policy)


def _above(level: str) -> str:
    """Return the next level above, the highest for those who stand outside the ladder."""
    place = LADDER.index(level) + 1 if level in LADDER else len(LADDER) - 1
    return LADDER[min(place, len(LADDER) - 1)]
