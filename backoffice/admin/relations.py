"""Relations of customers that are not parenthood: their kinds, with what each shows, and who is related to whom."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from accounts.customers.relation_models import Relation, RelationKind, SharedTicket
from accounts.people import relations
from backoffice.admin.base import LookingAdmin, UseCaseAdmin


@admin.register(RelationKind)
class RelationKindAdmin(UseCaseAdmin):
    """What one customer can be to another, and what it may see of it for that."""

    list_display = ("label", "inverse", "shows", "code")
    fields = ("code", "label", "inverse", "shows")

    def get_readonly_fields(self, request: HttpRequest, obj: RelationKind | None = None) -> tuple[str, ...]:
        """A code in use stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> RelationKind:
        """Define the kind."""
        given = {"code": form.instance.code} | form.cleaned_data
        return relations.define_kind(actor=request.user, at=timezone.now(), **given)


@admin.register(Relation)
class RelationAdmin(UseCaseAdmin):
    """Who serves whom, from which day until which."""

    added_only = True  # a relation is ended on the customer's page, not edited
    list_display = ("customer", "kind", "other", "since", "until")
    list_filter = ("kind",)
    list_select_related = ("customer", "kind", "other")
    search_fields = ("customer__name", "other__name", "customer__number", "other__number")
    autocomplete_fields = ("customer", "other")
    fields = ("kind", "customer", "other", "since", "until")

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Relation:
        """Relate the two."""
        return relations.relate(actor=request.user, at=timezone.now(), **form.cleaned_data)


@admin.register(SharedTicket)
class SharedTicketAdmin(LookingAdmin):
    """Which tickets one customer raised for another, to look at."""

    list_display = ("ref", "relation", "shared_at")
    list_select_related = ("relation__kind", "relation__customer", "relation__other")
    search_fields = ("ref",)
