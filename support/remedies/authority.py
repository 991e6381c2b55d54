"""Authority: may this person give this remedy, and if not, who could say yes.

All that was given on a ticket counts together, whoever gave it; a day's budget counts what a person gave or approved that
day (UTC). Over a limit it goes to the lowest level above whose own limit covers it. The button and the use case ask the
same function; the use case asks it in the person's turn, so two grants at once never share the same rest of a budget.
Rules no approval can lift come first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access, second_person, staff
from accounts.people.models import StaffProfile, User
from support.remedies import bounds, policy_limits
from support.remedies.books import budgets, mapping
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import Remedy, Terms
from support.remedies.limits import limits_of as limits_of
from support.remedies.limits import set_limit as set_limit
from support.remedies.models import Approval, Grant
from support.remedies.requests import GrantRequest, Rule, level_name
from support.remedies.standing import Standing
from support.tickets import conversation, turns
from support.tickets.models import Ticket

LADDER: Final = bounds.LADDER
LIMIT_EXCEEDED: Final = bounds.LIMIT_EXCEEDED
OVER_OWN: Final = frozenset({"over_ticket_limit", "over_day_limit", "no_authority"})


class NotOneOfUs(Refusal):
    """A customer's person where one of our own is needed."""

    code = "not_one_of_us"


def decide(
    *, actor: User, ticket: Ticket, remedy: Remedy[Any], terms: Terms, at: datetime, standing: Standing | None = None
) -> Decision:
    """Say whether `actor` may grant this remedy, or which level could; the first rule to object answers.

    A page that asks about several remedies of one ticket hands in one `standing` for all of them.
    """
    request = GrantRequest(standing or Standing(actor, at, [ticket]), ticket, remedy, terms)
    answer = _first_objection(RULES, request)
    if not answer.allowed:
        return answer
    said = {key.source.ref for key in request.keys}
    used = vars(request).get("allowance")
    return replace(answer, source=", ".join(sorted(said | ({str(used.allowance)} if used else set()))))


def decide_approval(
    *, actor: User, approval: Approval, approve: bool, remedy: Remedy[Any], terms: Terms, at: datetime,
    instead_of: User | None = None,
) -> Decision:  # fmt: skip
    """Say whether `actor` may approve, or turn down, what a colleague asked for; or may, standing in for another colleague."""
    ticket = conversation.worked_on(approval.grant.ticket, at)
    rules, personal = (APPROVAL_RULES, PERSONAL_RULES) if approve else (REFUSAL_RULES, (not_own_request,))
    request = GrantRequest(Standing(actor, at, [ticket]), ticket, remedy, terms, approval)
    if instead_of is None:
        return _first_objection(rules, request)
    mine = _first_objection(personal, request)
    lent = GrantRequest(Standing(instead_of, at, [ticket]), ticket, remedy, terms, approval)
    return _first_objection(rules, lent) if mine.allowed else mine


def foresee(
    *, actor: User, approvals: Iterable[Approval], at: datetime, instead_of: Iterable[User] = ()
) -> dict[int, Decision]:  # fmt: skip
    """Say for each approval, by its key, what would keep `actor` from approving it, in a constant number of statements.

    `instead_of` are the colleagues for whom the actor stands in. Whether the books still allow it is asked when it is approved.
    """
    waiting = list(approvals)
    asked = _requests(actor, waiting, at)
    lent = [_requests(person, waiting, at) for person in instead_of]
    return {key: _foreseen(request, [other[key] for other in lent]) for key, request in asked.items()}


def _requests(person: User, waiting: Sequence[Approval], at: datetime) -> dict[int, GrantRequest]:
    standing = Standing(person, at, [approval.grant.ticket for approval in waiting])
    return {
        approval.pk: GrantRequest(standing, approval.grant.ticket, REMEDIES[approval.grant.remedy], None, approval)
        for approval in waiting
    }


def _foreseen(request: GrantRequest, lent: Sequence[GrantRequest]) -> Decision:
    own = _first_objection(APPROVAL_RULES, request)
    if own.allowed or not _first_objection(PERSONAL_RULES, request).allowed:
        return own
    return next((ALLOWED for other in lent if _first_objection(APPROVAL_RULES, other).allowed), own)


def over_is_no(decision: Decision) -> Decision:
    """Return what somebody is told who goes over their own limit and asks nobody: `limit_exceeded`, by the same words."""
    return replace(decision, code=LIMIT_EXCEEDED) if decision.code in OVER_OWN and decision.approver else decision


def foresee_giving(*, standing: Standing, ticket: Ticket, remedy: Remedy[Any], terms: Terms) -> Decision:
    """Say what would keep a person from giving this remedy, for lists: asks `standing` only, so any number is a few statements.

    Whether the books still allow it is asked when it is given.
    """
    return _first_objection(FORESEEN_RULES, GrantRequest(standing, ticket, remedy, terms))


def take_turn(
    actor: User, ticket: Ticket | None = None, remedy: Remedy[Any] | None = None, *, at: datetime | None = None
) -> None:
    """Wait until nobody else measures what `actor` may still give, nor the budgets that goodwill on `ticket` takes from."""
    turns.take(f"authority of {actor.pk}")
    if ticket and at and remedy and remedy.goodwill:
        budgets.take_turns(budgets.concerning(ticket.customer, actor, ticket.customer.currency, at.date()))


def acknowledge_policy(*, actor: User, at: datetime) -> StaffProfile:
    """Note that `actor`, one of our people, has read the remedy policy; the first time counts.

    Raises:
        NotOneOfUs: the actor does not work for us.
    """
    if not access.level_of(actor):
        raise NotOneOfUs(_("Only our own people acknowledge the policy."))
    return staff.acknowledge_policy(user=actor, at=at)


