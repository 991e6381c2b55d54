from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.customers import details, responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.quality import changes
from accounts.quality.models import ChangeRequest
from accounts.timeline.models import Activity
from tests.factories import people, policies
from tests.factories.customers import NOON, below, group, helios

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
SOON = TODAY + timedelta(days=10)


@pytest.fixture
def entity():
    facts = {"country": "DE", "tax_id": "DE136695976", "street": "Weg 1", "city": "Berlin"}
    return below(group("Helios"), "Helios GmbH", "legal_entity", **facts)


def asked(entity, what="tax_id", on=TODAY, actor=None, **wanted):
    wanted = wanted or {"tax_id": "DE811907980"}
    return changes.ask(actor=actor or people.member(entity), customer=entity, what=what, effective_on=on, at=NOON, **wanted)


def now(entity):
    return Customer.objects.get(pk=entity.pk)


def test_tax_id_with_a_wrong_check_digit_is_refused_and_nothing_is_asked_for(entity):
    with pytest.raises(details.FactsRefused, match="its check digit is wrong"):
        asked(entity, tax_id="DE811907981")

    assert not ChangeRequest.objects.exists()


def test_good_tax_id_waits_for_the_administrator_above_and_then_takes_effect(entity):
    request = asked(entity)
    assert (request.status, now(entity).tax_id) == ("waiting", "DE136695976")

    changes.approve(actor=people.administrator(entity.parent), request=request, at=NOON)

    assert now(entity).tax_id == "DE811907980"
    assert ChangeRequest.objects.get().before == {"tax_id": "DE136695976"}
    told = Activity.objects.filter(kind="accounts.customer_changed").latest("pk")
    assert told.facts["before"] == {"tax_id": "DE136695976"}


def test_address_is_changed_as_asked(entity):
    request = asked(entity, "address", street="Allee 2")

    assert (request.status, now(entity).street, request.before) == ("done", "Allee 2", {"street": "Weg 1"})


def test_address_of_a_later_day_changes_on_that_day(entity):
    asked(entity, "address", on=SOON, street="Allee 2")

    assert changes.apply_due(at=NOON) == 0
    assert now(entity).street == "Weg 1"
    assert changes.apply_due(at=NOON + timedelta(days=10)) == 1
    assert now(entity).street == "Allee 2"
    assert changes.apply_due(at=NOON + timedelta(days=10)) == 0


def test_payer_of_the_group_pays_from_the_day_on():
    tree = helios()
    request = asked(tree.berlin, "payer", on=SOON, payer=tree.germany.number, actor=people.member(tree.germany))
    changes.approve(actor=people.administrator(tree.group), request=request, at=NOON)

    changes.apply_due(at=NOON + timedelta(days=10))

    assert responsibilities.payer_of(tree.berlin, SOON - timedelta(days=1)) == tree.berlin
    assert responsibilities.payer_of(tree.berlin, SOON) == tree.germany


def test_payer_out_of_the_askers_reach_is_as_if_there_were_none():
    tree = helios()

    for number in (tree.germany.number, tree.us.number):
        with pytest.raises(changes.CannotBeRequested, match="There is no customer with this number in your group"):
            asked(tree.berlin, "payer", payer=number)

    assert not ChangeRequest.objects.exists()


def test_payer_is_agreed_on_by_an_administrator_of_both_sides():
    tree = helios()
    asker, ours, both = people.member(tree.group), people.administrator(tree.germany), people.administrator(tree.group)
    request = asked(tree.berlin, "payer", payer=tree.us.number, actor=asker)

    assert changes.may_decide(ours, request).code == "not_an_administrator"
    assert changes.may_decide(people.administrator(tree.us), request).code == "not_an_administrator"
    assert changes.may_decide(both, request).allowed
    assert (list(changes.waiting_for(ours)), list(changes.waiting_for(both))) == ([], [request])


def test_timeline_of_one_customer_names_no_other_payer():
    tree = helios()
    asked(tree.berlin, "payer", payer=tree.us.number, actor=people.member(tree.group))

    facts = Activity.objects.get(kind="accounts.change_requested").facts
    assert (facts["what"], "Helios US" in str(facts), tree.us.number in str(facts)) == ("who pays", False, False)


def test_payer_of_another_group_is_not_even_named(entity):
    with pytest.raises(changes.CannotBeRequested, match="There is no customer with this number in your group"):
        asked(entity, "payer", payer=group().number)


def test_nobody_approves_what_they_asked_for(entity):
    administrator = people.administrator(entity)
    request = asked(entity, actor=administrator)

    with pytest.raises(Refusal, match="You asked for this yourself"):
        changes.approve(actor=administrator, request=request, at=NOON)


@pytest.mark.parametrize("who", ["member", "administrator below", "stranger", "staff"])
def test_only_an_administrator_of_the_customer_or_above_decides(entity, who):
    people.administrator(entity.parent)
    request = asked(entity)
    person = {
        "member": lambda: people.member(entity),
        "administrator below": lambda: people.administrator(below(entity)),
        "stranger": lambda: people.administrator(group()),
        "staff": people.manager,
    }[who]()

    with pytest.raises(Refusal, match="An administrator of this customer"):
        changes.approve(actor=person, request=request, at=NOON)


