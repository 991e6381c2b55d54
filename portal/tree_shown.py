"""The organisation as a tree: what each node owes, alone and with everything below, its next invoice, its open tickets.

Only what the visitor may see is there, and only that is counted. A constant number of statements, however many nodes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.customers.models import Customer
from accounts.people import access, asked
from accounts.people.models import Membership, User
from billing.contracts.models import Subscription
from billing.ledger import balances
from billing.ledger.balances import NodeBalance
from portal.home_shown import amounts
from support.tickets.models import Ticket
from window import addresses, formats

LEVELS_AT_ONCE: Final = (3, 2)  # as many as fit, one level below the top in any case
MOST_AT_ONCE: Final = 200

COLUMNS: Final = (
    gettext_lazy("Owed with everything below"),
    gettext_lazy("Owed by itself"),
    gettext_lazy("Next invoice"),
    gettext_lazy("Open tickets"),
)

Node = dict[str, Any]


@dataclass(frozen=True)
class _Shared:
    """What the nodes of one tree share, looked up once for all of them: where they lead, and the words of their figures."""

    home: Callable[[str], str]
    below: Callable[[str], str]
    labels: Sequence[str]
    none: str

    @classmethod
    def now(cls) -> "_Shared":
        """Look it up in the visitor's language."""
        return cls(addresses.of("portal:home"), addresses.of("portal:below"), [str(label) for label in COLUMNS], _("none"))


def whole(viewer: User, at: Customer) -> list[Node]:
    """Return the tree around `at`, as far as `viewer` may see it: its first levels, and all on the way to `at`."""
    per_level = dict(_levels(viewer=viewer, tree=at.tree_id))
    top = min(per_level, default=0)
    fitting = (levels for levels in LEVELS_AT_ONCE if _as_far_as(per_level, top + levels) <= MOST_AT_ONCE)
    cut = top + next(fitting, LEVELS_AT_ONCE[-1])
    found = (_first if at.level < top + 1 else _first_and_around)(viewer=viewer, tree=at.tree_id, cut=cut, at=at)
    known = _with_balances(found, viewer)
    return [*_nested(known, at, cut=cut - 1), *_rest(len(known))]


@asked.statement
def _levels(viewer: User, tree: int) -> QuerySet[Customer, tuple[int, int]]:
    """How many there are on each level."""
    within = access.customers_within_reach(viewer).current().filter(tree_id=tree).order_by()
    return within.values_list("level").annotate(nodes=Count("pk"))


def _as_far_as(per_level: Mapping[int, int], cut: int) -> int:
    return sum(nodes for level, nodes in per_level.items() if level < cut)


@asked.statement
def _first(viewer: User, tree: int, cut: int, at: Customer) -> QuerySet[Customer]:
    return _in_order(_seen_in(viewer, tree).filter(_above_the_cut(viewer, tree, cut)), viewer)


@asked.statement
def _first_and_around(viewer: User, tree: int, cut: int, at: Customer) -> QuerySet[Customer]:
    return _in_order(_seen_in(viewer, tree).filter(_above_the_cut(viewer, tree, cut) | Q(pk__in=_around(at))), viewer)


def _seen_in(viewer: User, tree: int) -> QuerySet[Customer]:
    return access.customers_within_reach(viewer).current().filter(tree_id=tree)


def _above_the_cut(viewer: User, tree: int, cut: int) -> Q:
    return Q(level__lt=cut) | Q(pk__in=_adopted(viewer, tree))


def _around(at: Customer) -> QuerySet[Customer, Any]:
    """The nodes on the way down to `at` and right below it."""
    return Customer.objects.filter(Q(pk__in=Customer.objects.above(at).values("pk")) | Q(parent=at)).values("pk")


def _adopted(viewer: User, tree: int) -> QuerySet[Customer, Any]:
    """The nodes whose parent is out of reach: they stand below the nearest node that is not, or on their own.

    Reach begins anew only where a membership says so, so only there is looked; whoever asks for them sees only what is in reach.
    """
    held = Membership.objects.filter(user_id=viewer.pk).values("customer")
    near = Customer.objects.filter(Q(pk__in=held) | Q(parent__in=held), tree_id=tree)
    return near.exclude(parent__in=_seen_in(viewer, tree).values("pk")).values("pk")


