"""What managers say on a part of the strategy workbook, why they publish it, and what we learned."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import StaffProfile, User
from accounts.policies.models import Policy, PolicyVersion
from accounts.segments.models import Segment
from support.strategy import writing
from support.strategy.models import StrategyEntry
from support.strategy.parts import MEASURES
from support.strategy.writing import Content
from support.tickets.models import Ticket

FEW_LINES = {"rows": 3}


class EntryForm(forms.Form):
    """Words, who keeps them, and the evidence that makes them true."""

    words = forms.CharField(label=_("What we say"), max_length=writing.LONGEST, widget=forms.Textarea(attrs=FEW_LINES))
    owner = forms.ModelChoiceField(label=_("Kept by"), queryset=User.objects.none(), required=False)
    policies = forms.ModelMultipleChoiceField(
        label=_("Policies that say so"), queryset=Policy.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    segments = forms.ModelMultipleChoiceField(
        label=_("Segments it is about"), queryset=Segment.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    measures = forms.MultipleChoiceField(
        label=_("Measures that show it"), choices=list(MEASURES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, entry: StrategyEntry | None = None, **options: Any) -> None:
        if entry:
            options["initial"] = {
                "words": entry.words, "owner": entry.owner_id, "measures": entry.measures,
                "policies": [policy.pk for policy in entry.policies.all()],
                "segments": [segment.pk for segment in entry.segments.all()],
            }  # fmt: skip
        super().__init__(*args, **options)
        ours = StaffProfile.objects.exclude(level="").values("user")
        self.fields["owner"].queryset = User.objects.filter(pk__in=ours, is_active=True).order_by("name")
        self.fields["policies"].queryset = Policy.objects.order_by("code")
        self.fields["policies"].label_from_instance = lambda policy: policy.name
        self.fields["segments"].queryset = Segment.objects.filter(active=True)

    @property
    def content(self) -> Content:
        """What is said, as the domain takes it."""
        return Content(**{name: self.cleaned_data[name] for name in ("words", "owner", "policies", "segments", "measures")})


class PublishForm(forms.Form):
    """Why the workbook is published now."""

    why = forms.CharField(label=_("Why now"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class LessonForm(forms.Form):
    """What happened, what we learned, and the version that changed because of it."""

    happened = forms.CharField(label=_("What happened"), max_length=500)
    learned = forms.CharField(label=_("What we learned"), max_length=500)
    version = forms.ModelChoiceField(label=_("Policy that changed"), queryset=PolicyVersion.objects.none())
    ticket = forms.CharField(label=_("Ticket"), max_length=20, required=False, help_text=_("Such as T-1003; if it was one."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        versions = PolicyVersion.objects.published().select_related("policy")
        self.fields["version"].queryset = versions.order_by("policy__code", "-number")

    def clean_ticket(self) -> Ticket | None:
        """Find the ticket."""
        named = self.cleaned_data["ticket"].replace("\x00", "").strip()
        if not named:
            return None
        found = Ticket.objects.filter(ref=named).first()
        if found is None:
            raise forms.ValidationError(_("There is no such ticket."))
        return found
