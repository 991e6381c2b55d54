"""What binds us beyond an answer, on the screen: deadlines, promises, a no, one voice, an escalated account."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.days import local_day
from accounts.timeline.models import Activity
from backoffice.admin import calendar_text
from support.remedies import declines
from support.remedies.models import Decline, DeclineReason
from support.service_levels.models import ServiceCalendar, ServiceTarget
from support.tickets import account_escalation, conflict
from support.tickets.models import Ticket
from support.voice.models import Promise
from tests.factories import people, support
from tests.factories.customers import below, group
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
NO = {"reason": "charge_is_right", "claim": "not_valid", "evidence": "The contract, day by day."}


def post(viewer, route, *keys, **form):
    return browser_of(viewer).post(reverse(f"backoffice:{route}", args=keys), form)


def page(viewer, ticket):
    return words(browser_of(viewer).get(reverse("backoffice:ticket", args=[ticket.ref])))


def now(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_ticket_shows_by_when_and_how_that_was_counted():
    shown = page(people.agent(), support.ticket(below(group("Helios", tier="gold"))))

    assert "240 minutes for Gold, the tier of Helios, since 1 Jan 2020" in shown
    assert "mon–fri 08:00–12:00 13:00–17:00" in shown
    assert "Office hours, Europe/Berlin" in shown


def test_reply_waits_for_the_customer_only_when_asked_to():
    ticket, agent = support.ticket(), people.agent()

    post(agent, "replies", ticket.ref, text="Looking.", key=uuid4())
    after_an_answer = now(ticket).status
    post(agent, "replies", ticket.ref, text="Which one?", key=uuid4(), asks="on")

    assert (after_an_answer, now(ticket).status) == ("open", "waiting")


def test_reply_notes_a_promise_that_is_kept_with_one_click():
    ticket, agent = support.ticket(), people.agent()
    today = local_day(timezone.now(), ticket.customer.timezone).isoformat()

    post(agent, "replies", ticket.ref, text="Today.", key=uuid4(), promise="Refund", promise_due=today)
    promise = Promise.objects.get()
    listed = words(browser_of(agent).get(reverse("backoffice:promises")))
    post(agent, "closings", promise.pk, kept="yes")

    assert "Refund" in listed and ticket.ref in listed
    assert Promise.objects.get().state == "kept"


@pytest.mark.parametrize(
    "wrong",
    [{"promise": "Refund"}, {"promise_due": "2026-03-06"}, {"promise": "R", "promise_due": "2099-01-01", "internal": "on"}],
)
def test_half_a_promise_is_refused_and_nothing_is_sent(wrong):
    ticket = support.ticket()

    answer = post(people.agent(), "replies", ticket.ref, text="Today.", key=uuid4(), **wrong)

    assert (answer.status_code, ticket.messages.count()) == (422, 1)


def test_customers_page_keeps_what_was_promised_below_it_open_first():
    top, agent = group("Helios"), people.agent()
    kept, still_open = support.promise(support.ticket(below(top))), support.promise(support.ticket(top), what="A call")
    post(agent, "closings", kept.pk, kept="yes")

    shown = words(browser_of(agent).get(reverse("backoffice:customer", args=[top.number])))

    assert 0 < shown.find(f"{still_open.what}Broken") < shown.find(f"{kept.what}Kept too late")


def test_promise_is_not_taken_back_without_a_reason():
    promise = support.promise()

    answer = post(people.agent(), "closings", promise.pk, kept="no")

    assert answer.status_code == 422
    assert "Say why the promise is taken back" in words(answer)


def test_open_promise_keeps_the_ticket_from_being_resolved():
    ticket = support.ticket()
    support.promise(ticket)

    answer = post(people.agent(), "resolutions", ticket.ref, text="Done.")

    assert (answer.status_code, now(ticket).status) == (422, "open")
    assert "A promise is still open" in words(answer)


def test_no_is_said_with_a_reason_and_its_words():
    ticket, agent = support.ticket(), people.agent()

    answer = post(agent, "declines", ticket.ref, **NO)

    assert (answer.status_code, now(ticket).outcome) == (302, "declined")
    assert Decline.objects.get().words == DeclineReason.objects.get(pk="charge_is_right").words
    assert "What was declined" in page(agent, ticket)


def test_no_without_a_reason_is_asked_for_one():
    ticket = support.ticket()

    answer = post(people.agent(), "declines", ticket.ref, claim="not_valid", evidence="The contract.")

    assert (answer.status_code, now(ticket).status) == (422, "open")


def test_appeal_waits_before_the_supervisors_eyes():
    ticket, supervisor = support.ticket(), people.supervisor()
    declines.appeal(actor=ticket.requester, decline=support.declined(ticket), words="Look again.", at=support.NOON)

    shown = words(browser_of(supervisor).get(reverse("backoffice:approvals")))

    assert "Appeals against a no" in shown and ticket.ref in shown


def test_screen_says_why_nothing_can_be_declined():
    case = support.case()

    assert "We found a billing error on this ticket" in page(case.agent, case.ticket)


def test_conflict_leaves_others_their_notes():
    ticket, speaker, other = support.ticket(), people.agent(), people.agent()

    post(speaker, "conflicts", ticket.ref)
    refused = post(other, "replies", ticket.ref, text="Me too.", key=uuid4())
    noted = post(other, "replies", ticket.ref, text="Careful.", key=uuid4(), internal="on")
    post(speaker, "conflicts", ticket.ref, end="1")

    assert (refused.status_code, noted.status_code, now(ticket).speaker) == (422, 302, None)


def test_conflict_of_another_is_not_ended_by_an_agent():
    ticket, speaker = support.ticket(), people.agent()
    conflict.begin(actor=speaker, ticket=ticket, speaker=speaker, at=support.NOON)

    answer = post(people.agent(), "conflicts", ticket.ref, end="1")

    assert (answer.status_code, now(ticket).speaker) == (422, speaker)


def test_escalated_account_flags_the_tickets_below_it():
    top, agent = group("Helios"), people.agent()
    ticket = support.ticket(below(top))

    post(agent, "escalations", top.number, reason="The board complained.")

    shown = page(agent, ticket)
    assert "This account is escalated" in shown and "The board complained." in shown
    assert "account escalated" in words(browser_of(agent).get(reverse("backoffice:queue") + "?view=open"))
    post(agent, "escalations", top.number, end="1")
    assert account_escalation.covering(top) is None


def test_account_is_not_escalated_without_a_reason():
    assert post(people.agent(), "escalations", group().number, reason=" ").status_code == 422


def test_page_of_today_counts_what_is_late_and_declined_apart():
    support.promise()
    support.declined(support.ticket(at=timezone.now()), at=timezone.now())

    shown = words(browser_of(people.agent()).get(reverse("backoffice:service_levels")))

    assert "Late 1 At risk 0 Due 1 Open promises 1" in shown
    assert "Remedied 0 Answered 0 Declined 1" in shown
    assert "No account is escalated." in shown


def test_queue_says_what_is_late():
    support.ticket()

    listed = words(browser_of(people.agent()).get(reverse("backoffice:queue") + "?view=breached"))

    assert "First response: was due" in listed


def test_manager_writes_a_calendar_in_lines():
    manager = people.manager()
    form = {
        "name": "Vienna", "timezone": "Europe/Vienna", "country": "AT", "region": "",
        "week": "mon-thu 08:00-12:00 13:00-17:00\nfri 08:00-12:00", "days": "2026-12-24 closed Christmas Eve\n2026-10-26 open",
    }  # fmt: skip

    browser_of(manager).post(reverse("admin:support_servicecalendar_add"), form)

    kept = ServiceCalendar.objects.get(name="Vienna")
    assert kept.hours["fri"] == [["08:00", "12:00"]] and kept.hours["thu"] == [["08:00", "12:00"], ["13:00", "17:00"]]
    assert calendar_text.written_days(kept.own_days.all()) == "2026-10-26 open\n2026-12-24 closed Christmas Eve"
    again = browser_of(manager).post(reverse("admin:support_servicecalendar_change", args=[kept.pk]), form | {"days": ""})
    assert (again.status_code, kept.own_days.count()) == (302, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"week": "mo 08:00-12:00"}, "are no weekdays"),
        ({"week": "mon"}, "Write a line of hours"),
        ({"week": "mon 08:00-25:00"}, "no time of day"),
        ({"days": "Christmas"}, "Write a day as"),
        ({"timezone": "Mars"}, "no IANA time zone"),
    ],
)
def test_calendar_that_cannot_be_is_refused_on_its_form(wrong, said):
    form = {"name": "Vienna", "timezone": "Europe/Vienna", "country": "AT", "week": "mon 08:00-12:00", "days": ""}

    answer = browser_of(people.manager()).post(reverse("admin:support_servicecalendar_add"), form | wrong)

    assert said in words(answer)
    assert ServiceCalendar.objects.count() == 1


def test_manager_sets_target_step_and_reason():
    manager = browser_of(people.manager())
    calendar = ServiceCalendar.objects.get()
    target = {
        "clock": "update",
        "tier": "gold",
        "priority": "",
        "kind": "",
        "minutes": 60,
        "risk_percent": 75,
        "calendar": calendar.pk,
    }
    step = {"number": 4, "trigger": "share", "clock": "update", "percent": 150, "days": 30, "level": "manager", "active": "on"}
    reason = {"code": "new", "label": "New", "clause": "1.1", "words": "So.", "alternative": "This.", "position": 9}

    for name, form in (("servicetarget", target), ("ladderstep", step), ("declinereason", reason)):
        assert manager.post(reverse(f"admin:support_{name}_add"), form).status_code == 302, name
    changed = ServiceTarget.objects.get(tier="gold", clock="update")
    form = {"minutes": 90, "risk_percent": 75, "calendar": calendar.pk}
    manager.post(reverse("admin:support_servicetarget_change", args=[changed.pk]), form)

    assert ServiceTarget.objects.get(tier="gold", clock="update").minutes == 90
    assert Activity.objects.filter(kind="support.service_level_set").count() == 3
    assert DeclineReason.objects.get(pk="new").clause == "1.1"


def test_step_that_does_not_say_when_is_refused_on_its_form():
    step = {"number": 4, "trigger": "share", "days": 30, "level": "manager", "active": "on"}

    answer = browser_of(people.manager()).post(reverse("admin:support_ladderstep_add"), step)

    assert "Say when the step is taken" in words(answer)
