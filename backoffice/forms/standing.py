"""How customers stand with us."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.segments.stage_tasks import LONGEST


class StageTaskForm(forms.Form):
    """What was done about a customer that is stuck."""

    words = forms.CharField(label=_("What was done"), required=False, max_length=LONGEST)
