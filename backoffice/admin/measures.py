"""Measures: the windows within which contacts belong to one issue, and what customers answered."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from support.measures import definitions
from support.measures.models import IssueDefinition
from support.tickets.models import Ticket
from support.voice.models import Survey


class DefinitionForm(forms.ModelForm):
    """Days for each kind of ticket, from when on, and why."""

    billing = forms.IntegerField(label=_("Days, billing"), initial=14, widget=UnfoldAdminIntegerFieldWidget)
    contract = forms.IntegerField(label=_("Days, contract"), initial=14, widget=UnfoldAdminIntegerFieldWidget)
    technical = forms.IntegerField(label=_("Days, technical"), initial=7, widget=UnfoldAdminIntegerFieldWidget)
    other = forms.IntegerField(label=_("Days, something else"), initial=7, widget=UnfoldAdminIntegerFieldWidget)

    class Meta:
        model = IssueDefinition
        fields = ("since", "why")


@admin.register(IssueDefinition)
class DefinitionAdmin(UseCaseAdmin):
    """How issues are counted. A definition is never changed; the next one follows it."""

    form = DefinitionForm
    list_display = ("number", "since", "days", "why", "published_by")
    fields = ("since", "billing", "contract", "technical", "other", "why")

    def has_change_permission(self, request: HttpRequest, obj: IssueDefinition | None = None) -> bool:
        """What was published stays."""
        return False

    def get_fields(self, request: HttpRequest, obj: IssueDefinition | None = None) -> tuple[str, ...]:
        """A published one is shown as it is kept."""
        return ("number", "since", "days", "why", "published_by") if obj else self.fields

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> IssueDefinition:
        """Publish the next definition."""
        given: dict[str, Any] = form.cleaned_data
        days = {kind: given[kind] for kind in Ticket.Kind.values}
        return definitions.publish(actor=request.user, days=days, since=given["since"], why=given["why"], at=timezone.now())


@admin.register(Survey)
class SurveyAdmin(LookingAdmin):
    """What customers answered when asked how it went."""

    list_display = ("ticket", "customer", "score", "comment", "asked_at", "answered_at", "spared", "planned_by")
    list_filter = ("score", "spared")
    list_select_related = ("ticket", "customer")
