"""Runs and their work: who was to be billed by a run, and what came of it.

Written by billing/invoices/running: carrying.py begins and ends runs, chunks.py marks work, holding.py decides what was held.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BillingRun(models.Model):
    """Billing everything that fell due by the day `on`. Written by billing/invoices/running/carrying.py."""

    on = models.DateField()
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["on"], condition=Q(finished_at=None), name="one_unfinished_run_per_day"),
        ]
        indexes = [models.Index(fields=["-begun_at", "-id"], name="run_by_begin")]

    def __str__(self) -> str:
        return f"run of {self.on}"


class BillingWorkQuerySet(models.QuerySet["BillingWork"]):
    def held(self) -> "BillingWorkQuerySet":
        """What waits for a person to release or discard it."""
        return self.filter(status=BillingWork.Status.HELD)

    def failed(self) -> "BillingWorkQuerySet":
        """Payers that could not be billed."""
        return self.filter(status=BillingWork.Status.FAILED)


class BillingWork(models.Model):
    """One payer's part of a run. Written by billing/invoices/running/chunks.py and holding.py.

    `amounts` are the totals issued per currency in minor units. What was held keeps the documents as they would have been
    issued (`drafts`) and what looked wrong about them (`reason`).
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Billed")
        HELD = "held", _("Held")
        FAILED = "failed", _("Failed")
        RELEASED = "released", _("Released")
        DISCARDED = "discarded", _("Discarded")

    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, related_name="work", db_index=False)
    payer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="billing_work")
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    invoices = models.PositiveIntegerField(default=0)
    credit_notes = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    amounts = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    drafts = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = BillingWorkQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "billing work"
        constraints = [
            models.UniqueConstraint(fields=["run", "payer"], name="one_work_per_payer_and_run"),
            models.UniqueConstraint(fields=["payer"], condition=Q(status="held"), name="a_payer_is_held_once"),
        ]
        indexes = [
            models.Index(fields=["run", "payer"], name="work_waiting", condition=Q(status="waiting")),
            models.Index(fields=["run", "status"], name="work_not_done", condition=~Q(status__in=["waiting", "done"])),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id} in {self.run_id}: {self.status}"
