"""Access: may this person act for this customer, and which customers are within their reach.

One table (`ACTIONS`) says which membership roles and which staff levels may take each action. One queryset
(`customers_within_reach`) is the door to everything a person may see. A denial at a node, or above it for a whole subtree,
beats every allowance. Reach is asked for a day; memberships are dated, half-open: one that ends today no longer holds.
A relation between customers (one serves another) widens no reach: it shows a name and the tickets raised under it, and they are
asked for apart (`relations_within_reach`, `tickets_shared_with`), so that whoever does not ask sees nothing of the other.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation, RelationKind, RelationQuerySet, SharedTicket
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people.models import Membership, StaffProfile, User

ADMINISTRATOR, PAYER, MEMBER, READER = (role.value for role in Membership.Role)
AGENT, SUPERVISOR, FINANCE, KEY_ACCOUNT, MANAGER = (level.value for level in StaffProfile.Level)
EVERY_ROLE: Final = frozenset({ADMINISTRATOR, PAYER, MEMBER, READER})
EVERY_LEVEL: Final = frozenset({AGENT, SUPERVISOR, FINANCE, KEY_ACCOUNT, MANAGER})
# what somebody is, with the article where a language has one
AS_ROLE: Final = {
    ADMINISTRATOR: gettext_lazy("an administrator"), PAYER: gettext_lazy("a payer"), MEMBER: gettext_lazy("a member"),
    READER: gettext_lazy("a reader"),
}  # fmt: skip
AS_LEVEL: Final = {
    AGENT: gettext_lazy("an agent"), SUPERVISOR: gettext_lazy("a supervisor"), FINANCE: gettext_lazy("finance"),
    KEY_ACCOUNT: gettext_lazy("a key account manager"), MANAGER: gettext_lazy("a manager"),
}  # fmt: skip


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
APPROVE_ORDERS = _action("approve_orders", roles=frozenset({ADMINISTRATOR}))
PAY = _action("pay", roles=frozenset({ADMINISTRATOR, PAYER}))
ASK_FOR_HELP = _action("ask_for_help", roles=EVERY_ROLE)
MANAGE_PEOPLE = _action("manage_people", roles=frozenset({ADMINISTRATOR}), levels=frozenset({MANAGER}))
REQUEST_CHANGES = _action("request_changes", roles=frozenset({ADMINISTRATOR, PAYER, MEMBER}))
# Our own people, in theirs.
WORK_TICKETS = _action("work_tickets", levels=frozenset({AGENT, SUPERVISOR, KEY_ACCOUNT, MANAGER}))
GRANT_REMEDY = _action("grant_remedy", levels=frozenset({AGENT, SUPERVISOR}))
FULFIL_ORDERS = _action("fulfil_orders", levels=frozenset({AGENT, SUPERVISOR, KEY_ACCOUNT, MANAGER}))
DECIDE_APPROVALS = _action("decide_approvals", levels=frozenset({SUPERVISOR, MANAGER}))
VIEW_AS_CUSTOMER = _action("view_as_customer", levels=frozenset({AGENT, SUPERVISOR, KEY_ACCOUNT, MANAGER}))
HANDLE_PRIVACY = _action("handle_privacy", levels=frozenset({AGENT, SUPERVISOR, KEY_ACCOUNT, MANAGER}))
DECIDE_PRIVACY = _action("decide_privacy", levels=frozenset({SUPERVISOR, MANAGER}))
SEE_BACKOFFICE = _action("see_backoffice", levels=EVERY_LEVEL)
KEEP_BOOKS = _action("keep_books", levels=frozenset({FINANCE}))
SEE_BOOKS = _action("see_books", levels=frozenset({FINANCE, SUPERVISOR, MANAGER}))
RUN_BILLING = _action("run_billing", levels=frozenset({FINANCE, MANAGER}))
SHAPE_TREE = _action("shape_tree", levels=frozenset({MANAGER}))
NAME_OWNERS = _action("name_owners", levels=frozenset({SUPERVISOR, KEY_ACCOUNT, MANAGER}))
SIGN_CONTRACTS = _action("sign_contracts", levels=frozenset({SUPERVISOR, KEY_ACCOUNT, MANAGER}))
TEND_DATA = _action("tend_data", levels=frozenset({AGENT, SUPERVISOR, KEY_ACCOUNT, MANAGER}))
DECIDE_MERGES = _action("decide_merges", levels=frozenset({SUPERVISOR, MANAGER}))
EDIT_KNOWLEDGE = _action("edit_knowledge", levels=frozenset({AGENT, SUPERVISOR, KEY_ACCOUNT, MANAGER}))
PUBLISH_KNOWLEDGE = _action("publish_knowledge", levels=frozenset({SUPERVISOR, MANAGER}))
STEER = _action("steer", levels=frozenset({MANAGER}))

ACTIONS: Final = (
    SEE_CUSTOMER, SEE_MONEY, CHANGE_CONTRACT, APPROVE_ORDERS, PAY, REQUEST_CHANGES,
    ASK_FOR_HELP, MANAGE_PEOPLE, WORK_TICKETS, GRANT_REMEDY, FULFIL_ORDERS,
    DECIDE_APPROVALS, SEE_BACKOFFICE, KEEP_BOOKS, SEE_BOOKS, RUN_BILLING, SHAPE_TREE, NAME_OWNERS,
    SIGN_CONTRACTS, TEND_DATA, DECIDE_MERGES, EDIT_KNOWLEDGE, PUBLISH_KNOWLEDGE, STEER,
    VIEW_AS_CUSTOMER, HANDLE_PRIVACY, DECIDE_PRIVACY,
)  # fmt: skip


def not_within_reach() -> Decision:
    """Return the decision that objects to what lies beyond a person's reach, in the reader's language."""
    return refused("not_within_reach", _("You may not do this for this customer."))


# Every customer a membership covers: its own node, or everything whose span opens inside its node's span.
COVERED: Final = """
SELECT covered.id
FROM accounts_membership held
JOIN accounts_customer node ON node.id = held.customer_id
JOIN accounts_customer covered ON covered.tree_id = node.tree_id
    AND covered.lft BETWEEN node.lft AND CASE held.scope WHEN 'subtree' THEN node.rght ELSE node.lft END
