"""Coupons by program: the same authority as on the pages of managers."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.catalog.models import Coupon
from billing.contracts import redeeming
from billing.contracts.models import Redemption
from billing.invoices import run
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
LITTLE = {"code": "spring", "name": "Spring", "percent": "50", "periods": 12}
MUCH = {"code": "free", "name": "Free", "percent": "100"}


@pytest.fixture
def contract():
    """One seat at 100.00 EUR a month."""
    return billing.subscribed(customers.group("Berlin"), billing.version(price="100.00")).contract


def browser(who):
    client = Client()
    client.force_login(who)
    return client


def send(client, route, *args, **body):
    return client.post(reverse(f"staff_api:{route}", args=args), body, content_type="application/json")


def give(client, contract, **terms):
    send(client, "coupons", **terms)
    return send(client, "contract_coupons", contract.ref, code=terms["code"], since="2026-01-01")


def test_coupon_is_defined_and_changed_until_a_contract_has_it(contract):
    client = browser(people.manager())

    made = send(client, "coupons", **LITTLE)
    amount = send(
        client, "coupons", code="spring", name="Spring", amount="12.50", currency="eur", plans=[billing.version().plan.code]
    )
    send(client, "contract_coupons", contract.ref, code="spring", since="2026-01-01")
    late = send(client, "coupons", **LITTLE)

    assert (made.status_code, made.json()["words"]) == (201, "50 % off for 12 billing periods")
    assert (amount.json()["percent"], amount.json()["amount"]) == (None, {"amount": "12.50", "currency": "EUR"})
    assert (late.status_code, late.json()["code"]) == (422, "coupon_in_use")
    assert [row["used"] for row in client.get(reverse("staff_api:coupons")).json()["results"]] == [True]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"percent": None}, 422), ({"percent": "0"}, 422), ({"percent": "101"}, 422), ({"percent": "NaN"}, 400),
        ({"amount": "5.00", "currency": "EUR"}, 422), ({"percent": None, "amount": "5.00"}, 400),
        ({"percent": None, "amount": "x", "currency": "EUR"}, 422), ({"percent": None, "amount": "5.00", "currency": "???"}, 422),
        ({"periods": 0}, 422), ({"periods": 10**30}, 422), ({"plans": ["nothing-such"]}, 400), ({"code": "no spaces"}, 400),
    ],
)  # fmt: skip
def test_coupon_that_is_none_is_refused_and_nothing_is_made(wrong, status):
    answer = send(browser(people.manager()), "coupons", **(LITTLE | wrong))

    assert (answer.status_code, Coupon.objects.exists()) == (status, False), answer.content


def test_coupon_is_given_once_however_often_it_is_sent(contract):
    client = browser(people.manager())

    first, again = (
        give(client, contract, **LITTLE),
        send(client, "contract_coupons", contract.ref, code="spring", since="2026-01-01"),
    )
    other = send(client, "contract_coupons", contract.ref, code="spring", since="2026-02-01")

    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert (first.json()["state"], first.json()["worth"]) == ("given", {"amount": "600.00", "currency": "EUR"})
    assert (other.status_code, other.json()["code"]) == (422, "coupon_not_redeemable")
    [invoice] = run.bill(payer=contract.customer, on=billing.FIRST_DAY, at=billing.NOON)
    assert invoice.total_minor == 50_00


def test_coupon_above_the_limit_waits_for_a_second_manager(contract):
    first, second = browser(people.manager()), browser(people.manager())

    asked = give(first, contract, **MUCH).json()
    own = send(first, "redemption_approvals", asked["ref"])
    listed = second.get(reverse("staff_api:redemptions"), {"waits": "true"}).json()["results"]
    approved = [send(second, "redemption_approvals", asked["ref"]).json() for _ in range(2)]

    assert (asked["state"], listed) == ("waits", [asked])
    assert (own.status_code, Redemption.objects.count()) == (422, 1)
    assert [one["state"] for one in approved] == ["given", "given"]
    assert second.get(reverse("staff_api:redemptions"), {"waits": "true"}).json()["results"] == []


def test_coupon_that_waits_is_turned_down_and_stays_so(contract):
    first, second = browser(people.manager()), browser(people.manager())
    asked = give(first, contract, **MUCH).json()

    turned_down = send(second, "redemption_endings", asked["ref"])
    late = send(second, "redemption_approvals", asked["ref"])

    assert (turned_down.json()["state"], late.json()["code"]) == ("turned_down", "coupon_not_redeemable")


def test_coupon_ends_on_a_day(contract):
    client = browser(people.manager())
    given = give(client, contract, **LITTLE).json()

    ended = send(client, "redemption_endings", given["ref"], on="2026-03-01")
    again = send(client, "redemption_endings", given["ref"], on="2026-03-01")

    assert (ended.json()["until"], again.status_code) == ("2026-03-01", 422)
    assert not redeeming.held_by(contract, date(2026, 3, 1))


def test_manager_gives_nothing_to_their_own_account(contract):
    manager = people.manager()
    people.joins(manager, contract.customer)

    assert give(browser(manager), contract, **LITTLE).json()["code"] == "own_account"


@pytest.mark.parametrize("route", ["coupons", "redemptions", "contract_coupons"])
def test_list_takes_as_many_statements_for_three_as_for_one(contract, route):
    client, counted = browser(people.manager()), []
    address = reverse(f"staff_api:{route}", args=[contract.ref] if route == "contract_coupons" else [])

    for number in range(3):
        give(client, contract, **(LITTLE | {"code": f"spring-{number}"}))
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(address).json()["results"]) == number + 1
        counted.append(len(captured))

    assert counted[0] == counted[2]
