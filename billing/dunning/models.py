"""The ladder, the steps taken, the rests, payment plans and disputes of invoices that are not paid.

Each table names its writer. A step is taken once for an invoice; a rest keeps who asked for it and how it ended.
"""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from accounts.customers.models import Customer
from billing.invoices.models import Document, Line


class DunningStep(models.Model):
    """One step of the ladder. Written by billing/dunning/ladder.py; a step that ends stays, for what was taken by it."""

    class Action(models.TextChoices):
        REMIND = "remind", _("Remind")
        FEE = "fee", _("Charge a fee")
        RESTRICT = "restrict", _("No new orders")
        SUSPEND = "suspend", _("Suspend the service")

    number = models.PositiveSmallIntegerField(help_text="Its place on the ladder: 1 is the lowest.")
    tier = models.CharField(
        max_length=12, blank=True, choices=Customer.Tier, help_text="Only customers of this tier; empty: all whose tier has none."
    )
    days = models.PositiveSmallIntegerField(help_text="Days after the due day.")
    action = models.CharField(max_length=8, choices=Action)
    fee_minor = models.BigIntegerField(null=True, blank=True, help_text="The fee in minor units, of a step that charges one.")
    currency = models.CharField(max_length=3, blank=True, help_text="Invoices in other currencies are reminded instead.")
    words = models.CharField(max_length=400, blank=True, help_text="What the letter says besides; empty: the usual words.")
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["tier", "days", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action="fee", fee_minor__gt=0) & ~Q(currency="")
                | ~Q(action="fee") & Q(fee_minor=None, currency=""),
                name="a_fee_has_an_amount_and_nothing_else_does",
                violation_error_message="A step that charges a fee names its amount and currency; other steps do not.",
            ),
            models.CheckConstraint(condition=Q(days__gt=0), name="a_step_comes_after_the_due_day"),
            models.UniqueConstraint(
                fields=["tier", "number"], condition=Q(active=True), name="one_step_a_place",
                violation_error_message="This place on the ladder is taken.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number}. {self.get_action_display()} after {self.days} days"


DONE: Final = {
    DunningStep.Action.REMIND: _("reminder sent"),
    DunningStep.Action.FEE: _("reminder fee charged"),
    DunningStep.Action.RESTRICT: _("new orders stopped"),
    DunningStep.Action.SUSPEND: _("service suspended"),
}


class StepTaken(models.Model):
    """A step that was taken for an invoice, once. Written by billing/dunning/stepping.py.

    `lifted_at` says when the payer was told that what the step stopped works again; whether it is stopped is read from what is
    open.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="dunning_steps")
    step = models.ForeignKey(DunningStep, on_delete=models.PROTECT, related_name="taken")
    action = models.CharField(max_length=8, choices=DunningStep.Action)
    taken_on = models.DateField(help_text="The payer's own day.")
    taken_at = models.DateTimeField()
    amount_minor = models.BigIntegerField(help_text="What was asked for: open, and not disputed.")
    fee_document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="fee_for")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "steps taken"
        constraints = [models.UniqueConstraint(fields=["document", "step"], name="a_dunning_step_is_taken_once")]
        indexes = [
            models.Index(
                fields=["document"], name="step_that_stops", condition=Q(action__in=["restrict", "suspend"], lifted_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.get_action_display()}"

    @property
    def done(self) -> str:
        """What was done, in a few words that may stand within a sentence."""
        return str(DONE[DunningStep.Action(self.action)])


class PaymentPlan(models.Model):
    """An agreement to pay open invoices in parts. Written by billing/dunning/plans.py."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        KEPT = "kept", _("Paid as agreed")
        BROKEN = "broken", _("Broken")
        ENDED = "ended", _("Ended early")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payment_plans", help_text="Who pays.")
    currency = models.CharField(max_length=3)
    documents = models.ManyToManyField(Document, related_name="payment_plans")
    total_minor = models.BigIntegerField(help_text="What was open on the day of the agreement.")
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-agreed_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(total_minor__gt=0), name="a_plan_is_about_money")]

    def __str__(self) -> str:
        return f"Plan {self.pk} of {self.customer}"


class Instalment(models.Model):
    """One part of a payment plan; never changed. Written by billing/dunning/plans.py."""

    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, related_name="instalments")
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "due_on"], name="one_instalment_a_day"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="an_instalment_is_above_zero"),
        ]
        triggers = only_added("instalment")

    def __str__(self) -> str:
        return f"{self.amount_minor} on {self.due_on}"


class Dispute(models.Model):
    """A customer says that a line is wrong: its amount is not asked for until that is settled.

    Written by billing/dunning/disputes.py.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Right: credited")
        REFUSED = "refused", _("Not right")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="disputes")
    amount_minor = models.BigIntegerField(help_text="What is in dispute, tax included.")
    credited_before_minor = models.BigIntegerField(help_text="What of the line had been credited before, net.")
    ticket_ref = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True, help_text="Why it was refused.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(status="open"), name="one_open_dispute_a_line"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_dispute_is_about_money"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | ~Q(status="open") & Q(decided_at__isnull=False),
                name="a_dispute_is_decided_or_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Dispute of {self.line}"


class DunningPause(models.Model):
    """Days on which an invoice rests. Written by billing/dunning/pausing.py, plans.py and disputes.py."""

    class Cause(models.TextChoices):
        HAND = "hand", _("Our word")
        PROMISE = "promise", _("Promise to pay")
        PLAN = "plan", _("Payment plan")
        DISPUTE = "dispute", _("Dispute")

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="dunning_pauses")
    cause = models.CharField(max_length=8, choices=Cause)
    plan = models.ForeignKey(PaymentPlan, null=True, on_delete=models.PROTECT, related_name="pauses")
    dispute = models.ForeignKey(Dispute, null=True, on_delete=models.PROTECT, related_name="pauses")
    since = models.DateField()
    until = models.DateField(null=True, help_text="The first day that counts again; empty: until further notice.")
    reason = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="a_pause_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["document", "until"], name="pause_by_document")]

    def __str__(self) -> str:
        return f"{self.document} rests: {self.get_cause_display()}"
