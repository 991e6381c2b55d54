"""Bulk changes, their rows, and what was chosen of them. Written by billing/amendments/bulk/working.py and carrying.py."""

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


class BulkChoice(models.Model):
    """Rows that somebody chose to have made, each at the quote it carried then, and what they commit to together."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bulk = models.ForeignKey(BulkChange, on_delete=models.PROTECT, related_name="choices")
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    committed = models.JSONField(help_text="Minor units by currency, of all the rows chosen together.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["bulk"], name="bulk_choice_unfinished", condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.bulk}, chosen by {self.chosen_by}"


class BulkChangeRow(models.Model):
    """One row: what it asks for, what that costs (its quote), and what became of it.

    Steps: waiting for its price, then ready or refused; chosen, then done, asked or refused. What waits or was chosen is a
    worker's to do: it claims the row for some minutes (`claimed_until`).
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for its price")
        READY = "ready", _("Ready")
        CHOSEN = "chosen", _("Being made")
        REFUSED = "refused", _("Not possible")
        APPLIED = "applied", _("Done")
        ASKED = "asked", _("Waiting for approval")

    bulk = models.ForeignKey(BulkChange, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(help_text="As a spreadsheet counts: the header is row 1.")
    given = models.JSONField(help_text="The cells as they came.")
    quote = models.ForeignKey("billing.Quote", null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status)
    reason = models.CharField(max_length=300, blank=True)
    priced_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="Who asked for the price."
    )
    choice = models.ForeignKey(BulkChoice, null=True, on_delete=models.PROTECT, related_name="rows")
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "number"], name="one_row_per_number_of_a_bulk_change"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "refused"]) | Q(quote__isnull=False),
                name="row_of_a_bulk_change_has_its_quote_once_it_is_ready",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | Q(priced_for__isnull=False), name="row_that_waits_for_its_price_says_for_whom"
            ),
            models.CheckConstraint(condition=~Q(status="chosen") | Q(choice__isnull=False), name="chosen_row_has_its_choice"),
            models.UniqueConstraint(fields=["quote"], name="a_quote_belongs_to_one_row_of_a_bulk_change"),
        ]
        indexes = [
            models.Index(fields=["bulk", "number"], name="bulk_row_to_be_done", condition=Q(status__in=["waiting", "chosen"]))
        ]

    def __str__(self) -> str:
        return f"{self.bulk}, row {self.number}"
