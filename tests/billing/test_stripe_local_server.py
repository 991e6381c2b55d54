"""The gateway speaks Stripe's interface: shown against the public local server, on the loopback, for what that one knows.

That server ignores idempotency keys and takes refunds above a charge; those rules are held by tests/stripe_double.py.
"""

import socket
import subprocess
import sys
import time

import pytest

from billing.money import Money
from billing.payments.gateways.base import Outcome
from billing.payments.gateways.stripe import Stripe
from billing.payments.stripe import client

pytestmark = pytest.mark.django_db

SERVE = "import sys; from aiohttp import web; from localstripe.server import app; web.run_app(app, host='127.0.0.1', port={0})"
SECONDS_TO_START = 60
EUR_12 = Money(1200, "EUR")


@pytest.fixture
def local_server(settings, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = [sys.executable, "-c", SERVE.format(port)]
    process = subprocess.Popen(served, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API = "sk_test_local", f"http://127.0.0.1:{port}"
    try:
        _wait_for(port)
        yield client.connect().v1
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port):
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail("the local server did not start")


def card(way, number):
    customer = way.customers.create({"name": "Berlin"})
    entered = {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    method = way.payment_methods.create({"type": "card", "card": entered})
    way.payment_methods.attach(method.id, {"customer": customer.id})
    return f"{customer.id}:{method.id}"


def test_a_card_is_checked_charged_asked_about_and_given_back(local_server):
    token = card(local_server, "4242424242424242")

    charge = Stripe().collect(key="a", amount=EUR_12, token=token)

    assert Stripe().check(token=token).outcome == Outcome.SUCCESS
    assert charge.outcome == Outcome.SUCCESS
    assert Stripe().ask(key="a") == charge
    given = Stripe().refund(key="r", gateway_ref=charge.gateway_ref, amount=Money(700, "EUR"))
    assert given.outcome == Outcome.SUCCESS
    assert Stripe().ask(key="r") == given


def test_a_card_is_declined_or_wants_its_holder(local_server):
    declined = Stripe().collect(key="b", amount=EUR_12, token=card(local_server, "4000000000000341"))
    waiting = Stripe().collect(key="c", amount=EUR_12, token=card(local_server, "4000002500003155"))

    assert declined.outcome == Outcome.DECLINED
    assert declined.reason
    assert (waiting.outcome, Stripe().ask(key="c").outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
