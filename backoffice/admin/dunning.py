"""What follows when an invoice is not paid: the ladder, and what was taken, paused, agreed and disputed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.admin.amount_fields import AmountForm
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from billing.dunning import ladder
from billing.dunning.models import Dispute, DunningPause, DunningStep, PaymentPlan, StepTaken


class DunningStepForm(AmountForm):
    """A step, with its fee as people speak of it."""

    minor = "fee_minor"

    class Meta:
        model = DunningStep
        fields = ("number", "tier", "days", "action", "currency", "words", "active")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"].label = _("Fee")


@admin.register(DunningStep)
class DunningStepAdmin(UseCaseAdmin):
    """The ladder: for every tier its own, or the one for all."""

    form = DunningStepForm
    list_display = ("number", "tier_or_all", "days", "action", "fee_minor", "active")
    list_filter = ("tier", "active")
    fields = ("number", "tier", "days", "action", "amount", "currency", "words", "active")
    ordering = ("tier", "days", "number")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> DunningStep:
        """Set the step; what was taken by it stays."""
        known = DunningStep.objects.get(pk=form.instance.pk) if change else None
        return ladder.define(actor=request.user, step=known, at=timezone.now(), **form.cleaned_data)

    @admin.display(description=_("For"), ordering="tier")
    def tier_or_all(self, step: DunningStep) -> str:
        """Say for whom the step is."""
        return step.get_tier_display() if step.tier else gettext("all")


@admin.register(StepTaken)
class StepTakenAdmin(LookingAdmin):
    """Every step that was taken."""

    currency_path = "document.currency"
    list_display = ("document", "action", "taken_on", "amount_minor", "fee_document", "lifted_at")
    list_filter = ("action",)
    list_select_related = ("document", "fee_document")
    fields = ("document", "step", "action", "taken_on", "taken_at", "amount_minor", "fee_document", "lifted_at")
    ordering = ("-taken_at", "-pk")


@admin.register(DunningPause)
class DunningPauseAdmin(LookingAdmin):
    """Every rest, by whom and why."""

    list_display = ("document", "cause", "since", "until", "reason", "made_by")
    list_filter = ("cause",)
    list_select_related = ("document", "made_by")
    fields = ("document", "cause", "since", "until", "reason", "made_by", "made_at", "ended_by")
    ordering = ("-made_at", "-pk")


@admin.register(PaymentPlan)
class PaymentPlanAdmin(LookingAdmin):
    """Agreements to pay in parts."""

    list_display = ("customer", "total_minor", "currency", "status", "agreed_by", "agreed_at")
    list_filter = ("status",)
    list_select_related = ("customer", "agreed_by")
    fields = ("customer", "documents", "total_minor", "currency", "status", "agreed_by", "agreed_at", "ended_at")


@admin.register(Dispute)
class DisputeAdmin(LookingAdmin):
    """Lines that customers say are wrong."""

    currency_path = "line.document.currency"
    list_display = ("line", "amount_minor", "status", "raised_by", "raised_at", "decided_by")
    list_filter = ("status",)
    list_select_related = ("line__document", "raised_by", "decided_by")
    fields = ("line", "amount_minor", "status", "ticket_ref", "raised_by", "raised_at", "decided_by", "decided_at", "reason")
    ordering = ("-raised_at", "-pk")
