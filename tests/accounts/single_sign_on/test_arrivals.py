"""Arrivals: bound to the subject, joined inside the customer alone, and refused with nothing changed."""

from datetime import timedelta

import pytest

from accounts.people import invitations
from accounts.people.models import Membership, User
from accounts.single_sign_on import arrivals, domains, ways
from accounts.single_sign_on.arrivals import NotLetIn
from accounts.single_sign_on.models import Identity
from accounts.single_sign_on.proofs import Proven
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import group, helios
from tests.factories.single_sign_on import NOON, named, provider_of

pytestmark = pytest.mark.django_db

ADA = Proven(subject="0815", email="ada@nordwind.example", name="Ada Nord")


@pytest.fixture
def provider():
    return provider_of(group("Nordwind"), "nordwind.example", joins_as="payer")


def arrive(provider, proven=ADA, at=NOON):
    return arrivals.arrive(provider=provider, proven=proven, at=at)


def traces():
    return (User.objects.count(), Membership.objects.count(), Identity.objects.count(), Activity.objects.count())


def refusal_of(provider, proven=ADA, at=NOON):
    before = traces()
    with pytest.raises(NotLetIn) as refused:
        arrive(provider, proven, at)
    assert traces() == before
    return refused.value.code


def test_newcomer_gets_the_role_of_the_provider_at_its_customer(provider):
    ada = arrive(provider)

    assert list(ada.memberships.values_list("customer", "role", "scope", "effect")) == [
        (provider.customer.pk, "payer", "subtree", "allow")
    ]


def test_arriving_twice_does_it_once(provider):
    assert arrive(provider) == arrive(provider)

    assert (Membership.objects.count(), Identity.objects.count()) == (1, 1)


def test_known_person_keeps_the_roles_they_have(provider):
    ada = people.administrator(provider.customer, email="ada@nordwind.example")

    assert arrive(provider) == ada
    assert list(ada.memberships.values_list("role", flat=True)) == ["administrator"]


@pytest.mark.parametrize("elsewhere", ["group", "us"])
def test_who_stands_above_or_beside_the_customer_is_not_signed_in_by_its_provider_and_keeps_another_way(elsewhere):
    tree = helios()
    ada = people.administrator(getattr(tree, elsewhere), email="ada@nordwind.example")
    provider = provider_of(tree.germany, "nordwind.example")
    type(provider).objects.filter(pk=provider.pk).update(use="enforced")

    with pytest.raises(arrivals.NotLetIn) as refused:
        arrive(provider)

    assert refused.value.code == "stands_elsewhere"
    assert ways.only_way_for(ada) is None
    assert ada.memberships.count() == 1


def test_newcomer_joins_at_the_customer_when_the_place_was_moved_out_of_it():
    tree = helios()
    provider = provider_of(tree.germany, "nordwind.example", joins_at=tree.lab)
    type(provider).objects.filter(pk=provider.pk).update(joins_at=tree.us)

    ada = arrive(provider)

    assert ada.memberships.get().customer == tree.germany


def test_subject_counts_and_not_the_address_it_comes_with(provider):
    ada, eve = arrive(provider), people.member(provider.customer, email="eve@nordwind.example")

    assert arrive(provider, Proven(subject="0815", email=eve.email)) == ada


def test_address_given_to_somebody_else_does_not_open_the_login_of_who_had_it(provider):
    arrive(provider)

    assert refusal_of(provider, Proven(subject="4711", email="ada@nordwind.example")) == "address_of_another"


@pytest.mark.parametrize("email", ["ada@suedwind.example", "ada@sub.nordwind.example", "ada@nordwind.example.evil.example"])
def test_address_of_a_domain_that_is_not_the_organisations_is_refused(provider, email):
    people.person(email)
    provider_of(group(), "suedwind.example")

    assert refusal_of(provider, Proven(subject="0815", email=email)) == "foreign_domain"


@pytest.mark.parametrize("email", ["", "ada", "@nordwind.example", "ada @nordwind.example", "ada\x00@nordwind.example"])
def test_what_is_no_address_is_refused(provider, email):
    assert refusal_of(provider, Proven(subject="0815", email=email)) == "no_email"


