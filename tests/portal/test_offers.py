"""Offers in the portal: from the home to an order in two clicks; and how far an order is."""

import pytest
from django.urls import reverse

from billing.contracts.models import Subscription
from billing.provisioning import fulfilling
from support.offers import recommending
from tests.factories import billing, customers, offers, people, provisioning

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    helios = customers.helios()
    billing.subscribed(helios.berlin, quantity=3, under=billing.contract(helios.germany))
    offers.offer()
    return helios.berlin


def test_taking_an_offer_takes_two_clicks_and_orders_it(client, berlin):
    client.force_login(people.member(berlin))
    assert "A line for Berlin." in client.get(reverse("portal:offers", args=[berlin.number])).text

    priced = client.post(reverse("portal:offer_acceptances", args=[berlin.number, "line"]))
    client.post(priced.url + "applications/")

    assert Subscription.objects.filter(customer=berlin, product__code="line").exists()
    assert recommending.accepted().count() == 1


def test_readers_are_offered_nothing(client, berlin):
    client.force_login(people.member(berlin, "reader"))

    assert "A line for Berlin." not in client.get(reverse("portal:offers", args=[berlin.number])).text


def test_a_no_is_not_asked_again(client, berlin):
    client.force_login(people.member(berlin))

    client.post(reverse("portal:offer_refusals", args=[berlin.number, "line"]))

    assert "A line for Berlin." not in client.get(reverse("portal:offers", args=[berlin.number])).text


def test_the_contract_says_how_far_an_order_is_and_what_comes_next(client):
    subscription, tasks = provisioning.ordered()
    member = people.member(subscription.customer)
    fulfilling.finish(actor=people.staff(), task=tasks[0], note="Number 4711", at=billing.NOON, today=billing.FIRST_DAY)
    client.force_login(member)

    page = client.get(reverse("portal:contract", args=[subscription.contract.ref])).text
    told = client.get(reverse("api:contract", args=[subscription.contract.ref])).json()["subscriptions"][0]["provisioning"]

    assert "Being set up 1/3" in page
    assert "Number 4711" in page
    assert "Next: Router sent" in page
    assert (told["done"], told["count"], told["steps"][0]["note"]) == (1, 3, "Number 4711")