def test_change_that_waits_is_decided_within_the_days_that_policy_says():
    policies.published({"changes.decision_days": "3"})
    entity = below(group("Helios", timezone="Pacific/Auckland"), "Helios GmbH", "legal_entity", timezone="Pacific/Auckland")
    waiting = asked(entity)
    days = changes.decision_days([entity.pk], TODAY)

    by = changes.decide_by(waiting, days)
    changes.refuse(actor=people.administrator(entity), request=waiting, reason="Not yet", at=NOON)

    assert (by, days) == (TODAY + timedelta(days=4), {entity.pk: 3})  # it is tomorrow there already
    assert changes.decide_by(ChangeRequest.objects.get(), days) is None


def test_refused_change_changes_nothing_and_keeps_the_reason(entity):
    request = asked(entity)

    changes.refuse(actor=people.administrator(entity.parent), request=request, reason="Not yet", at=NOON)

    assert (now(entity).tax_id, ChangeRequest.objects.get().note) == ("DE136695976", "Not yet")
    with pytest.raises(changes.AlreadyDecided):
        changes.approve(actor=people.administrator(entity), request=request, at=NOON)


def test_withdrawn_change_never_happens(entity):
    request = asked(entity, "address", on=SOON, street="Allee 2")

    changes.withdraw(actor=people.member(entity), request=request, at=NOON)

    assert changes.apply_due(at=NOON + timedelta(days=20)) == 0


@pytest.mark.parametrize(
    ("asking", "reason"),
    [
        ({"on": TODAY - timedelta(days=3)}, "today or later"),
        ({"on": TODAY + timedelta(days=400)}, "a year at most"),
        ({"tax_id": "DE136695976"}, "what we have already"),
        ({"what": "shoe size"}, "no such kind"),
    ],
)
def test_what_cannot_be_asked_for_is_told_why(entity, asking, reason):
    with pytest.raises(changes.CannotBeRequested, match=reason):
        asked(entity, **asking)


def test_second_change_of_a_kind_waits_for_the_first(entity):
    asked(entity)

    with pytest.raises(changes.CannotBeRequested, match="open already"):
        asked(entity, tax_id="DE129273398")


def test_reader_asks_for_nothing(entity):
    with pytest.raises(Refusal):
        asked(entity, actor=people.member(entity, "reader"))


def test_change_that_breaks_a_rule_by_its_day_is_refused_then(entity):
    request = asked(entity, on=SOON)
    changes.approve(actor=people.administrator(entity), request=request, at=NOON)
    ChangeRequest.objects.update(after={"tax_id": "DE811907981"})

    changes.apply_due(at=NOON + timedelta(days=10))

    assert (ChangeRequest.objects.get().status, now(entity).tax_id) == ("refused", "DE136695976")


def test_waiting_changes_are_shown_to_who_may_decide(entity):
    request = asked(entity)

    assert list(changes.waiting_for(people.administrator(entity.parent))) == [request]
    assert list(changes.waiting_for(people.administrator(group()))) == []
    assert list(changes.waiting_for(request.asked_by)) == []


@pytest.mark.parametrize("promise", ["nobody_approves_their_own_change", "one_open_change_of_a_kind"])
def test_database_refuses_what_no_request_may_be(entity, promise):
    request = asked(entity)
    facts = {"customer": entity, "what": "tax_id", "effective_on": TODAY, "asked_by": request.asked_by, "asked_at": NOON}
    facts |= {"status": "refused", "decided_by": request.asked_by} if promise.startswith("nobody") else {}

    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        ChangeRequest.objects.create(**facts)


def test_our_people_decide_where_the_only_administrator_asked(entity):
    alone = people.administrator(entity.parent)
    request = asked(entity, "legal_name", actor=alone, legal_name="Helios Energie GmbH")

    assert not changes.may_decide(people.staff("agent"), request).allowed
    changes.approve(actor=people.staff("supervisor"), request=request, at=NOON)

    assert now(entity).legal_name == "Helios Energie GmbH"


def test_our_people_do_not_decide_what_another_administrator_can(entity):
    request = asked(entity, "legal_name", actor=people.administrator(entity.parent), legal_name="Helios Energie GmbH")
    people.administrator(entity)

    with pytest.raises(Refusal, match="An administrator of this customer"):
        changes.approve(actor=people.staff("supervisor"), request=request, at=NOON)

    assert now(entity).legal_name != "Helios Energie GmbH"


def test_payer_of_another_branch_is_decided_by_us_where_nobody_administers_both(entity):
    sister = below(entity.parent, "Helios Trade GmbH", "legal_entity", country="DE")
    asking = people.administrator(entity)
    people.joins(asking, sister)
    people.administrator(sister)
    request = asked(entity, "payer", actor=asking, payer=sister.number)

    with pytest.raises(Refusal, match="A manager decides on who pays"):
        changes.approve(actor=people.supervisor(), request=request, at=NOON)
    changes.approve(actor=people.staff("manager"), request=request, at=NOON)

    assert responsibilities.payer_of(now(entity), TODAY) == sister
