"""Calendars, targets and the ladder of escalation: what managers set; and the steps that were taken.

Calendars are written by support/service_levels/calendars.py, targets by targets.py, steps of the ladder by ladder.py; steps
taken by support/tickets/escalation.py, escalated accounts by support/tickets/account_escalation.py.
"""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer, DateRange


class ClockKind(models.TextChoices):
    """What a clock of a ticket waits for."""

    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    UPDATE = "update", _("Update")
    RESOLUTION = "resolution", _("Resolution")


class ServiceCalendar(models.Model):
    """When we work, in one zone: windows a weekday, the holidays of a country or region, and days of our own.

    Written by support/service_levels/calendars.py.
    """

    name = models.CharField(max_length=60, unique=True)
    timezone = models.CharField(max_length=60, default="Europe/Berlin")
    hours = models.JSONField(help_text="Windows of wall time by weekday, as cases of the clock are written.")
    country = models.CharField(max_length=2, blank=True, help_text="Whose public holidays are kept, as ISO 3166-1, e.g. DE.")
    region = models.CharField(max_length=6, blank=True, help_text="A part of that country with holidays of its own, e.g. BY.")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class OwnDay(models.Model):
    """A day on which we are closed, or open although it is a public holiday. Written by support/service_levels/calendars.py."""

    calendar = models.ForeignKey(ServiceCalendar, on_delete=models.CASCADE, related_name="own_days")
    day = models.DateField()
    closed = models.BooleanField(default=True)
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_own_day_per_calendar_and_date")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()


class ServiceTarget(models.Model):
    """How many minutes of a calendar a clock may run, for tickets of a segment, tier, priority and kind, by days.

    What is left empty speaks for all; the row that says most counts. Written by support/service_levels/targets.py.
    """

    clock = models.CharField(max_length=16, choices=ClockKind)
    segment = models.SlugField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        db_index=False,
        help_text="The segment's code; it comes before a tier.",
    )
    tier = models.CharField(max_length=12, blank=True, choices=Customer.Tier)
    priority = models.CharField(max_length=1, blank=True)
    kind = models.CharField(max_length=12, blank=True)
    minutes = models.PositiveIntegerField()
    risk_percent = models.PositiveSmallIntegerField(
        _("at risk from, in per cent"), default=75, db_default=75, help_text="So much of the minutes used up counts as at risk."
    )
    calendar = models.ForeignKey(ServiceCalendar, on_delete=models.PROTECT, related_name="targets")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gt=0), name="target_allows_some_time"),
            models.CheckConstraint(
                condition=Q(risk_percent__gt=0, risk_percent__lt=100), name="target_is_at_risk_before_it_is_late"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="target_ends_after_it_starts"),
            ExclusionConstraint(
                name="one_target_per_clock_scope_and_day",
                expressions=[
                    ("clock", RangeOperators.EQUAL),
                    ("segment", RangeOperators.EQUAL),
                    ("tier", RangeOperators.EQUAL),
                    ("priority", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_clock_display()}: {self.minutes} minutes of {self.calendar}"


class LadderStep(models.Model):
    """One step of the ladder: when it is taken and which level is told. Written by support/service_levels/ladder.py."""

    class Trigger(models.TextChoices):
        SHARE = "share", _("A share of a target is used up")
        AMOUNT = "amount", _("It is about this much money or more")
        REPEAT = "repeat", _("The customer asked this often within so many days")
        TIER = "tier", _("A key account asks")

    number = models.PositiveSmallIntegerField(help_text="The step's place on the ladder: 1 is the lowest.")
    trigger = models.CharField(max_length=8, choices=Trigger)
    clock = models.CharField(max_length=16, choices=ClockKind, blank=True)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    contacts = models.PositiveSmallIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(default=30, db_default=30, help_text="In which contacts are counted.")
    tier = models.CharField(max_length=12, blank=True, choices=Customer.Tier)
    level = models.CharField(max_length=12, help_text="Which of our people are told.")
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(trigger="share", percent__gt=0) & ~Q(clock="")
                | Q(trigger="amount", amount_minor__gt=0) & ~Q(currency="")
                | Q(trigger="repeat", contacts__gt=1, days__gt=0)
                | Q(trigger="tier") & ~Q(tier=""),
                name="step_says_when_it_is_taken",
                violation_error_message="Say when the step is taken: a clock and its share, an amount, a count or a tier.",
            ),
        ]

    def __str__(self) -> str:
        return f"Step {self.number}: {self.get_trigger_display()}"


class StepTaken(models.Model):
    """A step of the ladder that a ticket reached, once for each run of its clock. Written by support/tickets/escalation.py."""

    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="steps_taken")
    step = models.ForeignKey(LadderStep, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(help_text="When the clock began that reached it, or the ticket.")
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "steps taken"
        constraints = [models.UniqueConstraint(fields=["ticket", "step", "since"], name="a_step_is_taken_once_a_run")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: step {self.step_id}"


class AccountEscalation(models.Model):
    """A customer, with all below it, whose tickets are watched from above until it ends.

    Written by support/tickets/account_escalation.py.
    """

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="escalations")
    reason = models.CharField(max_length=300)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_at=None), name="account_is_escalated_once_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.reason}"
