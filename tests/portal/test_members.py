"""The people of a customer: inviting in two clicks, ending a role, and nothing beyond what one holds."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.people import keys
from accounts.people.models import ApiKey, Membership, User
from tests.factories import people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(tree):
    return browser_of(people.administrator(tree.germany))


def invite(visitor, node, **given):
    sent = {"email": "new@helios.example", "name": "Ada", "role": "reader", "scope": "node"} | given
    return visitor.post(reverse("portal:members", args=[node.number]), sent)


def test_person_is_invited_to_a_node_with_a_role(visitor, tree):
    page = visitor.get(invite(visitor, tree.berlin).url)

    invited = Membership.objects.get(user__email="new@helios.example")
    assert (invited.customer, invited.role, invited.scope) == (tree.berlin, "reader", "node")
    assert "new@helios.example is invited and will get a mail." in words(page)


def test_person_invited_twice_stands_there_once(visitor, tree):
    invite(visitor, tree.berlin)
    invite(visitor, tree.berlin)

    assert Membership.objects.filter(user__email="new@helios.example").count() == 1


@pytest.mark.parametrize("given", [{"email": "nobody"}, {"email": ""}, {"role": "owner"}, {"scope": "planet"}])
def test_invitation_that_makes_no_sense_is_refused_with_what_was_typed(visitor, tree, given):
    answer = invite(visitor, tree.berlin, **given)

    assert answer.status_code == 422
    assert 'value="Ada"' in answer.content.decode()
    assert not User.objects.filter(email="new@helios.example").exists()


def test_one_of_our_own_people_is_not_invited_and_the_form_says_why(visitor, tree):
    agent = people.agent()

    answer = invite(visitor, tree.berlin, email=agent.email)

    assert answer.status_code == 422
    assert "is one of our own people" in words(answer)


def test_role_is_ended_at_once(visitor, tree):
    person = people.member(tree.berlin)
    held = Membership.objects.get(user=person)

    answer = visitor.post(reverse("portal:revocations", args=[tree.berlin.number, held.pk]))

    assert "no longer has this role." in words(visitor.get(answer.url))
    assert browser_of(person).get(reverse("portal:home", args=[tree.berlin.number])).status_code == 404


def test_role_held_elsewhere_is_not_found(visitor, tree):
    held = Membership.objects.get(user=people.member(tree.us))

    answer = visitor.post(reverse("portal:revocations", args=[tree.berlin.number, held.pk]))

    assert answer.status_code == 404
    assert Membership.objects.in_force().filter(pk=held.pk).exists()


def test_roles_from_further_up_are_shown_but_not_ended_here(visitor, tree):
    above = people.member(tree.germany, "payer", email="payer@helios.example")

    page = words(visitor.get(reverse("portal:members", args=[tree.berlin.number])))

    assert "Nobody here of its own" in page
    assert above.email in page.partition("From further up")[2]
    assert "End the role" not in page


def test_people_above_ones_own_reach_are_not_named(tree):
    people.member(tree.group, "payer", email="chief@helios.example")
    visitor = browser_of(people.administrator(tree.germany))

    assert "chief@helios.example" not in words(visitor.get(reverse("portal:members", args=[tree.germany.number])))


def test_member_reads_who_may_invite(tree):
    page = browser_of(people.member(tree.berlin)).get(reverse("portal:members", args=[tree.berlin.number]))

    assert "Only an administrator of this customer can invite people." in words(page)
    assert "Send invitation" not in words(page)


def test_key_whose_maker_left_stands_still_on_the_page_until_somebody_answers_for_it(visitor, tree):
    maker = people.administrator(tree.germany)
    keys.make(actor=maker, customer=tree.germany, name="ERP", scopes=["read"], at=timezone.now())
    page = reverse("portal:programs", args=[tree.germany.number])
    assert "Stopped" not in words(visitor.get(page))
    Membership.objects.filter(user=maker).delete()

    stopped = visitor.get(page)
    answered = visitor.post(reverse("portal:key_adoptions", args=[tree.germany.number, ApiKey.objects.get().pk]), follow=True)

    assert "Stopped" in words(stopped)
    assert "Answer for it" in words(stopped)
    assert "The key of ERP works; you answer for it." in words(answered)
    assert "Stopped" not in words(answered)
