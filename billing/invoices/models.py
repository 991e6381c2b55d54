"""Documents (invoices and credit notes), their lines, what days they cover, and the numbers they carry.

Written by billing/invoices/issuing.py, credit_notes.py, settling.py and legacy.py (imported history). An issued document and its
lines never change (database triggers); corrections are counter-documents that point to the lines they correct. A key without an
index of its own is the first column of another one.
"""

from typing import Final

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts import writing
from accounts.append_only import not_truncated, only_added
from accounts.customers.models import Customer
from billing.catalog.models import LegalEntity as LegalEntity
from billing.money import Money

# A number as payers write it: without signs, in capitals.
PLAIN_REF: Final = Upper(Func(F("ref"), Value("[^A-Za-z0-9]"), Value(""), Value("g"), function="regexp_replace"))


class NumberSeries(models.Model):
    """The next number of one series of a legal entity. Advanced by billing/invoices/numbering.py in the issuing transaction."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="series")
    code = models.CharField(max_length=12)
    last_number = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="one_series_per_code_and_entity")]

    def __str__(self) -> str:
        return f"{self.code} at {self.last_number}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def issued(self) -> "DocumentQuerySet":
        """Documents that count: issued, by us or before us."""
        return self.filter(status=Document.Status.ISSUED)

    def invoices(self) -> "DocumentQuerySet":
        """Only invoices, no credit notes."""
        return self.filter(kind=Document.Kind.INVOICE)

    def open(self) -> "DocumentQuerySet":
        """Issued invoices of which something is still owed."""
        return self.issued().invoices().filter(open_minor__gt=0)

    def for_customers(self, customers: "models.QuerySet[Customer]") -> "DocumentQuerySet":
        """Documents addressed to any of `customers`."""
        return self.filter(customer__in=customers)


class Document(models.Model):
    """An invoice or credit note. Written by billing/invoices/issuing.py and credit_notes.py.

    Amounts in minor units; a credit note's amounts are below zero. `open_minor` is what is still owed on an invoice, the
    only column besides `file_hash` that moves after issue; it is kept by billing/invoices/settling.py.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        HELD = "held", _("Held")
        ISSUED = "issued", _("Issued")

    class Origin(models.TextChoices):
        ACCORD = "accord", _("Accord")
        LEGACY = "legacy", _("Imported")

    kind = models.CharField(max_length=12, choices=Kind)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.ACCORD)
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="documents", db_index=False)
    series = models.CharField(max_length=12, blank=True)
    sequence = models.PositiveBigIntegerField(null=True)
    ref = models.CharField(max_length=40, null=True, unique=True)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="documents", db_index=False,
        help_text="Who owes it: the payer.",
    )  # fmt: skip
    receiver = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", help_text="To whom it is addressed."
    )
    currency = models.CharField(max_length=3)
    issued_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    subtotal_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    open_minor = models.BigIntegerField(default=0)
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    po_number = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    address = models.JSONField(default=dict, help_text="Seller and buyer as they were on the day of issue.")
    content_hash = models.CharField(max_length=64, blank=True)
    file_hash = models.CharField(max_length=64, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "series", "sequence"], name="one_document_per_number"),
            models.CheckConstraint(
                condition=~Q(status="issued") | Q(ref__isnull=False, issued_on__isnull=False),
                name="issued_document_has_number_and_day",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("subtotal_minor") + F("tax_minor")), name="document_total_is_net_plus_tax"
            ),
            models.CheckConstraint(condition=Q(open_minor__gte=0), name="document_is_not_settled_beyond_its_amount"),
            models.CheckConstraint(
                condition=Q(kind="credit_note", total_minor__lte=0, open_minor=0)
                | Q(kind="invoice", total_minor__gte=0, open_minor__lte=F("total_minor")),
                name="invoice_is_owed_and_credit_note_is_not",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-issued_on", "-id"], name="document_by_customer"),
            models.Index(fields=["customer", "currency", "due_on"], name="document_open", condition=Q(open_minor__gt=0)),
            models.Index(PLAIN_REF, name="document_by_plain_ref"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="issued_document_is_not_deleted", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__status="issued")
            ),
            pgtrigger.Trigger(
                name="issued_document_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="issued"),
                func=(
                    "IF (to_jsonb(NEW) - 'open_minor' - 'file_hash')"
                    " IS DISTINCT FROM (to_jsonb(OLD) - 'open_minor' - 'file_hash')"
                    " THEN RAISE EXCEPTION 'an issued document never changes'"
                    " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
                    " RETURN NEW;"
                ),
            ),
            not_truncated("document"),
        ]

    def __str__(self) -> str:
        return self.ref or f"draft {self.pk}"


