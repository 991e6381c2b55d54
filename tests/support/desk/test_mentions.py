"""Who is named in a note is told that there is one, and nobody else."""

from uuid import uuid4

import pytest

from accounts.timeline.models import Activity
from support.desk import mentions
from support.notices import letters, sending
from support.notices.table import NOTICES
from support.tickets import conversation
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def noted(text, *, by=None, internal=True):
    ticket = support.ticket()
    conversation.reply(actor=by or people.agent(), ticket=ticket, text=text, at=NOON, key=uuid4(), internal=internal)
    return Activity.objects.filter(about_ref=ticket.ref).order_by("pk").last()


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@kam please look, and @kam again.", ("kam",)),
        ("Ask @Finance, @kam@accord.example!", ("finance", "kam@accord.example")),
        ("kam@accord.example", ()),
        ("a@@b", ()),
        ("@", ()),
        ("(@kam)", ("kam",)),
        ("@kam.", ("kam",)),
        ("@" + "x" * 500, ("x" * 64,)),
    ],
)
def test_what_stands_behind_an_at_sign_is_a_name_and_an_address_is_none(text, handles):
    assert mentions.handles_in(text) == handles


def test_colleague_of_another_team_named_in_a_note_is_told_and_not_what_it_says():
    kam = people.staff("key_account", email="kam@accord.example")
    note = noted("@kam the customer wants a secret thing")

    assert sending.recipients(note) == [kam]
    assert "secret" not in letters.write(NOTICES[note.kind], note, kam).body


def test_nobody_else_is_told_of_a_note():
    agent = people.agent()
    stranger = people.person("stranger@helios.example")

    told = [sending.recipients(noted(text, by=agent)) for text in ("No name.", "@stranger", f"@{agent.email}", "@nobody")]

    assert (told, stranger.is_active) == ([[], [], [], []], True)


def test_answer_to_the_customer_names_nobody():
    kam = people.staff("key_account", email="kam@accord.example")

    assert kam not in sending.recipients(noted("Ask @kam", internal=False))


def test_many_notes_are_read_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        mentions.named_in(["@kam", "@finance and @kam", "", "nobody"])
    with django_assert_num_queries(0):
        mentions.named_in(["", "nobody"])
