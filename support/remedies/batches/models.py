"""Batches and their rows. Written by support/remedies/batches/working.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """One remedy over several findings with the same cause."""

    key = models.UUIDField(unique=True, help_text="From the form: sending it twice makes one batch.")
    finding = models.ForeignKey("billing.Finding", on_delete=models.PROTECT, related_name="batches", help_text="Where it began.")
    remedy = models.CharField(max_length=40)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"Batch {self.pk} of {self.finding}"


class BatchRow(models.Model):
    """One finding of a batch and what became of it; `words` says why nothing was given or taken back."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        GIVEN = "granted", _("Given")
        ASKED = "awaiting_approval", _("Waiting for approval")
        REFUSED = "refused", _("Not given")
        UNDONE = "reversed", _("Taken back")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows")
    finding = models.ForeignKey("billing.Finding", on_delete=models.PROTECT, related_name="batch_rows")
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    grant = models.OneToOneField("support.Grant", null=True, on_delete=models.PROTECT, related_name="batch_row")
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "finding"], name="a_finding_stands_once_in_a_batch"),
            models.CheckConstraint(
                condition=~Q(status__in=["granted", "awaiting_approval", "reversed"]) | Q(grant__isnull=False),
                name="batch_row_given_has_its_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.get_status_display()}"
