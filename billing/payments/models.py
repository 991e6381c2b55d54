"""Payments, what they are meant for, what was given back of them, and the methods they are made with.

Payments and their shares are written by billing/payments/collecting.py, refunds by refunds.py, methods by methods.py, orders
to pay by themselves by autopay.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PaymentMethod(models.Model):
    """A card or account kept at a gateway by token; never a card number. Written by billing/payments/methods.py."""

    class Scope(models.TextChoices):
        NODE = "node", _("This customer only")
        SUBTREE = "subtree", _("Everything below as well")

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="payment_methods")
    scope = models.CharField(
        max_length=7, choices=Scope, default=Scope.NODE, db_default=Scope.NODE, help_text="Whom it may pay for."
    )
    gateway = models.CharField(max_length=20)
    token = models.CharField(max_length=80)
    label = models.CharField(max_length=60)
    expires_on = models.DateField(null=True, blank=True, help_text="The first day on which it is no longer valid.")
    is_default = models.BooleanField(default=False, help_text="Proposed first to those it may pay for.")
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When its gateway last said that it works.")
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    warned_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many days ahead the last notice of its expiry was."
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "scope"], condition=Q(is_default=True, removed_at=None), name="one_default_method_per_scope"
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(removed_at__isnull=False), name="a_method_replaced_is_no_longer_kept"
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="method_expiring", condition=Q(removed_at=None))]

    def __str__(self) -> str:
        return self.label


class Autopay(models.Model):
    """The order to pay by itself what falls due. Written by billing/payments/autopay.py; one in force a customer.

    `day` is a day of the month; without one each invoice is paid on its due day. `limit_minor` is the most that is taken in a
    calendar month, in `currency`; with a limit nothing in another currency is paid.
    """

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="autopays")
    scope = models.CharField(max_length=7, choices=PaymentMethod.Scope, default=PaymentMethod.Scope.NODE)
    method = models.ForeignKey(
        PaymentMethod, null=True, blank=True, on_delete=models.PROTECT, related_name="autopays",
        help_text="Empty: whichever is the default on the day.",
    )  # fmt: skip
    limit_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    day = models.PositiveSmallIntegerField(null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_at=None), name="one_autopay_in_force_per_customer"),
            models.CheckConstraint(condition=Q(limit_minor=None) | Q(limit_minor__gt=0), name="autopay_limit_is_above_zero"),
            models.CheckConstraint(condition=Q(day=None) | Q(day__gte=1, day__lte=28), name="autopay_day_is_in_every_month"),
        ]

    def __str__(self) -> str:
        return f"Automatic payment of {self.customer}"


class AutopaySkip(models.Model):
    """An invoice that automatic payment had to leave open, told once. Written by billing/payments/autopay.py."""

    autopay = models.ForeignKey(Autopay, on_delete=models.PROTECT, related_name="skips")
    document = models.ForeignKey("billing.Document", on_delete=models.PROTECT, related_name="autopay_skips")
    reason = models.CharField(max_length=200)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["autopay", "document"], name="a_skip_is_told_once")]

    def __str__(self) -> str:
        return f"{self.document}: {self.reason}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def unresolved(self) -> "PaymentQuerySet":
        """Payments whose outcome is not known yet: nothing else may be collected for their documents."""
        return self.filter(status__in=Payment.UNRESOLVED)

    def latest_first(self) -> "PaymentQuerySet":
        """Newest first."""
        return self.order_by("-started_at", "-id")


class Payment(models.Model):
    """Money a payer gives for one or more documents. Written by billing/payments/collecting.py.

    `key` comes from the form or the client: repeating it returns the same payment. Steps: see STEPS in attempts.py.
    """

    class Status(models.TextChoices):
        STARTED = "started", _("In progress")
        UNKNOWN = "unknown", _("Being checked")
        SUCCEEDED = "succeeded", _("Paid")
        DECLINED = "declined", _("Declined")

    UNRESOLVED = (Status.STARTED, Status.UNKNOWN)

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
    part_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Why the payer paid only a part of what was open."
    )
    autopay = models.ForeignKey(
        Autopay, null=True, blank=True, on_delete=models.PROTECT, related_name="payments", help_text="The order it was made by."
    )

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
        ORIGIN = "origin", _("To the card or account it came from")
        CREDIT = "credit", _("As credit on the account of the one who paid")

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
        default=False, db_default=False, help_text="Whether what it paid for is owed again, instead of credit being paid out."
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
