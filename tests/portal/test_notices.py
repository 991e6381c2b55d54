"""The page on which a person says how they want to be told, in both windows."""

import pytest
from django.urls import reverse

from support.notices import preferences
from support.notices.models import NoticeChoice
from tests.factories import people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
EVERYWHERE = {f"everywhere_{group}": "mail" for group in ("contracts", "payments", "tickets", "surveys")}
GIVEN = EVERYWHERE | {"digest_at": "08:30", "digest_on": "4"}


@pytest.fixture
def member(tree):
    return people.member(tree.berlin)


def page(tree):
    return reverse("portal:notices", args=[tree.berlin.number])


def test_choices_are_kept_and_shown(tree, member):
    browser = browser_of(member)

    given = GIVEN | {"everywhere_payments": "weekly", "here_tickets": "daily", "quiet_since": "22:00", "quiet_until": "07:00"}
    kept = browser.get(browser.post(page(tree), given).url)

    assert preferences.way_for(member, "payments", tree.berlin) == "weekly"
    assert preferences.way_for(member, "tickets", tree.lab) == "daily"
    assert 'value="22:00"' in kept.content.decode()


def test_page_says_plainly_what_cannot_be_switched_off(tree, member):
    shown = words(browser_of(member).get(page(tree)))

    assert "The law or the contract asks us to tell you, so they always come by mail." in shown


def test_what_must_be_told_is_not_switched_off_by_an_extra_field(tree, member):
    browser_of(member).post(page(tree), GIVEN | {"everywhere_legal": "portal", "here_security": "portal"})

    assert preferences.way_for(member, "legal", tree.berlin) == "mail"


@pytest.mark.parametrize(
    "wrong",
    [
        {"everywhere_tickets": "pigeon"},
        {"digest_on": "9"},
        {"digest_at": "noon"},
        {"quiet_since": "22:00"},
        {"here_tickets": "x"},
    ],
)
def test_nonsense_keeps_nothing(tree, member, wrong):
    answer = browser_of(member).post(page(tree), GIVEN | {"everywhere_payments": "weekly"} | wrong)

    assert answer.status_code == 422
    assert not NoticeChoice.objects.exists()


def test_our_own_people_choose_among_theirs():
    agent = people.agent()

    answer = browser_of(agent).post(
        reverse("backoffice:notices"),
        {"everywhere_work": "daily", "everywhere_tickets": "mail", "digest_at": "07:00", "digest_on": "0"},
    )

    assert answer.status_code == 302
    assert preferences.way_for(agent, "work", None) == "daily"
