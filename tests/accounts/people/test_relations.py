"""Who serves whom: for which days, said by whom, and what the database never lets stand."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.customers.relation_models import Relation, RelationKind, SharedTicket
from accounts.decisions import Refusal
from accounts.people import access, relations
from accounts.quality import merge_effects, merging
from accounts.timeline import reading
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import NOON, below, group
from tests.factories.relations import raised, serves

pytestmark = pytest.mark.django_db
FIRST, NEXT = date(2026, 4, 1), date(2026, 5, 1)


def relate(customer, other, *, actor=None, since=FIRST, until=None):
    kind = RelationKind.objects.get(pk="serves")
    return relations.relate(actor=actor, kind=kind, customer=customer, other=other, since=since, until=until, at=NOON)


def test_both_ends_read_on_their_timeline_that_they_are_related():
    reseller, served = group("Lanternway"), group("Oxbow Foods")

    made = relate(reseller, served, actor=people.manager())

    told = Activity.objects.filter(kind="accounts.related", about_ref=str(made.pk))
    assert {entry.customer_id for entry in told} == {reseller.pk, served.pk}
    assert told[0].facts["who"] == "Lanternway" and told[0].facts["whom"] == "Oxbow Foods" and not told[0].internal


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (None, "Lanternway serves Oxbow Foods, from 1 Apr 2026"),
        (NEXT, "Lanternway serves Oxbow Foods, from 1 Apr 2026 until 1 May 2026"),
    ],
)
def test_the_timeline_says_from_when_and_until_when_if_an_end_is_agreed(until, sentence):
    made = relate(group("Lanternway"), group("Oxbow Foods"), until=until)

    told = Activity.objects.filter(kind__startswith="accounts.related", about_ref=str(made.pk))

    assert {reading.describe(entry) for entry in told} == {sentence}


def test_relating_again_is_one_relation_and_taken_days_are_refused():
    reseller, served = group(), group("Oxbow Foods")

    assert relate(reseller, served) == relate(reseller, served)
    with pytest.raises(relations.RelationRefused, match="on some of these days already"):
        relate(reseller, served, since=NEXT)


def test_relation_that_ended_can_be_followed_by_another():
    reseller, served = group(), group()
    first = relate(reseller, served)

    relations.end(actor=None, relation=first, on=NEXT, at=NOON)

    assert relate(reseller, served, since=NEXT).pk != first.pk


def test_relation_ended_before_it_began_leaves_its_days_free():
    reseller, served = group(), group()
    first = relate(reseller, served, since=NEXT)
    relations.end(actor=None, relation=first, on=FIRST, at=NOON)

    assert relate(reseller, served).since == FIRST


@pytest.mark.parametrize("role", ["agent", "supervisor", "finance", "key_account"])
def test_only_a_manager_says_who_serves_whom(role):
    with pytest.raises(Refusal, match="A manager says"):
        relate(group(), group(), actor=people.staff(role))

    assert not Relation.objects.exists()


def test_customer_never_serves_itself_nor_one_above_or_below_it():
    root = group()
    site = below(below(root, kind="division"))

    for customer, other in ((root, root), (root, site), (site, root)):
        with pytest.raises(relations.RelationRefused):
            relate(customer, other)


def test_sisters_in_one_tree_may_serve_each_other():
    root = group()

    assert relate(below(root), below(root)).until is None


def test_days_that_end_before_they_begin_are_refused():
    with pytest.raises(relations.RelationRefused, match="ends after it begins"):
        relate(group(), group(), since=NEXT, until=FIRST)


@pytest.mark.parametrize(
    "row",
    [
        {"since": NEXT, "until": FIRST},
        {"since": date(2026, 4, 15)},
        {"since": NEXT, "itself": True},
    ],
)
def test_database_refuses_impossible_relations(row):
    held = relate(group(), group(), until=NEXT)
    other = held.customer if row.pop("itself", False) else held.other

    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(kind=held.kind, customer=held.customer, other=other, **row)


def test_database_refuses_a_kind_that_shows_something_else():
    with pytest.raises(IntegrityError), transaction.atomic():
        RelationKind.objects.create(code="spies", label="spies", inverse="is spied on", shows="all")


def test_what_was_shared_is_neither_changed_nor_removed():
    ticket = raised(serves(group()))

    for change in (lambda rows: rows.update(ref="T-1"), lambda rows: rows.delete()):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            change(SharedTicket.objects.filter(ref=ticket.ref))


def test_kind_of_relation_is_defined_by_managers_and_once():
    words = {"code": "audits", "label": "audits", "inverse": "is audited by", "shows": "name", "at": NOON}
    manager = people.manager()

    first = relations.define_kind(actor=manager, **words)
    relations.define_kind(actor=manager, **words)

    assert first.shows == "name"
    assert Activity.objects.filter(kind="accounts.relation_kind_defined").count() == 1
    with pytest.raises(Refusal, match="A manager says"):
        relations.define_kind(actor=people.agent(), **words | {"shows": "tickets"})
    with pytest.raises(relations.RelationRefused):
        relations.define_kind(actor=manager, **words | {"shows": "everything"})


def test_relation_shows_itself_only_to_who_serves_and_only_on_its_days():
    relation = serves(group(), since=FIRST, until=NEXT)
    viewer = people.member(relation.customer)
    stranger, served = people.member(group()), people.member(relation.other)

    for day, seen in ((date(2026, 3, 31), 0), (FIRST, 1), (date(2026, 4, 30), 1), (NEXT, 0)):
        assert access.relations_within_reach(viewer, on=day).count() == seen, day
    assert not access.relations_within_reach(stranger, on=FIRST).exists()
    assert not access.relations_within_reach(served, on=FIRST).exists()


def test_relation_that_shows_nothing_is_known_to_nobody_but_us():
    relations.define_kind(actor=None, code="quietly", label="advises", inverse="is advised by", shows="nothing", at=NOON)
    relation = serves(group(), kind="quietly")

    assert not access.relations_within_reach(people.administrator(relation.customer)).exists()
    assert not relations.known_to(relation.other).exists()
    assert all(Activity.objects.filter(kind="accounts.related").values_list("internal", flat=True))


def test_denial_at_the_served_customer_beats_the_relation():
    relation = serves(group())
    viewer = people.member(relation.customer)
    assert access.decide_for_other(viewer, relation).allowed

    people.joins(viewer, relation.other, effect="deny")

    assert not access.decide_for_other(viewer, relation).allowed


def absorbed(relation):
    """Who absorbed the served customer, and the merge."""
    survivor = group("Oxbow Group")
    asked = merging.ask(actor=people.agent(), retired=relation.other, survivor=survivor, note="", at=NOON)
    return survivor, merging.approve(actor=people.supervisor(), merge=asked, at=NOON)


def test_who_absorbed_a_served_customer_reads_who_serves_it_until_the_merge_is_undone():
    relation = serves(group("Lanternway"))

    survivor, merge = absorbed(relation)

    assert list(relations.known_to(survivor)) == list(relations.of_customer(survivor)) == [relation]
    merging.undo(actor=people.supervisor(), merge=merge, at=NOON)
    assert not relations.known_to(survivor).exists()


def test_denial_at_who_absorbed_the_served_customer_beats_the_relation():
    relation = serves(group())
    viewer = people.member(relation.customer)
    survivor, _merge = absorbed(relation)
    assert access.decide_for_other(viewer, relation).allowed

    people.joins(viewer, survivor, effect="deny", scope="node")

    assert not access.decide_for_other(viewer, relation).allowed


def test_preview_of_a_merge_says_who_will_raise_tickets_for_the_survivor():
    relation = serves(group("Lanternway"))
    serves(group("Windfall"), relation.other, kind="resells")

    told = merge_effects.for_relations(relation.other, group("Oxbow Group"))

    assert told == [
        "Lanternway serves Oxbow Foods, and raises tickets for Oxbow Group from then on.",
        "Windfall resells to Oxbow Foods, and knows name and number of Oxbow Group from then on.",
    ]
