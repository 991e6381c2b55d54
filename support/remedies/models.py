"""Remedies granted, the authority to grant them, approvals, and the finance feed.

A remedy exists if and only if its documents, decision, timeline activity and finance feed row exist: all five are written
in one transaction by support/remedies/resolution.py. Authority is written by support/remedies/authority.py, approvals by
support/remedies/approvals.py, the feed's state by support/remedies/finance_feed.py.
"""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from accounts.customers.models import Customer, DateRange
from accounts.two_persons import AskedAndApproved


class AuthorityGrant(models.Model):
    """How much a staff level, or one person, may give of a kind of remedy, from one day until another. Amounts in minor units.

    An empty `user` speaks for the whole level; a row for a person beats the row of the level. An empty `remedy` is every kind.
    """

    level = models.CharField(max_length=12, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="authority_grants"
    )
    remedy = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    per_ticket_minor = models.BigIntegerField(help_text="Most that may be given on one ticket, in cents.")
    per_day_minor = models.BigIntegerField(help_text="Most that may be given in one day, in cents.")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per_ticket_minor__gte=0, per_day_minor__gte=F("per_ticket_minor")),
                name="authority_per_day_is_at_least_per_ticket",
            ),
            models.CheckConstraint(
                condition=Q(level="", user__isnull=False) | ~Q(level="") & Q(user=None),
                name="authority_is_for_a_level_or_a_person",
            ),
            ExclusionConstraint(
                name="one_authority_per_holder_remedy_and_day",
                expressions=[
                    ("level", RangeOperators.EQUAL),
                    (Coalesce("user_id", 0), RangeOperators.EQUAL),
                    ("remedy", RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    (DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.level}: {self.per_ticket_minor} {self.currency} a ticket"


class Allowance(AskedAndApproved):
    """More than the limit, where criteria fit. Amounts in minor units; None: not bounded. Written by remedies/allowances.py.

    An empty `user` speaks for the level; an empty `remedy` for every kind. `certificate` is the code of the policy whose quiz
    the giver must have passed.
    """

    class Side(models.TextChoices):
        OURS = "ours", _("Our fault")
        THEIRS = "theirs", _("The customer's fault")
        NOBODYS = "nobodys", _("Nobody's fault")

    level = models.CharField(max_length=12, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="allowances")
    remedy = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    certificate = models.SlugField(max_length=40, blank=True, help_text="The policy whose quiz must be passed.")
    tier = models.CharField(max_length=12, choices=Customer.Tier, blank=True)
    segment = models.ForeignKey("accounts.Segment", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fault = models.CharField(max_length=8, choices=Side, blank=True)
    tenure_days = models.PositiveIntegerField(default=0, help_text="Days the customer must have been one.")
    share_percent = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the invoice the ticket is about.")
    per_action_minor = models.BigIntegerField(null=True, blank=True)
    per_ticket_minor = models.BigIntegerField()
    per_day_minor = models.BigIntegerField(null=True, blank=True)
    per_month_minor = models.BigIntegerField(null=True, blank=True)
    per_node_month_minor = models.BigIntegerField(null=True, blank=True, help_text="To one customer in a month, whoever gives.")

    class Meta(AskedAndApproved.Meta):
        constraints = [
            *AskedAndApproved.Meta.constraints,
            models.CheckConstraint(
                condition=Q(level="", user__isnull=False) | ~Q(level="") & Q(user=None),
                name="allowance_is_for_a_level_or_a_person",
            ),
            models.CheckConstraint(
                condition=Q(per_ticket_minor__gt=0) & (Q(share_percent=None) | Q(share_percent__range=(1, 100))),
                name="allowance_gives_something",
            ),
        ]

    def __str__(self) -> str:
        return f"allowance {self.pk}"


class Fault(models.Model):
    """Whose fault a ticket's trouble was, and by what we know. Written by support/remedies/fault.py."""

    ticket = models.OneToOneField("support.Ticket", on_delete=models.PROTECT, related_name="fault")
    side = models.CharField(max_length=8, choices=Allowance.Side)
    evidence = models.CharField(max_length=300)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(evidence=""), name="fault_has_its_evidence")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.side}"


class Grant(models.Model):
    """One remedy asked for: granted, waiting for approval, turned down, or taken back after it was given.

    `document` gives it, or is the one it is about; `documents` are all that were issued to give it and to take it back.
    Written by support/remedies/giving.py, approvals.py and reversing.py.
    """

    class Status(models.TextChoices):
        AWAITING_APPROVAL = "awaiting_approval", _("Waiting for approval")
        GRANTED = "granted", _("Granted")
        TURNED_DOWN = "turned_down", _("Turned down")
        REVERSED = "reversed", _("Taken back")

    ref = models.CharField(max_length=20, unique=True)
    key = models.UUIDField(unique=True)
    remedy = models.CharField(max_length=40)
    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="grants")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="grants")
    cause = models.CharField(
        max_length=120, help_text="What it puts right, e.g. the finding's or line's ref; one remedy per cause."
    )
    terms = models.JSONField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, choices=Status)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.JSONField(help_text="The Decision that allowed or parked it, with the limit that spoke.")
    document = models.ForeignKey("billing.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="grants")
    documents = models.ManyToManyField("billing.Document", related_name="issued_for_grants")
    granted_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversal_reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["remedy", "cause"], condition=~Q(status="turned_down"), name="one_remedy_per_cause"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="grant_is_not_below_zero"),
            models.CheckConstraint(
                condition=~Q(status__in=["granted", "reversed"])
                | Q(granted_at__isnull=False) & (Q(document__isnull=False) | Q(amount_minor=0)),
                name="granted_remedy_has_its_document",
            ),
            models.CheckConstraint(
                condition=Q(status="reversed", reversed_by__isnull=False, reversed_at__isnull=False) & ~Q(reversal_reason="")
                | ~Q(status="reversed") & Q(reversed_by=None, reversed_at=None, reversal_reason=""),
                name="reversed_remedy_says_who_when_and_why",
            ),
        ]
        indexes = [models.Index(fields=["asked_by", "granted_at"], name="grant_by_agent_and_day")]

    def __str__(self) -> str:
        return self.ref


