"""Working on a ticket: answering, resolving, granting a remedy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.forms.desk import STAYS, people
from support.desk import changes
from support.desk.changes import Change
from support.remedies.declines import Answer
from support.remedies.models import Allowance, Decline, DeclineReason
from support.tickets.models import Ticket
from support.voice.promises import Word
from window.fields import FilesField, KeyField, SharedPageForm


class ReplyForm(forms.Form):
    """An answer to the customer, or a note that only staff see."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "data-key": "r", "data-key-label": _("Reply")}),
    )
    internal = forms.BooleanField(
        label=_("Internal note: the customer does not see it"),
        required=False,
        help_text=_("Name a colleague of any team with @ and the beginning of their address, such as @kam: they are told."),
    )
    files = FilesField()
    asks = forms.BooleanField(label=_("Wait for the customer's answer"), required=False)
    promise = forms.CharField(
        label=_("What we promise"), required=False, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    promise_due = forms.DateField(label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    key = KeyField()

    def clean(self) -> dict[str, Any]:
        """A promise needs its day, and is made to the customer."""
        given: dict[str, Any] = super().clean()
        if bool(given.get("promise")) != bool(given.get("promise_due")) and "promise_due" not in self.errors:
            self.add_error("promise_due", _("A promise has words and a day."))
        if given.get("promise") and given.get("internal"):
            self.add_error("promise", _("A note promises the customer nothing."))
        return given

    @property
    def word(self) -> Word | None:
        """What is promised, if anything."""
        given = self.cleaned_data
        return Word(given["promise"], given["promise_due"]) if given["promise"] else None


class FaultForm(forms.Form):
    """Whose fault the trouble was, and how we know; nothing: it is open again."""

    side = forms.ChoiceField(label=_("Whose fault"), required=False, choices=[("", _("not judged")), *Allowance.Side.choices])
    evidence = forms.CharField(label=_("How we know"), required=False, max_length=300)


class ResolutionForm(SharedPageForm):
    """How it ended, in words for the customer: what was wrong, what was done, what happens next."""

    text = forms.CharField(label=_("Closing words"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))


class DeclineForm(SharedPageForm):
    """A no: how the claim was assessed and by what, and the reason. Words left empty are the reason's own."""

    reason = forms.ModelChoiceField(DeclineReason.objects.none(), label=_("Reason"), widget=forms.RadioSelect, empty_label=None)
    claim = forms.ChoiceField(
        label=_("The claim is"),
        initial=Decline.Claim.NOT_VALID,
        choices=[(Decline.Claim.NOT_VALID, _("not valid")), (Decline.Claim.PARTLY_VALID, _("partly valid"))],
        widget=forms.RadioSelect,
    )
    evidence = forms.CharField(
        label=_("What we looked at"),
        max_length=10_000,
        initial=_("The invoice, the contract and the days it covers, day by day."),
    )
    words = forms.CharField(
        label=_("In other words"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Left empty, the customer reads the words of the reason."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].queryset = DeclineReason.objects.filter(active=True)

    @property
    def answer(self) -> Answer:
        """The no, as the form says it."""
        return Answer(**self.cleaned_data)


class HandlingForm(SharedPageForm):
    """Who works on a ticket, what it is about, how urgent it is, and its tags; what is left as it was stays."""

    assignee = forms.ChoiceField(label=_("Stands with"), required=False)
    kind = forms.ChoiceField(
        label=_("About"), required=False, choices=[STAYS, *Ticket.Kind.choices],
        help_text=_("Its deadlines follow. It goes to a colleague if you lack the skill it then asks for."),
    )  # fmt: skip
    priority = forms.ChoiceField(label=_("Priority"), required=False, choices=[STAYS, *Ticket.Priority.choices])
    add_tags = forms.CharField(
        label=_("Add tags"), required=False, help_text=_("Several by commas."), max_length=400,
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )  # fmt: skip
    remove_tags = forms.CharField(label=_("Take tags off"), required=False, max_length=400)
    change_key = KeyField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["assignee"].choices = people(STAYS, (changes.ME, _("me")), (changes.NOBODY, _("nobody")))

    @property
    def change(self) -> Change:
        """The change, as the form says it."""
        given = {name: self.cleaned_data[name] for name in ("priority", "kind", "assignee")}
        tags = {name: changes.tags_of(self.cleaned_data[name]) for name in ("add_tags", "remove_tags")}
        return Change(**given | tags)


class CallLogForm(SharedPageForm):
    """That we spoke, and perhaps what was said."""

    call_words = forms.CharField(label=_("What was said?"), required=False, max_length=10_000)
    call_key = KeyField()


class ClosingForm(SharedPageForm):
    """How a promise ended: kept, or taken back with a reason for the customer."""

    kept = forms.ChoiceField(choices=[("yes", _("Kept")), ("no", _("Taken back"))])
    note = forms.CharField(label=_("Why it is taken back"), required=False, max_length=300)


class EscalationForm(SharedPageForm):
    """Why an account is escalated."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class GrantForm(forms.Form):
    """One of the remedies proposed. No amount is read from here: the domain makes the terms anew from the books."""

    remedy = forms.CharField(max_length=40)
    key = KeyField()
