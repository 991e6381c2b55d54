"""Fields that managers ask for, as inputs of a form. What fits is the domain's to say: everything is sent as it was written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from window.fields import SharedPageForm

PREFIX = "field-"
LONGEST = 500


class Asked(Protocol):
    """What is asked: its code and type, the words for who reads, the options there are, and when it has to be filled in."""

    code: str
    type: str
    kind: str
    needed: str

    @property
    def name(self) -> str: ...

    @property
    def help(self) -> str: ...

    @property
    def choices(self) -> list[tuple[str, str]]: ...

    def option(self, code: str) -> str: ...


def add(form: forms.Form, asked: Iterable[Asked], now: Mapping[str, str]) -> None:
    """Put an input for each field on `form`, with what stands there `now`."""
    for one in asked:
        form.fields[PREFIX + one.code] = _input(one, now.get(one.code, ""))


def given_in(form: forms.Form, asked: Iterable[Asked]) -> dict[str, str]:
    """Return what was sent for each field, by its code; what the page did not send is left out."""
    names = {one.code: form.add_prefix(PREFIX + one.code) for one in asked}
    return {code: form.cleaned_data.get(PREFIX + code, "") for code, name in names.items() if name in form.data}


def rows(form: forms.Form, asked: Iterable[Asked]) -> list[tuple[Asked, BoundField]]:
    """Return each field with its input."""
    return [(one, form[PREFIX + one.code]) for one in asked]


class FieldsForm(SharedPageForm):
    """The fields of one ticket, on a page with other forms."""

    def __init__(self, *args: Any, asked: Sequence[Asked], now: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = asked
        add(self, asked, now)

    @property
    def given(self) -> dict[str, str]:
        """What was sent, by the codes of the fields."""
        return given_in(self, self.asked)

    @property
    def rows(self) -> list[tuple[Asked, BoundField]]:
        """Each field with its input."""
        return rows(self, self.asked)


class AskingForm(forms.Form):
    """A form of a new ticket that also asks the fields of its kind; those of other kinds are passed over when it is sent."""

    def __init__(self, *args: Any, asked: Sequence[Asked] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = asked
        add(self, asked, {})

    @property
    def given(self) -> dict[str, str]:
        """What was filled in for the kind that was chosen, by the codes of the fields."""
        kind = self.cleaned_data["kind"]
        return {code: text for code, text in given_in(self, self._of(kind)).items() if text}

    @property
    def rows(self) -> list[tuple[Asked, BoundField]]:
        """Each field with its input."""
        return rows(self, self.asked)

    def _of(self, kind: str) -> list[Asked]:
        return [one for one in self.asked if one.kind in ("", kind)]


def _input(one: Asked, now: str) -> forms.Field:
    facts: dict[str, Any] = {"label": one.name, "help_text": one.help, "required": False, "initial": now}
    if one.type in ("choice", "yes_no"):
        offered = [("yes", _("yes")), ("no", _("no"))] if one.type == "yes_no" else one.choices
        kept = [(now, one.option(now))] if now and now not in dict(offered) else []
        return forms.ChoiceField(choices=[("", "–"), *offered, *kept], **facts)
    attributes = {"number": {"inputmode": "numeric"}, "decimal": {"inputmode": "decimal"}, "date": {"type": "date"}}
    widget = forms.TextInput(attrs={"autocomplete": "off"} | attributes.get(one.type, {}))
    return forms.CharField(max_length=LONGEST, widget=widget, **facts)
