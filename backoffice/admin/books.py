"""The books and the work, to look at: nothing here is edited, because nothing of it may ever change."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.timeline.models import Activity
from backoffice.admin import wording
from backoffice.admin.base import LookingAdmin
from billing.anomalies.models import Finding
from billing.contracts.models import Contract, Subscription
from billing.invoices.models import Document
from billing.ledger.models import Entry
from billing.payments.models import Payment
from support.remedies.models import Grant
from support.tickets.models import Ticket

DETECTOR = "detector", _("Billing error"), wording.detectors
REMEDY = "remedy", _("Kind of remedy"), wording.remedies


@admin.register(Contract)
class ContractAdmin(LookingAdmin):
    """Agreements signed."""

    list_display = ("ref", "customer", "currency", "signed_on", "term_months", "po_number")
    list_select_related = ("customer",)
    search_fields = ("ref", "customer__name")


@admin.register(Subscription)
class SubscriptionAdmin(LookingAdmin):
    """Products running under contracts."""

    list_display = ("ref", "customer", "product", "contract", "next_due_on")
    list_select_related = ("customer", "product", "contract")
    search_fields = ("ref", "customer__name")


@admin.register(Document)
class DocumentAdmin(LookingAdmin):
    """Invoices and credit notes."""

    list_display = ("ref", "kind", "customer", "issued_on", "due_on", "total_minor", "open_minor", "currency")
    list_filter = ("kind", "status", "origin", "currency")
    list_select_related = ("customer",)
    search_fields = ("ref", "customer__name")
    show_full_result_count = False


@admin.register(Entry)
class EntryAdmin(LookingAdmin):
    """Journal entries."""

    list_display = ("id", "what", "about_ref", "posted_on", "reverses")
    list_filter = ("what",)
    search_fields = ("about_ref",)
    show_full_result_count = False


@admin.register(Payment)
class PaymentAdmin(LookingAdmin):
    """Payments and how they went."""

    list_display = ("ref", "payer", "amount_minor", "currency", "status", "started_at")
    list_filter = ("status", "gateway")
    list_select_related = ("payer",)
    search_fields = ("ref", "payer__name")


@admin.register(Finding)
class FindingAdmin(LookingAdmin):
    """Billing errors found."""

    list_display = ("ref", wording.column(*DETECTOR), "customer", "amount_minor", "currency", "status", "found_at")
    list_filter = (wording.narrowing(*DETECTOR), "status")
    list_select_related = ("customer",)


@admin.register(Ticket)
class TicketAdmin(LookingAdmin):
    """Tickets."""

    list_display = ("ref", "subject", "customer", "status", "kind", "assignee", "opened_at")
    list_filter = ("status", "kind", "channel")
    list_select_related = ("customer", "assignee")
    search_fields = ("ref", "subject")


@admin.register(Grant)
class GrantAdmin(LookingAdmin):
    """Remedies asked for and given, with the decision that allowed each."""

    list_display = ("ref", wording.column(*REMEDY), "customer", "amount_minor", "currency", "status", "asked_by", "asked_at")
    list_filter = ("status", wording.narrowing(*REMEDY))
    list_select_related = ("customer", "asked_by")


@admin.register(Activity)
class ActivityAdmin(LookingAdmin):
    """Everything that happened."""

    list_display = ("at", "kind", "customer", "about_ref", "actor")
    list_select_related = ("customer", "actor")
    search_fields = ("about_ref",)
    show_full_result_count = False
