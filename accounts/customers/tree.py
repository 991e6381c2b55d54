"""The customer tree: adding a node, placing it elsewhere, proving and repairing the numbering.

The one module that speaks to mptt. `parent` is the truth; tree_id, lft, rght and level are an index of it that makes
"everything below" one range scan. Every write takes its lock (locks.py) before it loads a node. A new root draws its
tree id from a sequence and stands right of everything; no other group's numbers ever change for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.customers import details, grafting, locks
from accounts.customers.models import Customer, CustomerKind
from accounts.decisions import Refusal
from accounts.timeline import recording


class DoesNotFitTheTree(Refusal):
    """Asked for a place where the node may not stand. The codes: kind_unknown, kind_not_allowed_here, under_itself, too_deep."""

    code = "does_not_fit_the_tree"


class RefTaken(Refusal):
    """Another customer already has this ref."""

    code = "ref_taken"

    def __init__(self, ref: str) -> None:
        super().__init__(f"Another customer already has the ref {ref}.")


def add(
    *,
    actor: AbstractBaseUser | None,
    parent: Customer | None,
    kind: str,
    name: str,
    at: datetime,
    ref: str | None = None,
    **facts: str,
) -> Customer:
    """Add a customer below `parent` (None: as the root of a new group) and return it.

    Without a `ref` it is known to other systems by its own number. `facts` are those of accounts/customers/facts.py.

    Raises:
        DoesNotFitTheTree: the kind is unknown or may not stand there, or the tree would get too deep.
        RefTaken: the ref is in use.
        details.FactsRefused: a fact cannot be kept.
    """
    number = numbering.next_ref("C")
    kept = details.checked({"name": name, "ref": ref or number, **facts})
    with transaction.atomic():
        above = _locked_parent(parent)
        _must_fit(kind, above, height=1)
        customer = Customer(parent=above, kind_id=kind, number=number, created_at=at, **kept)
        _insert(customer)
        recording.record(customer, "accounts.customer_added", actor=actor, at=at, facts={"name": customer.name, "kind": kind})
    return customer


def lock_group(customer: Customer) -> None:
    """Lock the group `customer` stands in against changes of shape until the transaction ends; for short work only."""
    locks.group_of(customer)


def lock_for_move(customer: Customer, parent: Customer | None) -> None:
    """Lock what moving `customer` under `parent` will change, for a use case that looks at the tree before it moves."""
    locks.between(customer, parent)


def place(customer: Customer, parent: Customer | None, *, archived: bool = False) -> Customer:
    """Put `customer` with everything below it under `parent` (None: into a group of its own); return it as it now stands.

    Only the position changes; accounts/customers/moves.py is the use case that previews, records and can undo it. What is
    `archived` under the customer that absorbed it stands there whatever its kind.

    Raises:
        DoesNotFitTheTree: the node may not stand there.
    """
    with transaction.atomic():
        locks.between(customer, parent)
        # Locked as a row too: mptt saves every field of the node, and must not save facts that changed meanwhile.
        node = Customer.objects.select_for_update().get(pk=customer.pk)
        above = Customer.objects.get(pk=parent.pk) if parent else None
        _must_not_contain(node, above)
        if not archived:
            _must_fit(node.kind_id, above, height=_height(node))
        if above:
            Customer.objects.move_node(node, above, "last-child")
        elif node.parent_id:
            _make_root(node)
        placed: Customer = Customer.objects.get(pk=node.pk)
    return placed


def must_fit(customer: Customer, parent: Customer | None) -> None:
    """Refuse a place where `customer` may not stand with what is below it, as the tree is now; nothing is locked or changed.

    Raises:
        DoesNotFitTheTree: the node may not stand there.
    """
    node = Customer.objects.get(pk=customer.pk)
    above = Customer.objects.select_related("kind").get(pk=parent.pk) if parent else None
    _must_not_contain(node, above)
    _must_fit(node.kind_id, above, height=_height(node))


def allowed_kinds(parent: Customer | None) -> list[CustomerKind]:
    """Return the kinds that may stand below `parent`, or as the root of a group."""
    if parent is None:
        return list(CustomerKind.objects.filter(may_be_root=True))
    return list(CustomerKind.objects.filter(allowed_parents=parent.kind_id))


def allowed_parents(customer: Customer) -> list[str]:
    """Return the codes of the kinds under which `customer` may stand."""
    return list(CustomerKind.objects.filter(allowed_children=customer.kind_id).values_list("pk", flat=True))


def _locked_parent(parent: Customer | None) -> Customer | None:
    if parent is None:
        return None
    locks.group_of(parent)
    above: Customer = Customer.objects.get(pk=parent.pk)
    return above


def _must_not_contain(node: Customer, above: Customer | None) -> None:
    if above and above.tree_id == node.tree_id and node.lft <= above.lft and above.rght <= node.rght:
        raise DoesNotFitTheTree(
            _("{name} cannot stand under itself or under a node below it.").format(name=node.name), code="under_itself"
        )


def _must_fit(kind: str, above: Customer | None, *, height: int) -> None:
    known = CustomerKind.objects.filter(pk=kind).prefetch_related("allowed_parents").first()
    if known is None:
        raise DoesNotFitTheTree(_("There is no kind of customer called {kind}.").format(kind=kind), code="kind_unknown")
    if above is None and not known.may_be_root:
        raise DoesNotFitTheTree(
            _("A {label} cannot be the root of a group.").format(label=known.label.lower()), code="kind_not_allowed_here"
        )
    if above and above.kind_id not in {parent.pk for parent in known.allowed_parents.all()}:
        reason = f"A {known.label.lower()} cannot stand under a {above.kind.label.lower()} ({above.name})."
        raise DoesNotFitTheTree(reason, code="kind_not_allowed_here")
    if above and above.level + 1 + height > grafting.DEEPEST:
        raise DoesNotFitTheTree(
            _("The tree would be deeper than {deepest} levels.").format(deepest=grafting.DEEPEST), code="too_deep"
        )


def _height(node: Customer) -> int:
    deepest = Customer.objects.below(node).aggregate(deepest=Max("level"))["deepest"]
    return int(deepest - node.level + 1)


def _insert(customer: Customer) -> None:
    if customer.parent_id is None:
        customer.tree_id, customer.lft, customer.rght, customer.level = numbering.next_trees(1)[0], 1, 2, 0
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
    except IntegrityError as problem:
        if Customer.objects.filter(ref=customer.ref).exists():
            raise RefTaken(customer.ref) from problem
        raise


def _make_root(node: Customer) -> None:
    width = node.rght - node.lft + 1
    Customer.objects.below(node).update(
        tree_id=numbering.next_trees(1)[0],
        lft=F("lft") - (node.lft - 1),
        rght=F("rght") - (node.lft - 1),
        level=F("level") - node.level,
    )
    Customer.objects.filter(pk=node.pk).update(parent=None)
    right_of_it = Customer.objects.filter(tree_id=node.tree_id, rght__gt=node.rght)
    right_of_it.filter(lft__gt=node.rght).update(lft=F("lft") - width)
    right_of_it.update(rght=F("rght") - width)


# --- proof and repair ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the numbering: which customer, and what."""

    number: str
    what: str

    def __str__(self) -> str:
        return f"{self.number}: {self.what}"


