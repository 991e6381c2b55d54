"""More than the limit, where criteria fit: allowances, asked for by one manager and approved by another."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.decisions import Refusal
from accounts.people.models import StaffProfile
from backoffice.admin import wording
from backoffice.admin.policies import TwoPersonsAdmin, for_each
from billing.money import Money
from support.remedies import allowances, authority
from support.remedies.kinds import REMEDIES
from support.remedies.models import Allowance
from window.formats import amount

AMOUNTS = ("per_ticket", "per_action", "per_day", "per_month", "per_node_month")
CRITERIA = (
    "level", "user", "remedy", "currency", "fault", "tier", "segment", "tenure_days", "certificate", "share_percent", "since",
    "until", "reason",
)  # fmt: skip

REMEDY = wording.column("remedy", _("Kind of remedy"), wording.remedies)


def _amount(label: Any, *, required: bool = False) -> forms.CharField:
    help_text = _("Tax included, for example 250.00")
    return forms.CharField(label=label, required=required, help_text=help_text, widget=UnfoldAdminTextInputWidget)


class AllowanceForm(forms.ModelForm):
    """For whom, where it fits, and how much, in the amounts people speak of."""

    level = forms.ChoiceField(label=_("Level"), required=False, widget=UnfoldAdminSelectWidget)
    remedy = forms.ChoiceField(label=_("Kind of remedy"), required=False, widget=UnfoldAdminSelectWidget)
    per_ticket = _amount(_("Most on one ticket"), required=True)
    per_action = _amount(_("Most in one action"))
    per_day = _amount(_("Most in one day"))
    per_month = _amount(_("Most in one month"))
    per_node_month = _amount(_("Most to one customer in one month"))

    class Meta:
        model = Allowance
        fields = CRITERIA

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        levels = [level for level in StaffProfile.Level.choices if level[0] in authority.LADDER]
        choices = {
            "level": [("", _("one person, named below")), *levels],
            "remedy": [("", _("every kind")), *((code, kind.label) for code, kind in REMEDIES.items())],
        }
        for name in choices.keys() & self.fields.keys():
            self.fields[name].choices = choices[name]

    def clean(self) -> dict[str, Any]:
        """Read the amounts in the currency."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name in AMOUNTS:
            try:
                text = given.pop(name, "")
                given[f"{name}_minor"] = Money.of(text, given.get("currency", "EUR").upper()).amount_minor if text else None
            except Refusal as refusal:
                self.add_error(None, refusal.reason)
        return given


@admin.register(Allowance)
class AllowanceAdmin(TwoPersonsAdmin):
    """More than the limit where criteria fit: asked for by one manager, approved by another."""

    form = AllowanceForm
    list_display = (
        "holder", REMEDY, "fault", "tier", "segment", "certificate", "ticket_limit", "since", "until", "approved_by",
    )  # fmt: skip
    list_filter = (wording.narrowing("level", _("Level"), wording.levels), "fault", "tier", "until")
    list_select_related = ("user", "segment", "approved_by")
    autocomplete_fields = ("user",)
    fields = (*CRITERIA, *AMOUNTS)

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Allowance:
        """Ask for it."""
        given = dict(form.cleaned_data)
        span = {name: given.pop(name) for name in ("since", "until", "reason")}
        given["currency"] = given["currency"].upper()
        return allowances.ask(actor=request.user, terms=allowances.Terms(**given), at=timezone.now(), **span)

    @admin.action(description=_("Approve (a second person)"))
    def approve(self, request: HttpRequest, chosen: QuerySet[Allowance]) -> None:
        """Approve what was chosen."""
        for_each(self, request, chosen, lambda row: allowances.approve(actor=request.user, asked=row, at=timezone.now()))

    @admin.action(description=_("End today"))
    def end(self, request: HttpRequest, chosen: QuerySet[Allowance]) -> None:
        """End what was chosen."""
        for_each(self, request, chosen, lambda row: allowances.end(actor=request.user, held=row, at=timezone.now()))

    @admin.display(description=_("Who"))
    def holder(self, row: Allowance) -> str:
        """Name the level or the person."""
        return str(row.user or dict(StaffProfile.Level.choices).get(row.level, row.level))

    @admin.display(description=_("On one ticket"))
    def ticket_limit(self, row: Allowance) -> str:
        """Write the amount."""
        return amount(row.per_ticket_minor, row.currency)
