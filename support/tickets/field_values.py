"""Values of fields: how what somebody wrote is read, kept and shown, and what is still missing on a ticket.

A value is kept as JSON under the code of its field: text, a whole number, a decimal as text, a day as YYYY-MM-DD, true or false,
or the code of an option. Values of fields that no longer apply, because the kind changed or the field was retired, stay kept.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from accounts import signs
from accounts.decisions import Refusal
from accounts.people.models import User
from support.tickets.field_models import TicketField, TicketFieldQuerySet
from support.tickets.models import Ticket

LONGEST: Final = 500
NUMBER: Final = re.compile(r"-?[0-9]{1,15}")
DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
YES, NO = "yes", "no"
FILL, SEE = TicketField.Customers.FILL, TicketField.Customers.SEE
Value = str | int | bool


class FieldRefused(Refusal):
    """A value does not fit its field, or a field that has to be filled in is empty."""

    code = "field_refused"

    def __init__(self, reason: str, asked: TicketField | None = None) -> None:
        super().__init__(reason)
        self.field = f"field-{asked.code}" if asked else None


@dataclass(frozen=True)
class Shown:
    """A field of a ticket with its value in words."""

    field: TicketField
    words: str


def asked_of(kind: str, *, staff: bool) -> list[TicketField]:
    """Return the fields asked about tickets of `kind`, in their order: all of staff, of customers those they fill in."""
    fields = TicketField.objects.asked().of_kind(kind)
    return list(fields if staff else fields.filter(customers=FILL))


def read(field: TicketField, given: str) -> Value | None:
    """Return what somebody wrote as it is kept; None: nothing.

    Raises:
        FieldRefused: it is not what the field asks for.
    """
    text = signs.plain(given.replace("\x00", "")).strip()
    return _READ[field.type](field, text) if text else None


def sought(field: TicketField, given: str) -> Value | None:
    """Return the value somebody looks for: as `read`, and options by their label too, retired ones included.

    Raises:
        FieldRefused: it is nothing the field could hold.
    """
    if field.type == TicketField.Type.CHOICE:
        named = given.strip().casefold()
        return next((one["code"] for one in field.options if named in (one["code"], *_labels(one))), given)
    return read(field, given)


def read_all(fields: Sequence[TicketField], given: Mapping[str, str]) -> dict[str, Value | None]:
    """Return what was written for several fields as it is kept; None takes a value off.

    Raises:
        FieldRefused: one of the fields is not asked, or what was written is not what it asks for.
    """
    known = {field.code: field for field in fields}
    if strange := sorted(set(given) - set(known)):
        raise FieldRefused(_("This ticket has no field “{code}” to fill in.").format(code=strange[0][:40]))
    return {code: read(known[code], text) for code, text in given.items()}


def begun(kind: str, given: Mapping[str, str] | None, *, staff: bool) -> dict[str, Value]:
    """Return the values a new ticket of `kind` begins with; none where nobody was asked (`given` is None), as in a mail.

    Raises:
        FieldRefused: a value does not fit, or one that a ticket needs to be opened is missing.
    """
    if given is None:
        return {}
    fields = asked_of(kind, staff=staff)
    values = {code: value for code, value in read_all(fields, given).items() if value is not None}
    _require([field for field in fields if field.needed == TicketField.Needed.OPEN], values)
    return values


def require_complete(ticket: Ticket, *, by: User | None) -> None:
    """See that what has to be filled in before a ticket ends is; who ends it by a rule, in nobody's name, is not asked.

    Raises:
        FieldRefused: a field is empty; it is named.
    """
    if by:
        _require(list(needed_to_resolve().of_kind(ticket.kind)), ticket.fields)


def needed_to_resolve() -> TicketFieldQuerySet:
    """Return the fields that have to be filled in before a ticket ends."""
    return TicketField.objects.asked().filter(needed=TicketField.Needed.RESOLVE)


def missing(fields: Sequence[TicketField], kind: str, values: Mapping[str, Any]) -> TicketField | None:
    """Return the first of `fields` that a ticket of `kind` with these values leaves empty."""
    return next((field for field in fields if field.kind in ("", kind) and field.code not in values), None)


def wanted_words(field: TicketField) -> str:
    """Say that a field has to be filled in."""
    return _("Fill in “{field}” first.").format(field=field.name)


def shown_on(ticket: Ticket, *, staff: bool) -> list[Shown]:
    """Return the values a ticket has, in the order of their fields: to customers those they see; one statement."""
    return shown_on_each([ticket], staff=staff)[ticket.pk]


def shown_on_each(tickets: Iterable[Ticket], *, staff: bool) -> dict[int, list[Shown]]:
    """Return for each ticket, by its key, what `shown_on` does; one statement however many there are."""
    chosen = list(tickets)
    codes = {code for ticket in chosen for code in ticket.fields}
    fields = TicketField.objects.filter(code__in=codes)
    seen = list(fields if staff else fields.exclude(customers=TicketField.Customers.NOTHING))
    return {
        ticket.pk: [Shown(field, words(field, ticket.fields[field.code])) for field in seen if field.code in ticket.fields]
        for ticket in chosen
    }


def words(field: TicketField, value: Value | None) -> str:
    """Return a value in words for who reads; nothing is an empty word."""
    if value is None:
        return ""
    if field.type == TicketField.Type.YES_NO:
        return _("yes") if value else _("no")
    if field.type == TicketField.Type.DATE:
        return date_format(date.fromisoformat(str(value)), "DATE_FORMAT")
    if field.type == TicketField.Type.CHOICE:
        return field.option(str(value))
    if field.type in (TicketField.Type.NUMBER, TicketField.Type.DECIMAL):
        return number_format(Decimal(value))
    return str(value)


def written(value: Value | None) -> str:
    """Return a value as a form and the API write it."""
    if isinstance(value, bool):
        return YES if value else NO
    return "" if value is None else str(value)


def _labels(option: Mapping[str, Any]) -> list[str]:
    return [str(option.get(name, "")).casefold() for name in ("label", "label_de")]


def _require(fields: Sequence[TicketField], values: Mapping[str, Any]) -> None:
    if empty := next((field for field in fields if field.code not in values), None):
        raise FieldRefused(wanted_words(empty), empty)


def _text(field: TicketField, text: str) -> str:
    if len(text) > LONGEST:
        raise FieldRefused(_("“{field}” has at most {most} characters.").format(field=field.name, most=LONGEST), field)
    return text


def _number(field: TicketField, text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise FieldRefused(_("“{field}” is a whole number.").format(field=field.name), field)
    return int(text)


def _decimal(field: TicketField, text: str) -> str:
    number = text.replace(",", ".")
    if not DECIMAL.fullmatch(number):
        raise FieldRefused(_("“{field}” is a number with at most 6 decimals, written 12.50.").format(field=field.name), field)
    return f"{Decimal(number).normalize() + 0:f}"  # no zero below zero


def _day(field: TicketField, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise FieldRefused(_("“{field}” is a day, written 2026-05-31.").format(field=field.name), field) from None


def _yes_no(field: TicketField, text: str) -> bool:
    if text not in (YES, NO):
        raise FieldRefused(_("“{field}” is answered with yes or no.").format(field=field.name), field)
    return text == YES


def _option(field: TicketField, text: str) -> str:
    if text not in dict(field.choices):
        raise FieldRefused(_("“{field}” has no option “{given}”.").format(field=field.name, given=text[:40]), field)
    return text


_READ: Final[Mapping[str, Callable[[TicketField, str], Value]]] = {
    TicketField.Type.TEXT.value: _text,
    TicketField.Type.NUMBER.value: _number,
    TicketField.Type.DECIMAL.value: _decimal,
    TicketField.Type.DATE.value: _day,
    TicketField.Type.YES_NO.value: _yes_no,
    TicketField.Type.CHOICE.value: _option,
}
