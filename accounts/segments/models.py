"""Segments and who is in them, key accounts, special conditions, and stages gone through.

Segments are written by accounts/segments/defining.py, memberships by evaluating.py, key accounts by key_accounts.py,
conditions by conditions.py, stages by lifecycle.py and what holds of them by stage_rules.py, tasks about who is stuck by
stage_tasks.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.two_persons import AskedAndApproved


class Segment(models.Model):
    """A kind of customer we treat alike, found by a rule. Written by accounts/segments/defining.py."""

    code = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=80)
    description = models.TextField(help_text=_("Who is meant, in plain words."))
    examples = models.TextField(blank=True)
    do = models.TextField(blank=True, help_text=_("What we do for them."))
    dont = models.TextField(blank=True, help_text=_("What we do not do."))
    rule = models.TextField(blank=True, help_text="One line for each condition; all must hold. Empty: chosen by hand.")
    rank = models.PositiveSmallIntegerField(default=0, help_text=_("Of two segments the higher rank speaks."))
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-rank", "code"]

    def __str__(self) -> str:
        return self.name


class SegmentMembership(models.Model):
    """A customer in a segment, with all below it, for the days `[since, until)`. Written by accounts/segments/evaluating.py."""

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="memberships")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="segment_memberships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    by_hand = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    trace = models.JSONField(default=list, help_text="Each condition of the rule with the value found.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "customer"], condition=Q(until=None), name="one_open_membership_per_segment_and_customer"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="segment_membership_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["customer", "since"], name="segments_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer} in {self.segment}"


class KeyAccount(AskedAndApproved):
    """A customer that is a key account with all below it. Written by accounts/segments/key_accounts.py."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="key_accounts")
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    criteria = models.CharField(max_length=300, help_text=_("Why it is one."))
    note = models.TextField(blank=True, help_text="What everybody must know who deals with it.")
    early_access = models.BooleanField(default=False)
    talk_due_on = models.DateField(null=True, blank=True, help_text="When the next yearly talk is due.")

    class Meta(AskedAndApproved.Meta):
        indexes = [models.Index(fields=["customer", "since"], name="key_account_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer}: key account"


class Condition(AskedAndApproved):
    """A special term of a customer and all below it, or of a segment. Written by accounts/segments/conditions.py."""

    class Kind(models.TextChoices):
        PRICE_LIST = "price_list", _("Price list")
        DISCOUNT = "discount", _("Discount in per cent")
        SERVICE_LEVEL = "service_level", _("Service level")
        GOODWILL = "goodwill", _("Goodwill an agent may give on a ticket")
        PAYMENT_TERM = "payment_term", _("Days to pay")

    kind = models.CharField(max_length=16, choices=Kind)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="conditions")
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="conditions")
    value = models.CharField(max_length=60)

    class Meta(AskedAndApproved.Meta):
        constraints = [
            *AskedAndApproved.Meta.constraints,
            models.CheckConstraint(
                condition=Q(customer=None, segment__isnull=False) | Q(customer__isnull=False, segment=None),
                name="condition_is_of_a_customer_or_a_segment",
            ),
        ]
        indexes = [models.Index(fields=["customer", "kind", "since"], name="condition_of_customer")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"


class StageRule(models.Model):
    """What holds of one stage: who may enter, what is expected in it, how long that may take. Written by stage_rules.py."""

    stage = models.CharField(primary_key=True, max_length=12, choices=Customer.Stage)
    position = models.PositiveSmallIntegerField(help_text="The order in which a customer goes through the stages.")
    entry = models.TextField(blank=True, help_text="One line for each condition; all must hold to enter. Empty: anybody enters.")
    expects = models.CharField(max_length=120, help_text="What is expected in it, after the word “without”.")
    days = models.PositiveSmallIntegerField(default=0, help_text="Days it may last without that; 0: any number.")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return str(Customer.Stage(self.stage).label)


class StageExit(models.Model):
    """A way out of a stage: when a customer takes it, where to, and why. Written by accounts/segments/stage_rules.py."""

    stage = models.ForeignKey(StageRule, on_delete=models.PROTECT, related_name="exits")
    position = models.PositiveSmallIntegerField(
        default=1, help_text="The ways are asked in this order; the first that holds counts."
    )
    when = models.TextField(help_text="One line for each condition; all must hold.")
    to = models.CharField(max_length=12, choices=Customer.Stage)
    why = models.CharField(max_length=200, help_text="In words, as the history of the customer says it.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["stage__position", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "position"], condition=Q(active=True), name="one_way_out_per_stage_and_position"
            ),
            models.CheckConstraint(condition=~Q(stage=F("to")), name="way_out_leads_to_another_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.why}"


class StageEntry(models.Model):
    """A stage a customer entered, and why. Written by accounts/segments/lifecycle.py."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="stages")
    stage = models.CharField(max_length=12, choices=Customer.Stage)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300)
    stuck_since = models.DateTimeField(null=True, blank=True)
    stuck_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "stage entries"
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(left_at=None), name="one_current_stage_per_customer"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="stage_is_left_after_entry"),
        ]
        indexes = [models.Index(fields=["stuck_since"], name="stuck_customers", condition=Q(stuck_since__isnull=False))]

    def __str__(self) -> str:
        return f"{self.customer}: {self.stage}"


class StageTask(models.Model):
    """What is to be done about a customer that is stuck, once for each time. Written by accounts/segments/stage_tasks.py."""

    entry = models.OneToOneField(StageEntry, on_delete=models.PROTECT, related_name="task")
    opened_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="What was done, in words.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When the customer moved on before anybody did it.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, note="")
                | Q(done_at__isnull=False, done_by__isnull=False, ended_at=None) & ~Q(note=""),
                name="stage_task_that_is_done_says_by_whom_and_what",
            )
        ]

    def __str__(self) -> str:
        return f"Task about {self.entry}"
