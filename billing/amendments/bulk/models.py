"""Bulk changes and their rows. Written by billing/amendments/bulk/working.py."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BulkChange(models.Model):
    """One file of contract changes of a customer and all below it."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="bulk_changes")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    file_name = models.CharField(max_length=120)
    content_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "content_hash"], name="the_same_file_is_one_bulk_change"),
        ]

    def __str__(self) -> str:
        return self.file_name


class BulkChangeRow(models.Model):
    """One row: what it asks for, what that costs (its quote), and what became of it."""

    class Status(models.TextChoices):
        READY = "ready", _("Ready")
        REFUSED = "refused", _("Not possible")
        APPLIED = "applied", _("Done")
        ASKED = "asked", _("Waiting for approval")

    bulk = models.ForeignKey(BulkChange, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(help_text="As a spreadsheet counts: the header is row 1.")
    given = models.JSONField(help_text="The cells as they came.")
    quote = models.ForeignKey("billing.Quote", null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "number"], name="one_row_per_number_of_a_bulk_change"),
            models.CheckConstraint(
                condition=Q(status="refused") | Q(quote__isnull=False), name="row_of_a_bulk_change_has_its_quote_unless_refused"
            ),
            models.UniqueConstraint(fields=["quote"], name="a_quote_belongs_to_one_row_of_a_bulk_change"),
        ]

    def __str__(self) -> str:
        return f"{self.bulk}, row {self.number}"
