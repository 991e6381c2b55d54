"""Methods: the cards and accounts a customer keeps with us for the next payment; always a gateway's token, never a number."""

from datetime import datetime

from django.db import transaction

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.payments import gateways
from billing.payments.gateways.base import Method
from billing.payments.models import PaymentMethod
from billing.periods import local_day


class MethodExpired(Refusal):
    """A card is kept only while it is valid."""

    code = "method_expired"


def keep(*, actor: User | None, customer: Customer, method: Method, at: datetime) -> PaymentMethod:
    """Keep `method` for `customer` and make it the one proposed next time; keeping the same again changes nothing else."""
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer.pk)
        if actor is not None:
            access.decide(actor, access.PAY, customer).or_refuse()
        gateways.by_code(method.gateway)
        if method.expires_on and method.expires_on <= local_day(at, customer.timezone):
            raise MethodExpired(f"{method.label} has expired.")
        kept_ones = PaymentMethod.objects.filter(customer=customer, removed_at=None)
        kept_ones.filter(is_default=True).update(is_default=False)
        kept, _ = PaymentMethod.objects.update_or_create(
            customer=customer,
            gateway=method.gateway,
            token=method.token,
            removed_at=None,
            defaults={"label": method.label, "expires_on": method.expires_on, "is_default": True},
        )
        return kept


def remove(*, actor: User | None, kept: PaymentMethod, at: datetime) -> None:
    """Forget a method: it is proposed no more. Payments made with it keep its label."""
    with transaction.atomic():
        kept = PaymentMethod.objects.select_for_update(of=("self",)).select_related("customer").get(pk=kept.pk)
        if actor is not None:
            access.decide(actor, access.PAY, kept.customer).or_refuse()
        if kept.removed_at is None:
            kept.removed_at, kept.is_default = at, False
            kept.save(update_fields=["removed_at", "is_default"])


def kept_for(customer: Customer) -> list[PaymentMethod]:
    """Return the methods `customer` keeps, the proposed one first."""
    return list(PaymentMethod.objects.filter(customer=customer, removed_at=None).order_by("-is_default", "-pk"))
