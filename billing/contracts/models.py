"""Contracts and subscriptions as dated events.

Written by billing/contracts/signing.py (contract, subscription), terms.py and renewing.py (the contract's terms), splitting.py
(whose they are after a split) and events.py (events). Events are only ever added; what is still in the future can be undone by a
further event.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from accounts.reading import ReadQuickly


class Contract(ReadQuickly):
    """The agreement a customer signed. Written by billing/contracts/signing.py; its terms by terms.py and renewing.py."""

    ref = models.CharField(max_length=20, unique=True)
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="contracts")
    legal_entity = models.ForeignKey("billing.LegalEntity", on_delete=models.PROTECT, related_name="contracts")
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=60, default="Europe/Berlin")
    alignment = models.JSONField(help_text='How cycles line up: {"type": "bcd", "day": 1}, {"type": "anniversary"}…')
    signed_on = models.DateField()
    term_months = models.PositiveSmallIntegerField(default=12)
    notice_days = models.PositiveSmallIntegerField(default=30)
    payment_term_days = models.PositiveSmallIntegerField(default=14)
    po_number = models.CharField(max_length=40, blank=True)
    po_required = models.BooleanField(
        default=False, db_default=False, help_text="Whether nothing is invoiced without an order number."
    )
    bill_cancellation_day = models.BooleanField(default=False, help_text="Whether the day of cancelling is still billed.")
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4, default=0, help_text="0.19 is 19 %.")
    tax_by_place = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether the rate follows from who is billed, where, and when; else it is the one above.",
    )
    renews = models.BooleanField(default=True, db_default=True, help_text="Whether it goes on for another term by itself.")
    renewed_until = models.DateField(null=True, blank=True, help_text="The first day after the term that runs.")
    term_from = models.DateField(null=True, blank=True, help_text="From when terms are counted; empty: from signing.")
    renewal_due_on = models.DateField(null=True, blank=True, help_text="When to decide on the next term; empty: look now.")

    class Meta:
        indexes = [models.Index(fields=["renewal_due_on"], name="contract_by_renewal")]

    def __str__(self) -> str:
        return self.ref


class ContractTerms(models.Model):
    """One version of a contract's terms, with who signed it. Written by billing/contracts/terms.py; never changed."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField()
    agreed_on = models.DateField()
    agreed_at = models.DateTimeField(null=True, help_text="Empty for what was signed with the contract itself.")
    term_months = models.PositiveSmallIntegerField()
    notice_days = models.PositiveSmallIntegerField()
    payment_term_days = models.PositiveSmallIntegerField()
    renews = models.BooleanField()
    po_required = models.BooleanField()
    po_number = models.CharField(max_length=40, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(max_length=120, blank=True, help_text="The name typed as a signature.")

    class Meta:
        ordering = ["contract", "number"]
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="one_version_of_terms_per_number")]
        triggers = only_added("contract_terms")

    def __str__(self) -> str:
        return f"{self.contract} v{self.number}"


class Subscription(ReadQuickly):
    """One product running under a contract; what it costs follows from its events. Written by billing/contracts/signing.py."""

    ref = models.CharField(max_length=40, unique=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="subscriptions")
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="subscriptions", help_text="Who consumes it."
    )
    product = models.ForeignKey("billing.Product", on_delete=models.PROTECT, related_name="subscriptions")
    base = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="add_ons", help_text="What it is added to, and ends with."
    )
    po_number = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="Its own order number; empty: the contract's."
    )
    next_due_on = models.DateField(null=True, help_text="The next day on which something falls due; empty when nothing will.")

    class Meta:
        indexes = [models.Index(fields=["next_due_on"], name="subscription_falling_due")]

    def __str__(self) -> str:
        return self.ref


class ContractEvent(ReadQuickly):
    """One dated change in a subscription's history. Written by billing/contracts/events.py; never changed."""

    class What(models.TextChoices):
        SUBSCRIBE = "subscribe", _("Start")
        CHANGE_PLAN = "change_plan", _("Change plan")
        SET_QUANTITY = "set_quantity", _("Change quantity")
        PAUSE = "pause", _("Pause")
        RESUME = "resume", _("Resume")
        CANCEL = "cancel", _("Cancel")
        OVERRIDE_PRICE = "override_price", _("Override price")
        SET_ANCHOR = "set_anchor", _("Change the billing day")
        UNDO = "undo", _("Undo")

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    what = models.CharField(max_length=16, choices=What)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    plan_version = models.ForeignKey("billing.PlanVersion", null=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(null=True)
    price_override = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    args = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        ordering = ["subscription", "sequence"]
        constraints = [models.UniqueConstraint(fields=["subscription", "sequence"], name="one_contract_event_per_sequence")]
        triggers = only_added("contract_event")

    def __str__(self) -> str:
        return f"{self.what} on {self.effective_on}"


class TakingOff(models.Manager["Redemption"]):
    """The coupons that contracts have; those that wait for a second person are asked for by name (`Redemption.every`)."""

    def get_queryset(self) -> models.QuerySet["Redemption"]:
        return super().get_queryset().filter(waits=False)


class Redemption(models.Model):
    """A coupon that a contract has. Written by billing/contracts/redeeming.py; it ends on a day, it is never removed."""

    STATES: ClassVar = ("given", "waits", "turned_down")

    ref = models.CharField(max_length=20, unique=True)
    coupon = models.ForeignKey("billing.Coupon", on_delete=models.PROTECT, related_name="redemptions")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="redemptions")
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.PROTECT, related_name="redemptions", help_text="Empty: all of them."
    )
    since = models.DateField(help_text="What was served before is not reduced.")
    until = models.DateField(null=True, blank=True, help_text="Periods that begin on or after are not reduced.")
    redeemed_at = models.DateTimeField()
    redeemed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    worth_minor = models.BigIntegerField(null=True, help_text="What it takes off at most, as known when it was given.")
    waits = models.BooleanField(default=False, db_default=False, help_text="Takes nothing off until a second person approves.")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    objects = TakingOff()
    every: ClassVar[models.Manager["Redemption"]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("redeemed_by")),
                name="coupon_is_approved_by_a_second_person",
            ),
            models.UniqueConstraint(fields=["coupon", "contract"], name="a_contract_redeems_a_coupon_once"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="redemption_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon} for {self.contract}"

    @property
    def state(self) -> str:
        """How it stands: it holds (`given`), `waits` for a second person, or was `turned_down` by one."""
        if not self.waits:
            return "given"
        return "turned_down" if self.until is not None and self.until <= self.since else "waits"
