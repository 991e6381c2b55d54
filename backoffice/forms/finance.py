"""Finance asking back."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from support.remedies.models import FeedRow


class QuestionForm(forms.Form):
    """A question to the agent who granted a remedy."""

    question = forms.CharField(label=_("Your question to the agent"), max_length=300)


class AnswerForm(forms.Form):
    """An answer to what finance asked."""

    text = forms.CharField(label=_("Your answer to finance"), max_length=300)


class ReversalForm(forms.Form):
    """Why a remedy is taken back."""

    reason = forms.CharField(label=_("Why; the customer reads it"), max_length=300)


class SeenForm(forms.Form):
    """The new rows that somebody looked at, to acknowledge them together."""

    rows = forms.ModelMultipleChoiceField(FeedRow.objects.none(), label=_("Rows"))

    def __init__(self, *args: Any, within: QuerySet[FeedRow], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["rows"].queryset = within


class DayForm(forms.Form):
    """A day of the books; what is none counts as today."""

    on = forms.DateField(required=False)
