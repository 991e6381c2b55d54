"""Candidates (pairs of customers that may be one), merges, scores, confirmations, staged imports and requested changes."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from accounts.days import local_day


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
        OPEN = "open", _("Open")
        MERGED = "merged", _("Merged")
        NOT_A_DUPLICATE = "not_a_duplicate", _("Not a duplicate")

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
        WAITING = "waiting", _("Waits for a second person")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        UNDONE = "undone", _("Undone")

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


class Score(models.Model):
    """How well a customer's facts are kept, and which rules they break. Written by accounts/quality/scores.py."""

    customer = models.OneToOneField("accounts.Customer", on_delete=models.PROTECT, related_name="quality")
    score = models.PositiveSmallIntegerField()
    broken = models.JSONField(default=list, help_text="[rule id, reason] of each rule that does not hold.")
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__lte=100), name="quality_score_is_at_most_100")]
        indexes = [models.Index(fields=["score", "id"], condition=Q(score__lt=100), name="quality_to_be_tended")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.score}"


class Confirmation(models.Model):
    """That somebody of the customer looked at its facts and found them right. Written by accounts/quality/confirming.py."""

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="confirmations")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()
    facts = models.JSONField(default=dict, help_text="What was confirmed, as it was then.")

    class Meta:
        indexes = [models.Index(fields=["customer", "-confirmed_at"], name="confirmation_latest")]
        triggers = only_added("confirmation")

    def __str__(self) -> str:
        return f"{self.customer} confirmed {local_day(self.confirmed_at, self.customer.timezone)}"


class StagedImport(models.Model):
    """Rows that were too poor to go live. Written by accounts/quality/staging.py."""

    class Status(models.TextChoices):
        STAGED = "staged", _("Staged")
        RELEASED = "released", _("Released")
        DROPPED = "dropped", _("Dropped")

    name = models.CharField(max_length=200)
    rows = models.JSONField()
    score = models.DecimalField(max_digits=4, decimal_places=1)
    gate = models.PositiveSmallIntegerField()
    faults = models.JSONField(
        default=list,
        help_text="What keeps the score down, the most frequent first: [rule id or code, reason, rows, a row with its facts].",
    )
    counts = models.JSONField(default=dict, db_default={}, help_text="What the rehearsal said: rows created, updated, refused.")
    status = models.CharField(max_length=8, choices=Status, default=Status.STAGED)
    staged_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.score}"


class ChangeRequest(models.Model):
    """Facts, a payer or a place that shall change from a day on. Written by accounts/quality/changes.py and positions.py."""

    class What(models.TextChoices):
        ADDRESS = "address", _("Address")
        LEGAL_NAME = "legal_name", _("Legal name")
        TAX_ID = "tax_id", _("Tax id")
        PAYER = "payer", _("Who pays")
        POSITION = "position", _("Place in the tree")
        SENT_TO = "sent_to", _("Address for invoices, deliveries or visits")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        DONE = "done", _("In effect")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="change_requests")
    what = models.CharField(max_length=10, choices=What)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    effective_on = models.DateField()
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    effects = models.JSONField(default=dict, db_default={}, help_text="What a move changes, as who decided was shown it.")
    place = models.ForeignKey("accounts.Customer", null=True, on_delete=models.PROTECT, related_name="+")
    move = models.OneToOneField("accounts.Move", null=True, on_delete=models.PROTECT, related_name="asked_for")
    for_staff = models.BooleanField(default=False, db_default=False, help_text="Whether our own people decide.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(status="withdrawn") | ~Q(decided_by=F("asked_by")),
                name="nobody_approves_their_own_change",
            ),
            models.UniqueConstraint(
                fields=["customer", "what"], condition=Q(status__in=["waiting", "approved"]), name="one_open_change_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["effective_on", "id"], condition=Q(status="approved"), name="changes_due")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} of {self.customer}"