WHERE held.user_id = %s AND held.effect = %s AND held.role = ANY(%s)
    AND daterange(held.since, held.until) @> coalesce(%s::date, (now() AT TIME ZONE 'UTC')::date)
"""


def level_of(viewer: User) -> str:
    """Return the staff level of `viewer`, or an empty string for a customer's person; asked once for each loaded person."""
    if not viewer.is_authenticated or not viewer.is_active:
        return ""
    profile: StaffProfile | None = getattr(viewer, "staff_profile", None)
    return profile.level if profile else ""


def customers_within_reach(viewer: User, action: Action = SEE_CUSTOMER, *, on: date | None = None) -> QuerySet[Customer]:
    """Return the customers for which `viewer` may take `action` on the day `on`: a queryset, evaluated in one statement.

    Without a day it is asked for today in UTC, by the database's clock. Our own people reach every customer, by their level.
    Who is looked at by one of our own people is followed to the customer of the look and below it, and no further.
    Customers merged into another stay within the reach of those who had them, so that their history can be read.
    """
    if not viewer.is_authenticated or not viewer.is_active:
        nobody: QuerySet[Customer] = Customer.objects.none()
        return nobody
    every: QuerySet[Customer] = Customer.objects.below(viewer.seen_below) if viewer.seen_below else Customer.objects.all()
    if level_of(viewer) in action.levels:
        return every
    allowed = _covered(viewer, Membership.Effect.ALLOW, action.roles, on)
    denied = _covered(viewer, Membership.Effect.DENY, EVERY_ROLE, on)
    return every.filter(pk__in=allowed).exclude(pk__in=denied)


def within_reach(viewer: User, customer: str, action: Action = SEE_CUSTOMER) -> Q:
    """Return the condition that the customer a row names in the column `customer` is within reach; every row names one.

    Our own people reach every customer, so for them there is nothing to ask the database.
    """
    if viewer.is_authenticated and not viewer.seen_below and level_of(viewer) in action.levels:
        return Q()
    return Q(**{f"{customer}__in": customers_within_reach(viewer, action)})


def decide(actor: User, action: Action, customer: Customer) -> Decision:
    """Say whether `actor` may take `action` for `customer`."""
    if customers_within_reach(actor, action).filter(pk=customer.pk).exists():
        return ALLOWED
    return not_within_reach()


def may_anywhere(viewer: User, action: Action) -> bool:
    """Say whether `viewer` may take `action` for at least one customer: the question a route asks before its subject is known."""
    level = level_of(viewer)
    return level in action.levels if level else customers_within_reach(viewer, action).exists()


def relations_within_reach(viewer: User, action: Action = SEE_CUSTOMER, *, on: date | None = None) -> RelationQuerySet:
    """Return the relations in force in which customers for whom `viewer` may take `action` serve others.

    The viewer may know the other's name and number, and the tickets raised under the relation where its kind shows them; nothing
    else of it. What only we know of is left out, and so is who is denied to the viewer, or was merged into one who is.
    """
    held = Relation.objects.in_force(on).exclude(kind__shows=RelationKind.Shows.NOTHING)
    denied = _covered(viewer, Membership.Effect.DENY, EVERY_ROLE, on)
    return held.filter(customer__in=customers_within_reach(viewer, action, on=on)).exclude(
        Q(other__in=denied) | Q(other__merged_into__in=denied)
    )


