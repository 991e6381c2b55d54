"""Service levels: calendars, targets and the ladder that managers set, and the reasons for which we may say no."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.people.models import StaffProfile
from accounts.segments.models import Segment
from backoffice.admin import calendar_text, wording
from backoffice.admin.amount_fields import AmountForm
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from support.remedies import decline_reasons
from support.remedies.models import Decline, DeclineReason
from support.service_levels import calendars, ladder, targets
from support.service_levels.models import AccountEscalation, LadderStep, ServiceCalendar, ServiceTarget, StepTaken
from support.tickets.models import Ticket
from support.voice.models import Promise

SCOPE = ("clock", "segment", "tier", "priority", "kind")
TERMS = ("minutes", "risk_percent", "calendar")


class CalendarForm(forms.ModelForm):
    """A calendar in lines that people write: the hours of a week, and days of our own."""

    week = forms.CharField(
        label=_("Hours"), help_text=_("One line for days with the same hours: mon-fri 08:00-12:00 13:00-17:00"),
        widget=UnfoldAdminTextareaWidget,
    )  # fmt: skip
    days = forms.CharField(
        label=_("Days of our own"), required=False, widget=UnfoldAdminTextareaWidget,
        help_text=_("One a line: 2026-12-24 closed Christmas Eve, or 2026-10-26 open"),
    )  # fmt: skip

    class Meta:
        model = ServiceCalendar
        fields = ("name", "timezone", "country", "region")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["week"] = calendar_text.written_week(self.instance.hours)
            self.initial["days"] = calendar_text.written_days(self.instance.own_days.all())

    def clean_week(self) -> dict[str, Any]:
        """Read the lines as hours by weekday."""
        return calendar_text.week(self.cleaned_data["week"])

    def clean_days(self) -> list[calendars.OwnDate]:
        """Read the lines as days."""
        return calendar_text.days(self.cleaned_data["days"])


@admin.register(ServiceCalendar)
class CalendarAdmin(UseCaseAdmin):
    """When we work."""

    form = CalendarForm
    list_display = ("name", "timezone", "hours_in_words", "country", "region")
    fields = ("name", "timezone", "week", "country", "region", "days")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> ServiceCalendar:
        """Set the calendar; what is due is reckoned anew."""
        given = form.cleaned_data
        plain = {name: given[name] for name in ("name", "timezone", "country", "region")}
        known = ServiceCalendar.objects.get(pk=form.instance.pk) if change else None
        return calendars.define(
            actor=request.user, calendar=known, hours=given["week"], own_days=given["days"], at=timezone.now(), **plain
        )

    @admin.display(description=_("Hours"))
    def hours_in_words(self, calendar: ServiceCalendar) -> str:
        """Write the week."""
        return calendars.in_words(calendar)


class TargetForm(forms.ModelForm):
    """How many minutes for whom; what is left open speaks for all."""

    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[("", _("every")), *Ticket.Priority.choices], widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("every")), *Ticket.Kind.choices], widget=UnfoldAdminSelectWidget
    )

    segment = forms.ChoiceField(label=_("Segment"), required=False, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = ServiceTarget
        fields = SCOPE + TERMS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "segment" in self.fields:
            named = Segment.objects.filter(active=True).order_by("name").values_list("code", "name")
            self.fields["segment"].choices = [("", _("every")), *named]


@admin.register(ServiceTarget)
class TargetAdmin(UseCaseAdmin):
    """Targets with their history: the row that says most counts."""

    form = TargetForm
    list_display = ("clock", "scope", "minutes", "risk_percent", "calendar", "since", "until")
    list_filter = ("clock", "tier", "until")
    list_select_related = ("calendar",)
    ordering = ("clock", "segment", "tier", "priority", "kind", "-since")
    fields = SCOPE + TERMS

    def get_readonly_fields(self, request: HttpRequest, obj: ServiceTarget | None = None) -> tuple[str, ...]:
        """For whom a target speaks does not change; how many minutes does, from today on."""
        return SCOPE if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: ServiceTarget | None = None) -> bool:
        """A target that has ended is history."""
        return super().has_change_permission(request, obj) and (obj is None or obj.until is None)

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> ServiceTarget:
        """Set the target from today on."""
        given = {name: form.cleaned_data.get(name, getattr(form.instance, name, "")) for name in SCOPE + TERMS}
        return targets.set_target(actor=request.user, at=timezone.now(), **given)

    @admin.display(description=_("For"))
    def scope(self, target: ServiceTarget) -> str:
        """Say whom it speaks for."""
        return targets.scope_words(target)


class StepForm(AmountForm):
    """When a step is taken and who is told."""

    level = forms.ChoiceField(label=_("Who is told"), choices=StaffProfile.Level.choices, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = LadderStep
        fields = ("number", "trigger", "clock", "percent", "currency", "contacts", "days", "tier", "level", "active")


@admin.register(LadderStep)
class StepAdmin(UseCaseAdmin):
    """The ladder of escalation."""

    form = StepForm
    list_display = ("number", "taken_when", wording.column("level", _("Who is told"), wording.levels), "active")
    list_filter = ("trigger", "active")
    fields = ("number", "trigger", "clock", "percent", "amount", "currency", "contacts", "days", "tier", "level", "active")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> LadderStep:
        """Set the step."""
        known = LadderStep.objects.get(pk=form.instance.pk) if change else None
        return ladder.define(actor=request.user, step=known, at=timezone.now(), **form.cleaned_data)

    @admin.display(description=_("Taken when"))
    def taken_when(self, step: LadderStep) -> str:
        """Say when it is taken."""
        return ladder.words(step)


@admin.register(DeclineReason)
class ReasonAdmin(UseCaseAdmin):
    """What we may say no for: clause, plain words and an alternative."""

    list_display = ("label", "clause", "active", "position")
    list_filter = ("active",)
    fields = ("code", "label", "clause", "words", "alternative", "active", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: DeclineReason | None = None) -> tuple[str, ...]:
        """Declines of the past are counted by the code, so it stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> DeclineReason:
        """Set the reason."""
        given = {"code": form.instance.code} | form.cleaned_data
        return decline_reasons.define(actor=request.user, at=timezone.now(), **given)


@admin.register(Decline)
class DeclineAdmin(LookingAdmin):
    """Every no, with its claim, clause and appeal."""

    list_display = ("ticket", "customer", "reason", "claim", "declined_by", "declined_at", "appealed_at")
    list_filter = ("reason", "claim")
    list_select_related = ("ticket", "customer", "reason", "declined_by")


@admin.register(Promise)
class PromiseAdmin(LookingAdmin):
    """What was promised, kept, broken and taken back."""

    list_display = ("what", "customer", "ticket", "due_on", "state", "made_by", "broken_at")
    list_filter = ("state",)
    list_select_related = ("customer", "ticket", "made_by")


@admin.register(StepTaken)
class StepTakenAdmin(LookingAdmin):
    """Which tickets climbed the ladder."""

    list_display = ("ticket", "step", "taken_at")
    list_select_related = ("ticket", "step")


@admin.register(AccountEscalation)
class AccountEscalationAdmin(LookingAdmin):
    """Which accounts are or were watched from above."""

    list_display = ("customer", "reason", "raised_by", "raised_at", "ended_at")
    list_filter = ("ended_at",)
    list_select_related = ("customer", "raised_by")