# Every place 1…2n of a tree is taken exactly once; a child's span lies inside its parent's, one level below, in the same
# tree; and where a span opens, exactly its ancestors are open. Together these say: the numbering is that of the parents.
CHECK: Final = """
WITH ends AS (
    SELECT id, tree_id, lft AS place, 1 AS step FROM accounts_customer
    UNION ALL SELECT id, tree_id, rght, -1 FROM accounts_customer
), swept AS (
    SELECT id, place, step, row_number() OVER walk AS expected, sum(step) OVER walk - step AS open
    FROM ends WINDOW walk AS (PARTITION BY tree_id ORDER BY place ROWS UNBOUNDED PRECEDING)
), fault AS (
    SELECT id, 'its place ' || place || ' in the numbering is a repeat or follows a gap' AS what
    FROM swept WHERE place <> expected
    UNION ALL
    SELECT swept.id, 'it lies within ' || swept.open || ' spans but its level is ' || node.level
    FROM swept JOIN accounts_customer node ON node.id = swept.id WHERE step = 1 AND swept.open <> node.level
    UNION ALL
    SELECT child.id, 'its span, level or tree does not fit its parent ' || parent.number
    FROM accounts_customer child JOIN accounts_customer parent ON parent.id = child.parent_id
    WHERE child.tree_id <> parent.tree_id OR child.lft <= parent.lft OR child.rght >= parent.rght
       OR child.level <> parent.level + 1
    UNION ALL
    SELECT id, 'it has no parent but is not numbered as a root' FROM accounts_customer
    WHERE parent_id IS NULL AND (level <> 0 OR lft <> 1)
)
SELECT node.number, fault.what FROM fault JOIN accounts_customer node ON node.id = fault.id ORDER BY node.id, fault.what
"""
# Following the parent links from the roots reaches everything; what is not reached hangs in a loop.
LOOPS: Final = """
WITH RECURSIVE reached AS (
    SELECT id FROM accounts_customer WHERE parent_id IS NULL
    UNION ALL SELECT child.id FROM accounts_customer child JOIN reached ON child.parent_id = reached.id
)
SELECT number, 'following its parents leads in a circle' FROM accounts_customer node
WHERE NOT EXISTS (SELECT FROM reached WHERE reached.id = node.id) ORDER BY id
"""
# In preorder, the node that is p-th (from 0) at depth d opens at 2p - d + 1 and closes after all it contains.
NUMBER: Final = """
WITH RECURSIVE walked AS (
    SELECT root AS id, tree AS tree_id, 0 AS depth, ARRAY[]::bigint[] AS path, ARRAY[root] AS line
    FROM unnest(%(roots)s::bigint[], %(trees)s::int[]) AS given(root, tree)
    UNION ALL
    SELECT child.id, walked.tree_id, walked.depth + 1, walked.path || child.lft::bigint || child.id, walked.line || child.id
    FROM accounts_customer child JOIN walked ON child.parent_id = walked.id
), ordered AS (
    SELECT id, tree_id, depth, row_number() OVER (PARTITION BY tree_id ORDER BY path) - 1 AS preorder FROM walked
), sized AS (
    SELECT above AS id, count(*) AS size FROM walked, unnest(line) AS above GROUP BY above
)
UPDATE accounts_customer node
SET tree_id = ordered.tree_id, level = ordered.depth,
    lft = 2 * preorder - depth + 1, rght = 2 * preorder - depth + 2 * size
FROM ordered JOIN sized USING (id)
WHERE node.id = ordered.id AND (node.tree_id, node.level, node.lft, node.rght)
    IS DISTINCT FROM (ordered.tree_id, ordered.depth, 2 * preorder - depth + 1, 2 * preorder - depth + 2 * size)
"""


def check() -> list[Fault]:
    """Prove the numbering of every group against the parent links and return what does not agree."""
    with connection.cursor() as cursor:
        cursor.execute(CHECK)
        found = cursor.fetchall()
        cursor.execute(LOOPS)
        return [Fault(*row) for row in found + cursor.fetchall()]


def rebuild(tree_id: int | None = None) -> None:
    """Number the group `tree_id` (None: every group) anew from the parent links; siblings keep their order."""
    with transaction.atomic():
        locks.whole_forest()
        roots = Customer.objects.filter(parent=None).order_by("tree_id", "id").values_list("pk", "tree_id")
        number_groups(_each_its_own_tree(roots.filter(tree_id=tree_id) if tree_id else roots))


def _each_its_own_tree(roots: Iterable[tuple[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    taken: set[int] = set()
    for root, tree in roots:
        found[root] = tree if tree not in taken else numbering.next_trees(1)[0]
        taken.add(tree)
    return found


def number_groups(trees: Mapping[int, int]) -> None:
    """Number whole groups from the parent links, given the tree id of each root (a primary key).

    For work that holds the forest's lock, or for groups that nobody else can see yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(NUMBER, {"roots": list(trees), "trees": list(trees.values())})
