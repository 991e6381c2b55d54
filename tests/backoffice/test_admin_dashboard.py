"""The administration's first page says what waits, how it goes and where everything is; links lead only to what opens."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.policies import acknowledging, binding
from backoffice.admin import dashboard
from backoffice.admin.names import NAMES
from backoffice.admin.rooms import ROOMS
from tests.factories import customers, people, policies, tree_changes
from window.openings import opens

pytestmark = pytest.mark.django_db


def first_page(user):
    client = Client()
    client.force_login(user)
    return client.get(reverse("admin:index"))


def test_every_page_stands_in_exactly_one_room_and_has_a_name():
    ours = {
        model._meta.label_lower
        for model in admin.site._registry
        if model.__module__.startswith(("accounts", "billing", "support"))
    }
    placed = [model for room in ROOMS for model in room.models]

    assert sorted(placed) == sorted(ours)
    assert set(NAMES) == ours


def test_managers_find_each_room_with_its_pages():
    page = first_page(people.manager()).content.decode()

    assert all(str(room.title) in page for room in ROOMS)
    assert reverse("admin:accounts_policy_changelist") in page
    assert "Decisions by policy" in page


def test_nobody_else_finds_the_administration():
    assert first_page(people.staff("agent")).status_code == 404
    assert first_page(people.person()).status_code == 404


def test_what_one_manager_asked_for_waits_for_another():
    at = timezone.now()
    before = {row["url"]: row["count"] for row in dashboard.waiting(at)}
    what = {"policy": policies.policy(), "place": "node", "customer": customers.group(), "since": at.date()}
    asked = binding.ask(actor=people.manager(), at=at, **what)
    after = {row["url"]: row["count"] for row in dashboard.waiting(at)}
    url = reverse("admin:accounts_policybinding_changelist") + "?approved_by__isnull=True"

    assert after[url] == before[url] + 1
    binding.approve(actor=people.manager(), asked=asked, at=at)
    assert {row["url"]: row["count"] for row in dashboard.waiting(at)}[url] == before[url]


def test_who_must_still_read_is_counted_in_four_statements(django_assert_num_queries):
    at, version = timezone.now(), policies.published({"survey.rest_days": "14"}, material=True, at=timezone.now())
    readers = [people.staff("agent") for _number in range(3)]
    policies.acknowledged(readers[0], version, at=at)

    with django_assert_num_queries(4):
        locked = acknowledging.locked(at)

    assert readers[0] not in locked
    assert {readers[1], readers[2]} <= set(locked)
    assert all(acknowledging.outstanding(user, at) for user in locked)


@pytest.mark.parametrize(
    ("level", "page", "leads"),
    [("finance", "backoffice:measures", False), ("agent", "backoffice:measures", True), ("agent", "admin:index", False),
     ("manager", "admin:index", True), ("finance", "backoffice:strategy", True)],
)  # fmt: skip
def test_link_is_shown_to_levels_that_may_follow_it(level, page, leads):
    assert opens(reverse(page), people.staff(level)) is leads


def test_handover_that_waits_for_a_second_manager_is_counted():
    url = reverse("admin:accounts_handover_changelist") + "?status__exact=waiting"
    before = {row["url"]: row["count"] for row in dashboard.waiting(timezone.now())}

    tree_changes.waiting_handover(customers.group())

    assert {row["url"]: row["count"] for row in dashboard.waiting(timezone.now())}[url] == before[url] + 1
