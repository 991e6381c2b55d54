"""The agents' desk in the browser: merging, many at once, macros, taking a reply back, who else is there."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from support import tasks
from support.desk import bulk, company, merging
from support.desk.bulk_models import Bulk
from support.desk.changes import Change
from support.desk.macro_models import Outgoing, SavedView
from support.tickets.models import Message, Ticket
from tests.factories import chats, desk, people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def to(route, *args):
    return reverse(f"backoffice:{route}", args=args)


def two():
    customer = group()
    member = people.member(customer)
    return [support.ticket(customer, by=member, text=text, kind="other") for text in ("First.", "Second.")]


def test_other_ticket_is_merged_by_its_number_and_its_old_address_leads_on():
    kept, retired = two()
    client = client_of(people.agent())

    client.post(to("merges", kept.ref), {"other": retired.ref.lower()})

    assert client.get(to("ticket", retired.ref)).url == to("ticket", kept.ref)
    assert "Second." in client.get(to("ticket", kept.ref)).content.decode()


def test_customer_reads_the_one_thread_under_either_address_and_lists_it_once():
    kept, retired = two()
    merging.merge(actor=people.agent(), retired=retired, survivor=kept, at=NOON)
    client = client_of(kept.requester)

    pages = [client.get(reverse("portal:ticket", args=[ref])).content.decode() for ref in (kept.ref, retired.ref)]
    listed = client.get(reverse("portal:tickets", args=[kept.customer.number])).content.decode()

    assert all("First." in page and "Second." in page for page in pages)
    assert kept.ref in listed and retired.ref not in listed


@pytest.mark.parametrize("page", ["ticket_list", "queue"])
def test_lists_mark_tickets_with_a_chat_and_show_them_alone(page):
    agent = chats.available()
    live, waiting, other = chats.live(agent=agent), chats.waiting(), support.ticket()
    client, query = client_of(agent), "?chat=open" if page == "ticket_list" else "?view=chat"

    shown = client.get(to(page) + query).content.decode()

    assert f"in a chat with {agent}" in shown and "chat waits for somebody" in shown
    assert (live.ticket.ref in shown, waiting.ticket.ref in shown, other.ref in shown) == (True, True, False)


def test_supervisor_shares_a_view_and_an_agent_is_not_asked_to():
    supervisor, agent = client_of(people.supervisor()), client_of(people.agent())

    asked = [client.get(to("ticket_views") + "?status=open").content.decode() for client in (supervisor, agent)]
    for client in (supervisor, agent):
        client.post(to("ticket_views"), {"name": "Open", "filters": "status=open", "shared": "on"})

    assert ['name="shared"' in page for page in asked] == [True, False]
    assert list(SavedView.objects.order_by("pk").values_list("shared", flat=True)) == [True, False]


def test_bulk_is_taken_back_by_the_worker_and_the_page_says_how_far(django_capture_on_commit_callbacks):
    agent, tickets = people.agent(), two()
    made = bulk.begin(actor=agent, tickets=tickets, change=Change(priority="1"), key=uuid4(), at=NOON)
    bulk.work_off(made, at=NOON)
    client = client_of(agent)

    with django_capture_on_commit_callbacks() as callbacks:
        client.post(to("bulk_undoings", made.pk))
    meanwhile = client.get(to("bulk", made.pk)).content.decode()
    for callback in callbacks:
        callback()

    assert "0 of 2 tickets are ready." in meanwhile and 'hx-trigger="every 2s"' in meanwhile
    assert {ticket.priority for ticket in Ticket.objects.all()} == {"3"}


def test_refused_merge_says_why_in_one_sentence():
    kept, stranger = support.ticket(), support.ticket(group("Other"))

    answer = client_of(people.agent()).post(to("merges", kept.ref), {"other": stranger.ref})

    assert answer.status_code == 422
    assert "so they stay apart" in answer.content.decode()


def test_number_that_leads_nowhere_is_said_so():
    answer = client_of(people.agent()).post(to("merges", support.ticket().ref), {"other": "T-0"})

    assert "There is no ticket T-0." in answer.content.decode()


def test_many_are_changed_after_a_preview_that_changes_nothing():
    tickets, client, key = two(), client_of(people.agent()), uuid4()
    asked = {"tickets": [one.ref for one in tickets], "priority": "1", "add_tags": "outage", "key": key}

    preview = client.post(to("bulk_previews"), asked)
    before = set(Ticket.objects.values_list("priority", flat=True))
    for _ in range(2):
        result = client.post(to("bulks"), asked)
        tasks.work_off_bulk(Bulk.objects.get().pk)

    assert "Urgent" in preview.content.decode()
    assert (before, set(Ticket.objects.values_list("priority", flat=True))) == ({"3"}, {"1"})
    assert client.get(result.url).content.decode().count("Done") == 2


def test_preview_of_nothing_is_refused_with_the_list_as_it_was():
    ticket = support.ticket()

    answer = client_of(people.agent()).post(to("bulk_previews"), {"tickets": [ticket.ref], "key": uuid4()})

    assert answer.status_code == 422
    assert "Say what is to change." in answer.content.decode()


def test_macro_page_shows_what_will_happen_and_using_it_writes_the_words_as_they_were_put():
    ticket, client = support.ticket(group("Helios")), client_of(people.agent())
    desk.macro(change=Change(text="Dear {customer}, on {input:day}.", priority="1"), inputs={"day": "Day"})
    address = to("macro", ticket.ref, "hello")

    page = client.get(address).content.decode()
    refused = client.post(address, {"text": "Changed.", "key": uuid4()})
    client.post(address, {"text": "Changed: {input:day}.", "input_day": "Monday", "key": uuid4()})

    assert "Dear Helios, on {input:day}." in page
    assert refused.status_code == 422
    assert Message.objects.latest("pk").text == "Changed: Monday."
    assert Ticket.objects.get().priority == "1"


def test_reply_rests_is_shown_and_taken_back_into_the_box(settings):
    settings.REPLY_RESTS_SECONDS, settings.CELERY_TASK_ALWAYS_EAGER = 60, True
    ticket, client = support.ticket(), client_of(people.agent())

    client.post(to("replies", ticket.ref), {"text": "Too early.", "key": uuid4()})
    resting = client.get(to("ticket", ticket.ref)).content.decode()
    client.post(to("takings_back", Outgoing.objects.get().pk))
    back = client.get(to("ticket", ticket.ref)).content.decode()

    assert "Not sent yet" in resting and "Not sent yet" not in back
    assert "Too early.</textarea>" in back
    assert not Message.objects.filter(from_staff=True).exists()


def test_colleague_who_writes_is_named_and_their_draft_found():
    ticket, one = support.ticket(), people.agent()
    client_of(one).post(to("ticket_presences", ticket.ref), {"text": "Half a sent"})

    told = client_of(people.agent()).post(to("ticket_presences", ticket.ref)).content.decode()

    assert f"{one} is writing on this ticket." in told
    assert company.draft_of(ticket).text == "Half a sent"


def test_view_is_saved_from_the_list_with_what_it_asks_for():
    client = client_of(people.agent())
    support.ticket()

    client.post(to("ticket_views"), {"name": "Open", "filters": "status=open&nonsense=1"})

    assert SavedView.objects.get().filters == {"status": "open"}
    assert "Status: Open" in client.get(to("ticket_views")).content.decode()
    assert "Open" in client.get(to("ticket_list")).content.decode()


def test_palette_goes_to_pages_and_uses_macros_on_the_ticket_one_looks_at():
    ticket, client = support.ticket(), client_of(people.agent())
    desk.macro()
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{to('ticket', ticket.ref)}"}

    found = client.get(to("search_options") + "?q=say hello", headers=here).content.decode()

    assert to("macro", ticket.ref, "hello") in found
    assert to("topics") in client.get(to("search_options") + "?q=topics").content.decode()
