"""Setting fields: what else is asked about tickets. What tickets already hold stays readable, whatever is set.

The code of a field never changes. The type of a field that tickets have filled in does not change either; a field or an option
that is no longer wanted is retired.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket

CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
MOST_OPTIONS: Final = 60
Option = Mapping[str, Any]


class FieldMakesNoSense(Refusal):
    """Not the actor's to set, not whole, or it would break what tickets hold."""

    code = "field_makes_no_sense"


@dataclass(frozen=True)
class Asked:
    """What a field asks, as managers set it."""

    label: str
    type: str = TicketField.Type.TEXT
    kind: str = ""
    label_de: str = ""
    hint: str = ""
    hint_de: str = ""
    options: Sequence[Option] = ()
    customers: str = ""
    needed: str = ""
    position: int = 0
    retired: bool = False


def set_field(*, actor: User, code: str, asked: Asked, at: datetime) -> TicketField:
    """Say what a field asks; the same again changes nothing. What was asked before stands in the history.

    Raises:
        FieldMakesNoSense: no manager, something is missing, or tickets hold values that it would make unreadable.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise FieldMakesNoSense(_("Managers say what is asked about tickets."))
    _check(code, asked)
    with transaction.atomic():
        earlier = TicketField.objects.select_for_update().filter(code=code).first()
        if earlier:
            _keep_readable(earlier, asked)
        facts = asdict(asked) | {"options": [dict(one) for one in asked.options]}
        before = {name: getattr(earlier, name) for name in facts} if earlier else {}
        if before == facts and earlier:
            return earlier
        field, _new = TicketField.objects.update_or_create(code=code, defaults=facts | {"set_by": actor, "set_at": at})
        told = {"field": asked.label, "before": before, "after": facts}
        recording.record(None, "support.ticket_field_set", actor=actor, at=at, about=field, facts=told, internal=True)
    return field


def options_in(text: str) -> list[dict[str, Any]]:
    """Return the options written one a line, `code: English | German`; a line that begins with `-` is retired.

    Raises:
        FieldMakesNoSense: a line says no option, or two have the same code.
    """
    found = [_option(line.strip()) for line in text.splitlines() if line.strip()]
    if len({one["code"] for one in found}) < len(found):
        raise FieldMakesNoSense(_("Each option has a code of its own."))
    return found


def options_written(options: Sequence[Option]) -> str:
    """Return options as `options_in` reads them."""
    return "\n".join(_line(one) for one in options)


def _line(option: Option) -> str:
    german = f" | {option['label_de']}" if option.get("label_de") else ""
    return f"{'- ' if option.get('retired') else ''}{option['code']}: {option['label']}{german}"


def _option(line: str) -> dict[str, Any]:
    code, colon, labels = line.removeprefix("-").strip().partition(":")
    label, _bar, german = (part.strip() for part in labels.partition("|"))
    if not colon or not label or not CODE.fullmatch(code.strip()) or max(len(label), len(german)) > 80:
        raise FieldMakesNoSense(_("An option is written “code: label”, not “{line}”.").format(line=line[:60]))
    return {"code": code.strip(), "label": label, "label_de": german, "retired": line.startswith("-")}


def _check(code: str, asked: Asked) -> None:
    if not CODE.fullmatch(code):
        raise FieldMakesNoSense(_("A code is small letters, digits and hyphens, and begins with a letter."))
    if not asked.label.strip():
        raise FieldMakesNoSense(_("A field has a label."))
    known = ((asked.type, TicketField.Type), (asked.customers, TicketField.Customers), (asked.needed, TicketField.Needed))
    if any(given not in choices.values for given, choices in known) or asked.kind not in {"", *Ticket.Kind.values}:
        raise FieldMakesNoSense(_("There is no such type, kind or choice."))
    _check_options(asked)


def _check_options(asked: Asked) -> None:
    is_choice = asked.type == TicketField.Type.CHOICE
    if is_choice and not any(not one.get("retired") for one in asked.options) or len(asked.options) > MOST_OPTIONS:
        raise FieldMakesNoSense(_("A choice has one to {most} options.").format(most=MOST_OPTIONS))
    if asked.options and not is_choice:
        raise FieldMakesNoSense(_("Only a choice has options."))


def _keep_readable(earlier: TicketField, asked: Asked) -> None:
    """See that values which tickets hold can still be read."""
    filled = Ticket.objects.filter(fields__has_key=earlier.code)
    if asked.type != earlier.type and (count := filled.count()):
        raise FieldMakesNoSense(
            ngettext(
                "{count} ticket has filled in “{field}”: its type stays. Retire it, and set a new one.",
                "{count} tickets have filled in “{field}”: its type stays. Retire it, and set a new one.",
                count,
            ).format(count=count, field=earlier.label)
        )
    gone = {one["code"] for one in earlier.options} - {one["code"] for one in asked.options}
    for code in sorted(gone):
        if count := Ticket.objects.filter(fields__contains={earlier.code: code}).count():
            raise FieldMakesNoSense(
                ngettext(
                    "“{option}” stands on {count} ticket: retire it with a “-” before its line.",
                    "“{option}” stands on {count} tickets: retire it with a “-” before its line.",
                    count,
                ).format(option=earlier.option(code), count=count)
            )
