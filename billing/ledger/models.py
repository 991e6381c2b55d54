"""Double entry: entries and their postings.

Written only by billing/ledger/posting.py and never changed. The database refuses postings of an entry that do not sum to
zero per currency, an entry without any, and a posting added in a later transaction than its entry. The sum is proved of the
postings that one statement adds, however many entries they belong to: so an entry is right after each of them, and at
commit it only remains to be seen that every entry has some. Postings stand behind two indexes, by customer and by document.

What a posting points to is proved of a whole statement, too: its entry was written in this transaction, and its document is
issued. Neither is ever deleted (only_added, issued_document_is_not_deleted), so no foreign key says the same row by row.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added


class Entry(models.Model):
    """One business fact in the books. Written by billing/ledger/posting.py; never changed."""

    what = models.CharField(max_length=40)
    about_ref = models.CharField(max_length=60)
    posted_on = models.DateField()
    posted_at = models.DateTimeField()
    key = models.CharField(max_length=80, unique=True, help_text="Repeating a posting with the same key posts once.")
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    xid = models.BigIntegerField(
        editable=False, db_default=models.Func(function="accord_current_xid", output_field=models.BigIntegerField())
    )

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["about_ref"], name="entry_by_subject"),
            models.Index(fields=["posted_on"], name="entry_by_day"),
        ]
        triggers = [
            *only_added("entry"),
            pgtrigger.Trigger(
                name="entry_has_postings",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=(
                    "IF NOT EXISTS (SELECT 1 FROM billing_posting p WHERE p.entry_id = NEW.id)"
                    " THEN RAISE EXCEPTION 'entry % has no postings that sum to zero', NEW.id"
                    " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.about_ref}"


def _of_all_added(name: str, wrong: str, sentence: str) -> pgtrigger.Trigger:
    """Refuse a statement that adds postings when `wrong` finds an entry among them; one question for all that it adds."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
        declare=[("wrong", "BIGINT")],
        func=(
            f"{wrong} LIMIT 1 INTO wrong; IF FOUND THEN RAISE EXCEPTION '{sentence}', wrong"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL;"
        ),
    )


class Posting(models.Model):
    """One side of an entry: debit above zero, credit below, in minor units.

    Written by billing/ledger/posting.py; never changed.
    """

    class Account(models.TextChoices):
        RECEIVABLE = "receivable", _("Receivable")
        DEFERRED_REVENUE = "deferred_revenue", _("Deferred revenue")
        REVENUE = "revenue", _("Revenue")
        TAX = "tax", _("Tax payable")
        CUSTOMER_CREDIT = "customer_credit", _("Customer credit")
        CLEARING = "clearing", _("Gateway clearing")
        CASH = "cash", _("Cash")
        GOODWILL = "goodwill", _("Goodwill")
        BAD_DEBT = "bad_debt", _("Bad debt")
        WRITE_OFF = "write_off", _("Write-off")
        LEGACY = "legacy", _("Opening balances from legacy invoices")
        ROUNDING = "rounding", _("Rounding (must stay zero)")

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    account = models.CharField(max_length=20, choices=Account)
    detail = models.CharField(max_length=40, blank=True, help_text="Tax rate or gateway, where the account has parts.")
    customer = models.ForeignKey(
        "accounts.Customer", null=True, on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    document = models.ForeignKey(
        "billing.Document", null=True, on_delete=models.PROTECT, related_name="postings", db_index=False, db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_minor=0), name="posting_is_not_zero")]
        indexes = [
            models.Index(fields=["customer", "account", "currency"], include=["amount_minor"], name="posting_balance"),
            models.Index(fields=["document"], name="posting_by_document"),
        ]
        triggers = [
            *only_added("posting"),
            _of_all_added(
                "posting_is_written_with_its_entry",
                # Asked entry by entry: a join would be planned on figures from before the statement, and read all entries.
                "SELECT a.entry_id FROM (SELECT DISTINCT entry_id FROM added) a WHERE"
                " (SELECT e.xid FROM billing_entry e WHERE e.id = a.entry_id) IS DISTINCT FROM accord_current_xid()",
                "postings are written in the transaction of their entry, not %",
            ),
            _of_all_added(
                "posting_is_about_an_issued_document",
                "SELECT a.document_id FROM (SELECT DISTINCT document_id FROM added WHERE document_id IS NOT NULL) a WHERE"
                " (SELECT d.status FROM billing_document d WHERE d.id = a.document_id) IS DISTINCT FROM 'issued'",
                "postings are about documents that are issued, not %",
            ),
            _of_all_added(
                "postings_of_an_entry_sum_to_zero",
                "SELECT a.entry_id FROM added a GROUP BY a.entry_id, a.currency HAVING sum(a.amount_minor) <> 0",
                "postings of entry % do not sum to zero per currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor} {self.currency}"


class Recognition(models.Model):
    """The part of a line that became revenue with a month, named by its first day. Written by billing/invoices/recognition.py."""

    line = models.ForeignKey("billing.Line", on_delete=models.PROTECT, related_name="recognitions")
    month = models.DateField()
    amount_minor = models.BigIntegerField(help_text="Below zero for a credit.")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="recognitions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "month"], name="a_line_is_recognised_once_a_month"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="recognition_is_not_zero"),
        ]
        triggers = [
            *only_added("recognition"),
            pgtrigger.Trigger(
                name="line_is_not_recognised_beyond_its_amount",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=(
                    "IF (SELECT abs(sum(r.amount_minor)) FROM billing_recognition r WHERE r.line_id = NEW.line_id)"
                    " > (SELECT abs(l.amount_minor) FROM billing_line l WHERE l.id = NEW.line_id)"
                    " THEN RAISE EXCEPTION 'a line is not recognised beyond its amount'"
                    " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} in {self.month:%Y-%m}"
