"""What we keep of Stripe: whom it knows, what we asked, and what it told us. No keys of ours, no card numbers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StripeCustomer(models.Model):
    """One of our customers as Stripe knows it. Written by billing/payments/stripe/setups.py."""

    customer = models.OneToOneField("accounts.Customer", on_delete=models.PROTECT, related_name="at_stripe")
    stripe_id = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.stripe_id


class StripeCall(models.Model):
    """A charge or refund that Stripe was asked for under a key. Written by billing/payments/gateways/stripe.py.

    `within` is where to look when the answer was lost: the customer of a charge, the charge of a refund.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", _("Charge")
        REFUND = "refund", _("Refund")

    key = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=6, choices=Kind)
    within = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    stripe_id = models.CharField(max_length=80, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.stripe_id or self.key}"


class StripeEvent(models.Model):
    """News from Stripe, kept once, as it was signed. Written by billing/payments/stripe/events.py."""

    event_id = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=80)
    about = models.CharField(max_length=80, blank=True, help_text="The object it is about.")
    payload = models.JSONField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it could not be applied; finance looks.")

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="stripe_event_waiting", condition=Q(applied_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
