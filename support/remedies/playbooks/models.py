"""Playbooks, their versions, and practice runs. Written by support/remedies/playbooks/editing.py and practice.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.append_only import only_added


class Playbook(models.Model):
    """A known problem. Written by support/remedies/playbooks/editing.py."""

    code = models.SlugField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Which is offered first when several fit.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class PlaybookVersion(models.Model):
    """What a playbook says, from the moment it was written until the next version. Written by playbooks/editing.py."""

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    detector = models.CharField(max_length=40, blank=True, help_text="Fits a ticket with an open finding of this kind.")
    words = models.JSONField(default=list, help_text="Fits a ticket whose subject or first message has one of these.")
    criteria = models.JSONField(default=list, help_text="Codes of criteria, in the order they are looked at.")
    remedies = models.JSONField(default=list, help_text="Codes of remedies, the first to try first.")
    reply_text = models.TextField(help_text="What the customer reads; {customer}, {document} and {ticket} are filled in.")
    follow_ups = models.JSONField(default=list, help_text="What is done afterwards, one a line.")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["playbook", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="one_playbook_version_per_number"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(reply_text=""), name="playbook_has_title_and_text"),
        ]
        triggers = only_added("playbookversion")

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class PracticeRun(models.Model):
    """A made-up case that one of our people solved: what they answered, and their score. Written by playbooks/practice.py."""

    version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="practice_runs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="practice_runs")
    seed = models.PositiveIntegerField(help_text="Which case it was: the same seed is the same case.")
    answers = models.JSONField()
    score = models.PositiveSmallIntegerField(help_text="Of a hundred.")
    solved_at = models.DateTimeField()

    class Meta:
        ordering = ["-solved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "person", "seed"], name="a_practice_case_is_solved_once"),
            models.CheckConstraint(condition=Q(score__lte=100), name="practice_score_is_at_most_a_hundred"),
        ]
        indexes = [models.Index(fields=["person", "-solved_at"], name="practice_by_person")]
        triggers = only_added("practicerun")

    def __str__(self) -> str:
        return f"{self.person}: {self.score}"
