"""Sources of facts: which systems there are, how far each is trusted, and whose word is kept of what."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from accounts.quality import sources
from accounts.quality.source_models import SourceRecord, SourceSystem, SurvivorshipRule
from accounts.quality.survivorship import MATTERS
from backoffice.admin.base import LookingAdmin, UseCaseAdmin


@admin.register(SourceSystem)
class SourceSystemAdmin(UseCaseAdmin):
    """The systems that tell us facts of customers; of equal words that of the lower rank is believed."""

    list_display = ("name", "code", "rank")
    fields = ("code", "name", "rank")

    def get_readonly_fields(self, request: HttpRequest, obj: SourceSystem | None = None) -> tuple[str, ...]:
        """A code in use stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> SourceSystem:
        """Define the system."""
        given = {"code": form.instance.code} | form.cleaned_data
        return sources.define_system(actor=request.user, at=timezone.now(), **given)


class SurvivorshipForm(ModelForm):
    """One of the matters sources speak of, and how its word is picked."""

    matter = forms.ChoiceField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["matter"].choices = [(matter, ", ".join(MATTERS[matter])) for matter in _without_a_rule()]


@admin.register(SurvivorshipRule)
class SurvivorshipRuleAdmin(UseCaseAdmin):
    """Whose word is kept of which matter."""

    list_display = ("matter", "picks")
    fields = ("matter", "picks")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one rule a matter; where each has its own, they are changed."""
        return super().has_add_permission(request) and bool(_without_a_rule())

    def get_form(self, request: HttpRequest, obj: SurvivorshipRule | None = None, change: bool = False, **kwargs):  # type: ignore[no-untyped-def] # as Django's
        """A new rule is about a matter there is."""
        return super().get_form(request, obj, change, **kwargs if obj else kwargs | {"form": SurvivorshipForm})

    def get_readonly_fields(self, request: HttpRequest, obj: SurvivorshipRule | None = None) -> tuple[str, ...]:
        """A rule stays with its matter."""
        return ("matter",) if obj else ()

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> SurvivorshipRule:
        """Set the rule."""
        given = {"matter": form.instance.matter} | form.cleaned_data
        return sources.set_rule(actor=request.user, at=timezone.now(), **given)


def _without_a_rule() -> list[str]:
    ruled = set(SurvivorshipRule.objects.values_list("matter", flat=True))
    return [matter for matter in MATTERS if matter not in ruled]


@admin.register(SourceRecord)
class SourceRecordAdmin(LookingAdmin):
    """The records of other systems and whom they speak of, to look at."""

    list_display = ("external_id", "system", "customer", "first_told_at")
    list_filter = ("system",)
    list_select_related = ("system", "customer")
    search_fields = ("external_id", "customer__name", "customer__number")
