"""Using a macro, and saving a view of the list of tickets."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from support.desk.macro_models import MacroVersion
from window.fields import KeyField


class MacroForm(forms.Form):
    """The inputs of a macro and its words, which may be put differently."""

    text = forms.CharField(
        label=_("What is written"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    key = KeyField()

    def __init__(self, *args: Any, version: MacroVersion, **options: Any) -> None:
        super().__init__(*args, **options)
        self.named = {f"input_{one['name']}": one["name"] for one in version.inputs}
        for one in version.inputs:
            self.fields[f"input_{one['name']}"] = forms.CharField(label=one["label"], max_length=500)
        if not version.change["text"]:
            del self.fields["text"]
        self.order_fields([*self.named, "text", "key"])

    @property
    def inputs(self) -> dict[str, str]:
        """What was filled in, by the macro's own names."""
        return {name: self.cleaned_data[field] for field, name in self.named.items()}


class ViewForm(forms.Form):
    """A name for what the list is asked for; who may share says whether it is for everybody."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)
    shared = forms.BooleanField(label=_("For everybody who works on tickets"), required=False)

    def __init__(self, *args: Any, may_share: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_share:
            del self.fields["shared"]
