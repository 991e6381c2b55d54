"""Changing a running contract: what, and from when."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.amendments.quoting import Change
from billing.catalog.models import Plan
from billing.contracts.models import ContractEvent


class ChangeForm(forms.Form):
    """One change of a subscription: another number of seats, or another plan; now, with the next period, or on a day."""

    SEATS, PLAN = ContractEvent.What.SET_QUANTITY.value, ContractEvent.What.CHANGE_PLAN.value
    NOW, NEXT_PERIOD, ON_DAY = "now", "next_period", "day"

    what = forms.ChoiceField(
        label=_("What changes?"), widget=forms.RadioSelect, choices=[(SEATS, _("How many")), (PLAN, _("The plan"))]
    )
    quantity = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=1_000_000)
    plan = forms.ModelChoiceField(Plan.objects.none(), label=_("Plan"), required=False, to_field_name="code", empty_label=None)
    effective = forms.ChoiceField(
        label=_("From when?"),
        widget=forms.RadioSelect,
        initial=NOW,
        choices=[(NOW, _("Today")), (NEXT_PERIOD, _("With the next period")), (ON_DAY, _("On a day of your choice"))],
    )
    on = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, plans: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["plan"].queryset = plans

    def clean(self) -> dict[str, Any]:
        """Ask for what the choices made need."""
        given = super().clean() or {}
        if given.get("what") == self.SEATS and not given.get("quantity") and "quantity" not in self.errors:
            self.add_error("quantity", _("Say how many."))
        if given.get("what") == self.PLAN and not given.get("plan") and "plan" not in self.errors:
            self.add_error("plan", _("Choose a plan."))
        if given.get("effective") == self.ON_DAY and not given.get("on") and "on" not in self.errors:
            self.add_error("on", _("Choose the day."))
        return given

    @property
    def change(self) -> Change:
        """The change in the words of the domain."""
        given = self.cleaned_data
        plan = given["plan"].code if given["what"] == self.PLAN else None
        quantity = given["quantity"] if given["what"] == self.SEATS else None
        effective = given["on"] if given["effective"] == self.ON_DAY else given["effective"]
        return Change(what=given["what"], plan_code=plan, quantity=quantity, effective=effective)

    @classmethod
    def fields_of(cls, change: Change) -> dict[str, Any]:
        """Return what the form starts with to ask for `change` again; fields that stay empty are left out."""
        is_day = change.effective not in (cls.NOW, cls.NEXT_PERIOD)
        fields = {
            "what": change.what,
            "quantity": change.quantity,
            "plan": change.plan_code,
            "effective": cls.ON_DAY if is_day else change.effective,
            "on": change.effective if is_day else None,
        }
        return {name: value for name, value in fields.items() if value is not None}
