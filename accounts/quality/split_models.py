"""Splits: a part of a customer becomes a customer of its own beside it. Written by accounts/quality/splitting.py."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Split(models.Model):
    """Which parts of a customer go to a new sister from a day on: asked for, decided by a second person, undone at will."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        DONE = "done", _("In effect")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        UNDONE = "undone", _("Undone")

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="splits")
    name = models.CharField(max_length=250, help_text="Of the new customer.")
    parts = models.JSONField(help_text="What goes along: part -> keys of its rows.")
    effective_on = models.DateField()
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    made = models.OneToOneField("accounts.Customer", null=True, on_delete=models.PROTECT, related_name="split_from")
    done_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    effects = models.JSONField(default=dict, help_text="What the deciding person was shown.")
    carried = models.JSONField(default=dict, help_text="What went along and must come back when it is undone.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="split_takes_two_persons"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(status__in=["waiting", "approved"]), name="one_open_split_of_a_customer"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["done", "undone"], made__isnull=False)
                | (~Q(status__in=["done", "undone"]) & Q(made=None)),
                name="split_in_effect_made_a_customer",
            ),
        ]
        indexes = [models.Index(fields=["effective_on", "id"], condition=Q(status="approved"), name="splits_due")]

    def __str__(self) -> str:
        return f"{self.name} out of {self.customer}"