class Line(models.Model):
    """One line of a document. Written with its document by billing/invoices/issuing.py and credit_notes.py.

    `credited_minor` counts what credit lines took back from it (above zero; below for a reduction, whose amount is below zero)
    and never exceeds its amount.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="lines", db_index=False, help_text="Who consumed it."
    )
    subscription = models.ForeignKey(
        "billing.Subscription", null=True, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    product = models.ForeignKey("billing.Product", null=True, on_delete=models.PROTECT, related_name="+")
    charge_code = models.CharField(max_length=40, blank=True)
    price_key = models.CharField(max_length=120, blank=True)
    description = models.CharField(max_length=300)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    cycle_since = models.DateField(null=True)
    cycle_until = models.DateField(null=True)
    quantity = models.DecimalField(max_digits=24, decimal_places=10, default=1)
    unit_price = models.DecimalField(max_digits=24, decimal_places=10, default=0)
    amount_minor = models.BigIntegerField()
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    tax_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    cost_centre = models.CharField(max_length=40, blank=True)
    po_number = models.CharField(max_length=40, blank=True)
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    credited_minor = models.BigIntegerField(default=0)
    derivation = models.JSONField(
        default=dict, help_text="How the amount came about: codes and numbers, told in words by rating/explain.py."
    )

    class Meta:
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="one_line_per_position"),
            models.CheckConstraint(
                condition=Q(credited_minor=0)
                | Q(credited_minor__gt=0, credited_minor__lte=F("amount_minor"))
                | Q(credited_minor__lt=0, credited_minor__gte=F("amount_minor")),
                name="line_is_not_credited_beyond_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(since=None, until=None) | Q(until__gt=F("since")), name="line_covers_at_least_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "charge_code", "since"], name="line_by_subscription"),
            models.Index(fields=["customer", "product", "since"], name="line_by_customer_product"),
            models.Index(fields=["charge_code"], name="line_by_reduction", condition=Q(kind__in=["coupon", "discount"])),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="issued_line_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=(
                    "IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'credited_minor') = (to_jsonb(OLD) - 'credited_minor')"
                    " THEN RETURN NEW; END IF;"
                    " IF EXISTS (SELECT 1 FROM billing_document d"
                    " WHERE d.id IN (OLD.document_id, NEW.document_id) AND d.status = 'issued')"
                    " THEN RAISE EXCEPTION 'lines of an issued document never change'"
                    " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
                    " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="issued_document_gets_no_line",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                # Asked one by one ("LIMIT"): a join would be planned on figures from before the run, and read every document.
                func=(
                    "IF EXISTS (SELECT 1 FROM (SELECT DISTINCT document_id FROM added) a, LATERAL"
                    " (SELECT d.status FROM billing_document d WHERE d.id = a.document_id LIMIT 1) d WHERE d.status = 'issued')"
                    " THEN RAISE EXCEPTION 'lines of an issued document never change'"
                    " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL;"
                ),
            ),
            not_truncated("line"),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.description}"

    @property
    def booked_as(self) -> str:
        """The kind that decides the account: of a line that credits another, the kind of that one."""
        return self.corrects.kind if self.corrects_id is not None and self.corrects else self.kind


class Coverage(models.Model):
    """Which line covers which days of a subscription's charge, net of credits. Written by billing/invoices/issuing.py.

    Credits shrink or remove rows; the exclusion constraint makes it impossible to store a day that is billed twice.
    """

    subscription = models.ForeignKey("billing.Subscription", on_delete=models.PROTECT, related_name="coverage")
    charge_code = models.CharField(max_length=40)
    days = DateRangeField()
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="coverage")

    class Meta:
        verbose_name_plural = "coverage"
        constraints = [
            ExclusionConstraint(
                name="no_day_of_a_charge_is_billed_twice",
                expressions=[
                    ("subscription", RangeOperators.EQUAL),
                    ("charge_code", RangeOperators.EQUAL),
                    ("days", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription} {self.charge_code} {self.days}"


class Settlement(models.Model):
    """What reduced the open amount of an invoice: a payment, a credit note, account credit or a write-off; or took that back.

    Written by billing/invoices/settling.py; only ever added.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="settlements")
    payment = models.ForeignKey("billing.Payment", null=True, on_delete=models.PROTECT, related_name="settlements")
    credit_note = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="absorbed_by")
    amount_minor = models.BigIntegerField(help_text="Above zero; below when it takes an earlier settlement back.")
    settled_at = models.DateTimeField()
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, reverses=None) | Q(amount_minor__lt=0, reverses__isnull=False),
                name="settlement_is_above_zero_unless_reversing",
            ),
            models.CheckConstraint(
                condition=~Q(payment__isnull=False, credit_note__isnull=False), name="settlement_has_one_source"
            ),
        ]
        triggers = [
            *only_added("settlement"),
            pgtrigger.Trigger(
                name="payment_is_not_settled_beyond_its_amount",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__payment__isnull=False),
                func=(
                    "PERFORM 1 FROM billing_payment p WHERE p.id = NEW.payment_id FOR UPDATE;"
                    " IF (SELECT sum(s.amount_minor) FROM billing_settlement s WHERE s.payment_id = NEW.payment_id)"
                    " > (SELECT p.amount_minor FROM billing_payment p WHERE p.id = NEW.payment_id)"
                    " THEN RAISE EXCEPTION 'a payment is not settled beyond its amount'"
                    " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of {self.document}"


class DocumentFile(models.Model):
    """A rendered document kept by the hash of its bytes. Written by billing/invoices/documents/rendering.py."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(max_length=5)
    file_hash = models.CharField(max_length=64)
    content = models.BinaryField()
    rendered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "language"], name="one_file_per_document_and_language")]

    def __str__(self) -> str:
        return f"{self.document} ({self.language})"


class CreditOrder(models.Model):
    """Prepaid credit over what its asker sells alone, until a second person decides. Written by credit_orders.py."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="credit_orders")
    seller = models.ForeignKey("billing.LegalEntity", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField(help_text="Without tax.")
    currency = models.CharField(max_length=3)
    key = models.UUIDField(help_text="Under which it is sold: a repeated request is known by it.")
    reason = models.CharField(max_length=300, help_text="Why the asker could not sell it alone.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="credit_order")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "key"], name="one_credit_order_per_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="credit_order_is_above_zero"),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_at=None) | ~Q(status="waiting") & Q(decided_at__isnull=False),
                name="decided_credit_order_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", document__isnull=False) | ~Q(status="approved") & Q(document=None),
                name="approved_credit_order_has_its_document",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | ~Q(decided_by=F("asked_by")), name="credit_order_takes_a_second_person"
            ),
        ]

    def __str__(self) -> str:
        amount = writing.of_fact(str(Money(self.amount_minor, self.currency)))
        return f"{amount} of credit for {self.customer}"
