"""Where the facts of a customer come from: systems, the record each keeps of it, and what that record says. See sources.py."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SourceSystem(models.Model):
    """Another system that knows our customers; of equal words that of the lower rank is believed. Written by sources.py."""

    code = models.SlugField(primary_key=True, max_length=30)
    name = models.CharField(max_length=80)
    rank = models.PositiveSmallIntegerField(default=50, help_text="1 is trusted most.")

    class Meta:
        ordering: ClassVar[list[str]] = ["rank", "code"]

    def __str__(self) -> str:
        return self.name


class SourceRecord(models.Model):
    """One record of another system that speaks of a customer. Written by accounts/quality/sources.py."""

    system = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="records")
    external_id = models.CharField(max_length=120)
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="source_records")
    first_told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "external_id"], name="external_id_is_one_record_of_its_system"),
            models.CheckConstraint(condition=~Q(external_id=""), name="source_record_has_an_external_id"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.external_id}"


class SourceValue(models.Model):
    """The latest word of a record about one fact, and when somebody made sure of it. Written by accounts/quality/sources.py."""

    record = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="values")
    fact = models.CharField(max_length=30)
    value = models.CharField(max_length=250)
    told_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "fact"], name="record_says_one_thing_about_a_fact"),
            models.CheckConstraint(condition=Q(verified_at=None) | Q(verified_at__gte=F("told_at")), name="verified_once_told"),
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.fact} {self.value}"


class SurvivorshipRule(models.Model):
    """Which source's word is kept of some facts that go together. Written by accounts/quality/sources.py."""

    class Picks(models.TextChoices):
        VERIFIED_NEWEST = "verified_newest", _("what was verified last, else what was told last")
        NEWEST = "newest", _("what was told last")
        MOST_TRUSTED = "most_trusted", _("the system trusted most")
        BY_HAND = "by_hand", _("nothing by itself: a steward decides")

    matter = models.CharField(primary_key=True, max_length=30)
    picks = models.CharField(max_length=16, choices=Picks)

    class Meta:
        ordering: ClassVar[list[str]] = ["matter"]
        constraints = [
            models.CheckConstraint(
                condition=Q(picks__in=["verified_newest", "newest", "most_trusted", "by_hand"]), name="survivorship_picks_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter}: {self.get_picks_display()}"
