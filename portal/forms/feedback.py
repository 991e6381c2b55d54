"""Telling us what was good, what was not, and what could be."""

from django import forms
from django.utils.translation import gettext_lazy as _

from support.voice import feedback
from support.voice.models import Feedback
from window.fields import KeyField

KINDS = [
    (Feedback.Kind.PRAISE, _("Praise: something was good")),
    (Feedback.Kind.CONCERN, _("A concern: something is not right")),
    (Feedback.Kind.IDEA, _("An idea: something could be better")),
]


class FeedbackForm(forms.Form):
    """One of the three, in words."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=KINDS, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Tell us"), max_length=feedback.LONGEST, widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    key = KeyField()
