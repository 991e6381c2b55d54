"""Stages as managers write them: who may enter one, what is expected, the ways out; and the stages customers went through.

What was written can be tried first: the page then says who would move tonight, and keeps nothing.
"""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.segments import stage_previews, stage_rules
from accounts.segments.models import StageEntry, StageExit, StageRule, StageTask
from backoffice.admin.base import LookingAdmin
from backoffice.admin.trying import TriedAdmin, TriedForm


class StageRuleForm(TriedForm):
    """What holds of a stage."""

    rule = "entry"

    class Meta:
        model = StageRule
        fields = stage_rules.WORDS_OF_STAGE
        labels = {
            "entry": _("Who may enter"),
            "expects": _("What is expected in it"),
            "days": _("Days it may last without that"),
        }
        help_texts = {
            "expects": _("Follows the word “without”, such as: 60 days without a renewed contract."),
            "days": _("0 means any number. How long onboarding may last is the policy key lifecycle.onboarding_days."),
        }


class StageExitForm(TriedForm):
    """A way out of a stage."""

    rule = "when"

    class Meta:
        model = StageExit
        fields = ("stage", *stage_rules.WORDS_OF_EXIT)
        labels = {"stage": _("Out of"), "when": _("Taken when"), "to": _("Leads to"), "why": _("Why")}
        help_texts = {
            "position": _("The ways out of a stage are asked in this order; the first that holds counts."),
            "why": _("In words, as the history of the customer says it: a term ends within 90 days."),
        }


@admin.register(StageRule)
class StageRuleAdmin(TriedAdmin):
    """The stages: who may enter, what is expected in each, and for how long it may be missing."""

    form = StageRuleForm
    list_display = ("stage", "expects", "days", "entry")
    fields = ("stage", *stage_rules.WORDS_OF_STAGE, "only_try")
    readonly_fields = ("stage",)
    ordering = ("position",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Which stages there are is a fact of the code."""
        return False

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> StageRule:
        """Say what holds of the stage from tonight on."""
        words = {name: form.cleaned_data[name] for name in stage_rules.WORDS_OF_STAGE}
        made = stage_rules.define(actor=request.user, stage=form.instance.pk, at=timezone.now(), **words)
        self.tell_or_try(request, form, stage_previews.tonight(at=timezone.now()))
        return made


@admin.register(StageExit)
class StageExitAdmin(TriedAdmin):
    """The ways out of stages, asked every night."""

    form = StageExitForm
    list_display = ("why", "stage", "position", "when", "to", "active")
    list_filter = ("stage", "active")
    list_select_related = ("stage",)
    fields = ("stage", *stage_rules.WORDS_OF_EXIT, "only_try")

    def get_readonly_fields(self, request: HttpRequest, obj: StageExit | None = None) -> tuple[str, ...]:
        """A way leads out of the stage it was written for."""
        return ("stage",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> StageExit:
        """Write the way out; it counts from tonight on."""
        words = {name: form.cleaned_data[name] for name in stage_rules.WORDS_OF_EXIT}
        known = StageExit.objects.get(pk=form.instance.pk) if change else None
        made = stage_rules.define_exit(actor=request.user, way=known, stage=form.instance.stage, at=timezone.now(), **words)
        self.tell_or_try(request, form, stage_previews.tonight(at=timezone.now()))
        return made


@admin.register(StageEntry)
class StageEntryAdmin(LookingAdmin):
    """Stages gone through, and who is stuck."""

    list_display = ("customer", "stage", "entered_at", "left_at", "why", "stuck_since", "stuck_why")
    list_filter = ("stage", ("stuck_since", admin.EmptyFieldListFilter))
    list_select_related = ("customer",)
    ordering = ("-stuck_since", "-entered_at")


@admin.register(StageTask)
class StageTaskAdmin(LookingAdmin):
    """Tasks about customers that were stuck, and what was done."""

    list_display = ("entry", "opened_at", "done_by", "done_at", "note", "ended_at")
    list_filter = (("done_at", admin.EmptyFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("entry__customer", "done_by")
    ordering = ("-opened_at",)
