"""Signing up: who proves an address is a prospect, once; nothing is kept before, and policy decides whether it is open at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.customers import details
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.quality import signing_up
from accounts.segments import lifecycle
from accounts.timeline.models import Activity
from tests.factories import people, policies
from tests.factories.customers import group
from tests.factories.policies import NOON

SAID = {"name": "Fjordlys Ferries AS", "country": "no", "email": "post@fjordlys.example", "person": "Signe Fjord", "phone": ""}


def opened():
    policies.published({"prospects.sign_up": "yes"})


def link(**more):
    return signing_up.ask(said=SAID | more, at=NOON)


@pytest.mark.django_db
def test_nobody_signs_up_while_policy_does_not_say_so():
    with pytest.raises(signing_up.NotOpen):
        link()


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "later"), [("most_in_an_hour", timedelta(hours=1)), ("most_in_a_day", timedelta(days=1))])
def test_house_takes_no_more_companies_in_a_span_than_policy_says(key, later):
    policies.published({"prospects.sign_up": "yes", f"prospects.{key}": "1"})
    waiting = link(email="lys@fjordlys.example")
    signing_up.take_up(token=link(), at=NOON)

    for refused in (link, lambda: signing_up.take_up(token=waiting, at=NOON + timedelta(minutes=59))):
        with pytest.raises(signing_up.TooManyJustNow, match="Many companies sign up just now"):
            refused()

    made = signing_up.take_up(
        token=signing_up.ask(said=SAID | {"email": "lys@fjordlys.example"}, at=NOON + later), at=NOON + later
    )
    assert Customer.objects.filter(stage="prospect").count() == 2 and made.email == "lys@fjordlys.example"


@pytest.mark.django_db
def test_nothing_is_kept_before_the_address_is_proved():
    opened()

    link()

    assert not Customer.objects.exists() and not User.objects.filter(email=SAID["email"]).exists()


@pytest.mark.django_db
def test_proved_address_makes_a_prospect_whose_person_may_ask():
    opened()

    made = signing_up.take_up(token=link(), at=NOON)

    person = User.objects.get(email="post@fjordlys.example")
    assert (made.name, made.country, made.stage, made.parent) == ("Fjordlys Ferries AS", "NO", "prospect", None)
    assert lifecycle.current(made).stage == "prospect"
    assert person.name == "Signe Fjord"
    assert list(access.customers_within_reach(person, access.ASK_FOR_HELP)) == [made]
    assert not access.decide(person, access.CHANGE_CONTRACT, made).allowed


@pytest.mark.django_db
def test_link_opened_again_makes_nothing_twice():
    opened()
    token = link()
    signing_up.take_up(token=token, at=NOON)

    with pytest.raises(signing_up.InAlready):
        signing_up.take_up(token=token, at=NOON)

    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_company_we_may_know_is_named_to_our_own_people_and_not_to_who_signs_up():
    opened()
    known = group("Fjordlys Ferries AS")

    made = signing_up.take_up(token=link(), at=NOON)

    told = Activity.objects.get(kind="accounts.signed_up_alike", customer=made)
    assert (told.facts["alike"], told.internal) == (known.number, True)


@pytest.mark.django_db
def test_facts_are_judged_by_the_rules_of_data():
    opened()

    with pytest.raises(details.FactsRefused) as refused:
        link(phone="call me")

    assert (refused.value.code, refused.value.reason) == ("phone.format", 'Phone "call me" is no phone number')


@pytest.mark.django_db
def test_link_that_is_old_or_was_changed_makes_nothing():
    opened()
    token = link()

    with pytest.raises(signing_up.LinkUnreadable, match="older than a day"):
        signing_up.take_up(token=token, at=NOON + timedelta(hours=25))
    with pytest.raises(signing_up.LinkUnreadable, match="not complete"):
        signing_up.take_up(token=token[:-1], at=NOON)

    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_address_of_one_of_our_own_people_makes_no_prospect():
    opened()
    ours = people.staff("agent")

    with pytest.raises(Refusal):
        signing_up.take_up(token=link(email=ours.email), at=NOON)

    assert not Customer.objects.exists()


@pytest.mark.usefixtures("committed")
def test_link_opened_many_times_at_once_makes_one_prospect():
    opened()
    token = link()

    def one(_number):
        try:
            signing_up.take_up(token=token, at=NOON)
        except signing_up.InAlready:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(6) as clicks:
        made = sum(clicks.map(one, range(6)))

    assert (made, Customer.objects.count()) == (1, 1)