def test_address_the_provider_did_not_check_is_refused(provider):
    assert refusal_of(provider, Proven(subject="0815", email="ada@nordwind.example", doubts_email=True)) == "email_not_checked"


def test_claimed_domain_lets_nobody_in(provider):
    domains.claim(actor=None, provider=provider, name="nord.example", at=NOON)

    assert refusal_of(provider, Proven(subject="0815", email="ada@nord.example")) == "foreign_domain"


def test_known_person_is_shut_out_when_their_domain_is_released(provider):
    provider.domains.create(name="nord.example", code="x", verified_at=NOON)
    arrive(provider)
    domains.release(actor=None, domain=provider.domains.get(name="nordwind.example"), at=NOON)

    assert refusal_of(provider) == "foreign_domain"


@pytest.mark.parametrize("ours", [people.agent, people.manager])
def test_our_own_people_never_come_by_a_customers_provider(provider, ours):
    ours(email="ada@nordwind.example")

    assert refusal_of(provider) == "works_for_us"


def test_operator_without_a_level_does_not_come_by_it_either(provider):
    User.objects.create_superuser("ada@nordwind.example")

    assert refusal_of(provider) == "works_for_us"


def test_closed_login_stays_closed(provider):
    people.person("ada@nordwind.example", is_active=False)

    assert refusal_of(provider) == "closed"


def test_who_left_is_not_let_in_again_by_signing_in(provider):
    ada = arrive(provider)
    invitations.revoke(actor=None, membership=ada.memberships.get(), at=NOON + timedelta(days=1))

    assert refusal_of(provider, at=NOON + timedelta(days=2)) == "access_ended"


def test_provider_that_is_off_lets_nobody_in(provider):
    provider.use = "off"
    provider.save()

    assert refusal_of(provider) == "provider_off"


def test_same_subject_at_two_providers_is_two_people(provider):
    other = provider_of(group(), "suedwind.example")

    ada, sue = arrive(provider), arrive(other, Proven(subject="0815", email="sue@suedwind.example"))

    assert ada != sue


def test_only_way_is_for_people_of_the_domain_who_are_not_named(provider):
    provider.use = "enforced"
    provider.save()
    bob, chief = (people.administrator(provider.customer, email=f"{who}@nordwind.example") for who in ("bob", "chief"))
    guest = people.member(provider.customer, email="guest@consulting.example")
    ours = people.agent(email="agent@nordwind.example")
    named(provider, chief)

    assert [ways.only_way_for(person) for person in (bob, chief, guest, ours)] == [provider, None, None, None]
    assert ways.closed_domains() == {"nordwind.example"}


def test_emergency_is_noted_for_who_is_named_and_for_nobody_else(provider):
    provider.use = "enforced"
    provider.save()
    chief, guest = people.administrator(provider.customer, email="chief@nordwind.example"), people.member(provider.customer)
    named(provider, chief)

    for person in (chief, guest):
        arrivals.note_emergency(person=person, address="192.0.2.1", at=NOON)

    noted = Activity.objects.filter(kind="accounts.signed_in_without_provider")
    assert [activity.facts["email"] for activity in noted] == ["chief@nordwind.example"]


def test_sign_in_is_noted_with_the_moment_and_the_network_address(provider):
    ada, later = arrive(provider), NOON + timedelta(hours=1)

    arrivals.note_sign_in(person=ada, provider=provider, address="192.0.2.1", at=later)

    assert Identity.objects.get().last_at == later
    assert Activity.objects.get(kind="accounts.signed_in_by_provider").facts["address"] == "192.0.2.1"


@pytest.mark.parametrize(("still_there", "limit"), [(True, 50_00), (False, None)])
def test_newcomer_orders_for_no_more_than_who_set_the_provider_up_while_they_stand_there(still_there, limit):
    customer = group("Nordwind")
    provider = provider_of(customer, "nordwind.example", joins_as="member")
    provider.made_by = people.administrator(customer)
    provider.save()
    invitations.limit_orders(actor=None, membership=provider.made_by.memberships.get(), limit_minor=50_00, at=NOON)
    if not still_there:
        provider.made_by.memberships.all().delete()

    assert arrive(provider).memberships.get().order_limit_minor == limit
