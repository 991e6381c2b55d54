"""Meters and usage records. Written by billing/usage/recording.py; records are only ever added."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added


class Meter(models.Model):
    """Something measured, named like the metric of a charge. Written by billing/usage/recording.py."""

    class Aggregation(models.TextChoices):
        SUM = "sum", _("Sum")
        COUNT = "count", _("Number of records")
        MAX = "max", _("Highest")
        UNIQUE = "unique", _("Number of different items")
        LAST = "last", _("Latest")

    code = models.CharField(max_length=40, unique=True)
    aggregation = models.CharField(max_length=8, choices=Aggregation, default=Aggregation.SUM)

    def __str__(self) -> str:
        return self.code


class UsageRecord(models.Model):
    """One measurement of a subscription. Written by billing/usage/recording.py; never changed, corrected by a further one."""

    subscription = models.ForeignKey("billing.Subscription", on_delete=models.PROTECT, related_name="usage")
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="records")
    key = models.CharField(max_length=80, help_text="The sender's id of the event: the same one is counted once.")
    day = models.DateField(help_text="The day of the contract's time zone on which it was used.")
    used_at = models.DateTimeField()
    units = models.DecimalField(max_digits=24, decimal_places=10, default=0)
    amount = models.DecimalField(max_digits=24, decimal_places=10, null=True, help_text="Money moved, for percentages.")
    events = models.PositiveIntegerField(default=1)
    item = models.CharField(max_length=80, blank=True, help_text="What is counted once by a meter of different items.")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "key"], name="one_usage_record_per_key"),
            models.CheckConstraint(condition=Q(events__gte=1), name="usage_record_counts_an_event"),
        ]
        indexes = [models.Index(fields=["subscription", "day"], name="usage_by_day")]
        triggers = only_added("usage")

    def __str__(self) -> str:
        return f"{self.meter} of {self.subscription} on {self.day}"