def _rest(shown: int) -> list[Node]:
    """Say that there is more than was loaded, and where to find it."""
    if shown < MOST_AT_ONCE:
        return []
    return [{"label": _("More than %(n)s: search by name or number") % {"n": MOST_AT_ONCE}, "url": reverse("portal:nodes")}]


def below(viewer: User, node: Customer) -> list[Node]:
    """Return the nodes right below `node`."""
    within = access.customers_within_reach(viewer).current().filter(parent=node)
    known, shared = _with_balances(list(_in_order(within, viewer)), viewer), _Shared.now()
    return [*(_node(*node, shared, children=[], at=None) for node in known), *_rest(len(known))]


def _in_order(customers: QuerySet[Customer], viewer: User) -> QuerySet[Customer]:
    return _counted(customers, viewer).select_related("kind").order_by("lft")[:MOST_AT_ONCE]


def _with_balances(nodes: list[Customer], viewer: User) -> list[tuple[Customer, NodeBalance]]:
    owed = balances.for_nodes(nodes, within=access.customers_within_reach(viewer, access.SEE_MONEY))
    return [(node, owed[node.pk]) for node in nodes]


def _counted(customers: QuerySet[Customer], viewer: User) -> QuerySet[Customer]:
    """Count what is open in each node's subtree and find the day of its next invoice, as far as the visitor may see them."""
    seen = access.customers_within_reach(viewer).filter(
        tree_id=OuterRef(OuterRef("tree_id")), lft__range=(OuterRef(OuterRef("lft")), OuterRef(OuterRef("rght")))
    )
    tickets = _together(Ticket.objects.unresolved().filter(customer__in=seen))
    running = _together(Subscription.objects.filter(customer__in=seen))
    inner = (
        access.customers_within_reach(viewer)
        .current()
        .filter(tree_id=OuterRef("tree_id"), lft__gt=OuterRef("lft"), lft__lt=OuterRef("rght"))
    )
    return customers.annotate(
        open_tickets=Coalesce(Subquery(tickets.annotate(n=Count("pk")).values("n")), 0),
        next_invoice_on=Subquery(running.annotate(first=Min("next_due_on")).values("first")),
        has_below=Exists(inner),
    )


def _together(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Make one group of all rows, to aggregate over them in a subquery."""
    return rows.order_by().annotate(together=Value(1)).values("together")


def _nested(known: Sequence[tuple[Customer, NodeBalance]], at: Customer, *, cut: int) -> list[Node]:
    """Put each node below the nearest one loaded that contains it; `known` comes in the order of the tree.

    From the level `cut` on only the way to `at` was loaded: whoever stands on it can be asked for the others.
    """
    roots: list[Node] = []
    shared = _Shared.now()
    open_spans: list[tuple[int, Node]] = []
    for customer, owed in known:
        while open_spans and open_spans[-1][0] < customer.lft:
            open_spans.pop()
        node = _node(customer, owed, shared, children=[], at=at)
        if customer.level >= cut and customer.lft < at.lft < customer.rght:
            node["others_url"] = node["children_url"]
        (open_spans[-1][1]["children"] if open_spans else roots).append(node)
        open_spans.append((customer.rght, node))
    return roots


def _node(customer: Any, owed: NodeBalance, shared: _Shared, *, children: list[Node], at: Customer | None) -> Node:
    return {
        "label": customer.name,
        "kind": customer.kind.words,
        "url": shared.home(customer.number),
        "figures": list(_figures(customer, owed, shared)),
        "current": at is not None and customer.pk == at.pk,
        "children": children,
        "children_url": shared.below(customer.number) if customer.has_below else "",
        "open": True,
    }


def _figures(customer: Any, owed: NodeBalance, shared: _Shared) -> Iterable[dict[str, Any]]:
    """Write the figures of a node in the order of `COLUMNS`; what is nothing is set back."""
    texts = (
        _written(owed.subtree),
        _written(owed.own),
        formats.day(customer.next_invoice_on) if customer.next_invoice_on else "",
        formats.figure(customer.open_tickets) if customer.open_tickets else "",
    )
    for label, text in zip(shared.labels, texts, strict=True):
        yield {"label": label, "text": text or shared.none, "quiet": not text}


def _written(owed: dict[str, int]) -> str:
    return " · ".join(formats.amount(total.amount_minor, total.currency) for total in amounts(owed))
