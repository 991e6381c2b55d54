"""Putting one error right for many: which customers, and taking it back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from window.fields import KeyField


class BatchForm(forms.Form):
    """The findings chosen; the domain says which may be."""

    chosen = forms.TypedMultipleChoiceField(label=_("Customers"), choices=[])
    key = KeyField()

    def __init__(self, *args: object, refs: list[str], **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["chosen"].choices = [(ref, ref) for ref in refs]


class UndoingForm(forms.Form):
    """Why a batch is taken back."""

    reason = forms.CharField(label=_("Why; the customers read it"), max_length=300)
