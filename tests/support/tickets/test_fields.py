"""Fields of tickets: set by managers, filled in once, asked of who is asked, and required where managers say so."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.desk import changes, merging
from support.desk.changes import Change
from support.tickets import conversation, field_setting, field_values, filling, subject_kind
from support.tickets.field_models import TicketField
from support.tickets.field_setting import Asked
from support.tickets.models import Ticket
from tests.factories import customers, people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
ROUTER = {"code": "router", "label": "Router", "label_de": "Router-Gerät", "retired": False}
LINE = {"code": "line", "label": "Line", "label_de": "", "retired": False}


def field(code="affected", **asked):
    given = {"label": "Affected service", "kind": "technical"} | asked
    return field_setting.set_field(actor=people.manager(), code=code, asked=Asked(**given), at=NOON)


def choice(**asked):
    return field(type="choice", **{"options": [ROUTER, LINE]} | asked)


def fill(ticket, by=None, **values):
    return filling.fill(actor=by or people.agent(), ticket=ticket, given=values, at=NOON)


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("text", " PO-1 ", "PO-1"),
        ("number", "-12", -12),
        ("decimal", "1,50", "1.5"),
        ("decimal", "-0.0", "0"),
        ("date", "2026-05-31", "2026-05-31"),
        ("yes_no", "no", False),
    ],
)
def test_value_is_kept_as_its_type_reads_it(kind, said, kept):
    field(type=kind)

    assert fill(support.ticket(kind="technical"), affected=said).fields == {"affected": kept}


@pytest.mark.parametrize(
    ("kind", "said", "reason"),
    [
        ("text", "x" * 501, "“Affected service” has at most 500 characters."),
        ("number", "1.5", "“Affected service” is a whole number."),
        ("number", "٣", "“Affected service” is a whole number."),
        ("decimal", "NaN", "“Affected service” is a number with at most 6 decimals, written 12.50."),
        ("decimal", "1e999999999", "“Affected service” is a number with at most 6 decimals, written 12.50."),
        ("date", "31.5.2026", "“Affected service” is a day, written 2026-05-31."),
        ("yes_no", "perhaps", "“Affected service” is answered with yes or no."),
    ],
)
def test_value_that_does_not_fit_is_refused_and_changes_nothing(kind, said, reason):
    field(type=kind)
    ticket = support.ticket(kind="technical")

    with pytest.raises(Refusal) as refusal:
        fill(ticket, affected=said)

    assert refusal.value.reason == reason
    assert Ticket.objects.get().fields == {}


@settings(max_examples=200)
@given(text=st.text(max_size=60), kind=st.sampled_from(TicketField.Type.values))
def test_whatever_is_written_is_kept_readably_or_refused(text, kind):
    asked = TicketField(code="x", label="X", type=kind, options=[ROUTER])

    try:
        value = field_values.read(asked, text)
    except field_values.FieldRefused:
        return

    assert field_values.read(asked, field_values.written(value)) == value
    assert field_values.words(asked, value) or value is None


def test_option_that_is_not_there_is_refused():
    choice()

    with pytest.raises(Refusal, match="has no option “modem”"):
        fill(support.ticket(kind="technical"), affected="modem")


def test_filling_in_stands_in_the_history_and_the_same_again_changes_nothing():
    choice()
    ticket = support.ticket(kind="technical")

    for _ in range(2):
        fill(ticket, affected="router")

    told = Activity.objects.get(kind="support.ticket_field_filled")
    assert told.facts | {"before": "–", "after": "Router", "field": "Affected service"} == told.facts
    assert told.internal


def test_empty_word_takes_a_value_off():
    field()
    ticket = fill(support.ticket(kind="technical"), affected="Berlin")

    assert fill(ticket, affected="").fields == {}


def test_field_of_another_kind_is_not_asked():
    field()

    with pytest.raises(Refusal, match="This ticket has no field “affected” to fill in."):
        fill(support.ticket(kind="billing"), affected="Berlin")


def test_value_stays_when_the_kind_changes():
    field()
    ticket = fill(support.ticket(kind="technical"), affected="Berlin")

    ticket = subject_kind.change(actor=people.agent(), ticket=ticket, kind="billing", at=NOON)

    assert [one.words for one in field_values.shown_on(ticket, staff=True)] == ["Berlin"]
    assert field_values.asked_of("billing", staff=True) == []


def test_customers_fill_in_what_they_are_asked_and_nothing_else():
    field("ours"), field("theirs", customers="fill")
    tree = customers.group()
    member, ticket = people.member(tree), support.ticket(tree, kind="technical")

    ticket = fill(ticket, by=member, theirs="Berlin")

    assert ticket.fields == {"theirs": "Berlin"}
    with pytest.raises(Refusal, match="no field “ours”"):
        fill(ticket, by=member, ours="Berlin")


@pytest.mark.parametrize("guess", ["gold", "lead", ""])
def test_customer_who_guesses_what_stands_in_a_hidden_field_learns_nothing(guess):
    field(code="worth", label="Worth")
    ticket = support.ticket(kind="technical")
    fill(ticket, worth="gold")

    with pytest.raises(Refusal, match="has no field “worth”"):
        fill(ticket, by=people.member(ticket.customer), worth=guess)

    assert Ticket.objects.get(pk=ticket.pk).fields == {"worth": "gold"}


def test_customers_of_others_fill_in_nothing():
    field(customers="fill")
    tree = customers.group()
    ticket = support.ticket(tree, kind="technical")

    with pytest.raises(Refusal):
        fill(ticket, by=people.member(customers.group()), affected="Berlin")

    assert Ticket.objects.get().fields == {}


def test_ticket_is_not_resolved_while_a_needed_field_is_empty():
    field(needed="resolve")
    agent, ticket = people.agent(), support.ticket(kind="technical")
    end = {"actor": agent, "ticket": ticket, "outcome": "answered", "text": "Done.", "at": NOON}

    with pytest.raises(Refusal, match="Fill in “Affected service” first."):
        conversation.resolve(**end)

    fill(ticket, affected="Berlin")
    assert conversation.resolve(**end).status == "resolved"


def test_needed_field_holds_up_no_ticket_of_another_kind_and_nobody_when_retired():
    field(needed="resolve")
    field("old", kind="", needed="resolve", retired=True)

    said = {"outcome": "answered", "text": "Done.", "at": NOON}
    ended = conversation.resolve(actor=people.agent(), ticket=support.ticket(kind="billing"), **said)

    assert ended.status == "resolved"


def test_ticket_is_not_opened_by_who_was_asked_and_left_a_needed_field_empty():
    field(needed="open", customers="fill")
    tree = customers.group()
    facts = {"customer": tree, "subject": "It is down", "text": "Help.", "kind": "technical", "at": NOON}
    said = facts | {"actor": people.member(tree)}

    with pytest.raises(Refusal, match="Fill in “Affected service” first."):
        conversation.open_ticket(**said, key=uuid4(), fields={})

    assert conversation.open_ticket(**said, key=uuid4(), fields={"affected": "Berlin"}).fields == {"affected": "Berlin"}
    assert conversation.open_ticket(**said, key=uuid4()).fields == {}


def test_type_of_a_field_in_use_stays():
    field()
    fill(support.ticket(kind="technical"), affected="Berlin")

    with pytest.raises(Refusal, match="1 ticket has filled in “Affected service”: its type stays."):
        field(type="number")

    assert TicketField.objects.get().type == "text"


def test_option_in_use_is_retired_and_not_removed():
    choice()
    ticket = fill(support.ticket(kind="technical"), affected="router")

    with pytest.raises(Refusal, match="“Router” stands on 1 ticket:"):
        choice(options=[LINE])
    choice(options=[ROUTER | {"retired": True}, LINE])

    assert field_values.shown_on(ticket, staff=True)[0].words == "Router"
    with pytest.raises(Refusal, match="has no option “router”"):
        fill(support.ticket(kind="technical"), affected="router")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"code": "Ärger"}, "A code is small letters"),
        ({"label": " "}, "A field has a label."),
        ({"type": "colour"}, "There is no such type"),
        ({"type": "choice"}, "A choice has one to 60 options."),
        ({"options": [ROUTER]}, "Only a choice has options."),
    ],
)
def test_field_that_makes_no_sense_is_refused(wrong, reason):
    with pytest.raises(Refusal, match=reason):
        field(**wrong)

    assert not TicketField.objects.exists()


def test_fields_are_set_by_managers_alone():
    with pytest.raises(Refusal, match="Managers say"):
        field_setting.set_field(actor=people.agent(), code="x", asked=Asked("X"), at=NOON)


def test_same_setting_again_is_told_once():
    for _ in range(2):
        choice()

    assert Activity.objects.filter(kind="support.ticket_field_set").count() == 1


def test_options_are_read_as_they_are_written():
    options = [ROUTER, LINE | {"retired": True}]

    assert field_setting.options_in(field_setting.options_written(options)) == options


@pytest.mark.parametrize("line", ["router", "Router: Router", "router:", ": Router"])
def test_line_that_says_no_option_is_refused(line):
    with pytest.raises(Refusal, match="An option is written “code: label”"):
        field_setting.options_in(line)


def test_two_options_of_one_code_are_refused():
    with pytest.raises(Refusal, match="Each option has a code of its own."):
        field_setting.options_in("a: A\na: B")


def test_label_reads_in_the_language_of_who_reads():
    asked = choice(label_de="Betroffener Dienst", hint="Which?", hint_de="Welcher?")

    with translation.override("de"):
        assert (asked.name, asked.help, asked.choices[0][1]) == ("Betroffener Dienst", "Welcher?", "Router-Gerät")
    assert (asked.name, asked.help, asked.choices[0][1]) == ("Affected service", "Which?", "Router")


def changed(ticket, agent, **change):
    return changes.make(actor=agent, ticket=ticket, change=Change(**change), key=uuid4(), at=NOON)


def test_change_fills_in_fields_before_it_ends_a_ticket_and_is_put_back():
    field(needed="resolve")
    agent, ticket = people.agent(), support.ticket(kind="technical")
    end = {"status": "resolved", "text": "Done."}

    with pytest.raises(Refusal, match="Fill in “Affected service” first."):
        changed(ticket, agent, **end)
    made = changed(ticket, agent, fields={"affected": "Berlin"}, **end)

    assert (Ticket.objects.get().status, Ticket.objects.get().fields) == ("resolved", {"affected": "Berlin"})
    changes.restore(actor=agent, ticket=ticket, made=made, at=NOON)
    assert (Ticket.objects.get().status, Ticket.objects.get().fields) == ("open", {})


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"status": "resolved", "text": "Done."}, "Fill in “Affected service” first."),
        ({"fields": {"affected": "modem"}}, "“Affected service” has no option “modem”."),
        ({"fields": {"affected": "line"}, "kind": "other"}, "This ticket has no field “affected” to fill in."),
        ({"fields": {"affected": "line"}}, ""),
    ],
)
def test_change_is_foreseen_with_what_objects(change, objection):
    choice(needed="resolve")

    [seen] = changes.foresee(actor=people.agent(), change=Change(**change), tickets=[support.ticket(kind="technical")])

    assert seen.objection == objection
    assert (("Affected service", "", "Line") in seen.steps) == (not objection)


def test_foreseeing_costs_the_same_for_one_ticket_and_for_three(django_assert_num_queries):
    choice(needed="resolve")
    agent, tickets = people.agent(), [support.ticket(kind="technical") for _ in range(3)]
    asked = {"actor": agent, "change": Change(fields={"affected": "line"}, status="resolved", text="Done.")}

    with CaptureQueriesContext(connection) as one:
        changes.foresee(**asked, tickets=tickets[:1])

    with django_assert_num_queries(len(one)):
        changes.foresee(**asked, tickets=tickets)


def test_survivor_of_a_merge_keeps_its_values_and_takes_over_what_it_lacks():
    field("one", kind=""), field("two", kind="")
    tree, agent = customers.group(), people.agent()
    survivor, retired = fill(support.ticket(tree), one="A"), fill(support.ticket(tree), one="B", two="C")

    merging.merge(actor=agent, survivor=survivor, retired=retired, at=NOON)

    assert Ticket.objects.get(pk=survivor.pk).fields == {"one": "A", "two": "C"}
    merging.undo(actor=agent, retired=retired, at=NOON)
    assert Ticket.objects.get(pk=survivor.pk).fields == {"one": "A"}


def test_what_was_filled_in_for_another_customer_stays_on_the_ticket_it_was_merged_from():
    field("where", kind="", customers="fill")
    tree = customers.group()
    one, other = customers.below(tree), customers.below(tree)
    boss = people.member(tree)
    survivor, retired = support.ticket(one, by=boss), support.ticket(other, by=boss)
    fill(retired, where="Room 7")

    merging.merge(actor=people.agent(), survivor=survivor, retired=retired, at=NOON)

    assert Ticket.objects.get(pk=retired.pk).fields == {"where": "Room 7"}
    assert field_values.shown_on(Ticket.objects.get(pk=survivor.pk), staff=False) == []
