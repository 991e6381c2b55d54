"""Who stands in decides as far as the colleague might, never their own request nor that colleague's, and both are on record."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from backoffice import docket
from support.notices import audiences
from support.remedies import approvals, authority, proof, substitutes
from support.remedies.models import Substitute
from support.remedies.standing import Standing
from support.remedies.substitutes import CannotStandIn, NotYoursToName, SpanMakesNoSense
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
TODAY, BACK = date(2026, 3, 2), date(2026, 3, 9)


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 50000, 300000)
    support.limit("manager", 500000, 900000)


def stands_in(person, approver, *, since=TODAY, until=BACK):
    return substitutes.name(actor=approver, approver=approver, person=person, since=since, until=until, at=NOON)


def for_a_manager(agent=None):
    """A remedy that waits for a manager."""
    case = support.case(60000, agent=agent) if agent else support.case(60000)
    return case.grant().approval


def approve(actor, approval, at=NOON):
    return approvals.decide(actor=actor, approval=approval, approve=True, note="", at=at)


def test_supervisor_who_stands_in_for_a_manager_sees_decides_and_both_are_on_record():
    supervisor, manager, approval = people.supervisor(), people.manager(), for_a_manager()
    before = list(approvals.waiting_for(supervisor, at=NOON))
    stands_in(supervisor, manager)

    assert (before, list(approvals.waiting_for(supervisor, at=NOON))) == ([], [approval])
    decided = approve(supervisor, approval)

    told = Activity.objects.get(kind="support.remedy_approved")
    assert (decided.decided_by, decided.stands_in_for, told.facts["stands_in_for"]) == (supervisor, manager, str(manager))
    assert proof.faults() == []


def test_what_is_decided_for_a_colleague_counts_in_that_colleagues_day():
    supervisor, manager = people.supervisor(), people.manager()
    stands_in(supervisor, manager)

    approve(supervisor, for_a_manager())

    assert str(Standing(manager, NOON).given_today("EUR").decimal) == "600.00"
    assert str(Standing(supervisor, NOON).given_today("EUR").decimal) == "0.00"


@pytest.mark.parametrize("days", [-1, 7])
def test_before_and_after_nobody_stands_in(days):
    supervisor, manager = people.supervisor(), people.manager()
    stands_in(supervisor, manager)

    assert substitutes.represented_by(supervisor, NOON + timedelta(days=days)) == []


@pytest.mark.parametrize(("zone", "standing_in"), [("Europe/Berlin", 1), ("America/New_York", 0), ("Nowhere/Known", 0)])
def test_days_of_a_substitute_are_those_of_the_colleague_who_is_away(zone, standing_in):
    supervisor, manager = people.supervisor(), people.manager()
    manager.timezone = zone
    manager.save(update_fields=["timezone"])
    stands_in(supervisor, manager, since=date(2026, 11, 28), until=date(2026, 11, 29))
    late = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)

    assert len(substitutes.represented_by(supervisor, late)) == standing_in
    assert len(substitutes.with_substitutes([manager], late)) == 1 + standing_in
    assert [row["runs"] for row in docket.substitutes(manager, at=late)] == [bool(standing_in)]


def test_ended_early_it_lends_nothing_any_more():
    supervisor, manager, approval = people.supervisor(), people.manager(), for_a_manager()
    row = stands_in(supervisor, manager)

    substitutes.end(actor=manager, substitute=row, at=NOON)
    substitutes.end(actor=manager, substitute=row, at=NOON)

    assert Activity.objects.filter(kind="support.substitute_ended").count() == 1
    with pytest.raises(Refusal, match="waits for a manager"):
        approve(supervisor, approval)


def test_who_asked_never_decides_it_by_standing_in():
    supervisor, manager = people.supervisor(), people.manager()
    approval = for_a_manager(agent=supervisor)
    stands_in(supervisor, manager)

    assert list(approvals.waiting_for(supervisor, at=NOON)) == []
    with pytest.raises(Refusal, match="You asked for this yourself"):
        approve(supervisor, approval)
    asked = Activity.objects.get(kind="support.remedy_asked")
    assert audiences.who_may_approve(asked) == [manager]


def test_authority_of_who_asked_is_not_lent_to_decide_what_they_asked_for():
    supervisor, colleague = people.supervisor(), people.supervisor()
    manager = people.manager()
    approval = for_a_manager(agent=supervisor)
    stands_in(colleague, supervisor)

    assert list(approvals.waiting_for(colleague, at=NOON)) == []
    foreseen = authority.foresee(actor=colleague, approvals=[approval], at=NOON, instead_of=[supervisor])
    assert not foreseen[approval.pk].allowed
    assert approve(manager, approval).stands_in_for is None


def test_notices_go_to_who_stands_in_as_well():
    supervisor, manager = people.supervisor(), people.manager()
    stands_in(supervisor, manager)
    for_a_manager()

    asked = Activity.objects.get(kind="support.remedy_asked")
    named = Activity.objects.get(kind="support.substitute_named")
    assert audiences.who_may_approve(asked) == [manager, supervisor]
    assert audiences.who_stands_in_and_for_whom(named) == [supervisor]


def test_chain_of_substitutes_lends_nothing_on():
    supervisor, manager, other = people.supervisor(), people.manager(), people.manager()
    stands_in(other, manager)
    stands_in(supervisor, other)

    assert substitutes.represented_by(supervisor, NOON) == [other]


def test_strange_substitutes_are_refused_in_one_sentence():
    supervisor, manager = people.supervisor(), people.manager()
    for person in (manager, people.agent(), people.finance()):
        with pytest.raises(CannotStandIn):
            stands_in(person, manager)
    for since, until in ((TODAY, TODAY), (BACK, TODAY), (TODAY - timedelta(days=9), TODAY), (TODAY, TODAY + timedelta(days=400))):
        with pytest.raises(SpanMakesNoSense):
            stands_in(supervisor, manager, since=since, until=until)
    with pytest.raises(NotYoursToName):
        substitutes.name(actor=supervisor, approver=manager, person=supervisor, since=TODAY, until=BACK, at=NOON)
    assert Substitute.objects.count() == 0


@pytest.mark.parametrize("level", ["supervisor", "manager"])
def test_manager_takes_no_colleagues_authority_by_naming_themselves(level):
    manager, colleague = people.manager(), people.staff(level)

    with pytest.raises(NotYoursToName, match="Nobody names themselves"):
        substitutes.name(actor=manager, approver=colleague, person=manager, since=TODAY, until=BACK, at=NOON)
    assert not Substitute.objects.exists()
    assert stands_in(manager, colleague).person == manager, "the colleague themselves may name the manager"


def test_row_by_which_somebody_named_themselves_lends_nothing():
    manager, colleague = people.manager(), people.manager()
    given = {"since": TODAY, "until": BACK, "named_at": NOON}
    Substitute.objects.create(approver=colleague, person=manager, named_by=manager, **given)

    assert substitutes.represented_by(manager, NOON) == []
    assert substitutes.with_substitutes([colleague], NOON) == [colleague]


def test_one_stands_in_at_a_time_and_the_database_says_so_too():
    supervisor, manager = people.supervisor(), people.manager()
    first = stands_in(supervisor, manager)

    assert stands_in(supervisor, manager) == first
    with pytest.raises(SpanMakesNoSense, match="already"):
        stands_in(people.supervisor(), manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Substitute.objects.create(
            approver=manager, person=supervisor, since=TODAY, until=BACK, named_by=manager, named_at=NOON
        )  # fmt: skip


def test_manager_names_who_stands_in_for_a_colleague_who_fell_ill_and_it_stands_on_the_page():
    manager, supervisor, ill = people.manager(), people.supervisor(), people.supervisor()
    client, page = Client(), reverse("backoffice:substitutes")
    client.force_login(manager)
    since = substitutes.day_of(ill, timezone.now())
    until = since + timedelta(days=3)

    client.post(page, {"approver": ill.pk, "person": supervisor.pk, "since": since, "until": until})
    shown = client.get(page).content.decode()
    client.post(reverse("backoffice:substitute_endings", args=[Substitute.objects.get().pk]))

    assert str(ill) in shown and "End it" in shown
    assert Substitute.objects.get().ended_at is not None


def test_program_names_and_ends_a_substitute():
    manager, supervisor = people.manager(), people.supervisor()
    client, today = Client(), substitutes.day_of(manager, timezone.now())
    client.force_login(manager)
    sent = {"person": supervisor.email, "since": today.isoformat(), "until": (today + timedelta(days=3)).isoformat()}

    made = client.post(reverse("staff_api:substitutes"), sent, content_type="application/json")
    listed = client.get(reverse("staff_api:substitutes")).json()
    ended = client.post(reverse("staff_api:substitute_endings", args=[made.json()["id"]]))

    assert (made.status_code, [one["approver"] for one in listed], ended.status_code) == (201, [manager.email], 200)
    assert ended.json()["ended_at"]
