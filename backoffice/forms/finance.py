"""Finance asking back."""

from django import forms
from django.utils.translation import gettext_lazy as _


class QuestionForm(forms.Form):
    """A question to the agent who granted a remedy."""

    question = forms.CharField(label=_("Your question to the agent"), max_length=300)
