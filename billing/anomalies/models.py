"""Billing errors found. Written by billing/anomalies/finding.py."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.invoices.models import Line


class Finding(models.Model):
    """A suspected billing error with its evidence. One row per suspect, however often the detector runs."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        REMEDIED = "remedied", _("Put right")
        DISMISSED = "dismissed", _("Dismissed")

    ref = models.CharField(max_length=20, unique=True)
    detector = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True, help_text="Same suspects, same key: finding again changes nothing.")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="findings")
    line = models.ForeignKey(
        "billing.Line", null=True, on_delete=models.PROTECT, related_name="findings", help_text="The line that should not be."
    )
    payment = models.ForeignKey(
        "billing.Payment", null=True, on_delete=models.PROTECT, related_name="findings", help_text="The payment with money left."
    )
    twin = models.ForeignKey(
        "billing.Line", null=True, on_delete=models.PROTECT, related_name="+", help_text="The line that already charged it."
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    evidence = models.JSONField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(line__isnull=False, payment=None) | Q(line=None, payment__isnull=False),
                name="finding_is_about_a_line_or_a_payment",
            )
        ]
        indexes = [models.Index(fields=["customer", "status"], name="finding_by_customer")]

    def __str__(self) -> str:
        return self.ref

    @property
    def charge(self) -> Line:
        """The line it is about; a finding about a payment has none, and whoever asks looked for the wrong kind."""
        if self.line is None:
            raise LookupError(f"{self.ref} is about a payment, not about a line")
        return self.line
