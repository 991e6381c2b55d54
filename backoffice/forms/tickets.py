"""Working on a ticket: answering, resolving, granting a remedy."""

from django import forms
from django.utils.translation import gettext_lazy as _

from window.fields import FilesField, KeyField


class ReplyForm(forms.Form):
    """An answer to the customer, or a note that only staff see."""

    text = forms.CharField(label=_("Your answer"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))
    internal = forms.BooleanField(label=_("Internal note: the customer does not see it"), required=False)
    files = FilesField()
    key = KeyField()


class ResolutionForm(forms.Form):
    """How it ended, in words for the customer: what was wrong, what was done, what happens next."""

    text = forms.CharField(label=_("Closing words"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))


class GrantForm(forms.Form):
    """One of the remedies proposed. No amount is read from here: the domain makes the terms anew from the books."""

    remedy = forms.CharField(max_length=40)
    key = KeyField()
