"""Registering an address that is told what happens."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.webhooks import addresses


class WebhookForm(forms.Form):
    """Where to, and of what."""

    url = forms.CharField(
        label=_("Address"),
        max_length=addresses.LONGEST,
        widget=forms.URLInput(attrs={"placeholder": "https://erp.example/hooks", "autocomplete": "off"}),
        help_text=_("Begins with https:// and can be reached from the Internet."),
    )
    note = forms.CharField(label=_("What receives it?"), max_length=80, required=False)
    topics = forms.MultipleChoiceField(
        label=_("What is it told of?"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("invoices", _("Invoices, credit notes and reminders")),
            ("payments", _("Payments and refunds")),
            ("contracts", _("Contracts and orders")),
            ("tickets", _("Tickets and their answers")),
            ("remedies", _("What was put right")),
            ("voice", _("Praise and surveys")),
            ("people", _("Members and programs")),
            ("details", _("Details and structure")),
        ],
    )
