"""Asking for help, answering, saying thanks, and telling whether an answer helped."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from support.knowledge import articles
from support.knowledge.models import Article
from support.tickets.models import Ticket
from window.asked_fields import AskingForm
from window.fields import FilesField, KeyField

KINDS = [
    (Ticket.Kind.BILLING, _("An invoice or a payment")),
    (Ticket.Kind.CONTRACT, _("A contract")),
    (Ticket.Kind.TECHNICAL, _("Something does not work")),
    (Ticket.Kind.OTHER, _("Something else")),
]


class ForAnotherForm(forms.Form):
    """A new ticket for a customer that is served."""

    subject = forms.CharField(label=_("What is it about?"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    text = forms.CharField(label=_("Tell us more"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    kind = forms.ChoiceField(label=_("Kind"), initial=Ticket.Kind.OTHER, choices=KINDS)
    files = FilesField()
    key = KeyField()


class ContactForm(AskingForm):
    """A new ticket. `invoice` and `line` carry what the person was looking at; whether they may see it, the view asks."""

    subject = forms.CharField(label=_("What is it about?"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    text = forms.CharField(label=_("Tell us more"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    kind = forms.ChoiceField(label=_("Kind"), initial=Ticket.Kind.OTHER, choices=KINDS)
    files = FilesField()
    invoice = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    line = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    dispute = forms.BooleanField(
        label=_("Do not ask for this amount until it is settled"), required=False, initial=True,
        help_text=_("Nothing is reminded or stopped because of it meanwhile."),
    )  # fmt: skip
    key = KeyField()


class ReplyForm(forms.Form):
    """One more message on a ticket."""

    text = forms.CharField(label=_("Your reply"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))
    files = FilesField()
    key = KeyField()


class AppealForm(forms.Form):
    """Why a no should be looked at again."""

    decline = forms.IntegerField(min_value=1, max_value=2**31, widget=forms.HiddenInput)
    words = forms.CharField(label=_("What did we overlook?"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


class PraiseForm(forms.Form):
    """Thanks to whoever helped."""

    words = forms.CharField(label=_("What was good?"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    for_all = forms.BooleanField(
        label=_("You may put my words with my name on your wall, where everybody who works for you reads them"), required=False
    )


class DeflectionForm(forms.Form):
    """Whether an article answered a question."""

    article = forms.ModelChoiceField(Article.objects.none(), to_field_name="ref", widget=forms.HiddenInput)
    question = forms.CharField(max_length=300, widget=forms.HiddenInput)
    solved = forms.CharField(required=False, widget=forms.HiddenInput)
    key = KeyField()

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["article"].queryset = articles.visible_to(viewer)

    def clean_solved(self) -> bool:
        """Whether it did: only who says "no" says that it did not."""
        return self.cleaned_data["solved"] != "no"
