"""Who looked with whose eyes, and who asked to be forgotten: to look at; deciding is done in the back office."""

from django.contrib import admin

from accounts.people.models import Viewing
from accounts.privacy.models import Erasure
from backoffice.admin.base import LookingAdmin


@admin.register(Viewing)
class ViewingAdmin(LookingAdmin):
    """Looks at the portal with a member's eyes."""

    list_display = ("opened_at", "agent", "member", "customer", "reason")
    list_select_related = ("agent", "member", "customer")
    search_fields = ("agent__email", "member__email", "customer__name", "reason")
    fields = ("agent", "member", "customer", "reason", "opened_at", "until", "ended_at")
    ordering = ("-opened_at",)


@admin.register(Erasure)
class ErasureAdmin(LookingAdmin):
    """Wishes to be forgotten."""

    list_display = ("asked_at", "person", "status", "asked_by", "decided_by", "done_at")
    list_filter = ("status",)
    list_select_related = ("person", "asked_by", "decided_by")
    fields = ("person", "reason", "status", "asked_by", "asked_at", "preview", "decided_by", "decided_at", "answer", "done_at")
    ordering = ("-asked_at",)
