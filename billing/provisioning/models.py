"""What has to be done for a product, and what of it is done for a subscription.

Written by billing/provisioning/fulfilling.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ProvisioningStep(models.Model):
    """Something that has to be done before a product works. Changing it leaves tasks that exist as they are."""

    product = models.ForeignKey("billing.Product", on_delete=models.PROTECT, related_name="provisioning_steps")
    position = models.PositiveSmallIntegerField(help_text="1 is done first.")
    name = models.CharField(max_length=120, help_text="As the customer reads it: Router sent.")
    days = models.PositiveSmallIntegerField(help_text="By when it is to be done, in days after the order.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["product", "position"]
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="one_provisioning_step_per_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="provisioning_steps_are_counted_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.name}"


class ProvisioningTask(models.Model):
    """A step to be done for one subscription. Who did it and when are kept together."""

    subscription = models.ForeignKey("billing.Subscription", on_delete=models.PROTECT, related_name="provisioning_tasks")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="For the customer: the number of a parcel, an address.")

    class Meta:
        ordering = ["subscription", "position"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "position"], name="one_provisioning_task_per_position"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="done_provisioning_has_its_person",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="provisioning_to_do", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.subscription}: {self.name}"
