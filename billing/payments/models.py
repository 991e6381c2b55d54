"""Payments, what they are meant for, what was given back of them, and the methods they are made with.

Payments and their shares are written by billing/payments/collecting.py, refunds by refunds.py, methods by methods.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class PaymentMethod(models.Model):
    """A card or account kept at a gateway by token; never a card number. Written by billing/payments/methods.py."""

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="payment_methods")
    gateway = models.CharField(max_length=20)
    token = models.CharField(max_length=80)
    label = models.CharField(max_length=60)
    expires_on = models.DateField(null=True, blank=True)
    is_default = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True, removed_at=None), name="one_default_method_per_customer"
            )
        ]

    def __str__(self) -> str:
        return self.label


class PaymentQuerySet(models.QuerySet["Payment"]):
    def unresolved(self) -> "PaymentQuerySet":
        """Payments whose outcome is not known yet: nothing else may be collected for their documents."""
        return self.filter(status__in=[Payment.Status.STARTED, Payment.Status.UNKNOWN])

    def latest_first(self) -> "PaymentQuerySet":
        """Newest first."""
        return self.order_by("-started_at", "-id")


class Payment(models.Model):
    """Money a payer gives for one or more documents. Written by billing/payments/collecting.py.

    `key` comes from the form or the client: repeating it returns the same payment. Steps: see STEPS in attempts.py.
    """

    class Status(models.TextChoices):
        STARTED = "started", "In progress"
        UNKNOWN = "unknown", "Being checked"
        SUCCEEDED = "succeeded", "Paid"
        DECLINED = "declined", "Declined"

    ref = models.CharField(max_length=20, unique=True)
    key = models.UUIDField(unique=True)
    payer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="payments")
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    gateway = models.CharField(max_length=20)
    method_label = models.CharField(max_length=60)
    token = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status, default=Status.STARTED)
    decline_reason = models.CharField(max_length=200, blank=True)
    gateway_ref = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    refunded_minor = models.BigIntegerField(default=0)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_is_above_zero"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")),
                name="payment_is_not_refunded_beyond_its_amount",
            ),
        ]
        indexes = [models.Index(fields=["started_at"], name="payment_unresolved", condition=Q(status__in=["started", "unknown"]))]

    def __str__(self) -> str:
        return self.ref


class PaymentShare(models.Model):
    """How much of a payment is meant for which document. Written with the payment by billing/payments/collecting.py."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="shares")
    document = models.ForeignKey("billing.Document", on_delete=models.PROTECT, related_name="payment_shares")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "document"], name="one_share_per_payment_and_document"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_share_is_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} for {self.document}"


class Refund(models.Model):
    """Money given back from a payment, out of a customer's credit. Written by billing/payments/refunds.py.

    `key` comes from the form or the client: repeating it returns the same refund. Steps: see STEPS in attempts.py.
    """

    class To(models.TextChoices):
        ORIGIN = "origin", "To the card or account it came from"
        CREDIT = "credit", "As credit on the account of the one who paid"

    Status = Payment.Status

    ref = models.CharField(max_length=30, unique=True)
    key = models.UUIDField(unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    to = models.CharField(max_length=6, choices=To)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="refunds", help_text="Whose credit is given back."
    )
    amount_minor = models.BigIntegerField()
    reopens = models.BooleanField(
        default=False, help_text="Whether what it paid for is owed again, instead of credit being paid out."
    )
    reason = models.CharField(max_length=200)
    refunded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Payment.Status, default=Payment.Status.STARTED)
    decline_reason = models.CharField(max_length=200, blank=True)
    gateway_ref = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_above_zero")]
        indexes = [models.Index(fields=["started_at"], name="refund_unresolved", condition=Q(status__in=["started", "unknown"]))]

    def __str__(self) -> str:
        return self.ref


class GatewayCharge(models.Model):
    """The sandbox gateway's own memory of what it was asked. Written by billing/payments/gateways/sandbox.py only.

    `answered` is what it said at once, `outcome` what is true; a time-out is an answer of "unknown" beside either truth.
    """

    key = models.CharField(max_length=80, primary_key=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    answered = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12)
    reason = models.CharField(max_length=200, blank=True)
    gateway_ref = models.CharField(max_length=80, unique=True)
    gives_back = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="given_back", help_text="The charge a refund takes from."
    )

    def __str__(self) -> str:
        return f"{self.gateway_ref} {self.outcome}"
