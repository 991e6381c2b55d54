"""Tags: the managed list, who coins them, renaming and merging, and how many open tickets bear each."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.desk import changes, macros, saved_views, tags
from support.desk.changes import Change
from support.desk.filters import Filters
from support.tickets.models import Ticket
from support.tickets.tag_models import Tag
from tests.factories import people, policies, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def tagged(*names, ticket=None, by=None):
    ticket = ticket or support.ticket()
    change = Change(add_tags=names)
    changes.make(actor=by or people.agent(), ticket=ticket, change=change, key=uuid4(), at=NOON)
    return ticket


def rename(old, new, by=None):
    return tags.rename(actor=by or people.manager(), tag=Tag.objects.get(name=old), to=new, at=NOON)


def borne():
    return list(Ticket.objects.order_by("pk").values_list("tags", flat=True))


def test_tag_an_agent_coins_stands_in_the_list_with_who_and_when():
    agent = people.agent()

    tagged("vat", by=agent)
    tagged("vat")

    tag = Tag.objects.get()
    assert (tag.name, tag.coined_by, tag.coined_at) == ("vat", agent, NOON)


def test_agents_coin_no_tag_where_policy_says_so_and_managers_do():
    policies.published({tags.COIN: "no"})

    with pytest.raises(Refusal, match="There is no tag “vat”, and only managers coin new ones."):
        tagged("vat")

    assert (borne(), Tag.objects.count()) == ([[]], 0)
    tagged("vat", by=people.manager())
    tagged("vat")
    assert borne() == [[], ["vat"], ["vat"]]


def test_retired_tag_is_put_on_no_ticket_and_stays_where_it_is():
    ticket = tagged("vat")
    tags.describe(actor=people.manager(), name="vat", purpose="Tax", retired=True, at=NOON)

    with pytest.raises(Refusal, match="The tag “vat” is retired."):
        tagged("vat")
    tagged("vat", "urgent", ticket=ticket)

    assert borne() == [["vat", "urgent"], []]
    assert tags.to_choose() == ["urgent"]


def test_retired_tag_objects_to_a_bulk_before_it_begins():
    tags.describe(actor=people.manager(), name="vat", purpose="", retired=True, at=NOON)

    [seen] = changes.foresee(actor=people.agent(), change=Change(add_tags=("vat",)), tickets=[support.ticket()])

    assert seen.objection == "The tag “vat” is retired."


def test_renaming_changes_every_ticket_and_saved_view_and_renaming_back_undoes_it():
    tagged("vat", "poland"), tagged("vat"), tagged("seats")
    view = saved_views.keep(actor=people.agent(), name="Tax", asked=Filters(tag="vat", status="open"))

    rename("vat", "tax")

    view.refresh_from_db()
    assert borne() == [["tax", "poland"], ["tax"], ["seats"]]
    assert view.filters == {"tag": "tax", "status": "open"}
    assert Activity.objects.get(kind="support.tag_set").facts["what"] == "before “vat”, tickets: 2"
    rename("tax", "vat")
    assert borne() == [["vat", "poland"], ["vat"], ["seats"]]


def test_renaming_to_a_tag_there_is_merges_both_and_no_ticket_bears_it_twice():
    tagged("vat", "tax"), tagged("vat"), tagged("tax")

    assert rename("vat", "Tax").name == "tax"

    assert borne() == [["tax"], ["tax"], ["tax"]]
    assert Tag.objects.get(name="vat").retired


def test_same_name_changes_nothing():
    tagged("vat")

    rename("vat", " VAT ")

    assert not Activity.objects.filter(kind="support.tag_set").exists()


def test_tag_a_macro_names_is_not_renamed():
    tagged("vat")
    contents = macros.Contents("Say hello", Change(text="Hello.", add_tags=("vat",)), {})
    macros.write(actor=people.manager(), code="hello", contents=contents, at=NOON)

    with pytest.raises(Refusal, match="The macro “Say hello” names this tag. Change the macro first."):
        rename("vat", "tax")

    assert borne() == [["vat"]]


@pytest.mark.parametrize("name", ["", " ", "a, b", "x" * 41])
def test_name_that_is_none_is_refused(name):
    tagged("vat")

    with pytest.raises(Refusal, match="A tag has a name of at most 40 characters"):
        rename("vat", name)


def test_retired_name_is_given_to_no_other_tag():
    tagged("vat")
    tags.describe(actor=people.manager(), name="tax", purpose="", retired=True, at=NOON)

    with pytest.raises(Refusal, match="The tag “tax” is retired."):
        rename("vat", "tax")


def test_list_is_kept_by_managers_alone():
    tagged("vat")

    for act in (
        lambda: rename("vat", "tax", by=people.supervisor()),
        lambda: tags.describe(actor=people.agent(), name="vat", purpose="", retired=True, at=NOON),
    ):
        with pytest.raises(Refusal, match="Managers keep the list of tags."):
            act()


def test_same_description_again_is_told_once():
    for _ in range(2):
        tags.describe(actor=people.manager(), name="VAT", purpose="Tax", retired=False, at=datetime(2026, 3, 3, tzinfo=UTC))

    assert Tag.objects.get().name == "vat"
    assert Activity.objects.filter(kind="support.tag_set").count() == 1


def test_open_tickets_are_counted_for_each_tag_in_one_statement(django_assert_num_queries):
    tagged("vat"), tagged("vat", "seats")
    Ticket.objects.filter(pk=tagged("vat").pk).update(status="resolved", resolved_at=NOON)
    tags.describe(actor=people.manager(), name="unused", purpose="", retired=False, at=NOON)

    with django_assert_num_queries(1):
        counted = {tag.name: tag.open_tickets for tag in tags.with_open_tickets(Tag.objects.all())}

    assert counted == {"vat": 2, "seats": 1, "unused": 0}
