"""Exports and erasures that were asked for, and consents given. Written by exporting.py, erasing.py and consents.py."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """Everything about a person, or about a customer and all below it, as a ZIP file. Written by exporting.py.

    Once its time is over the file is taken away and the row stays.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("accounts.Customer", null=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, customer__isnull=False) | Q(person__isnull=False, customer=None),
                name="export_is_of_a_person_or_of_a_customer",
            ),
            models.CheckConstraint(
                condition=Q(content=None) | Q(ready_at__isnull=False, expires_at__isnull=False), name="export_with_a_file_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.customer}"


class Erasure(models.Model):
    """The wish that a person be forgotten, and what became of it. Written by erasing.py; the row itself stays."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Being looked through")
        PREVIEWED = "previewed", _("Waits for a second person")
        CONFIRMED = "confirmed", _("Being erased")
        DONE = "done", _("Erased")
        REFUSED = "refused", _("Refused")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    preview = models.JSONField(default=dict, help_text="What is erased and what is kept, by table, with the rule.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=["asked", "previewed", "confirmed"]),
                name="one_open_erasure_per_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("person"))),
                name="erasure_takes_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "done"]) | Q(decided_by__isnull=False), name="erasure_was_confirmed"
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"


class Consent(models.Model):
    """What a person allowed us to do with something of theirs, until they took it back. Written by consents.py."""

    class Purpose(models.TextChoices):
        PRAISE_WALL = "praise_wall", _("Our own people may read their praise")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    about = models.CharField(max_length=40, help_text="What it is about: its kind and its key.")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose", "about"], condition=Q(withdrawn_at=None), name="one_consent_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")), name="consent_ends_after_it_was_given"
            ),
        ]
        indexes = [models.Index(fields=["purpose", "-given_at"], condition=Q(withdrawn_at=None), name="consents_standing")]

    def __str__(self) -> str:
        return f"{self.person}: {self.purpose}"
