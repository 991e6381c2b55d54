"""What customers tell us about how it went, and what we promised them."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from support.tickets.models import MomentRange


class Praise(models.Model):
    """Thanks from a customer that reach the agent. Written by support/voice/praise.py."""

    ticket = models.OneToOneField("support.Ticket", on_delete=models.PROTECT, related_name="praise")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="praise_received")
    words = models.TextField(blank=True)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"praise for {self.to}"


class Promise(models.Model):
    """Something we told a customer we would do, and by which day. Written by support/voice/promises.py."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        KEPT = "kept", _("Kept")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="promises")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="promises")
    message = models.OneToOneField("support.Message", on_delete=models.PROTECT, related_name="promise")
    what = models.CharField(max_length=200)
    due_on = models.DateField(help_text="The last day on which it is kept in time, by the customer's calendar.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    warned_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True, help_text="When its day had passed and it was still open.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | ~Q(state="open") & Q(closed_at__isnull=False, closed_by__isnull=False),
                name="promise_that_ended_has_its_moment",
            )
        ]
        indexes = [models.Index(fields=["due_on", "id"], condition=Q(state="open"), name="promise_by_due_day")]

    def __str__(self) -> str:
        return f"{self.what} by {self.due_on}"


answered_once = pgtrigger.Trigger(
    name="survey_is_answered_once",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__score__isnull=False) & pgtrigger.Q(old__score__df=pgtrigger.F("new__score")),
    func="RAISE EXCEPTION 'survey % was answered', OLD.id USING ERRCODE = 'integrity_constraint_violation';",
)


class Survey(models.Model):
    """How it went, asked once after a ticket ended and answered at most once; or that the person was spared.

    Written by support/voice/satisfaction.py.
    """

    ticket = models.OneToOneField("support.Ticket", on_delete=models.PROTECT, related_name="survey")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(help_text="When the person was asked, or was spared.")
    spared = models.BooleanField(
        default=False, db_default=False, help_text="Not asked: the person was asked about another ticket a short while before."
    )
    planned_by = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="The policy that said when, and how often."
    )
    score = models.PositiveSmallIntegerField(null=True, help_text="From 1 (bad) to 5 (very good).")
    answered_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score=None, answered_at=None, comment="") | Q(score__gte=1, score__lte=5, answered_at__isnull=False),
                name="survey_that_was_answered_has_its_score",
            ),
            models.CheckConstraint(condition=Q(spared=False) | Q(score=None), name="survey_of_one_spared_has_no_score"),
        ]
        triggers = [answered_once]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.score or '-'}"


class Feedback(models.Model):
    """Praise, a concern or an idea that is not about one ticket. Only ever added. Written by support/voice/feedback.py."""

    class Kind(models.TextChoices):
        PRAISE = "praise", _("Praise")
        CONCERN = "concern", _("A concern")
        IDEA = "idea", _("An idea")

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="feedback")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.TextField()
    given_at = models.DateTimeField()
    ticket = models.OneToOneField("support.Ticket", null=True, on_delete=models.PROTECT, related_name="feedback")
    answer_by = models.DateTimeField(null=True, help_text="By when we promised to answer a concern.")
    key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind="concern") | Q(ticket__isnull=False), name="concern_has_its_ticket"),
        ]
        indexes = [
            models.Index(fields=["-given_at", "-id"], name="feedback_latest"),
            models.Index(fields=["customer", "-given_at"], name="feedback_by_customer"),
        ]
        triggers = only_added("feedback")

    def __str__(self) -> str:
        return f"{self.kind}: {self.words[:40]}"


class Thanks(models.Model):
    """A credit for telling us how it went, whatever was said. Only ever added. Written by support/voice/thanks.py."""

    payer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=40, unique=True, help_text="What was told: feedback or survey, with its number.")
    document = models.OneToOneField("billing.Document", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    until = models.DateTimeField(help_text="Until then the same payer is thanked in words only.")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="payer_is_thanked_once_in_a_while",
                expressions=[("payer", "="), (MomentRange("given_at", "until"), "&&")],
            )
        ]
        triggers = only_added("thanks")

    def __str__(self) -> str:
        return f"thanks for {self.cause}"
