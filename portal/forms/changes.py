"""Changing a running contract: what, and from when; ending it, and why; and ordering more under it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from billing.amendments import quoting
from billing.amendments.ordering import Order
from billing.amendments.quoting import Change
from billing.catalog.models import Plan
from billing.contracts import endings, state
from billing.contracts.models import ContractEvent
from window import formats


class ChangeForm(forms.Form):
    """One change of a subscription: how many, the plan, a pause, an end; now, with the next period, or on a day."""

    SEATS, PLAN = ContractEvent.What.SET_QUANTITY.value, ContractEvent.What.CHANGE_PLAN.value
    PAUSE, RESUME, CANCEL = (ContractEvent.What[name].value for name in ("PAUSE", "RESUME", "CANCEL"))
    NOW, NEXT_PERIOD, ON_DAY, END_OF_TERM = quoting.NOW, quoting.NEXT_PERIOD, "day", quoting.END_OF_TERM
    WORDS = {
        SEATS: _("How many"),
        PLAN: _("The plan"),
        PAUSE: _("Pause it: nothing is billed until you resume"),
        RESUME: _("Resume it"),
        CANCEL: _("End it"),
    }

    what = forms.ChoiceField(label=_("What changes?"), widget=forms.RadioSelect)
    quantity = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=1_000_000)
    plan = forms.ModelChoiceField(Plan.objects.none(), label=_("Plan"), required=False, to_field_name="code", empty_label=None)
    effective = forms.ChoiceField(
        label=_("From when?"),
        required=False,
        widget=forms.RadioSelect,
        initial=NOW,
        choices=[
            (NOW, _("Today")),
            (NEXT_PERIOD, _("With the next period")),
            (ON_DAY, _("On a day of your choice")),
        ],
    )
    on = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    ends = forms.ChoiceField(
        label=_("From when?"),
        required=False,
        widget=forms.RadioSelect,
        initial=END_OF_TERM,
        choices=[(END_OF_TERM, _("As early as agreed")), (ON_DAY, _("On a day of your choice"))],
    )
    reason = forms.ChoiceField(
        label=_("Why does it end?"), required=False, choices=[("", _("I would rather not say")), *endings.REASONS.items()]
    )
    words = forms.CharField(
        label=_("What should we know?"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, plans: Any, status: str, earliest_end: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["plan"].queryset = plans
        agreed = _("As early as agreed: %(day)s") % {"day": formats.day(earliest_end)}
        self.fields["ends"].choices = [(self.END_OF_TERM, agreed), *self.fields["ends"].choices[1:]]
        self.fields["what"].choices = [(what, self.WORDS[what]) for what in self.offered(status)]

    @classmethod
    def offered(cls, status: str) -> list[str]:
        """Return what can be changed about a subscription in this state."""
        if status == state.PAUSED:
            return [cls.RESUME, cls.CANCEL]
        return [cls.SEATS, cls.PLAN, *([cls.PAUSE] if status == state.ACTIVE else []), cls.CANCEL]

    def clean(self) -> dict[str, Any]:
        """Ask for what the choices made need."""
        given = super().clean() or {}
        if given.get("what") == self.SEATS and not given.get("quantity") and "quantity" not in self.errors:
            self.add_error("quantity", _("Say how many."))
        if given.get("what") == self.PLAN and not given.get("plan") and "plan" not in self.errors:
            self.add_error("plan", _("Choose a plan."))
        if self._when(given) == self.ON_DAY and not given.get("on") and "on" not in self.errors:
            self.add_error("on", _("Choose the day."))
        return given

    @property
    def change(self) -> Change:
        """The change in the words of the domain."""
        given = self.cleaned_data
        plan = given["plan"].code if given["what"] == self.PLAN else None
        quantity = given["quantity"] if given["what"] == self.SEATS else None
        effective = given["on"] if self._when(given) == self.ON_DAY else self._when(given)
        ends = given["what"] == self.CANCEL
        why = {"reason": given["reason"], "words": given["words"]} if ends else {}
        return Change(what=given["what"], plan_code=plan, quantity=quantity, effective=effective, **why)

    def _when(self, given: dict[str, Any]) -> str:
        """Return the choice made of when: an end has choices of its own."""
        if given.get("what") == self.CANCEL:
            return given.get("ends") or self.END_OF_TERM
        return given.get("effective", "")

    @classmethod
    def fields_of(cls, change: Change) -> dict[str, Any]:
        """Return what the form starts with to ask for `change` again; fields that stay empty are left out."""
        is_day = change.effective not in quoting.MOMENTS
        fields = {
            "what": change.what,
            "quantity": change.quantity,
            "plan": change.plan_code,
            "ends" if change.what == cls.CANCEL else "effective": cls.ON_DAY if is_day else change.effective,
            "on": change.effective if is_day else None,
            "reason": change.reason or None,
            "words": change.words or None,
        }
        return {name: value for name, value in fields.items() if value is not None}


class OrderForm(forms.Form):
    """What is ordered, how many, for whom, from when."""

    plan = forms.ModelChoiceField(
        Plan.objects.none(), label=_("What?"), to_field_name="code", widget=forms.RadioSelect, empty_label=None
    )
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=1_000_000, initial=1)
    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("For whom?"), to_field_name="number", empty_label=None)
    since = forms.DateField(label=_("From when?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    po_number = forms.CharField(
        label=_("Your order number"), required=False, max_length=40, help_text=_("It stands on every invoice line of this order.")
    )

    def __init__(self, *args: Any, plans: Any, customers: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["plan"].queryset = plans
        self.fields["customer"].queryset = customers

    @property
    def order(self) -> Order:
        """The order in the words of the domain."""
        given = self.cleaned_data
        return Order(given["plan"].code, given["quantity"], given["since"], given["po_number"].strip())


class OrderDecisionForm(forms.Form):
    """Yes or no to what a colleague asked for, and a word about it."""

    APPROVE, REFUSE = "approve", "refuse"

    decision = forms.ChoiceField(choices=[(APPROVE, _("Approve")), (REFUSE, _("Refuse"))])
    note = forms.CharField(required=False, max_length=300, label=_("A word about it"))

    @property
    def approves(self) -> bool:
        """Whether the answer is yes."""
        return self.cleaned_data["decision"] == self.APPROVE
