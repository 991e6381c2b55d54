"""Winning a customer: added once, signed at the price shown, under the number it had."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.quality import admitting, candidates
from billing.amendments import first_contract
from billing.contracts.models import Contract, Subscription
from tests.factories import billing, people
from tests.factories.customers import NOON, group

pytestmark = pytest.mark.django_db

WHO = {"kind": "group", "name": "Fjordlys Ferries", "currency": "EUR", "language": "en", "timezone": "Europe/Berlin"}
AGREED = {"plan": "PRO", "quantity": "3", "bill_day": "1", "term_months": "12", "notice_days": "30", "payment_term_days": "14"}


def post(viewer, route, *keys, **form):
    client = Client()
    client.force_login(viewer)
    return client.post(reverse(f"backoffice:{route}", args=keys), form)


@pytest.fixture
def prospect():
    return admitting.admit(actor=people.agent(), kind="group", name="Fjordlys Ferries", at=NOON, said={"country": "DE"})


@pytest.fixture
def agreed():
    billing.version("PRO", "62.00")
    return AGREED | {"seller": billing.seller().pk, "since": timezone.now().date() + timedelta(days=2)}


def test_agent_adds_a_prospect_that_stands_for_itself():
    post(people.agent(), "new_customer", **WHO)

    made = Customer.objects.get()
    assert (made.name, made.stage, made.parent) == ("Fjordlys Ferries", "prospect", None)


def test_customer_that_is_known_is_not_added_twice_unless_somebody_knows_better():
    known = group(name="Fjordlys Ferries AS")
    agent = people.agent()

    answer = post(agent, "new_customer", **WHO)

    assert answer.status_code == 422
    assert known.number in answer.content.decode()
    assert Customer.objects.count() == 1
    post(agent, "new_customer", **WHO, is_new="on")
    assert Customer.objects.count() == 2


def test_finance_adds_nobody():
    with pytest.raises(Refusal, match="You may not add customers"):
        admitting.admit(actor=people.staff("finance"), kind="group", name="Fjordlys Ferries", at=NOON)


def test_prospect_becomes_a_customer_under_the_number_it_had_at_the_price_shown(prospect, agreed):
    seller = people.staff("key_account")
    price = post(seller, "first_contract", prospect.number, **agreed)
    shown = price.context["shown"]
    assert not Contract.objects.exists()

    post(
        seller,
        "first_contract",
        prospect.number,
        **agreed,
        today_minor=shown.today_minor,
        period_minor=shown.period_minor,
        sign="yes",
    )

    signed = Subscription.objects.get()
    won = Customer.objects.get()
    assert (won.pk, won.number, won.stage) == (prospect.pk, prospect.number, "onboarding")
    assert (signed.customer_id, signed.contract.customer_id, str(shown.period_net)) == (won.pk, won.pk, "186.00 EUR")


def test_other_price_than_shown_signs_nothing(prospect, agreed):
    answer = post(people.supervisor(), "first_contract", prospect.number, **agreed, today_minor=0, period_minor=1, sign="yes")

    assert answer.status_code == 422
    assert "The price has changed meanwhile" in answer.content.decode()
    assert not Contract.objects.exists()


def test_second_click_signs_no_second_contract(prospect, agreed):
    seller = people.supervisor()
    shown = post(seller, "first_contract", prospect.number, **agreed).context["shown"]
    given = agreed | {"today_minor": shown.today_minor, "period_minor": shown.period_minor, "sign": "yes"}
    post(seller, "first_contract", prospect.number, **given)

    again = post(seller, "first_contract", prospect.number, **given)

    assert "is signed already" in again.content.decode()
    assert Contract.objects.count() == 1


def test_agent_signs_no_contract(prospect, agreed):
    assert post(people.agent(), "first_contract", prospect.number, **agreed).status_code == 404
    assert first_contract.on_sale(prospect, NOON.date())


def test_program_adds_a_prospect_asks_the_price_and_signs_at_it(agreed):
    client = Client()
    client.force_login(people.supervisor())
    terms = {"seller": billing.seller().code, "plan": "PRO", "quantity": 3, "since": str(agreed["since"])}

    def send(route, body, *keys):
        return client.post(reverse(f"staff_api:{route}", args=keys), body, content_type="application/json").json()

    number = send("prospects", {"kind": "group", "name": "Fjordlys Ferries", "facts": {"country": "DE"}})["number"]
    price = send("first_contract_prices", terms, number)
    shown = {name: price[name] for name in ("today_minor", "period_minor")}
    signed = send("first_contracts", terms | shown, number)

    assert (signed["customer"], price["today_minor"]) == (number, 0)
    assert send("first_contracts", terms | shown, number)["code"] == "signed_already"
    assert send("prospects", {"kind": "group", "name": "Fjordlys Ferries"})["code"] == "known_already"
    assert send("prospects", {"kind": "group", "name": "Other", "facts": {"shoe\ud800": "44"}})["code"] == "malformed"


def test_whom_we_may_know_already_is_read_with_what_they_owe_before_anything_is_signed(prospect, agreed):
    known = group(name="Fjordlys Ferries AS", country="DE")
    billing.invoice(known, 6200)
    candidates.detect_for(prospect, at=NOON)
    client = Client()
    client.force_login(people.supervisor())

    page = client.get(reverse("backoffice:first_contract", args=[prospect.number])).content.decode()

    assert "We may know them already" in page
    assert f"Fjordlys Ferries AS ({known.number})" in page and "owes 62.00" in page
