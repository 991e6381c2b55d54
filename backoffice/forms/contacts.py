"""Writing down what somebody told us, by telephone or letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from support.tickets.models import Ticket
from window.asked_fields import AskingForm
from window.fields import FilesField, KeyField


class ContactForm(AskingForm):
    """Who, how, about what, and the scan of a letter."""

    channel = forms.ChoiceField(
        label=_("How?"),
        widget=forms.RadioSelect,
        initial=Ticket.Channel.PHONE,
        choices=[(Ticket.Channel.PHONE, _("By telephone")), (Ticket.Channel.LETTER, _("By letter"))],
    )
    requester = forms.ModelChoiceField(User.objects.none(), label=_("Who?"), required=False, empty_label=_("somebody else"))
    subject = forms.CharField(label=_("What is it about?"), max_length=200)
    text = forms.CharField(label=_("What was said?"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    kind = forms.ChoiceField(label=_("Kind"), choices=Ticket.Kind.choices, initial=Ticket.Kind.OTHER)
    files = FilesField()
    key = KeyField()

    def __init__(self, *args: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["requester"].queryset = people
