"""Where programs are told of what happened, what they are told, and how each try went.

Endpoints are written by accounts/webhooks/endpoints.py (and failing ones by sending.py), messages by queueing.py and sending.py,
attempts by sending.py.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def kept(self) -> "EndpointQuerySet":
        """Endpoints nobody has removed."""
        return self.filter(removed_at=None)

    def told(self) -> "EndpointQuerySet":
        """Endpoints that are told of what happens."""
        return self.filter(removed_at=None, disabled_at=None)


class WebhookEndpoint(models.Model):
    """An address that is told what happens at a customer and below. Written by accounts/webhooks/endpoints.py.

    `seed` and `earlier_seed` are what the secrets are derived from with the site's own key; alone they sign nothing.
    """

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="webhooks")
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="webhooks")
    registered_at = models.DateTimeField()
    url = models.CharField(max_length=500)
    note = models.CharField(max_length=80, blank=True)
    topics = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    kinds = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    seed = models.UUIDField(default=uuid.uuid4, editable=False)
    earlier_seed = models.UUIDField(null=True, editable=False)
    earlier_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook"
        constraints = [
            models.CheckConstraint(condition=~Q(topics=[]) | ~Q(kinds=[]), name="webhook_is_told_of_something"),
            models.CheckConstraint(
                condition=Q(earlier_seed=None, earlier_until=None) | Q(earlier_seed__isnull=False, earlier_until__isnull=False),
                name="earlier_webhook_secret_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_told(self) -> bool:
        """Whether messages go there."""
        return self.removed_at is None and self.disabled_at is None

    def seeds(self, at: datetime) -> list[uuid.UUID]:
        """Return what the secrets in force at the moment `at` are derived from, the newest first."""
        overlaps = self.earlier_seed and self.earlier_until and self.earlier_until > at
        return [self.seed, self.earlier_seed] if overlaps and self.earlier_seed else [self.seed]


class WebhookMessage(models.Model):
    """One activity for one endpoint; without an activity, a trial. Its key is the `webhook-id` of every try."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    activity = models.ForeignKey("accounts.Activity", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    queued_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "webhook message"
        constraints = [models.UniqueConstraint(fields=["endpoint", "activity"], name="an_endpoint_has_one_message_per_activity")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="webhook_message_waiting", condition=Q(status="waiting")),
            models.Index(fields=["endpoint", "-queued_at", "-id"], name="webhook_message_by_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.status}"


class WebhookAttempt(models.Model):
    """One try to hand a message over, and what came of it. Written by accounts/webhooks/sending.py."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    answered = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The status of the answer, where there was one.")
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "webhook attempt"

    def __str__(self) -> str:
        return f"{self.message_id}: {self.answered or self.fault}"
