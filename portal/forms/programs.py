"""Making a key for a program."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people import keys


class KeyForm(forms.Form):
    """What the program is called and what it may do."""

    name = forms.CharField(label=_("What will use it?"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        initial=[keys.READ],
        choices=[
            (keys.READ, _("Read: customers, documents, contracts, tickets")),
            (keys.CONTRACTS, _("Change contracts")),
            (keys.PAY, _("Pay with a kept card or account")),
            (keys.TICKETS, _("Open and answer tickets")),
            (keys.PEOPLE, _("Invite people and end their roles")),
            (keys.USAGE, _("Send usage")),
            (keys.DETAILS, _("Ask for changes of details")),
        ],
    )
    expires_at = forms.DateTimeField(
        label=_("Until when?"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: until you end it."),
    )
