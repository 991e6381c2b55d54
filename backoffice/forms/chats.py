"""Chats and calls as our own people work on them."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from support.channels.callbacks import Window
from support.channels.chat.models import MOST_AT_ONCE, Presence
from window.fields import KeyField, SharedPageForm


class PresenceForm(forms.Form):
    """Whether one takes chats, and how many at once."""

    state = forms.ChoiceField(label=_("For chats I am"), choices=Presence.State.choices)
    at_once = forms.IntegerField(label=_("Chats at once"), min_value=1, max_value=MOST_AT_ONCE, initial=3)


class SayForm(SharedPageForm):
    """One message in a chat."""

    text = forms.CharField(label=_("In the chat"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}))
    key = KeyField()


class HandOverForm(forms.Form):
    """To which colleague."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Hand over to"), empty_label=None)

    def __init__(self, *args: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = people


class EndingForm(SharedPageForm):
    """The end of a chat; closing words resolve the ticket too."""

    words = forms.CharField(
        label=_("Closing words"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("With them the ticket is resolved; without, it stays open."),
    )  # fmt: skip


class TryForm(forms.Form):
    """Nobody was reached; perhaps another window."""

    window = forms.ChoiceField(label=_("Try again"), required=False)

    def __init__(self, *args: Any, windows: list[Window], **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(f"{one.since.isoformat()}/{one.until.isoformat()}", one.words) for one in windows]
        self.fields["window"].choices = [("", _("in the same window")), *offered]

    @property
    def chosen(self) -> Window | None:
        """The other window, if one was chosen."""
        given = self.cleaned_data["window"]
        return Window(*(datetime.fromisoformat(moment) for moment in given.split("/"))) if given else None


class CallForm(SharedPageForm):
    """What was said on the phone."""

    words = forms.CharField(label=_("What was said?"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}))
