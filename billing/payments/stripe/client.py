"""The way to Stripe: its own library, with our key from the environment, short time-outs, and no repeats of its own.

Whether to ask again is decided by the steps of an attempt (billing/payments/attempts.py), never by the library.
"""

from typing import Any, Final

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.money import Money

SECONDS_TO_WAIT: Final = (5, 20)  # for the connection, for the answer
# Currencies without minor units that Stripe counts in hundredths all the same, and those it charges in steps of ten.
COUNTED_IN_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
IN_STEPS_OF_TEN: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class NotSetUp(Refusal):
    """Stripe is not turned on here."""

    code = "stripe_not_set_up"


def is_on() -> bool:
    """Say whether cards are taken by Stripe here: both keys are there."""
    return bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_PUBLISHABLE_KEY)


def connect() -> stripe.StripeClient:
    """Return the library's client.

    Raises:
        NotSetUp: there is no key.
    """
    if not settings.STRIPE_SECRET_KEY:
        raise NotSetUp(_("Cards cannot be charged: Stripe is not set up here."))
    addresses: Any = {"api": settings.STRIPE_API} if settings.STRIPE_API else {}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses=addresses,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=SECONDS_TO_WAIT),
    )


def minor_units(amount: Money) -> int:
    """Return an amount as Stripe counts it."""
    return amount.amount_minor * (100 if amount.currency in COUNTED_IN_HUNDREDTHS else 1)


def money(counted: int, currency: str) -> Money:
    """Return what Stripe counted as an amount of ours."""
    code = currency.upper()
    return Money(counted // (100 if code in COUNTED_IN_HUNDREDTHS else 1), code)
