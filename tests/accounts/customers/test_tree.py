"""Adding and placing nodes: what fits the tree, what does not, and that the numbering stays true."""

import pytest

from accounts.customers import details, tree
from accounts.customers.models import Customer
from accounts.timeline.models import Activity
from tests.factories import customers
from tests.factories.customers import NOON, below, group, helios

pytestmark = pytest.mark.django_db


def names(queryset):
    return [customer.name for customer in queryset.order_by("tree_id", "lft")]


def test_group_gets_a_tree_of_its_own():
    first, second = group("First"), group("Second")

    assert first.tree_id != second.tree_id
    assert (second.lft, second.rght, second.level) == (1, 2, 0)
    assert tree.check() == []


def test_added_customer_stands_last_below_its_parent():
    world = helios()

    added = below(world.germany, "Hamburg", country="de")

    assert added.parent == world.germany
    assert added.country == "DE"
    assert added.number.startswith("C-")
    assert added.ref == added.number
    assert names(Customer.objects.below(world.germany)) == ["Helios Germany", "Berlin", "Lab", "Hamburg"]
    assert tree.check() == []


def test_adding_is_recorded_on_the_timeline():
    node = group("Helios Group")

    activity = Activity.objects.get(customer=node)

    assert (activity.kind, activity.facts["name"], activity.at) == ("accounts.customer_added", "Helios Group", NOON)


def test_tree_stays_true_when_parent_was_loaded_long_ago():
    root = group()
    stale = Customer.objects.get(pk=root.pk)
    for _ in range(5):
        below(root, kind="legal_entity")

    below(stale, kind="legal_entity")

    assert tree.check() == []


def test_unknown_kind_is_refused_by_name():
    with pytest.raises(tree.DoesNotFitTheTree) as refusal:
        tree.add(actor=None, parent=None, kind="castle", name="Neuschwanstein", at=NOON)

    assert refusal.value.code == "kind_unknown"


def test_legal_entity_is_refused_under_a_department():
    department = below(group(), "Research", "department")

    with pytest.raises(tree.DoesNotFitTheTree, match="A legal entity cannot stand under a department \\(Research\\)."):
        below(department, "Helios GmbH", "legal_entity")


def test_cost_centre_is_refused_as_a_root():
    with pytest.raises(tree.DoesNotFitTheTree) as refusal:
        tree.add(actor=None, parent=None, kind="cost_centre", name="4711", at=NOON)

    assert refusal.value.code == "kind_not_allowed_here"


def test_second_customer_with_the_same_ref_is_refused():
    group("First", ref="SAP-1")

    with pytest.raises(tree.RefTaken):
        group("Second", ref="SAP-1")

    assert names(Customer.objects.all()) == ["First"]


@pytest.mark.parametrize(
    ("fact", "value", "complaint"),
    [
        ("name", "  ", "Name is empty"),
        ("name", "x" * 251, "Name is longer than 250 characters \\(251\\)"),
        ("name", "Hel\x00ios", "Name contains control characters"),
        ("country", "XX", "is no country code"),
        ("currency", "EURO", "is longer than 3"),
        ("timezone", "Mars/Olympus", "is no time zone"),
        ("tier", "platinum", "is no tier"),
        ("email", "nobody", "is no e-mail address"),
        ("lei", "529900T8BM49AURSDO56", "is no LEI"),
        ("shoe_size", "44", "is not a fact kept of customers"),
    ],
)
def test_fact_that_cannot_be_kept_is_refused_in_plain_words(fact, value, complaint):
    facts = {"name": "Helios", fact: value}

    with pytest.raises(details.FactsRefused, match=complaint):
        group(facts.pop("name"), **facts) if fact != "name" else tree.add(
            actor=None, parent=None, kind="group", name=value, at=NOON
        )


def test_text_that_looks_like_a_formula_is_kept_as_text():
    assert group("=HYPERLINK(1)").name == "=HYPERLINK(1)"


def test_tree_deeper_than_64_levels_is_refused():
    node = group()
    for _ in range(63):
        node = below(node)

    with pytest.raises(tree.DoesNotFitTheTree) as refusal:
        below(node)

    assert refusal.value.code == "too_deep"
    assert tree.check() == []


def test_place_moves_a_node_with_everything_below_it():
    world = helios()

    moved = tree.place(world.berlin, world.us)

    assert names(Customer.objects.below(world.us.__class__.objects.get(pk=world.us.pk))) == ["Helios US", "Berlin", "Lab"]
    assert moved.level == 2
    assert tree.check() == []


