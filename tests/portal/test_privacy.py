"""The privacy page of the portal: asking for a file, fetching it, and asking to be forgotten."""

import pytest
from django.urls import reverse

from accounts.privacy.models import Erasure, Export
from tests.factories import people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(tree):
    return people.member(tree.berlin, email="berlin@helios.example")


def ask(member, tree, **given):
    return browser_of(member).post(reverse("portal:privacy_exports", args=[tree.berlin.number]), given)


def test_member_fetches_what_we_hold_about_them(member, tree):
    page = browser_of(member).get(ask(member, tree).url)
    address = reverse("portal:export", args=[Export.objects.get().token])

    assert address in page.content.decode()
    answer = browser_of(member).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")


def test_file_of_somebody_else_is_not_found(member, tree):
    ask(member, tree)

    assert (
        browser_of(people.administrator(tree.germany))
        .get(reverse("portal:export", args=[Export.objects.get().token]))
        .status_code
        == 404
    )


def test_member_who_is_no_administrator_is_told_why_the_whole_customer_is_not_theirs(member, tree):
    answer = ask(member, tree, what="customer")

    assert answer.status_code == 422
    assert "Only an administrator of this customer may ask for all its data." in words(answer)


def test_member_asks_to_be_forgotten_and_a_supervisor_confirms(member, tree):
    browser_of(member).post(reverse("portal:privacy_erasures", args=[tree.berlin.number]), {"reason": "I leave"})
    wish = Erasure.objects.get()
    supervisor = browser_of(people.supervisor())

    page = supervisor.get(reverse("backoffice:erasure", args=[wish.pk]))
    assert "Confirm and erase" in words(page)
    supervisor.post(reverse("backoffice:erasure_decisions", args=[wish.pk]), {"confirmed": "yes"})

    wish.refresh_from_db()
    member.refresh_from_db()
    assert (wish.status, member.is_active) == (Erasure.Status.DONE, False)


def test_refusal_without_a_reason_is_refused(member, tree):
    browser_of(member).post(reverse("portal:privacy_erasures", args=[tree.berlin.number]))
    wish = Erasure.objects.get()

    answer = browser_of(people.supervisor()).post(reverse("backoffice:erasure_decisions", args=[wish.pk]), {"confirmed": "no"})

    assert answer.status_code == 422
    assert "Say why it is refused" in words(answer)


def test_agent_notes_the_wish_of_a_member_who_telephoned(member, tree):
    sent = {"wish": "erase", "person": member.pk, "reason": "By telephone"}

    answer = browser_of(people.agent()).post(reverse("backoffice:customer_privacy", args=[tree.berlin.number]), sent)

    assert answer.status_code == 302
    assert Erasure.objects.get(person=member).status == Erasure.Status.PREVIEWED
