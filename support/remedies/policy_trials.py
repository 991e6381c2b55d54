"""Policy tried on remedies: the judge that sample cases ask, and the remedies of the past that a draft is simulated on."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.people import access
from accounts.people.models import StaffProfile
from accounts.policies import resolving
from accounts.policies.cases import CaseUnreadable
from accounts.policies.resolving import Draft, Resolved
from accounts.policies.simulating import ALLOWED, NEEDS_APPROVAL, REFUSED, Replayed
from billing.money import Money
from support.remedies import limits, policy_limits
from support.remedies.kinds import REMEDIES
from support.remedies.models import AuthorityGrant, Grant


def judge(facts: Mapping[str, str], values: Mapping[str, Resolved]) -> str:
    """Answer a sample case: may `level` give `amount` (such as "80.00 EUR") of `remedy` on one ticket?

    Raises:
        CaseUnreadable: a level, a remedy or an amount that does not exist.
    """
    level, remedy = facts.get("level", ""), facts.get("remedy", "")
    number, _space, currency = facts.get("amount", "").partition(" ")
    if level not in policy_limits.LADDER or remedy not in ("", *REMEDIES):
        raise CaseUnreadable(_("A remedy case names a level (agent, supervisor, manager) and a remedy that exists."))
    return policy_limits.verdict(values, level=level, remedy=remedy, whole=Money.of(number, currency))


def names() -> list[str]:
    """Return the codes of all remedies, for a policy that names some."""
    return list(REMEDIES)


def past(draft: Draft, since: datetime, until: datetime) -> list[Replayed]:
    """Weigh the remedies asked for in a span of time as if a draft had been in force on their days.

    Everybody is taken at the level they have now, with the limit of that level where policy says nothing; allowances above the
    limit are left out. What was turned down by a person is weighed like the rest. A kind that moves no money needs no limit,
    but is refused like every other where the draft names it among those that are not given.
    """
    asked = Grant.objects.filter(asked_at__gte=since, asked_at__lte=until).order_by("asked_at", "pk")
    grants = list(asked.select_related("ticket", "customer"))
    levels = dict(StaffProfile.objects.filter(user__in={grant.asked_by_id for grant in grants}).values_list("user", "level"))
    values = resolving.resolve_many({grant.customer_id for grant in grants}, until.date(), draft=draft)
    rows = list(limits.in_force(until.date()).filter(user=None))
    given: dict[tuple[int, str], Money] = {}
    replayed = []
    for grant in grants:
        cost, place = Money(grant.amount_minor, grant.currency), (grant.ticket_id, grant.currency)
        whole = given[place] + cost if place in given else cost
        if grant.status == Grant.Status.GRANTED:
            given[place] = whole
        level = levels.get(grant.asked_by_id, access.AGENT)
        said, own = values[grant.customer_id], _by_level(rows, grant)
        measured = REMEDIES[grant.remedy].moves_money or not policy_limits.is_given(said, grant.remedy)
        now = policy_limits.verdict(said, level=level, remedy=grant.remedy, whole=whole, otherwise=own) if measured else ALLOWED
        replayed.append(_replayed(grant, now))
    return replayed


def _by_level(rows: list[AuthorityGrant], grant: Grant) -> dict[str, Money]:
    """Return what each level may give by its own row, of the remedy and in the currency of a grant."""
    found = {
        level: limits.strongest([row for row in rows if row.level == level], grant.remedy, grant.currency)
        for level in policy_limits.LADDER
    }
    return {level: limit.per_ticket for level, limit in found.items() if limit}


def _replayed(grant: Grant, now: str) -> Replayed:
    then = ALLOWED if grant.decision.get("allowed") else NEEDS_APPROVAL
    words = f"{REMEDIES[grant.remedy].label}, {Money(grant.amount_minor, grant.currency)}, {grant.customer}"
    answers = {policy_limits.ALLOWED: ALLOWED, policy_limits.REFUSED: REFUSED}
    return Replayed(grant.ref, grant.ticket.ref, words, then, answers.get(now, NEEDS_APPROVAL))
