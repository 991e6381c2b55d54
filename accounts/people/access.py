"""Access: may this person act for this customer, and which customers are within their reach.

One table (`ACTIONS`) says which membership roles and which staff levels may take each action. One queryset
(`customers_within_reach`) is the door to everything a person may see. A denial anywhere above a node beats every
allowance. Reach is asked for a day; memberships are dated, half-open.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import Membership, StaffProfile, User

ADMINISTRATOR, PAYER, MEMBER, READER = (role.value for role in Membership.Role)
AGENT, SUPERVISOR, FINANCE, KEY_ACCOUNT, MANAGER = (level.value for level in StaffProfile.Level)
EVERY_ROLE: Final = frozenset({ADMINISTRATOR, PAYER, MEMBER, READER})
EVERY_LEVEL: Final = frozenset({AGENT, SUPERVISOR, FINANCE, KEY_ACCOUNT, MANAGER})


@dataclass(frozen=True)
class Action:
    """Something a person may do: which roles at a customer and which staff levels may."""

    code: str
    roles: frozenset[str] = field(default_factory=frozenset)
    levels: frozenset[str] = field(default_factory=frozenset)


def _action(code: str, *, roles: frozenset[str] = frozenset(), levels: frozenset[str] = frozenset()) -> Action:
    return Action(code, roles, levels)


# The customer's own people, in their window.
SEE_CUSTOMER = _action("see_customer", roles=EVERY_ROLE, levels=EVERY_LEVEL)
SEE_MONEY = _action("see_money", roles=EVERY_ROLE, levels=EVERY_LEVEL)
CHANGE_CONTRACT = _action("change_contract", roles=frozenset({ADMINISTRATOR, MEMBER}))
PAY = _action("pay", roles=frozenset({ADMINISTRATOR, PAYER}))
ASK_FOR_HELP = _action("ask_for_help", roles=EVERY_ROLE)
MANAGE_PEOPLE = _action("manage_people", roles=frozenset({ADMINISTRATOR}))
# Our own people, in theirs.
WORK_TICKETS = _action("work_tickets", levels=frozenset({AGENT, SUPERVISOR, KEY_ACCOUNT, MANAGER}))
GRANT_REMEDY = _action("grant_remedy", levels=frozenset({AGENT, SUPERVISOR}))
DECIDE_APPROVALS = _action("decide_approvals", levels=frozenset({SUPERVISOR, MANAGER}))
SEE_BACKOFFICE = _action("see_backoffice", levels=EVERY_LEVEL)
KEEP_BOOKS = _action("keep_books", levels=frozenset({FINANCE}))
SEE_BOOKS = _action("see_books", levels=frozenset({FINANCE, SUPERVISOR, MANAGER}))
RUN_BILLING = _action("run_billing", levels=frozenset({FINANCE, MANAGER}))
SHAPE_TREE = _action("shape_tree", levels=frozenset({MANAGER}))
STEER = _action("steer", levels=frozenset({MANAGER}))

ACTIONS: Final = (
    SEE_CUSTOMER, SEE_MONEY, CHANGE_CONTRACT, PAY, ASK_FOR_HELP, MANAGE_PEOPLE, WORK_TICKETS, GRANT_REMEDY,
    DECIDE_APPROVALS, SEE_BACKOFFICE, KEEP_BOOKS, SEE_BOOKS, RUN_BILLING, SHAPE_TREE, STEER,
)  # fmt: skip


def level_of(viewer: User) -> str:
    """Return the staff level of `viewer`, or an empty string for a customer's person."""
    profile = StaffProfile.objects.filter(user_id=viewer.pk).first() if viewer.is_active else None
    return profile.level if profile else ""


def customers_within_reach(viewer: User, action: Action = SEE_CUSTOMER, *, on: date | None = None) -> QuerySet[Customer]:
    """Return the customers for which `viewer` may take `action` on the day `on` in one statement.

    Without a day it is asked for today in UTC, by the database's clock.
    """
    if not viewer.is_authenticated or not viewer.is_active:
        return Customer.objects.none()
    if level_of(viewer) in action.levels:
        return Customer.objects.all()
    memberships = Membership.objects.filter(user_id=viewer.pk).in_force(on).filter(_covers_outer_customer())
    allowed = memberships.filter(effect=Membership.Effect.ALLOW, role__in=action.roles)
    denied = memberships.filter(effect=Membership.Effect.DENY)
    return Customer.objects.filter(Exists(allowed) & ~Exists(denied))


def decide(actor: User, action: Action, customer: Customer) -> Decision:
    """Say whether `actor` may take `action` for `customer`."""
    if customers_within_reach(actor, action).filter(pk=customer.pk).exists():
        return ALLOWED
    return refused("not_within_reach", "You may not do this for this customer.")


def may_anywhere(viewer: User, action: Action) -> bool:
    """Say whether `viewer` may take `action` for at least one customer: the question a route asks before its subject is known."""
    if level_of(viewer) in action.levels:
        return True
    held = Membership.objects.filter(user_id=viewer.pk, effect=Membership.Effect.ALLOW, role__in=action.roles)
    return held.in_force().exists()


def _covers_outer_customer() -> Q:
    spans = Q(customer__tree_id=OuterRef("tree_id"), customer__lft__lte=OuterRef("lft"), customer__rght__gte=OuterRef("rght"))
    return (spans & Q(scope=Membership.Scope.SUBTREE)) | Q(customer_id=OuterRef("pk"))
