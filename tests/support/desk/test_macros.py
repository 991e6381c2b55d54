"""A macro is a change written once: filled in for each ticket, versioned, counted, and under every ticket's own rules."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.decisions import Refusal
from support.channels.files import File
from support.desk import changes, macros
from support.desk.changes import Change
from support.desk.macro_models import MacroUse, MacroVersion
from support.tickets.models import Message, Ticket
from tests.factories import desk, people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
SOON = Change(text="Dear {customer}, we call on {input:day}.", add_tags=("call back",), priority="2", assignee="me")


def use(ticket, version, *, by=None, key=None, **inputs):
    change = macros.change_of(version, inputs=inputs)
    return macros.use(actor=by or people.agent(), ticket=ticket, version=version, change=change, key=key or uuid4(), at=NOON)


def test_macro_does_everything_at_once_with_its_file():
    ticket, agent = support.ticket(group("Helios")), people.agent()
    version = desk.macro(change=SOON, inputs={"day": "Day"}, attached=[File("terms.pdf", b"%PDF-1.7")])

    use(ticket, version, by=agent, day="Monday")

    ticket.refresh_from_db()
    said = Message.objects.latest("pk")
    assert said.text == "Dear Helios, we call on Monday."
    assert [file.name for file in said.attachments.all()] == ["terms.pdf"]
    assert (ticket.tags, ticket.priority, ticket.assignee) == (["call back"], "2", agent)


def test_macro_used_twice_with_one_key_happens_once():
    ticket, version, key, agent = support.ticket(), desk.macro(), uuid4(), people.agent()

    assert use(ticket, version, by=agent, key=key) == use(ticket, version, by=agent, key=key)
    assert Message.objects.filter(from_staff=True).count() == 1


def test_macro_without_its_input_is_refused():
    with pytest.raises(macros.MacroMakesNoSense, match="Day"):
        macros.change_of(desk.macro(change=SOON, inputs={"day": "Day"}), inputs={"day": " "})


def test_words_of_a_customer_fill_no_places():
    ticket = support.ticket(group("{input:day}"), subject="{agent}")
    version = desk.macro(change=Change(text="{customer}, {subject}: {input:day}"), inputs={"day": "Day"})

    use(ticket, version, day="{ticket}")

    assert Message.objects.latest("pk").text == "{input:day}, {agent}: {ticket}"


def test_same_contents_write_no_version_and_others_the_next():
    first, same, second = desk.macro("hello"), desk.macro("hello"), desk.macro("hello", change=Change(text="Other words."))

    assert (first, second.number) == (same, 2)
    assert [version.pk for version in macros.in_force()] == [second.pk]


def test_uses_are_counted_over_all_versions_and_each_names_its_own():
    first = desk.macro("hello")
    use(support.ticket(), first)
    second = desk.macro("hello", change=Change(text="Other words."))
    use(support.ticket(), second)

    assert macros.in_force().get().used == 2
    assert list(MacroUse.objects.order_by("pk").values_list("version__number", flat=True)) == [1, 2]


def test_version_that_was_written_never_changes():
    version = desk.macro()

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        MacroVersion.objects.filter(pk=version.pk).update(label="Other")


@pytest.mark.parametrize("text", ["Dear {custmer}", "On {input:day}"])
def test_place_that_nothing_fills_is_refused(text):
    with pytest.raises(macros.MacroMakesNoSense, match="Nothing would fill"):
        desk.macro(change=Change(text=text))


def test_only_managers_write_macros():
    contents = macros.Contents("Hello", Change(text="Hello."), {})

    with pytest.raises(macros.MacroMakesNoSense):
        macros.write(actor=people.supervisor(), code="hello", contents=contents, at=NOON)


def test_macro_that_ends_a_ticket_is_refused_where_a_promise_is_open_and_nothing_happens():
    ticket = support.ticket()
    support.promise(ticket)
    version = desk.macro(change=Change(text="Done.", status="resolved", priority="1"))

    with pytest.raises(Refusal):
        use(ticket, version)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, MacroUse.objects.count()) == ("open", "3", 0)


def test_customer_uses_no_macro_on_their_own_ticket():
    ticket = support.ticket()

    with pytest.raises(Refusal):
        use(ticket, desk.macro(change=Change(priority="1")), by=ticket.requester)

    assert Ticket.objects.get(pk=ticket.pk).priority == "3"
    assert changes.standing(ticket)["priority"] == "3"


def test_macro_fills_in_fields_of_the_ticket():
    desk.field("order", type="number")
    ticket, version = support.ticket(group("Helios")), desk.macro(change=Change(fields={"order": "12"}))

    use(ticket, version)

    ticket.refresh_from_db()
    assert ticket.fields == {"order": 12}


@pytest.mark.parametrize(
    ("filled", "reason"),
    [({"weight": "1"}, "There is no field “weight” that is asked."), ({"order": "many"}, "“Order” is a whole number.")],
)
def test_macro_is_refused_when_it_fills_in_what_is_not_asked_or_does_not_fit(filled, reason):
    desk.field("order", type="number")

    with pytest.raises(Refusal, match=reason):
        desk.macro(change=Change(fields=filled))
    assert not MacroVersion.objects.exists()
