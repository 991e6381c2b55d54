"""Set-ups: a card entered in Stripe's fields becomes a method of the customer.

`begin` opens a set-up at Stripe and returns the secret that the fields need; it is stored nowhere. `finish` is called when the
browser comes back and when Stripe sends the news, whichever is first; both ask Stripe what became of it, and keep a card once.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import stripe
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.payments import methods
from billing.payments.gateways.base import Method
from billing.payments.gateways.stripe import Stripe
from billing.payments.models import PaymentMethod
from billing.payments.stripe import client
from billing.payments.stripe.models import StripeCustomer

CUSTOMER: Final = "accord_customer"
SCOPE: Final = "accord_scope"
REPLACES: Final = "accord_replaces"
BRANDS: Final = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express"}


class NotReady(Refusal):
    """The card was not set up: not confirmed, declined, or Stripe does not answer now."""

    code = "setup_not_ready"


class CardRemoved(NotReady):
    """The card of this set-up was kept once and removed since; an old set-up does not bring it back."""


@dataclass(frozen=True)
class Opened:
    """A set-up open at Stripe: its number, and the secret with which the browser fills it in."""

    number: str
    secret: str


def begin(*, actor: User, customer: Customer, scope: str = methods.NODE, replaces: PaymentMethod | None = None) -> Opened:
    """Open a set-up at Stripe for a card of `customer`, or for one that takes the place of `replaces`.

    Raises:
        NotReady: Stripe does not answer.
        Refusal: `actor` may not pay for the customer, or Stripe is not turned on.
        RuntimeError: called inside a transaction; Stripe is never called in one.
    """
    access.decide(actor, access.PAY, customer).or_refuse()
    told = {CUSTOMER: customer.number, SCOPE: scope, REPLACES: str(replaces.pk) if replaces else ""}
    asked: Any = {"usage": "off_session", "payment_method_types": ["card"], "metadata": told}
    try:
        way = client.connect()
        opened = way.v1.setup_intents.create(asked | {"customer": known_as(customer, way)})
    except stripe.StripeError as fault:
        raise NotReady(_("Stripe does not answer just now. Try again in a moment.")) from fault
    return Opened(opened.id, str(opened.client_secret))


def known_as(customer: Customer, way: stripe.StripeClient) -> str:
    """Return the number under which Stripe knows `customer`; it is made known when it was not."""
    if known := StripeCustomer.objects.filter(customer=customer).first():
        return known.stripe_id
    made = way.v1.customers.create(
        {"name": customer.name, "metadata": {CUSTOMER: customer.number}}, {"idempotency_key": f"accord-customer-{customer.pk}"}
    )
    with transaction.atomic():
        return StripeCustomer.objects.get_or_create(customer=customer, defaults={"stripe_id": made.id})[0].stripe_id


def finish(*, actor: User | None, number: str, at: datetime) -> PaymentMethod:
    """Keep the card of a set-up that succeeded, as Stripe tells it; repeating it keeps it once.

    Raises:
        NotReady: it has not succeeded, or it is none of ours.
        CardRemoved: its card was removed since.
        Refusal: `actor` may not pay for its customer.
    """
    try:
        way = client.connect()
        found: Any = way.v1.setup_intents.retrieve(number)
        if found.status != "succeeded" or not found.payment_method:
            raise NotReady(_("The card was not set up. Try again, or use another."))
        card: Any = way.v1.payment_methods.retrieve(str(found.payment_method))
    except stripe.StripeError as fault:
        raise NotReady(_("Stripe does not tell what became of the card. Try again in a moment.")) from fault
    known = StripeCustomer.objects.select_related("customer").filter(stripe_id=str(found.customer)).first()
    if known is None:
        raise NotReady(_("This card belongs to nobody here."))
    method = _method_of(known, card)
    if PaymentMethod.objects.filter(customer=known.customer, token=method.token, removed_at__isnull=False).exists():
        raise CardRemoved(_("This card was removed. Enter it again."))
    metadata = found.metadata.to_dict() if found.metadata else {}
    replaced = PaymentMethod.objects.filter(pk=metadata.get(REPLACES) or 0, customer=known.customer, removed_at=None)
    if old := replaced.select_related("customer").first():
        return methods.replace(actor=actor, kept=old, method=method, at=at)
    scope = methods.SUBTREE if metadata.get(SCOPE) == methods.SUBTREE else methods.NODE
    return methods.keep(actor=actor, customer=known.customer, method=method, at=at, scope=scope, verified=True)


def _method_of(known: StripeCustomer, found: Any) -> Method:
    card = found.card
    year, month = int(card.exp_year), int(card.exp_month)
    return Method(
        gateway=Stripe.code,
        token=f"{known.stripe_id}:{found.id}",
        label=f"{BRANDS.get(card.brand, str(card.brand).title())} •••• {card.last4}",
        expires_on=date(year + month // 12, month % 12 + 1, 1),
    )
