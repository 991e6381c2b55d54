"""Places in the tree: asked for, decided by a second person, in effect on their day, and taken back."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts import tasks
from accounts.customers import moves, responsibilities, tree
from accounts.customers.models import Customer, Move
from accounts.decisions import Refusal
from accounts.policies import resolving
from accounts.quality import changes, positions
from accounts.quality.models import ChangeRequest
from accounts.timeline import delivery
from accounts.timeline.models import Activity
from support.tickets import deadlines
from tests.factories import billing, people, policies, support
from tests.factories.customers import NOON, group, helios

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
SOON, THEN = TODAY + timedelta(days=10), NOON + timedelta(days=10)


@pytest.fixture
def world():
    return helios()


def asked(world, actor=None, *, of=None, to=None, on=TODAY):
    to = world.us.number if to is None else to
    given = {"what": "position", "parent": to, "effective_on": on, "at": NOON}
    return changes.ask(actor=actor or people.agent(), customer=of or world.berlin, **given)


def parent_of(customer):
    return Customer.objects.get(pk=customer.pk).parent


def test_agent_asks_and_a_supervisor_lets_it_happen(world):
    request = asked(world)
    assert (request.status, parent_of(world.berlin)) == ("waiting", world.germany)

    changes.approve(actor=people.supervisor(), request=request, at=NOON)

    assert parent_of(world.berlin) == world.us
    assert ChangeRequest.objects.get().move == Move.objects.get()
    assert tree.check() == []


def test_request_keeps_what_the_move_changes(world):
    people.member(world.germany, email="ada@helios.example")

    request = asked(world)

    assert request.effects["people"] == ["ada@helios.example loses sight of Berlin."]
    assert request.before == {"parent": world.germany.number, "parent_name": "Helios Germany", "group": world.group.number}


def test_what_a_move_changes_is_kept_in_one_language_and_shown_in_the_readers(world):
    with translation.override("de"):
        request = asked(world)
        shown = positions.as_things_are(request)

    assert "on 2 Mar 2026" in request.effects["tree"][0]
    assert "2. März 2026" in shown["tree"][0]


def test_move_of_a_later_day_happens_on_that_day_by_itself(world):
    changes.approve(actor=people.supervisor(), request=asked(world, on=SOON), at=NOON)

    assert (changes.apply_due(at=NOON), parent_of(world.berlin)) == (0, world.germany)
    assert (changes.apply_due(at=THEN), parent_of(world.berlin)) == (1, world.us)
    assert changes.apply_due(at=THEN) == 0


def test_move_goes_back_to_be_approved_when_somebody_else_would_see_it_by_then(world):
    request = asked(world, on=SOON)
    changes.approve(actor=people.supervisor(), request=request, at=NOON)
    people.member(world.us, email="newcomer@helios.example")

    assert changes.apply_due(at=THEN) == 0

    request.refresh_from_db()
    assert (request.status, request.decided_by, parent_of(world.berlin)) == ("waiting", None, world.germany)
    assert request.note == "Changed since it was approved: who sees it; now: newcomer@helios.example gains sight of Berlin."
    assert Activity.objects.filter(kind="accounts.change_waits_again").count() == 1
    changes.approve(actor=people.supervisor(), request=request, at=THEN)
    assert parent_of(world.berlin) == world.us


def test_move_goes_back_when_an_invoice_is_open_that_was_not(world):
    request = asked(world, on=SOON)
    changes.approve(actor=people.supervisor(), request=request, at=NOON)
    document = billing.invoice(world.berlin, 12000)

    changes.apply_due(at=THEN)

    request.refresh_from_db()
    assert request.status == "waiting"
    assert f"open documents; now: Open documents stay with the payer they were issued to: {document.ref}." in request.note


def test_move_goes_back_when_another_would_pay(world):
    request = asked(world, on=SOON)
    changes.approve(actor=people.supervisor(), request=request, at=NOON)
    responsibilities.set_payer(actor=None, customer=world.us, payer=world.us, since=TODAY, at=NOON)

    changes.apply_due(at=THEN)

    request.refresh_from_db()
    assert (request.status, request.note.startswith("Changed since it was approved: who pays; now: ")) == ("waiting", True)


def test_what_changed_between_asking_and_approving_is_what_is_approved(world):
    request = asked(world, on=SOON)
    people.member(world.us, email="newcomer@helios.example")
    changes.approve(actor=people.supervisor(), request=request, at=NOON)

    assert (changes.apply_due(at=THEN), parent_of(world.berlin)) == (1, world.us)


@pytest.mark.parametrize(("zone", "done"), [("Europe/Berlin", 1), ("America/New_York", 0)])
def test_day_of_a_move_begins_where_the_customer_is(world, zone, done):
    Customer.objects.update(timezone=zone)
    changes.approve(actor=people.supervisor(), request=asked(world, on=SOON), at=NOON)

    evening_before = THEN.replace(hour=23, minute=30) - timedelta(days=1)

    assert changes.apply_due(at=evening_before) == done
    assert changes.apply_due(at=THEN) == 1 - done


def test_beat_carries_out_what_is_due(world):
    changes.approve(actor=people.supervisor(), request=asked(world, on=SOON), at=NOON)

    tasks.apply_changes()

    assert parent_of(world.berlin) == world.us


def test_move_that_no_longer_fits_on_its_day_is_refused_with_the_reason(world):
    request = asked(world, on=SOON)
    changes.approve(actor=people.supervisor(), request=request, at=NOON)
    moves.move(actor=people.manager(), customer=world.berlin, to=world.us, at=NOON)

    changes.apply_due(at=THEN)

    held = ChangeRequest.objects.get()
    assert (held.status, held.note) == ("refused", "Berlin already stands under Helios US.")


def test_place_under_itself_is_not_even_asked_for(world):
    with pytest.raises(Refusal, match="cannot stand under itself"):
        asked(world, of=world.germany, to=world.lab.number)

    assert not ChangeRequest.objects.exists()


def test_customer_becomes_a_group_of_its_own_when_our_people_say_so(world):
    request = asked(world, of=world.germany, to=positions.TOP)

    changes.approve(actor=people.manager(), request=request, at=NOON)

    assert parent_of(world.germany) is None
    assert tree.check() == []


def test_nobody_lets_happen_what_they_asked_for(world):
    supervisor = people.supervisor()

    with pytest.raises(Refusal, match="You asked for this yourself"):
        changes.approve(actor=supervisor, request=asked(world, supervisor), at=NOON)


@pytest.mark.parametrize("who", ["agent", "finance", "administrator of the group"])
def test_what_our_people_asked_for_only_our_deciders_decide(world, who):
    person = {"agent": people.agent, "finance": people.finance}.get(who, lambda: people.administrator(world.group))()
    request = asked(world)

    with pytest.raises(Refusal, match="A supervisor or manager decides"):
        changes.approve(actor=person, request=request, at=NOON)
    assert request not in changes.waiting_for(person)


def test_finance_asks_for_no_place(world):
    with pytest.raises(Refusal, match="does not tend customers"):
        asked(world, people.finance())


def test_member_asks_within_the_group_and_the_administrator_of_both_places_decides(world):
    request = asked(world, people.member(world.group))
    administrator = people.administrator(world.group)

    assert list(changes.waiting_for(administrator)) == [request]
    changes.approve(actor=administrator, request=request, at=NOON)

    assert parent_of(world.berlin) == world.us


def test_administrator_of_one_place_alone_does_not_decide(world):
    request, administrator = asked(world, people.member(world.group)), people.administrator(world.germany)

    with pytest.raises(Refusal, match="An administrator of both places"):
        changes.approve(actor=administrator, request=request, at=NOON)
    assert list(changes.waiting_for(administrator)) == []


@pytest.mark.parametrize("where", ["another group", "out of sight", "the top"])
def test_member_asks_for_no_place_they_do_not_reach(world, where):
    places = {"another group": group().number, "out of sight": world.us.number, "the top": positions.TOP}

    with pytest.raises(positions.CannotBePlaced, match="There is no customer with this number"):
        asked(world, people.member(world.germany), to=places[where])


def test_our_deciders_decide_what_members_ask_where_policy_says_so(world):
    policies.published({positions.BY_CUSTOMERS: "no"})
    request = asked(world, people.member(world.group))

    with pytest.raises(Refusal, match="A supervisor or manager decides"):
        changes.approve(actor=people.administrator(world.group), request=request, at=NOON)
    changes.approve(actor=people.supervisor(), request=request, at=NOON)

    assert parent_of(world.berlin) == world.us


def test_undone_move_stands_where_it_stood(world):
    request = changes.approve(actor=people.supervisor(), request=asked(world), at=NOON)

    positions.undo(actor=people.manager(), request=request, at=THEN)

    assert parent_of(world.berlin) == world.germany
    with pytest.raises(moves.CannotBeUndone):
        positions.undo(actor=people.manager(), request=request, at=THEN)


def test_what_has_not_happened_is_not_undone(world):
    with pytest.raises(moves.CannotBeUndone, match="has not happened"):
        positions.undo(actor=people.manager(), request=asked(world), at=NOON)


def test_agent_undoes_nothing(world):
    request = changes.approve(actor=people.supervisor(), request=asked(world), at=NOON)

    with pytest.raises(Refusal, match="A supervisor or manager"):
        positions.undo(actor=people.agent(), request=request, at=NOON)


def test_policies_promised_by_the_preview_hold_after_the_move(world):
    policies.published({"remedy.ticket_limit": "80.00 EUR"}, code="us", place="node", customer=world.us)
    policies.published({"remedy.ticket_limit": "70.00 EUR"}, code="berlin", place="node", customer=world.lab)
    promised = {key: one.value for key, one in resolving.resolve_under(world.berlin, world.us, TODAY).items()}

    moves.move(actor=people.manager(), customer=world.berlin, to=world.us, at=NOON)

    kept = {key: one.value for key, one in resolving.resolve_many([world.berlin.pk], TODAY)[world.berlin.pk].items()}
    assert promised == kept
    assert kept["remedy.ticket_limit"] == {"EUR": "80.00"}


def test_clocks_of_open_tickets_are_reckoned_anew_after_a_move(world):
    ticket = support.ticket(world.lab)
    deadlines.reckon(ticket, NOON)

    moves.move(actor=people.manager(), customer=world.berlin, to=world.us, at=NOON)
    delivery.deliver_waiting(at=NOON)

    ticket.refresh_from_db()
    assert ticket.reckoned_at is None


def test_customers_people_read_nothing_of_a_place_our_people_only_ask_for(world):
    request = asked(world, to=group("Nordwind").number)

    record = Activity.objects.get(kind="accounts.change_requested")

    assert record.internal
    assert list(changes.of_customer(world.berlin)) == []
    assert ChangeRequest.objects.get() == request


def test_place_that_went_to_another_group_meanwhile_is_not_where_a_members_request_leads(world):
    request = asked(world, people.member(world.group), on=SOON)
    changes.approve(actor=people.administrator(world.group), request=request, at=NOON)
    moves.move(actor=people.agent(), customer=world.us, to=group("Nordwind"), at=NOON)

    changes.apply_due(at=THEN)

    request.refresh_from_db()
    assert (request.status, request.note) == ("refused", "The new place belongs to another group by now.")
    assert parent_of(world.berlin) == world.germany


def test_place_that_was_merged_away_meanwhile_is_none(world):
    request = asked(world, on=SOON)
    changes.approve(actor=people.supervisor(), request=request, at=NOON)
    Customer.objects.filter(pk=world.us.pk).update(merged_into=world.germany)

    changes.apply_due(at=THEN)

    request.refresh_from_db()
    assert (request.status, request.note) == ("refused", "Helios US was merged into another customer.")


def test_undo_does_not_lead_into_a_group_the_customer_never_stood_in(world):
    request = changes.approve(actor=people.supervisor(), request=asked(world), at=NOON)
    moves.move(actor=people.agent(), customer=world.germany, to=group("Nordwind"), at=NOON)

    with pytest.raises(moves.CannotBeUndone, match="another group by now"):
        positions.undo(actor=people.supervisor(), request=request, at=NOON)

    assert parent_of(world.berlin) == world.us


def test_member_takes_back_nothing_that_our_people_asked_for(world):
    request = asked(world, on=SOON)
    changes.approve(actor=people.supervisor(), request=request, at=NOON)

    for outsider in (people.member(world.group), people.administrator(world.group), people.agent()):
        with pytest.raises(Refusal):
            changes.withdraw(actor=outsider, request=request, at=NOON)

    assert changes.withdraw(actor=request.asked_by, request=request, at=NOON).status == "withdrawn"
