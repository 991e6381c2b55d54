"""Statements of our bank accounts and the lines on them. Written by importing.py; what becomes of a line by settling.py.

Transfers we owe, written by billing/payments/gateways/transfer.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class BankStatement(models.Model):
    """One statement of one account, kept once however often its file comes. Written by billing/payments/bank/importing.py.

    Amounts in minor units. `adds_up` says whether opening balance and entries make the closing one; None where a balance
    was not stated.
    """

    account = models.CharField(max_length=60)
    seller = models.ForeignKey(
        "billing.LegalEntity",
        null=True,
        on_delete=models.PROTECT,
        related_name="bank_statements",
        help_text="Whose account it is.",
    )
    ref = models.CharField(max_length=60)
    number = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    adds_up = models.BooleanField(null=True)
    entries = models.PositiveIntegerField(help_text="How many entries the bank listed, known ones among them.")
    digest = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(max_length=200)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-imported_at", "-id"], name="bank_statement_newest")]

    def __str__(self) -> str:
        return f"{self.ref} {self.number}".strip()


class BankLineQuerySet(models.QuerySet["BankLine"]):
    def waiting(self) -> "BankLineQuerySet":
        """Lines that no rule has matched and nobody has dealt with."""
        return self.filter(status=BankLine.Status.WAITING)

    def over(self) -> "BankLineQuerySet":
        """Lines that brought more than their invoices took, of which nothing was given back yet."""
        return self.filter(status=BankLine.Status.MATCHED, over_minor__gt=0, over_settled_at=None)


class BankLine(models.Model):
    """One payment on a statement. Written by billing/payments/bank/importing.py and settling.py.

    `identity` says what the bank told of it; lines that look the same are told apart by `occurrence`. `amount_minor` is above
    zero when money came in. `proposal` is the match a rule suggests; `payment` the one it became. `turn` counts undone matches.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MATCHED = "matched", _("Matched")
        IGNORED = "ignored", _("Set aside")
        NOTED = "noted", _("Only noted")

    class Over(models.TextChoices):
        NONE = "", _("Nothing over")
        OVERPAID = "overpaid", _("Paid too much")
        DOUBLE = "double", _("Paid twice")

    ref = models.CharField(max_length=20, unique=True)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    seller = models.ForeignKey("billing.LegalEntity", null=True, on_delete=models.PROTECT, related_name="bank_lines")
    account = models.CharField(max_length=60)
    identity = models.CharField(max_length=64)
    occurrence = models.PositiveIntegerField()
    booked_on = models.DateField()
    valued_on = models.DateField(null=True)
    valued_as_written = models.CharField(max_length=10, blank=True, help_text="Banks know a 30th of February.")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    bank_ref = models.CharField(max_length=60, blank=True)
    end_to_end = models.CharField(max_length=70, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    remittance = models.CharField(max_length=1000, blank=True)
    name = models.CharField(max_length=140, blank=True)
    iban = models.CharField(max_length=60, blank=True)
    mandate = models.CharField(max_length=35, blank=True)
    batch = models.CharField(
        max_length=35, blank=True, default="", db_default="", help_text="The payment block that the bank booked as one."
    )
    return_reason = models.CharField(max_length=200, blank=True)
    is_reversal = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    rule = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    proposal = models.JSONField(default=dict, help_text="What a rule suggests: rule, reason, invoices, payer. Empty: nothing.")
    payment = models.OneToOneField("billing.Payment", null=True, on_delete=models.PROTECT, related_name="bank_line")
    over_minor = models.BigIntegerField(default=0)
    over = models.CharField(max_length=8, choices=Over, default=Over.NONE, blank=True)
    over_settled_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = BankLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "occurrence"], name="bank_line_is_stored_once"),
            models.CheckConstraint(
                condition=~Q(status="matched") | Q(payment__isnull=False) | Q(rule__in=["returned", "transferred", "collected"]),
                name="matched_bank_line_has_what_it_became",
            ),
            models.CheckConstraint(
                condition=Q(over_minor=0, over="") | Q(over_minor__gt=0) & ~Q(over=""), name="bank_line_says_why_it_is_over"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-booked_on", "-id"], name="bank_line_by_status"),
            models.Index(fields=["iban"], name="bank_line_by_payer", condition=Q(payment__isnull=False) & ~Q(iban="")),
            models.Index(fields=["account", "booked_on", "amount_minor"], name="bank_line_by_day"),
        ]

    def __str__(self) -> str:
        return self.ref


class TransferOrder(models.Model):
    """Money to be given back by bank transfer. Written by billing/payments/gateways/transfer.py and bank/transfers.py.

    `key` names the attempt it carries out; `end_to_end` is what the bank tells of it on the statement.
    """

    class Status(models.TextChoices):
        ORDERED = "ordered", _("To be made")
        MADE = "made", _("Made")
        FAILED = "failed", _("Not possible")

    key = models.CharField(max_length=80, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=140, blank=True)
    iban = models.CharField(max_length=60)
    end_to_end = models.CharField(max_length=35, db_index=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.ORDERED)
    reason = models.CharField(max_length=200, blank=True)
    ordered_at = models.DateTimeField(db_default=Now())
    line = models.OneToOneField(
        BankLine, null=True, on_delete=models.PROTECT, related_name="transfer", help_text="How the bank told that it went out."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_order_is_above_zero")]

    def __str__(self) -> str:
        return self.end_to_end
