"""Finance asking back."""

from django import forms
from django.utils.translation import gettext_lazy as _


class QuestionForm(forms.Form):
    """A question to the agent who granted a remedy."""

    question = forms.CharField(label=_("Your question to the agent"), max_length=300)


class AnswerForm(forms.Form):
    """An answer to what finance asked."""

    text = forms.CharField(label=_("Your answer to finance"), max_length=300)


class ReversalForm(forms.Form):
    """Why a remedy is taken back."""

    reason = forms.CharField(label=_("Why; the customer reads it"), max_length=300)


class DayForm(forms.Form):
    """A day of the books; what is none counts as today."""

    on = forms.DateField(required=False)
