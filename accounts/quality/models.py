"""Candidates (pairs of customers that may be one) and merges.

Candidates are written by accounts/quality/candidates.py, merges by accounts/quality/merging.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def open(self) -> "CandidateQuerySet":
        """Pairs nobody has decided on."""
        return self.filter(status=Candidate.Status.OPEN)

    def likeliest_first(self) -> "CandidateQuerySet":
        """The highest score first."""
        return self.order_by("-score", "pk")


class Candidate(models.Model):
    """Two customers that may be one, with the evidence. Written by accounts/quality/candidates.py."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        MERGED = "merged", "Merged"
        NOT_A_DUPLICATE = "not_a_duplicate", "Not a duplicate"

    a = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    b = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField(max_digits=5, decimal_places=4)
    why = models.JSONField(default=list)
    status = models.CharField(max_length=16, choices=Status, default=Status.OPEN)
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="each_pair_is_a_candidate_once"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="candidate_pair_stands_in_order"),
            models.CheckConstraint(condition=Q(score__range=(0, 1)), name="candidate_score_is_a_probability"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | (~Q(status="open") & Q(decided_at__isnull=False)),
                name="candidate_is_decided_at_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["-score", "id"], condition=Q(status="open"), name="candidates_open")]

    def __str__(self) -> str:
        return f"{self.a} and {self.b}"


class Merge(models.Model):
    """One customer absorbed by another: asked for, decided by a second person, undone at will. Written by merging.py."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waits for a second person"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        UNDONE = "undone", "Undone"

    retired = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="merges")
    survivor = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    effects = models.JSONField(default=dict, help_text="What the deciding person was shown.")
    carried = models.JSONField(default=dict, help_text="What was moved and must go back when it is undone.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(retired=F("survivor")), name="customer_is_not_merged_into_itself"),
            models.UniqueConstraint(
                fields=["retired"], condition=Q(status__in=["waiting", "done"]), name="customer_is_merged_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="merge_takes_two_persons"),
        ]

    def __str__(self) -> str:
        return f"{self.retired} into {self.survivor}"
