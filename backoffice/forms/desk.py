"""Lists of tickets, changes to many of them, merging, splitting and problems."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.people import access
from accounts.people.models import User
from support.desk import changes, filters
from support.desk.changes import Change
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket
from window import asked_fields
from window.fields import KeyField, SharedPageForm

ANY = ("", _("any"))
STAYS = ("", _("stays as it is"))


def people(*first: tuple[str, Any]) -> list[tuple[str, Any]]:
    """Return who works on tickets, to choose from."""
    found = User.objects.filter(is_active=True, staff_profile__level__in=access.WORK_TICKETS.levels).order_by("name", "email")
    return [*first, *((str(person.pk), str(person)) for person in found)]


class FiltersForm(forms.Form):
    """What a list of tickets is narrowed by."""

    words = forms.CharField(label=_("Subject or number"), required=False, max_length=200)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[ANY, (filters.UNRESOLVED, _("Not resolved")), *Ticket.Status.choices]
    )
    kind = forms.ChoiceField(label=_("About"), required=False, choices=[ANY, *Ticket.Kind.choices])
    priority = forms.ChoiceField(label=_("Priority"), required=False, choices=[ANY, *Ticket.Priority.choices])
    channel = forms.ChoiceField(label=_("Came by"), required=False, choices=[ANY, *Ticket.Channel.choices])
    assignee = forms.ChoiceField(label=_("Stands with"), required=False)
    tag = forms.CharField(
        label=_("Tag"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )  # fmt: skip
    field = forms.ChoiceField(label=_("Field"), required=False)
    value = forms.CharField(label=_("with the value"), required=False, max_length=200)
    customer = forms.CharField(label=_("Customer's number"), required=False, max_length=40)
    chat = forms.ChoiceField(
        label=_("Chat"),
        required=False,
        choices=[ANY, ("open", _("Waits or goes on")), (filters.WAITING, _("Waits for somebody")), (filters.LIVE, _("Goes on"))],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["assignee"].choices = people(ANY, (filters.ME, _("me")), (filters.NOBODY, _("nobody")))
        self.fields["field"].choices = [ANY, *((one.code, one.name) for one in TicketField.objects.all())]

    def in_words(self, asked: Mapping[str, str]) -> list[str]:
        """Return what is asked for as the form calls it: "Status: Not resolved"; what it does not offer stays as it is."""
        return [f"{self._label(name)}: {self._choices(name).get(value, value)}" for name, value in asked.items()]

    def _label(self, name: str) -> str:
        return str(self.fields[name].label if name in self.fields else _("Problem"))

    def _choices(self, name: str) -> dict[str, Any]:
        return {str(code): words for code, words in getattr(self.fields.get(name), "choices", ())}


class ChangeForm(SharedPageForm):
    """What is to happen to the tickets chosen."""

    tickets = forms.TypedMultipleChoiceField(
        label=_("Tickets"), choices=[], error_messages={"required": _("Choose some tickets.")}
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[STAYS, *((status, Ticket.Status(status).label) for status in changes.STATUSES)],
    )
    priority = forms.ChoiceField(label=_("Priority"), required=False, choices=[STAYS, *Ticket.Priority.choices])
    kind = forms.ChoiceField(label=_("About"), required=False, choices=[STAYS, *Ticket.Kind.choices])
    assignee = forms.ChoiceField(label=_("Stands with"), required=False)
    add_tags = forms.CharField(
        label=_("Add tags"), required=False, help_text=_("Several by commas."), max_length=400,
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )  # fmt: skip
    remove_tags = forms.CharField(label=_("Take tags off"), required=False, max_length=400)
    text = forms.CharField(
        label=_("Words to each customer"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("{customer}, {requester}, {agent}, {ticket}, {subject} and {document} are filled in for each."),
    )  # fmt: skip
    internal = forms.BooleanField(label=_("Internal note: the customer does not see it"), required=False)
    key = KeyField()

    def __init__(self, *args: Any, refs: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tickets"].choices = [(ref, ref) for ref in refs]
        self.asked = list(TicketField.objects.asked())
        asked_fields.add(self, self.asked, {})
        self.fields["assignee"].choices = people(STAYS, (changes.ME, _("me")), (changes.NOBODY, _("nobody")))

    @property
    def change(self) -> Change:
        """The change, as the form says it."""
        given = {name: self.cleaned_data[name] for name in ("text", "internal", "status", "priority", "kind", "assignee")}
        tags = {name: changes.tags_of(self.cleaned_data[name]) for name in ("add_tags", "remove_tags")}
        filled = {code: text for code, text in asked_fields.given_in(self, self.asked).items() if text}
        return Change(**given | tags, fields=filled)

    @property
    def rows(self) -> list[tuple[asked_fields.Asked, BoundField]]:
        """Each field of tickets with its input."""
        return asked_fields.rows(self, self.asked)


class OtherTicketForm(forms.Form):
    """Another ticket, by its number; none where that makes sense."""

    other = forms.CharField(label=_("Number of the other ticket"), max_length=20, required=False)

    def clean_other(self) -> str:
        """Numbers are written in capitals."""
        return str(self.cleaned_data["other"]).strip().upper()


class SplitForm(forms.Form):
    """Which message becomes a ticket of its own, and what about."""

    message = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    subject = forms.CharField(label=_("What the new ticket is about"), max_length=200)
    key = KeyField()


class ProblemForm(forms.Form):
    """A new problem."""

    title = forms.CharField(label=_("What is behind it"), max_length=200)
    cause = forms.CharField(
        label=_("What we know of it"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    key = KeyField()


class ProblemStepForm(forms.Form):
    """Where a problem goes, and what we know of its cause by now."""

    to = forms.ChoiceField(choices=[("open", _("It is one")), ("solved", _("Solved")), ("dismissed", _("No problem"))])
    cause = forms.CharField(label=_("What it was"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}))
