"""Ledger accounts as the accounting system numbers them, and budgets of goodwill.

Written by support/remedies/books/mapping.py and budgets.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from billing.ledger.models import Posting


class LedgerMapping(models.Model):
    """The number of a ledger account in the accounting system. Written by support/remedies/books/mapping.py."""

    account = models.CharField(max_length=20, choices=Posting.Account, unique=True)
    number = models.CharField(max_length=20, help_text="Its number in the accounting system; empty: not mapped.", blank=True)

    class Meta:
        ordering = ["account"]

    def __str__(self) -> str:
        return f"{self.get_account_display()}: {self.number or '-'}"


class GoodwillBudget(models.Model):
    """The most goodwill in a calendar month (UTC) below a node, in a segment or by one person, from a day until another.

    Amounts in minor units, tax included. Written by support/remedies/books/budgets.py.
    """

    customer = models.ForeignKey(
        "accounts.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="goodwill_budgets",
        help_text="For it and all below it.",
    )  # fmt: skip
    segment = models.ForeignKey(
        "accounts.Segment", null=True, blank=True, on_delete=models.PROTECT, related_name="goodwill_budgets"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="goodwill_budgets"
    )
    currency = models.CharField(max_length=3, default="EUR")
    amount_minor = models.BigIntegerField(help_text="Most in a calendar month, in minor units.")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, segment=None, person=None)
                | Q(customer=None, segment__isnull=False, person=None)
                | Q(customer=None, segment=None, person__isnull=False),
                name="budget_is_for_a_node_a_segment_or_a_person",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="budget_is_not_below_zero"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="budget_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"Budget of {self.customer or self.segment or self.person}"