def works_with_remedies(request: GrantRequest) -> Decision:
    """Only levels that grant remedies at all; they reach every customer."""
    return ALLOWED if request.standing.level in access.GRANT_REMEDY.levels else access.not_within_reach()


def policy_acknowledged(request: GrantRequest) -> Decision:
    """Who gives remedies, or approves them, has acknowledged the policies that govern them, in their last material version."""
    if request.standing.has_acknowledged:
        return ALLOWED
    if unread := request.standing.unread:
        reason = _("You have not acknowledged {policies} yet. Read it, answer its questions, then you can give remedies.")
        names = ", ".join(str(version) for version in unread)
        return refused("policy_not_acknowledged", reason.format(policies=names), source=names)
    reason = _("You have not acknowledged the remedy policy yet. Read and acknowledge it, then you can give remedies.")
    return refused("policy_not_acknowledged", reason)


def not_own_request(request: GrantRequest) -> Decision:
    """Nobody decides on what they asked for themselves."""
    asked = [request.approval.grant.asked_by] if request.approval else []
    return second_person.decide(request.actor, *asked, reason=_("You asked for this yourself; somebody else must decide."))


def of_the_level_asked(request: GrantRequest) -> Decision:
    """Only the level that was asked, or one above it, decides."""
    asked, held = request.approval.approver_level if request.approval else "", request.standing.level
    if held in LADDER and LADDER.index(held) >= LADDER.index(asked):
        return ALLOWED
    reason = _("This waits for a {level}.").format(level=level_name(asked))
    return refused("level_too_low", reason, approver=asked)


def not_own_account(request: GrantRequest) -> Decision:
    """Nobody gives a remedy to themselves or to a group they belong to."""
    own = request.ticket.customer.tree_id in request.standing.own_groups
    if own or request.ticket.requester_id == request.actor.pk:
        return refused("own_account", _("You belong to this customer; a colleague who does not must decide."))
    return ALLOWED


def not_already_compensated(request: GrantRequest) -> Decision:
    """What was put right, or waits to be, is not put right again."""
    same = Grant.objects.filter(remedy=request.remedy.code, cause=request.remedy.cause(request.terms))
    earlier = same.exclude(status=Grant.Status.TURNED_DOWN).first()
    if earlier is None:
        return ALLOWED
    if earlier.status == Grant.Status.GRANTED:
        return refused("already_compensated", _("This was put right already, with {grant}.").format(grant=earlier))
    return refused("already_asked", _("{grant} asks for this already and waits for approval.").format(grant=earlier))


def ticket_is_worked_on(request: GrantRequest) -> Decision:
    """Remedies are given on a ticket that is open or waits for the customer."""
    if request.ticket.status in (Ticket.Status.OPEN, Ticket.Status.WAITING):
        return ALLOWED
    if request.ticket.status == Ticket.Status.APPROVAL:
        return refused("ticket_awaits_approval", _("Another remedy on this ticket waits for approval."))
    return refused("ticket_is_resolved", _("The ticket is resolved. Reopen it first."))


def is_given(request: GrantRequest) -> Decision:
    """What policy names as not given is given by nobody, whatever it comes to."""
    if policy_limits.is_given(request.values, request.remedy.code):
        return ALLOWED
    said = request.values[policy_limits.NOT_GIVEN]
    reason = _("{policy} says that this is not given: {remedy}.").format(policy=said.source.ref, remedy=request.remedy.label)
    return refused("not_given", reason, key=said.key.code, source=said.source.ref)


def eligible(request: GrantRequest) -> Decision:
    """The state of what is put right allows it."""
    if request.terms is None:
        return ALLOWED
    return request.remedy.eligible(request.ticket, request.terms)


def books_are_set_up(request: GrantRequest) -> Decision:
    """Every ledger account that the remedy books has its number in the accounting system."""
    lacking = mapping.missing(request.remedy.accounts, request.standing.mapped)
    if not lacking:
        return ALLOWED
    reason = _("Not set up: {accounts} has no number in the accounting system. A manager maps it.")
    return refused("not_set_up", reason.format(accounts=", ".join(lacking)))


RULES: Final[Sequence[Rule]] = (
    works_with_remedies,
    policy_acknowledged,
    not_own_account,
    is_given,
    not_already_compensated,
    ticket_is_worked_on,
    eligible,
    books_are_set_up,
    bounds.within_the_house_limit,
    bounds.not_too_often,
    bounds.within_ticket_limit,
    bounds.within_day_budget,
    bounds.within_budgets,
)
APPROVAL_RULES: Final[Sequence[Rule]] = (
    not_own_request,
    of_the_level_asked,
    policy_acknowledged,
    not_own_account,
    is_given,
    eligible,
    books_are_set_up,
    bounds.within_the_house_limit,
    bounds.within_ticket_limit,
    bounds.within_day_budget,
)
FORESEEN_RULES: Final[Sequence[Rule]] = (
    policy_acknowledged,
    not_own_account,
    is_given,
    books_are_set_up,
    bounds.within_the_house_limit,
    bounds.within_ticket_limit,
    bounds.within_day_budget,
)
PERSONAL_RULES: Final[Sequence[Rule]] = (not_own_request, policy_acknowledged, not_own_account)  # of who stands in
REFUSAL_RULES: Final[Sequence[Rule]] = (not_own_request, of_the_level_asked)


def _first_objection(rules: Sequence[Rule], request: GrantRequest) -> Decision:
    answers = (rule(request) for rule in rules)
    return next((answer for answer in answers if not answer.allowed), ALLOWED)
