"""Activities and the deliveries that tell others about them.

An activity is written once, by accounts/timeline/recording.py, and never changed. A delivery is written by
accounts/timeline/recording.py and settled by accounts/timeline/delivery.py.
"""

from django.conf import settings
from django.db import models

from accounts.append_only import only_added


class ActivityQuerySet(models.QuerySet["Activity"]):
    def shown_to_customers(self) -> "ActivityQuerySet":
        """Activities that the customer's own people may read."""
        return self.filter(internal=False)

    def latest_first(self) -> "ActivityQuerySet":
        """Newest first; equal moments in the order they were written."""
        return self.order_by("-at", "-id")


class Activity(models.Model):
    """One thing that happened to a customer, or (without one) to the house as a whole.

    Written by accounts/timeline/recording.py; never changed. Kept in a part for each month (accounts/timeline/months.py), so the
    database holds `id` unique within a month only; all come from one sequence.
    """

    customer = models.ForeignKey("accounts.Customer", null=True, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    about_kind = models.CharField(max_length=40, blank=True)
    about_ref = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    internal = models.BooleanField(default=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="activity_by_customer"),
            models.Index(fields=["about_kind", "about_ref"], name="activity_by_subject"),
            models.Index(fields=["-at", "-id"], name="prices_that_differed", condition=models.Q(kind="billing.price_differed")),
        ]
        triggers = only_added("activity")

    def __str__(self) -> str:
        return f"{self.kind} {self.about_ref}".strip()


class Delivery(models.Model):
    """One reader still to be told of an activity: the outbox row. Written by recording, settled by delivery."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="deliveries", db_constraint=False)
    reader = models.CharField(max_length=30)
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["activity", "reader"], name="each_reader_is_told_once_per_activity")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="delivery_waiting", condition=models.Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.activity_id} {self.status}"
