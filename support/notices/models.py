"""Which person was told of which activity, and how they want to be told. Written by sending.py, digests.py and preferences.py;
and the words managers gave notices, written by texts.py.
"""

from datetime import time

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How a person is told."""

    MAIL = "mail", _("By mail at once")
    DAILY = "daily", _("In a digest once a day")
    WEEKLY = "weekly", _("In a digest once a week")
    PORTAL = "portal", _("Only as news here")


class Told(models.Model):
    """One notice to one person: written before the mail goes out, and marked when the mail server took it.

    With `due_at` it waits: for the end of quiet hours, or for the digest. Told in the portal alone it is marked at once. What
    could not be mailed however often it was tried keeps its fault and is told in the portal alone.
    """

    activity = models.ForeignKey("accounts.Activity", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=6, choices=Way, default=Way.MAIL, db_default=Way.MAIL)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    fault = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "told"
        constraints = [
            models.UniqueConstraint(fields=["activity", "person"], name="a_person_is_told_once_of_an_activity"),
            models.CheckConstraint(
                condition=~Q(way__in=["daily", "weekly"]) | Q(due_at__isnull=False), name="what_a_digest_tells_has_its_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="told_waiting", condition=Q(sent_at=None, due_at__isnull=False)),
            models.Index(fields=["person", "-id"], name="told_by_person"),
            models.Index(fields=["-id"], name="told_with_fault", condition=~Q(fault="")),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} to {self.person_id}"


class NoticeChoice(models.Model):
    """How a person wants to be told of a group of notices: everywhere, or at one customer and below, which goes before that."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    customer = models.ForeignKey("accounts.Customer", null=True, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=12)
    way = models.CharField(max_length=6, choices=Way)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "customer", "group"], nulls_distinct=False, name="one_choice_per_person_customer_and_group"
            ),
            models.CheckConstraint(condition=~Q(group__in=["security", "legal"]), name="what_must_be_told_is_not_chosen"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.group}: {self.way}"


class NoticeHours(models.Model):
    """When a person wants mail, in their own time zone: no mail in quiet hours, digests at an hour, weekly ones on a day."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_hours")
    quiet_since = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest_at = models.TimeField(default=time(7))
    digest_on = models.PositiveSmallIntegerField(default=0, help_text="The day of weekly digests; Monday is 0.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_since=None, quiet_until=None) | Q(quiet_since__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_begin_and_end",
            ),
            models.CheckConstraint(condition=Q(digest_on__lte=6), name="digest_day_is_a_day_of_the_week"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.quiet_since}-{self.quiet_until}"


class NoticeText(models.Model):
    """One version of a notice's words in one language. Written by support/notices/texts.py; its words never change."""

    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=5)
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=150)
    words = models.TextField()
    label = models.CharField(max_length=60)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "language", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "language", "number"], name="one_notice_text_per_number"),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(words="") & ~Q(label=""), name="notice_text_is_complete"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="notice_text_words_stay",
                fields=["kind", "language", "number", "subject", "words", "label", "written_by", "written_at"],
            ),
            pgtrigger.Protect(name="notice_text_is_not_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language}), version {self.number}"
