from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.customers import responsibilities, tree
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import Membership
from accounts.quality import candidates, merging
from accounts.quality.models import Candidate, Merge
from billing.ledger import balances
from tests.factories import billing, people, support
from tests.factories.customers import NOON, below, group, helios, pays_for

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=3)
TODAY = NOON.date()


@pytest.fixture
def twins():
    """Berlin of Helios, and the same site kept twice in a group of its own, with a member, a child and money."""
    berlin = helios().berlin
    twin = below(group("Helios Berlin GmbH"), "Berlin site", "site", phone="+49 30 1234567")
    return berlin, twin


def merged(berlin, twin, at=NOON):
    merge = merging.ask(actor=people.agent(), retired=twin, survivor=berlin, note="", at=at)
    return merging.approve(actor=people.supervisor(), merge=merge, at=at)


def picture():
    """Where everybody stands, and who answers for whom on the day after all is over."""
    places = Customer.objects.order_by("pk").values_list("pk", "parent_id", "merged_into_id", "phone")
    day = (LATER + timedelta(days=1)).date()
    paying = responsibilities.payers_of(Customer.objects.all(), day)
    open_roles = Membership.objects.in_force(day).order_by("pk").values_list("user_id", "customer_id", "role")
    return list(places), {pk: payer.pk for pk, payer in paying.items()}, list(open_roles)


def test_preview_names_everything_a_merge_changes(twins):
    berlin, twin = twins
    below(twin, "Dock", "department")
    mia = people.member(twin, email="mia@helios.example")
    billing.subscribed(twin)
    billing.invoice(twin, 12000)
    ticket = support.ticket(twin, by=mia)

    told = merging.preview(twin, berlin).effects

    assert told["tree"][1] == "1 customer below it will stand below Berlin: Dock."
    assert told["people"] == ["mia@helios.example gets the role Member at Berlin."]
    assert told["documents"][1] == "What it owes stays on its documents: 120.00\u00a0EUR."
    assert told["tickets"][1] == f"Still open: {ticket.ref}."
    assert "are paid" not in told["payers"][0] and "old debt keeps its payer" in told["payers"][0]
    assert len(told["contracts"]) == 2


def test_merged_customer_stands_archived_under_the_survivor(twins):
    berlin, twin = twins
    dock = below(twin, "Dock", "department")

    merged(berlin, twin)

    twin.refresh_from_db()
    dock.refresh_from_db()
    assert (twin.parent, twin.merged_into, dock.parent) == (berlin, berlin, berlin)
    assert tree.check() == []


def test_books_of_the_merged_customer_are_read_with_the_survivor_and_never_change(twins):
    berlin, twin = twins
    invoice = billing.invoice(twin, 12000)

    merged(berlin, twin)

    invoice.refresh_from_db()
    assert (invoice.customer, invoice.payer if hasattr(invoice, "payer") else twin) == (twin, twin)
    assert balances.owed_by_subtree(berlin) == {"EUR": 12000}


def test_survivor_pays_for_the_merged_customer_from_then_on(twins):
    berlin, twin = twins
    pays_for(berlin.parent, berlin)

    merged(berlin, twin)

    assert responsibilities.payer_of(twin, TODAY) == berlin.parent


def test_survivor_answers_where_the_merged_customer_did():
    tree = helios()
    pays_for(tree.us, tree.lab)

    merged(tree.germany, tree.us)

    assert responsibilities.payer_of(tree.lab, TODAY) == tree.germany


def test_customer_who_pays_where_the_survivor_may_not_is_not_merged(twins):
    berlin, twin = twins
    pays_for(twin, below(twin.parent, "Hall"))

    with pytest.raises(merging.CannotBeMerged, match="pays for Hall, which Berlin cannot"):
        merged(berlin, twin)


def test_people_of_the_merged_customer_see_the_survivor(twins):
    berlin, twin = twins
    mia = people.member(twin)

    merged(berlin, twin)

    assert access.customers_within_reach(mia, on=TODAY).filter(pk=berlin.pk).exists()


def test_survivor_takes_over_only_what_it_lacks(twins):
    berlin, twin = twins
    Customer.objects.filter(pk=twin.pk).update(city="Potsdam")
    Customer.objects.filter(pk=berlin.pk).update(city="Berlin")

    merged(*Customer.objects.filter(pk__in=[berlin.pk, twin.pk]).order_by("pk"))

    berlin.refresh_from_db()
    assert (berlin.phone, berlin.city) == ("+49 30 1234567", "Berlin")


def test_undo_restores_both(twins):
    berlin, twin = twins
    below(twin, "Dock", "department")
    people.member(twin)
    billing.subscribed(twin)
    before = picture()
    merge = merged(berlin, twin)
    assert picture() != before

    merging.undo(actor=people.manager(), merge=merge, at=LATER)

    assert picture() == before
    assert tree.check() == []


def test_undo_restores_a_payer_of_its_own(twins):
    berlin, twin = twins
    pays_for(twin.parent, twin)

    merging.undo(actor=people.manager(), merge=merged(berlin, twin), at=LATER)

    assert responsibilities.payer_of(twin, LATER.date()) == twin.parent


