"""Segments, who is in them, key accounts and conditions, as managers set them."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.segments import conditions, defining, evaluating, key_accounts, segment_previews
from accounts.segments.models import Condition, KeyAccount, Segment, SegmentMembership
from backoffice.admin.base import UseCaseAdmin
from backoffice.admin.policies import TwoPersonsAdmin, for_each
from backoffice.admin.trying import TriedAdmin, TriedForm


class SegmentForm(TriedForm):
    """A segment; which facts its rule may ask stands beside it."""

    rule = "rule"

    class Meta:
        model = Segment
        fields = ("code", *defining.WORDS)


@admin.register(Segment)
class SegmentAdmin(TriedAdmin):
    """Kinds of customers we treat alike."""

    form = SegmentForm
    list_display = ("name", "code", "rank", "active", "members")
    list_filter = ("active",)
    search_fields = ("code", "name")
    fields = ("code", *defining.WORDS, "only_try")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        inside = Count("memberships", filter=Q(memberships__until=None))
        return super().get_queryset(request).annotate(inside=inside)

    def get_readonly_fields(self, request: HttpRequest, obj: Segment | None = None) -> tuple[str, ...]:
        """A code in use stays."""
        return ("code",) if obj else ()

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Segment:
        """Define the segment; who is in it follows at night, and is told now."""
        words = {name: form.cleaned_data[name] for name in defining.WORDS}
        made = defining.define(actor=request.user, code=form.instance.code, at=timezone.now(), **words)
        self.tell_or_try(request, form, segment_previews.tonight(made, at=timezone.now()))
        return made

    @admin.display(description=_("Customers"))
    def members(self, segment: Segment) -> int:
        """Count who is in it."""
        return segment.inside


@admin.register(SegmentMembership)
class SegmentMembershipAdmin(UseCaseAdmin):
    """Who is in which segment; by hand where the segment has no rule."""

    added_only = True  # a membership ends and another begins
    list_display = ("customer", "segment", "since", "until", "by_hand", "added_by")
    list_filter = ("segment", "by_hand")
    list_select_related = ("customer", "segment", "added_by")
    autocomplete_fields = ("customer",)
    fields = ("segment", "customer")
    actions = ("take_out",)

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> SegmentMembership:
        """Put the customer in."""
        return evaluating.put_in(actor=request.user, at=timezone.now(), **form.cleaned_data)

    @admin.action(description=_("Take out today"))
    def take_out(self, request: HttpRequest, chosen: QuerySet[SegmentMembership]) -> None:
        """Take what was chosen out."""
        facts = {"actor": request.user, "at": timezone.now()}
        for_each(self, request, chosen, lambda row: evaluating.take_out(segment=row.segment, customer=row.customer, **facts))


@admin.register(KeyAccount)
class KeyAccountAdmin(TwoPersonsAdmin):
    """Key accounts: asked for by one, approved by another."""

    list_display = ("customer", "manager", "criteria", "since", "until", "talk_due_on", "asked_by", "approved_by")
    list_select_related = ("customer", "manager", "asked_by", "approved_by")
    autocomplete_fields = ("customer", "manager")
    fields = ("customer", "manager", "criteria", "note", "early_access", "talk_due_on", "since", "until")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> KeyAccount:
        """Ask for it."""
        given = dict(form.cleaned_data)
        span = {name: given.pop(name) for name in ("customer", "since", "until")}
        return key_accounts.ask(actor=request.user, terms=key_accounts.Terms(**given), at=timezone.now(), **span)

    @admin.action(description=_("Approve (a second person)"))
    def approve(self, request: HttpRequest, chosen: QuerySet[KeyAccount]) -> None:
        """Approve what was chosen."""
        for_each(self, request, chosen, lambda row: key_accounts.approve(actor=request.user, asked=row, at=timezone.now()))

    @admin.action(description=_("End today"))
    def end(self, request: HttpRequest, chosen: QuerySet[KeyAccount]) -> None:
        """End what was chosen."""
        for_each(self, request, chosen, lambda row: key_accounts.end(actor=request.user, held=row, at=timezone.now()))


@admin.register(Condition)
class ConditionAdmin(TwoPersonsAdmin):
    """Special terms: asked for by one, approved by another."""

    list_display = ("kind", "value", "customer", "segment", "since", "until", "asked_by", "approved_by")
    list_select_related = ("customer", "segment", "asked_by", "approved_by")
    autocomplete_fields = ("customer",)
    fields = ("kind", "value", "customer", "segment", "since", "until", "reason")

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Condition:
        """Ask for it."""
        return conditions.ask(actor=request.user, at=timezone.now(), **form.cleaned_data)

    @admin.action(description=_("Approve (a second person)"))
    def approve(self, request: HttpRequest, chosen: QuerySet[Condition]) -> None:
        """Approve what was chosen."""
        for_each(self, request, chosen, lambda row: conditions.approve(actor=request.user, asked=row, at=timezone.now()))

    @admin.action(description=_("End today"))
    def end(self, request: HttpRequest, chosen: QuerySet[Condition]) -> None:
        """End what was chosen."""
        for_each(self, request, chosen, lambda row: conditions.end(actor=request.user, held=row, at=timezone.now()))
