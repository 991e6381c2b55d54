"""Mandates, debits and the files that take them to the bank. Written by mandates.py, debits.py and gateways/direct_debit.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added


class Mandate(models.Model):
    """A customer's permission that a seller collects from their account. Written by billing/payments/sepa/mandates.py.

    Another account is another mandate. `ref` is unique for the seller, as the rulebook wants it.
    """

    class Scheme(models.TextChoices):
        CORE = "CORE", _("SEPA Core")
        B2B = "B2B", _("SEPA Business to Business")

    ref = models.CharField(max_length=35, unique=True)
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="mandates")
    seller = models.ForeignKey("billing.LegalEntity", on_delete=models.PROTECT, related_name="mandates")
    scheme = models.CharField(max_length=4, choices=Scheme, default=Scheme.CORE)
    holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    signed_on = models.DateField()
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "seller", "iban", "scheme"], condition=Q(revoked_at=None), name="one_mandate_per_account"
            )
        ]

    def __str__(self) -> str:
        return self.ref


class DebitFile(models.Model):
    """A pain.008 file as it went to the bank. Written by billing/payments/sepa/debits.py; never changed."""

    ref = models.CharField(max_length=28, unique=True)
    seller = models.ForeignKey("billing.LegalEntity", on_delete=models.PROTECT, related_name="debit_files")
    scheme = models.CharField(max_length=4, choices=Mandate.Scheme)
    collection_on = models.DateField()
    debits_count = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    content = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = [*only_added("debit_file")]

    def __str__(self) -> str:
        return self.ref


class DirectDebit(models.Model):
    """One amount to collect under a mandate. Written by gateways/direct_debit.py (ordered) and sepa/debits.py (the rest).

    `key` names the attempt it carries out; `end_to_end` is what the bank tells of it.
    """

    class Status(models.TextChoices):
        ORDERED = "ordered", _("To be collected")
        SENT = "sent", _("At the bank")
        COLLECTED = "collected", _("Collected")
        FAILED = "failed", _("Not collected")
        RETURNED = "returned", _("Returned")

    key = models.CharField(max_length=80, unique=True)
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="debits")
    amount_minor = models.BigIntegerField()
    end_to_end = models.CharField(max_length=35, unique=True)
    sequence = models.CharField(max_length=4, blank=True)
    file = models.ForeignKey(DebitFile, null=True, on_delete=models.PROTECT, related_name="debits")
    status = models.CharField(max_length=10, choices=Status, default=Status.ORDERED)
    reason = models.CharField(max_length=200, blank=True)
    collected_by = models.ForeignKey("billing.BankLine", null=True, on_delete=models.PROTECT, related_name="collected_debits")
    returned_by = models.OneToOneField("billing.BankLine", null=True, on_delete=models.PROTECT, related_name="returned_debit")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0, amount_minor__lt=10**11), name="debit_fits_its_file"),
            models.CheckConstraint(
                condition=~Q(status__in=["sent", "collected", "returned"]) | Q(file__isnull=False, sequence__in=["FRST", "RCUR"]),
                name="debit_at_the_bank_went_in_a_file",
            ),
        ]
        indexes = [models.Index(fields=["status", "mandate"], name="debit_by_status")]

    def __str__(self) -> str:
        return self.end_to_end