class Approval(models.Model):
    """A remedy over its asker's authority, waiting for one who may decide. Written by support/remedies/approvals.py."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="approval")
    approver_level = models.CharField(max_length=12)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    stands_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The colleague on whose authority it was decided.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stands_in_for=None) | Q(decided_by__isnull=False) & ~Q(stands_in_for=F("decided_by")),
                name="who_stands_in_is_another_than_for_whom",
            )
        ]

    def __str__(self) -> str:
        return f"{self.grant}: {self.status}"


class Substitute(models.Model):
    """Who decides approvals for a colleague on some days. Written by support/remedies/substitutes.py."""

    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(help_text="The first day back.")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(approver=F("person")), name="nobody_stands_in_for_themselves"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="substitute_ends_after_it_starts"),
            ExclusionConstraint(
                name="one_substitute_at_a_time",
                expressions=[
                    ("approver", RangeOperators.EQUAL),
                    (DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [models.Index(fields=["person", "until"], condition=Q(ended_at=None), name="substitute_by_person")]

    def __str__(self) -> str:
        return f"{self.person} for {self.approver}, {self.since} to {self.until}"


class FeedRow(models.Model):
    """What finance must know of a granted remedy. Written with the grant; its state by support/remedies/finance_feed.py."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        QUERIED = "queried", _("Queried")
        ANSWERED = "answered", _("Answered")

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="feed_row")
    entry = models.ForeignKey("billing.Entry", null=True, on_delete=models.PROTECT, related_name="feed_rows")
    reversal = models.ForeignKey(
        "billing.Entry", null=True, on_delete=models.PROTECT, related_name="reversing_feed_rows", help_text="What took it back."
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12, choices=Status, default=Status.NEW)
    written_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    question = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor=0) | Q(entry__isnull=False), name="feed_row_of_money_has_its_entry"),
        ]
        indexes = [models.Index(fields=["status", "-written_at", "-id"], name="feed_inbox")]

    def __str__(self) -> str:
        return f"{self.grant} for finance"


class FeedMessage(models.Model):
    """A question of finance about a row, or an answer to it; never changed. Written by support/remedies/finance_feed.py."""

    row = models.ForeignKey(FeedRow, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "pk"]
        triggers = only_added("feedmessage")

    def __str__(self) -> str:
        return f"{self.author}: {self.text}"


class DeclineReason(models.Model):
    """Why we may say no: the clause, the reason in plain words, what we offer instead. Written by remedies/decline_reasons.py."""

    code = models.SlugField(primary_key=True, max_length=30)
    label = models.CharField(max_length=80)
    clause = models.CharField(max_length=120, help_text="Where it is agreed, e.g. Terms of service, 4.2.")
    words = models.TextField(help_text="The reason in plain words, as the customer reads it.")
    alternative = models.TextField(help_text="What the customer can do or have instead.")
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.label


class Decline(models.Model):
    """A no to what a customer asked for, as they were told. Only the appeal is added. Written by remedies/declines.py."""

    class Claim(models.TextChoices):
        NOT_VALID = "not_valid", _("Not valid")
        PARTLY_VALID = "partly_valid", _("Partly valid")
        VALID = "valid", _("Valid")

    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="declines")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="declines")
    claim = models.CharField(max_length=12, choices=Claim)
    evidence = models.TextField()
    reason = models.ForeignKey(DeclineReason, on_delete=models.PROTECT, related_name="declines")
    clause = models.CharField(max_length=120)
    words = models.TextField()
    alternative = models.TextField()
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declined_at = models.DateTimeField()
    appealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    appealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(claim="valid"), name="valid_claim_is_not_declined"),
            models.CheckConstraint(
                condition=~Q(evidence="") & ~Q(clause="") & ~Q(words="") & ~Q(alternative=""),
                name="decline_says_why_and_what_instead",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "-declined_at"], name="decline_by_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.reason_id}"
