"""Coupons of a contract by program."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.catalog import coupons
from billing.contracts import redeeming
from tests.factories import billing, customers, people
from tests.portal.visiting import browser_of

pytestmark = pytest.mark.django_db


def test_program_reads_what_the_coupon_of_a_contract_takes_off():
    subscription = billing.subscribed(customers.group("Berlin"))
    contract, tenth = (
        subscription.contract,
        coupons.define(actor=None, at=billing.NOON, code="TENTH", name="A tenth", percent=Decimal(10)),
    )
    redemption = redeeming.redeem(actor=None, coupon=tenth, contract=contract, on=billing.FIRST_DAY, at=billing.NOON)

    told = browser_of(people.member(subscription.customer)).get(reverse("api:coupons", args=[contract.ref])).json()

    assert told == [
        {
            "ref": redemption.ref, "code": "TENTH", "name": "A tenth", "words": coupons.words(tenth), "subscription": None,
            "since": "2026-01-01", "until": None,
        }
    ]  # fmt: skip
