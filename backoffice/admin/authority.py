"""Who may give how much: the dated limits that managers set. A change counts at once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.people.models import StaffProfile
from backoffice.admin import wording
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from billing.money import Money
from support.remedies import authority, limits
from support.remedies.kinds import REMEDIES
from support.remedies.models import AuthorityGrant, Substitute
from window.formats import amount

REMEDY = wording.column("remedy", _("Kind of remedy"), wording.remedies)


class AuthorityForm(forms.ModelForm):
    """A limit in the amounts people speak of, for a level or for one person."""

    level = forms.ChoiceField(label=_("Level"), required=False, widget=UnfoldAdminSelectWidget)
    remedy = forms.ChoiceField(label=_("Kind of remedy"), required=False, widget=UnfoldAdminSelectWidget)
    currency = forms.CharField(label=_("Currency"), initial="EUR", min_length=3, max_length=3, widget=UnfoldAdminTextInputWidget)
    per_ticket = forms.CharField(
        label=_("Most on one ticket"), help_text=_("Tax included, for example 250.00"), widget=UnfoldAdminTextInputWidget
    )
    per_day = forms.CharField(
        label=_("Most in one day"), help_text=_("Tax included, for example 1000.00"), widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = AuthorityGrant
        fields = ("level", "user", "remedy", "currency")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        levels = [level for level in StaffProfile.Level.choices if level[0] in authority.LADDER]
        self._choose("level", [("", _("one person, named below")), *levels])
        self._choose("remedy", [("", _("every kind")), *((code, kind.label) for code, kind in REMEDIES.items())])
        held = self.instance
        if held.pk:
            self.initial["per_ticket"] = Money(held.per_ticket_minor, held.currency).decimal
            self.initial["per_day"] = Money(held.per_day_minor, held.currency).decimal

    def _choose(self, name: str, choices: list[Any]) -> None:
        if name in self.fields:
            self.fields[name].choices = choices


@admin.register(AuthorityGrant)
class AuthorityAdmin(UseCaseAdmin):
    """Limits of levels and of persons, with their history."""

    form = AuthorityForm
    list_display = ("holder", REMEDY, "ticket_limit", "day_limit", "since", "until")
    list_filter = (wording.narrowing("level", _("Level"), wording.levels), "until")
    ordering = ("level", "user", "-since")
    fields = ("level", "user", "remedy", "currency", "per_ticket", "per_day")
    autocomplete_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: AuthorityGrant | None = None) -> tuple[str, ...]:
        """Whose limit it is does not change; how high it is does."""
        return ("level", "user", "remedy", "currency") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: AuthorityGrant | None = None) -> bool:
        """A limit that has ended is history."""
        return super().has_change_permission(request, obj) and (obj is None or obj.until is None)

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> AuthorityGrant:
        """Set the limit from now on."""
        held, given = form.instance, form.cleaned_data
        holder = (
            {"level": held.level, "user": held.user, "remedy": held.remedy, "currency": held.currency}
            if change
            else {
                "level": given["level"],
                "user": given["user"],
                "remedy": given["remedy"],
                "currency": given["currency"].upper(),
            }
        )
        return limits.set_limit(
            actor=request.user,
            per_ticket_minor=Money.of(given["per_ticket"], holder["currency"]).amount_minor,
            per_day_minor=Money.of(given["per_day"], holder["currency"]).amount_minor,
            at=timezone.now(),
            **holder,
        )

    @admin.display(description=_("Who"))
    def holder(self, limit: AuthorityGrant) -> str:
        """Name the level or the person."""
        return str(limit.user) if limit.user_id else str(dict(StaffProfile.Level.choices).get(limit.level, limit.level))

    @admin.display(description=_("On one ticket"))
    def ticket_limit(self, limit: AuthorityGrant) -> str:
        """Write the limit."""
        return amount(limit.per_ticket_minor, limit.currency)

    @admin.display(description=_("In one day"))
    def day_limit(self, limit: AuthorityGrant) -> str:
        """Write the limit."""
        return amount(limit.per_day_minor, limit.currency)


@admin.register(Substitute)
class SubstituteAdmin(LookingAdmin):
    """Who decided approvals for whom, and when; named on the page of approvals."""

    list_display = ("approver", "person", "since", "until", "named_by", "ended_at")
    list_select_related = ("approver", "person", "named_by")
    search_fields = ("approver__email", "person__email")
    fields = ("approver", "person", "since", "until", "named_by", "named_at", "ended_at")
    ordering = ("-since", "-pk")
