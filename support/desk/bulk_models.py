"""Bulks and their rows. Written by support/desk/bulk.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Bulk(models.Model):
    """One change over several tickets."""

    key = models.UUIDField(unique=True, help_text="From the form: sending it twice makes one bulk.")
    change = models.JSONField(help_text="What happens to each; see support/desk/changes.py.")
    problem = models.ForeignKey("support.Problem", null=True, on_delete=models.PROTECT, related_name="bulks")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"Bulk {self.pk}"


class BulkRow(models.Model):
    """One ticket of a bulk and what became of it; `words` says why nothing happened, or what was put back."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        GOES_BACK = "back", _("Is put back")
        REFUSED = "refused", _("Not changed")
        UNDONE = "undone", _("Taken back")

    bulk = models.ForeignKey(Bulk, on_delete=models.PROTECT, related_name="rows")
    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="bulk_rows")
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    made = models.JSONField(default=dict, help_text="What was before and after.")
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bulk", "ticket"], name="a_ticket_stands_once_in_a_bulk"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "refused"]) | ~Q(made={}), name="bulk_row_done_says_what_was"
            ),
        ]
        indexes = [models.Index(fields=["bulk"], condition=Q(status__in=["waiting", "back"]), name="bulk_row_to_do")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.get_status_display()}"
