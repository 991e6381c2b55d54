"""Looking at the portal with a member's eyes: whose, and why."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.people.viewing import LONGEST_REASON


class ViewingForm(forms.Form):
    """Whose eyes, and the reason the customer reads."""

    member = forms.ModelChoiceField(queryset=User.objects.none(), label=_("As whom"), empty_label=None)
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The customer reads this, with your name."),
    )  # fmt: skip

    def __init__(self, *args: object, people: QuerySet[User], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people
