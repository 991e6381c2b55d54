"""Quotes for changes of a running contract. Written by billing/amendments/quoting.py and applying.py."""

import uuid

from django.conf import settings
from django.db import models


class Quote(models.Model):
    """What a proposed change will cost, line by line, valid until it expires. Applied at most once, to the cent."""

    class Status(models.TextChoices):
        OFFERED = "offered"
        APPLIED = "applied"

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey("billing.Subscription", on_delete=models.PROTECT, related_name="quotes")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    change = models.JSONField()
    effective_on = models.DateField()
    history_length = models.PositiveIntegerField(help_text="Events in the history when it was quoted; more means it is stale.")
    outcome = models.JSONField(help_text="Lines, today, per period, next invoice: what apply must reproduce.")
    quoted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.OFFERED)
    document = models.ForeignKey("billing.Document", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.change.get('what')} of {self.subscription}"