def test_merging_and_undoing_twice_does_it_once(twins):
    berlin, twin = twins
    merge = merged(berlin, twin)
    merging.approve(actor=people.supervisor(), merge=merge, at=LATER)
    merging.undo(actor=people.manager(), merge=merge, at=LATER)
    merging.undo(actor=people.manager(), merge=merge, at=LATER)

    assert Merge.objects.get().status == "undone"
    assert Customer.objects.get(pk=twin.pk).merged_into is None


def test_two_groups_become_one_tree_and_two_again():
    tree_of_helios, other = helios(), group("Helios (old)")
    site = below(other, "Depot")
    before = picture()

    merge = merged(tree_of_helios.group, other)
    assert Customer.objects.get(pk=site.pk).parent == tree_of_helios.group
    merging.undo(actor=people.manager(), merge=merge, at=LATER)

    assert picture() == before
    assert tree.check() == []


def test_chain_of_merges_leads_to_the_last_survivor(twins):
    berlin, twin = twins
    third = below(berlin.parent, "Berlin again", "site")
    merged(berlin, twin)

    merge = merged(third, berlin)

    assert Customer.objects.get(pk=twin.pk).merged_into == third
    merging.undo(actor=people.manager(), merge=merge, at=LATER)
    assert Customer.objects.get(pk=twin.pk).merged_into == berlin


def test_candidate_is_settled_by_the_merge_and_comes_back_with_its_undoing(twins):
    berlin, twin = twins
    Candidate.objects.create(a=berlin, b=twin, score="0.9", found_at=NOON)

    merge = merged(berlin, twin)
    assert Candidate.objects.get().status == "merged"

    merging.undo(actor=people.manager(), merge=merge, at=LATER)
    assert Candidate.objects.get().status == "open"
    assert candidates.detect_all(at=LATER) >= 0


def test_nobody_decides_on_a_merge_they_asked_for(twins):
    berlin, twin = twins
    supervisor = people.supervisor()
    merge = merging.ask(actor=supervisor, retired=twin, survivor=berlin, note="", at=NOON)

    with pytest.raises(Refusal, match="You asked for this yourself"):
        merging.approve(actor=supervisor, merge=merge, at=NOON)

    with pytest.raises(Refusal, match="A supervisor or manager decides"):
        merging.approve(actor=people.agent(), merge=merge, at=NOON)


def test_refused_merge_changes_nothing(twins):
    berlin, twin = twins
    before = picture()
    merge = merging.ask(actor=people.agent(), retired=twin, survivor=berlin, note="", at=NOON)

    merging.refuse(actor=people.supervisor(), merge=merge, reason="Two sites", at=NOON)

    assert picture() == before
    with pytest.raises(merging.CannotBeMerged, match="already decided"):
        merging.approve(actor=people.manager(), merge=merge, at=NOON)


@pytest.mark.parametrize("case", ["itself", "kinds differ", "above", "merged already"])
def test_what_cannot_be_one_is_not_merged(twins, case):
    berlin, twin = twins
    dock = below(twin, "Dock", "department")
    room = below(dock, "Room", "department")
    if case == "merged already":
        merged(below(berlin.parent, "C"), twin)
        twin.refresh_from_db()
    retired, survivor = {"itself": (twin, twin), "kinds differ": (twin, dock), "above": (dock, room)}.get(case, (twin, berlin))

    with pytest.raises(merging.CannotBeMerged):
        merging.ask(actor=people.agent(), retired=retired, survivor=survivor, note="", at=NOON)


def test_two_merges_of_one_customer_do_not_wait_at_once(twins):
    berlin, twin = twins
    merging.ask(actor=people.agent(), retired=twin, survivor=berlin, note="", at=NOON)

    with pytest.raises(merging.CannotBeMerged, match="waits already"):
        merging.ask(actor=people.agent(), retired=twin, survivor=below(berlin.parent, "C"), note="", at=NOON)


PROMISES = {
    "customer_is_not_merged_into_itself": {"itself": True, "status": "refused"},
    "merge_takes_two_persons": {"decided": True, "status": "refused"},
    "customer_is_merged_once_at_a_time": {},
}


@pytest.mark.parametrize("promise", PROMISES)
def test_database_refuses_what_no_merge_may_be(twins, promise):
    berlin, twin = twins
    agent, wrong = people.agent(), dict(PROMISES[promise])
    facts = {"retired": twin, "survivor": berlin, "asked_by": agent, "asked_at": NOON}
    Merge.objects.create(**facts)
    facts |= {"survivor": twin} if wrong.pop("itself", False) else {}
    facts |= {"decided_by": agent} if wrong.pop("decided", False) else {}

    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Merge.objects.create(**facts | wrong)


def test_only_our_people_who_tend_customers_ask_for_merges(twins):
    berlin, twin = twins

    for actor in (people.finance(), people.administrator(berlin)):
        with pytest.raises(merging.CannotBeMerged, match="who tend customers ask"):
            merging.ask(actor=actor, retired=twin, survivor=berlin, note="", at=NOON)
