"""Talking to us: a chat, its messages, and the wish to be called."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from support.channels.callbacks import Window, Wish
from window.fields import KeyField


class TalkForm(forms.Form):
    """The first words of a chat. `page` and `ref` carry where the person came from; whether they may see it, the view asks."""

    subject = forms.CharField(label=_("What is it about?"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    text = forms.CharField(label=_("Your first words"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))
    page = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    ref = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    key = KeyField()


class SayForm(forms.Form):
    """One message in a chat."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "autofocus": True}),
    )
    key = KeyField()


class CallForm(forms.Form):
    """Which number, about what, and in which of the windows offered."""

    topic = forms.CharField(label=_("What is it about?"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(
        label=_("Which number do we call?"), max_length=60, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    window = forms.ChoiceField(label=_("When?"), widget=forms.RadioSelect)
    page = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    ref = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    key = KeyField()

    def __init__(self, *args: Any, windows: list[Window], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["window"].choices = [(_value(window), window.words) for window in windows]

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        since, until = (datetime.fromisoformat(moment) for moment in self.cleaned_data["window"].split("/"))
        return Wish(self.cleaned_data["phone"], self.cleaned_data["topic"], Window(since, until))


def _value(window: Window) -> str:
    return f"{window.since.isoformat()}/{window.until.isoformat()}"