def test_place_moves_into_another_group():
    world, other = helios(), group("Other")

    tree.place(world.germany, other)

    assert names(Customer.objects.below(Customer.objects.get(pk=other.pk))) == ["Other", "Helios Germany", "Berlin", "Lab"]
    assert tree.check() == []


def test_place_makes_a_node_a_group_of_its_own():
    world, bystander = helios(), group("Bystander")

    root = tree.place(world.germany, None)

    assert (root.parent, root.lft, root.level) == (None, 1, 0)
    assert Customer.objects.get(pk=bystander.pk).tree_id == bystander.tree_id
    assert names(Customer.objects.below(root)) == ["Helios Germany", "Berlin", "Lab"]
    assert tree.check() == []


def test_place_takes_a_whole_group_under_another():
    world, buyer = helios(), group("Buyer")

    tree.place(world.group, buyer)

    assert Customer.objects.get(pk=world.lab.pk).tree_id == buyer.tree_id
    assert tree.check() == []


@pytest.mark.parametrize("to", ["berlin", "lab"])
def test_place_under_itself_is_refused(to):
    world = helios()

    with pytest.raises(tree.DoesNotFitTheTree) as refusal:
        tree.place(world.berlin, getattr(world, to))

    assert refusal.value.code == "under_itself"
    assert tree.check() == []


def test_place_of_a_tall_branch_under_a_deep_node_is_refused():
    deep = group()
    for _ in range(62):
        deep = below(deep)
    tall = below(below(group()))

    with pytest.raises(tree.DoesNotFitTheTree) as refusal:
        tree.place(tall.parent, deep)

    assert refusal.value.code == "too_deep"


def test_place_keeps_facts_that_changed_after_the_node_was_loaded():
    world = helios()
    Customer.objects.filter(pk=world.berlin.pk).update(name="Berlin Mitte")

    tree.place(world.berlin, world.us)

    assert Customer.objects.get(pk=world.berlin.pk).name == "Berlin Mitte"


def test_allowed_kinds_are_those_that_may_stand_there():
    department = below(group(), "Research", "department")

    assert [kind.code for kind in tree.allowed_kinds(department)] == ["department", "site", "cost_centre", "person"]
    assert "cost_centre" not in [kind.code for kind in tree.allowed_kinds(None)]


def broken(**columns):
    world = customers.helios()
    Customer.objects.filter(pk=world.berlin.pk).update(**columns)
    return world


@pytest.mark.parametrize(
    "columns",
    [{"lft": 2}, {"rght": 40}, {"level": 7}, {"tree_id": 4_000_000}, {"lft": 3, "rght": 10}],
)
def test_check_finds_each_false_number_and_rebuild_mends_it(columns):
    broken(**columns)

    assert tree.check() != []
    tree.rebuild()

    assert tree.check() == []


def test_check_finds_spans_that_cross():
    world = helios()
    Customer.objects.filter(pk=world.us.pk).update(lft=9, rght=11)
    Customer.objects.filter(pk=world.europe.pk).update(rght=10)

    assert tree.check() != []


def test_check_finds_two_groups_with_one_tree_id_and_rebuild_parts_them():
    first, second = group(), group()
    Customer.objects.filter(pk=second.pk).update(tree_id=first.tree_id)

    assert tree.check() != []
    tree.rebuild()

    assert tree.check() == []


def test_check_finds_a_loop_of_parents():
    world = helios()
    Customer.objects.filter(pk=world.germany.pk).update(parent=world.lab)

    assert "following its parents leads in a circle" in {fault.what for fault in tree.check()}


def test_rebuild_keeps_the_order_of_siblings():
    root = group()
    for name in ("one", "two", "three"):
        below(root, name)
    Customer.objects.filter(parent=root).update(level=5)

    tree.rebuild(root.tree_id)

    assert names(Customer.objects.filter(parent=root)) == ["one", "two", "three"]
    assert tree.check() == []


def test_rebuild_of_one_group_leaves_the_others_alone():
    first, second = group(), group()
    Customer.objects.update(level=3)

    tree.rebuild(first.tree_id)

    assert Customer.objects.get(pk=first.pk).level == 0
    assert Customer.objects.get(pk=second.pk).level == 3
