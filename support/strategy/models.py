"""The strategy workbook. Written by support/strategy/writing.py, editions.py and lessons.py."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added


class StrategyEntry(models.Model):
    """What is said on a part of the workbook, or to one of its questions, and the evidence for it."""

    part = models.CharField(max_length=40)
    question = models.CharField(max_length=20, blank=True, help_text=_("Empty: on the part as a whole."))
    words = models.TextField(_("What we say"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Kept by")
    )
    policies = models.ManyToManyField(
        "accounts.Policy", blank=True, related_name="strategy_entries", verbose_name=_("Policies"),
        help_text=_("They count while a version is in force."),
    )  # fmt: skip
    segments = models.ManyToManyField(
        "accounts.Segment", blank=True, related_name="strategy_entries", verbose_name=_("Segments"),
        help_text=_("They count while they are active."),
    )  # fmt: skip
    measures = ArrayField(models.CharField(max_length=20), default=list, db_default=[], blank=True, verbose_name=_("Measures"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "strategy entries"
        ordering = ["part", "question"]
        constraints = [models.UniqueConstraint(fields=["part", "question"], name="strategy_is_said_once")]

    def __str__(self) -> str:
        return f"{self.part}: {self.question}" if self.question else self.part


class StrategyEdition(models.Model):
    """The workbook as it was published. Only ever added."""

    number = models.PositiveIntegerField(unique=True)
    content = models.JSONField(help_text=_("What was said and by what evidence, by part and question."))
    why = models.CharField(max_length=300)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="strategy_edition_counts_from_one")]
        triggers = only_added("strategy_edition")

    def __str__(self) -> str:
        return f"Edition {self.number}"


class Lesson(models.Model):
    """What we learned from something that happened, and the version of a policy that changed because of it. Only ever added."""

    happened = models.CharField(_("What happened"), max_length=500)
    learned = models.CharField(_("What we learned"), max_length=500)
    version = models.ForeignKey(
        "accounts.PolicyVersion", on_delete=models.PROTECT, related_name="lessons", verbose_name=_("Changed by it")
    )
    ticket = models.ForeignKey(
        "support.Ticket", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("The case")
    )
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-noted_at", "-pk"]
        triggers = only_added("lesson")

    def __str__(self) -> str:
        return self.learned
