"""Merges of tickets and the problems behind them. Written by support/desk/merging.py and problems.py."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TicketMerge(models.Model):
    """One ticket read as part of another, how it stood before, and what the survivor took over from it."""

    retired = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="merges")
    survivor = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="absorbed")
    before = models.JSONField(help_text="Status, outcome and moment of its end, as they come back when the merge is undone.")
    adopted = models.JSONField(default=dict, help_text="What the survivor took over, by field.")
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retired"], condition=Q(undone_at=None), name="a_ticket_is_merged_once_at_a_time"),
            models.CheckConstraint(condition=~Q(retired=F("survivor")), name="ticket_is_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.retired_id} into {self.survivor_id}"


class Problem(models.Model):
    """One cause behind many tickets, answered once for all of them."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        OPEN = "open", _("Open")
        SOLVED = "solved", _("Solved")
        DISMISSED = "dismissed", _("No problem")

    ref = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    cause = models.TextField(blank=True, help_text="What we know of it; for our own people.")
    key = models.UUIDField(null=True, unique=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "open"], ended_at=None)
                | Q(status__in=["solved", "dismissed"], ended_at__isnull=False),
                name="problem_that_ended_has_its_moment",
            )
        ]
        indexes = [models.Index(fields=["status", "-opened_at"], name="problem_by_status")]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"
