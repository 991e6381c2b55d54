"""What comes in from outside: mail with what became of it, orders that waited, and the keys of programs."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people import keys
from accounts.people.models import ApiKey
from backoffice.admin.base import LookingAdmin
from backoffice.admin.policies import for_each
from billing.amendments.models import OrderApproval
from billing.invoices.models import CreditOrder
from support.channels.models import IncomingMail


@admin.register(IncomingMail)
class IncomingMailAdmin(LookingAdmin):
    """Every mail that came, taken or not, with the reason."""

    list_display = ("came_at", "sender", "subject", "outcome", "ticket")
    list_filter = ("outcome",)
    list_select_related = ("ticket",)
    search_fields = ("sender", "subject", "rfc_id")
    fields = ("came_at", "sender", "subject", "outcome", "reason", "ticket", "failed_addresses", "rfc_id")
    ordering = ("-came_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[IncomingMail]:
        """Leave the raw mail where it is."""
        return super().get_queryset(request).defer("raw")


@admin.register(OrderApproval)
class OrderApprovalAdmin(LookingAdmin):
    """Orders over what their asker may order alone; the customer's own people decide."""

    list_display = ("asked_at", "quote", "commitment_minor", "currency", "status", "decided_by")
    list_filter = ("status",)
    list_select_related = ("quote__subscription", "quote__customer", "decided_by")
    fields = (
        "quote",
        "commitment_minor",
        "chosen_with_minor",
        "currency",
        "reason",
        "asked_at",
        "status",
        "decided_by",
        "decided_at",
        "note",
    )
    ordering = ("-asked_at",)


@admin.register(CreditOrder)
class CreditOrderAdmin(LookingAdmin):
    """Prepaid credit over what an agent sells alone; supervisors and managers decide under Approvals."""

    list_display = ("asked_at", "customer", "amount_minor", "currency", "status", "asked_by", "decided_by")
    list_filter = ("status",)
    list_select_related = ("customer", "asked_by", "decided_by")
    fields = (
        "customer", "seller", "amount_minor", "currency", "reason", "asked_by", "asked_at", "status", "decided_by", "decided_at",
        "note", "document",
    )  # fmt: skip
    ordering = ("-asked_at", "-pk")


@admin.register(ApiKey)
class ApiKeyAdmin(LookingAdmin):
    """Keys of customers' programs: who made them, what they may do; one is ended here when its customer cannot."""

    list_display = ("name", "customer", "opening", "scopes", "made_at", "used_at", "revoked_at")
    list_select_related = ("customer",)
    search_fields = ("name", "opening")
    fields = ("name", "customer", "opening", "scopes", "made_by", "made_at", "expires_at", "used_at", "revoked_at")
    ordering = ("-made_at",)
    actions = ("end",)

    @admin.action(description=_("End the chosen keys"))
    def end(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End keys at once, with the manager's name on the timeline."""
        said = {"actor": request.user, "at": timezone.now()}
        for_each(self, request, queryset, lambda key: keys.revoke(key=key, **said))
