"""Quotes for changes of contracts, the approvals some of them wait for, and what is kept up for a bonus.

Quotes are written by billing/amendments/quoting.py, ordering.py and applying.py, approvals by approvals.py, shares by bonus.py.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added


class Quote(models.Model):
    """What a proposed change or a new subscription will cost, line by line, until it expires. Applied at most once, to the cent.

    An order has no subscription before it is applied. Steps: offered, then applied at once; or asked, then applied or refused.
    """

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ASKED = "asked", _("Waiting for approval")
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused")

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey("billing.Contract", on_delete=models.PROTECT, related_name="quotes")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="quotes", help_text="Who uses it.")
    subscription = models.ForeignKey("billing.Subscription", null=True, on_delete=models.PROTECT, related_name="quotes")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    change = models.JSONField()
    effective_on = models.DateField()
    history_length = models.PositiveIntegerField(help_text="Events in the history when it was quoted; more means it is stale.")
    outcome = models.JSONField(help_text="Lines, today, per period, next invoice: what apply must reproduce.")
    quoted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.OFFERED)
    document = models.ForeignKey("billing.Document", null=True, on_delete=models.PROTECT, related_name="+")
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="Who applied it alone."
    )
    committed_minor = models.BigIntegerField(null=True, help_text="What it committed to when somebody applied it alone; gross.")
    committed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["committed_by", "committed_at"], name="committed_alone", condition=Q(committed_minor__gt=0))
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="applied") | Q(subscription__isnull=False), name="applied_quote_has_its_subscription"
            )
        ]

    def __str__(self) -> str:
        return f"{self.change.get('what')} of {self.subscription or self.customer}"


class OrderApproval(models.Model):
    """A quoted change that is over what its asker may order, until somebody of the customer's own decides."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="approval")
    commitment_minor = models.BigIntegerField(
        help_text="What it commits to: today, or more each period, whichever is more; gross."
    )
    chosen_with_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="What all that was chosen at once commits to, this included; 0 when it came alone."
    )
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300, help_text="Why the asker could not order it alone.")
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", decided_at=None) | ~Q(status="waiting") & Q(decided_at__isnull=False),
                name="decided_order_has_its_moment",
            )
        ]
        indexes = [models.Index(fields=["asked_at"], name="order_waiting", condition=Q(status="waiting"))]

    def __str__(self) -> str:
        return f"{self.quote}: {self.get_status_display().lower()}"


class BonusShare(models.Model):
    """What a subscription keeps costing in a month, before reductions, because a bonus was credited with these terms."""

    terms = models.ForeignKey("billing.ContractTerms", on_delete=models.PROTECT, related_name="bonus_shares")
    subscription = models.ForeignKey("billing.Subscription", on_delete=models.PROTECT, related_name="bonus_shares")
    monthly_minor = models.BigIntegerField(help_text="The least it costs in a month.")
    until = models.DateField(help_text="The first day on which it may cost less.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terms", "subscription"], name="one_share_of_a_bonus_per_subscription"),
            models.CheckConstraint(condition=Q(monthly_minor__gt=0), name="share_of_a_bonus_is_above_zero"),
        ]
        triggers = only_added("bonus_share")

    def __str__(self) -> str:
        return f"{self.subscription} until {self.until}"