def tickets_shared_with(viewer: User, action: Action = SEE_CUSTOMER, *, on: date | None = None) -> QuerySet[SharedTicket]:
    """Return which tickets of others were raised by customers for whom `viewer` may take `action`, while the relation holds."""
    held = relations_within_reach(viewer, action, on=on).filter(kind__shows=RelationKind.Shows.TICKETS)
    return SharedTicket.objects.filter(relation__in=held)


def decide_for_other(actor: User, relation: Relation) -> Decision:
    """Say whether `actor` may raise tickets on behalf of the other under `relation`."""
    held = relations_within_reach(actor, ASK_FOR_HELP).filter(kind__shows=RelationKind.Shows.TICKETS)
    return ALLOWED if held.filter(pk=relation.pk).exists() else not_within_reach()


def decide_on_shared(actor: User, ref: str) -> Decision:
    """Say whether `actor` may write on the ticket `ref` because a customer of theirs raised it for another."""
    return ALLOWED if tickets_shared_with(actor, ASK_FOR_HELP).filter(ref=ref).exists() else not_within_reach()


@dataclass(frozen=True)
class Standing:
    """How a viewer stands at one customer: for pages that ask several things about it.

    It is as old as the page. Use cases ask `decide`, which looks anew.
    """

    customer: Customer
    level: str
    held: tuple[Membership, ...]

    def may(self, action: Action) -> Decision:
        """Say what `decide` says about this action."""
        roles = {row.role for row in self.held}
        return ALLOWED if self.level in action.levels or roles & action.roles else not_within_reach()

    @property
    def why(self) -> str:
        """Say in one sentence why the viewer can see the customer; empty when they cannot."""
        if self.level:
            return _("You work for us as {level}, and our people see every customer.").format(level=AS_LEVEL[self.level])
        nearest = min(self.held, key=lambda row: (-row.customer.lft, row.role), default=None)
        return _reason(nearest, self.customer) if nearest else ""


@dataclass(frozen=True)
class Rights:
    """What a viewer holds today wherever it is, looked up in one statement: for a request, which asks in several places.

    As old as the request; use cases ask `decide`, which looks anew.
    """

    viewer: User
    level: str
    held: tuple[Membership, ...]

    def anywhere(self, action: Action) -> bool:
        """Say what `may_anywhere` says; the database is asked only where a denial or a look at a member narrows it."""
        if self.level:
            return self.level in action.levels
        if not any(row.effect == Membership.Effect.ALLOW and row.role in action.roles for row in self.held):
            return False
        narrowed = self.viewer.seen_below or any(row.effect == Membership.Effect.DENY for row in self.held)
        return may_anywhere(self.viewer, action) if narrowed else True

    def at(self, customer: Customer) -> Standing:
        """Return how the viewer stands at `customer`; where they are denied, or beyond a look at them, they hold nothing."""
        if self.viewer.seen_below and not _lies_below(customer, self.viewer.seen_below):
            return Standing(customer, "", ())
        rows = tuple(row for row in self.held if _covers(row, customer))
        return Standing(customer, self.level, () if any(row.effect == Membership.Effect.DENY for row in rows) else rows)


def rights(viewer: User) -> Rights:
    """Return what `viewer` holds today, by the database's clock."""
    level = level_of(viewer)
    if level or not viewer.is_authenticated or not viewer.is_active:
        return Rights(viewer, level, ())
    held = Membership.objects.filter(user_id=viewer.pk).in_force()
    return Rights(viewer, "", tuple(held.select_related("customer").order_by("pk")))


def standing(viewer: User, customer: Customer) -> Standing:
    """Return how `viewer` stands at `customer` today, by the database's clock."""
    return rights(viewer).at(customer)


def why(viewer: User, customer: Customer) -> str:
    """Say in one sentence why `viewer` can see `customer`; empty when they cannot."""
    return standing(viewer, customer).why


def _covered(viewer: User, effect: str, roles: frozenset[str], on: date | None) -> RawSQL:
    return RawSQL(COVERED, [viewer.pk, effect, sorted(roles), on])  # noqa: S611 (every value is a parameter)


def _covers(held: Membership, customer: Customer) -> bool:
    """Say what COVERED says of one membership and one customer."""
    top = held.customer
    last = top.rght if held.scope == Membership.Scope.SUBTREE else top.lft
    return bool(top.tree_id == customer.tree_id and top.lft <= customer.lft <= last)


def _lies_below(customer: Customer, top: Customer) -> bool:
    return bool(top.tree_id == customer.tree_id and top.lft <= customer.lft <= top.rght)


def _reason(held: Membership, customer: Customer) -> str:
    alone = held.customer_id == customer.pk
    words = _("You are {role} of {name}.") if alone else _("You are {role} of {name} and of everything below it.")
    return words.format(role=AS_ROLE[held.role], name=held.customer.name)
