"""View as customer: an agent sees the portal with a member's eyes, changes nothing, and the member can read of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.people import viewing
from accounts.people.models import Viewing
from accounts.timeline.models import Activity
from portal import urls
from tests.factories import people
from tests.portal import subject
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(tree):
    return people.administrator(tree.berlin, email="berlin@helios.example")


@pytest.fixture
def agent():
    return people.agent(email="agent@accord.example")


def looking(agent, member, node, reason="They ask about a line"):
    browser = browser_of(agent)
    answer = browser.post(reverse("backoffice:viewings", args=[node.number]), {"member": member.pk, "reason": reason})
    assert answer.status_code == 302, words(answer)
    return browser


def test_agent_sees_the_portal_of_the_member_under_a_banner(agent, member, tree):
    page = looking(agent, member, tree.berlin).get(reverse("portal:home", args=[tree.berlin.number]))

    assert "You see this as berlin@helios.example sees it. You can change nothing." in words(page)
    assert reverse("mfa_index") not in page.content.decode()


def test_agent_sees_no_more_than_the_member_does(agent, member, tree):
    browser = looking(agent, member, tree.berlin)

    assert browser.get(reverse("portal:home", args=[tree.us.number])).status_code == 404


def test_look_reaches_no_customer_on_whose_timeline_it_does_not_stand(agent, tree):
    boss = people.administrator(tree.group)
    browser = looking(agent, boss, tree.berlin)

    assert browser_of(boss).get(reverse("portal:home", args=[tree.us.number])).status_code == 200
    for customer in (tree.us, tree.germany, tree.group):
        assert browser.get(reverse("portal:home", args=[customer.number])).status_code == 404
    assert browser.get(reverse("portal:home", args=[tree.lab.number])).status_code == 200
    assert browser.get(reverse("portal:front")).url == reverse("portal:home", args=[tree.berlin.number])
    assert "Helios US" not in words(browser.get(reverse("portal:search"), {"q": "Helios"}))


def test_look_is_on_the_timeline_with_who_as_whom_and_why_and_the_member_reads_it(agent, member, tree):
    looking(agent, member, tree.berlin)

    page = browser_of(member).get(reverse("portal:activity", args=[tree.berlin.number]))

    told = "Our agent@accord.example looked at this as berlin@helios.example sees it: They ask about a line"
    assert told in words(page)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_route_of_the_portal_refuses_everything_but_reading(agent, method):
    given = subject.make()
    member = people.administrator(given.tree.berlin)
    browser = looking(agent, member, given.tree.berlin)
    before = Activity.objects.count()

    for route in urls.urlpatterns:
        address = reverse("portal:front") if route.name in {"front"} else address_of(given, route.name)
        answer = getattr(browser, method)(address, given.form(route.name) if method == "post" else {})
        assert answer.status_code == 403, (route.name, answer.status_code)
        assert "You see this as somebody else sees it" in words(answer)

    assert Activity.objects.count() == before


def address_of(given, name):
    return reverse(f"portal:{name}") if name in {"live", "search", "nodes"} else given.address(name)


def test_keys_of_programs_are_not_found(agent, member, tree):
    browser = looking(agent, member, tree.berlin)

    assert browser_of(member).get(reverse("portal:programs", args=[tree.berlin.number])).status_code == 200
    assert browser.get(reverse("portal:programs", args=[tree.berlin.number])).status_code == 404


def test_live_stream_that_would_outlast_the_look_is_not_found(agent, member, tree):
    assert looking(agent, member, tree.berlin).get(reverse("portal:live")).status_code == 404


def test_sign_in_settings_stay_those_of_the_agent(agent, member, tree):
    browser = looking(agent, member, tree.berlin)

    page = browser.get(reverse("usersessions_list"))

    assert page.wsgi_request.user == agent


def test_look_ends_by_itself_after_a_quarter_of_an_hour(agent, member, tree):
    browser = looking(agent, member, tree.berlin)
    opened = Viewing.objects.get()
    assert opened.until - opened.opened_at == timedelta(minutes=15)
    Viewing.objects.update(opened_at=opened.opened_at - timedelta(hours=1), until=opened.until - timedelta(hours=1))

    answer = browser.get(reverse("portal:home", args=[tree.berlin.number]))

    assert (answer.status_code, answer.url) == (302, reverse("backoffice:front"))
    assert browser.get(reverse("portal:home", args=[tree.berlin.number])).status_code == 404


def test_agent_leaves_the_look_and_is_back_at_the_customer(agent, member, tree):
    browser = looking(agent, member, tree.berlin)

    answer = browser.post(reverse("backoffice:viewing_endings"))

    assert answer.url == reverse("backoffice:customer", args=[tree.berlin.number])
    assert browser.get(reverse("portal:home", args=[tree.berlin.number])).status_code == 404


def test_look_is_over_when_the_member_may_no_longer_sign_in(agent, member, tree):
    browser = looking(agent, member, tree.berlin)
    member.is_active = False
    member.save(update_fields=["is_active"])

    assert browser.get(reverse("portal:home", args=[tree.berlin.number])).url == reverse("backoffice:front")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_look_without_a_fitting_reason_is_refused(agent, member, tree, reason):
    sent = {"member": member.pk, "reason": reason}

    answer = browser_of(agent).post(reverse("backoffice:viewings", args=[tree.berlin.number]), sent)

    assert answer.status_code == 422
    assert not Viewing.objects.exists()


def test_person_who_does_not_see_the_customer_is_nobody_to_look_as(agent, tree):
    stranger = people.administrator(tree.us)

    with pytest.raises(viewing.NotAMember):
        viewing.open_as(actor=agent, member=stranger, customer=tree.berlin, reason="Why", at=timezone.now())


def test_customers_people_look_as_nobody(member, tree):
    other = people.member(tree.berlin)

    with pytest.raises(viewing.Refusal):
        viewing.open_as(actor=member, member=other, customer=tree.berlin, reason="Why", at=timezone.now())


def test_look_of_one_agent_opens_nothing_for_another(agent, member, tree):
    opened = viewing.open_as(actor=agent, member=member, customer=tree.berlin, reason="Why", at=timezone.now())

    assert viewing.in_progress(opened.pk, agent=people.agent(), at=timezone.now()) is None
