"""Macros: a change to a ticket written once by managers, with places for names and numbers, inputs and files.

A version that was written never changes; each use names the version it used. Using one is a change like any other, under the
same rules, and its words may be put differently before they go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.channels import files as attachments
from support.channels.files import File
from support.desk import changes, wording
from support.desk.changes import Change
from support.desk.macro_models import Macro, MacroFile, MacroUse, MacroVersion
from support.tickets import field_values, turns
from support.tickets.field_models import TicketField
from support.tickets.models import Message, Ticket

MOST_INPUTS: Final = 10
LONGEST_INPUT: Final = 500


@dataclass(frozen=True)
class Contents:
    """What a version does: its label, the change, and the inputs by name with their labels."""

    label: str
    change: Change
    inputs: Mapping[str, str]


class MacroMakesNoSense(Refusal):
    """It lacks a part, speaks of what is not known, or an input is missing."""

    code = "macro_makes_no_sense"


def write(
    *,
    actor: User,
    code: str,
    contents: Contents,
    at: datetime,
    attached: Sequence[File] = (),
    position: int = 0,
    active: bool = True,
) -> MacroVersion:
    """Write the next version of the macro with this code; the same as in force, with no new file, writes none.

    Files of the version before go along unless new ones are given.

    Raises:
        MacroMakesNoSense, ChangeMakesNoSense, FieldRefused, FileRefused: the actor may not, or something in it cannot be.
    """
    if not access.may_anywhere(actor, access.STEER):
        raise MacroMakesNoSense(_("Only managers write macros."))
    _check(contents)
    given = attachments.checked(attached)
    with turns.patience(), transaction.atomic():
        turns.take(f"macro {code}")
        macro, _new = Macro.objects.update_or_create(code=code, defaults={"position": position, "active": active})
        latest = macro.versions.order_by("-number").first()
        facts = {"label": contents.label.strip(), "change": contents.change.kept(), "inputs": _inputs(contents)}
        if latest and not given and all(_plain(getattr(latest, name)) == _plain(value) for name, value in facts.items()):
            return latest
        number = latest.number + 1 if latest else 1
        made = MacroVersion.objects.create(macro=macro, number=number, written_by=actor, written_at=at, **facts)
        kept = given or [File(file.name, bytes(file.content)) for file in (latest.files.all() if latest else ())]
        MacroFile.objects.bulk_create([MacroFile(version=made, name=file.name[:150], content=file.content) for file in kept])
        recording.record(None, "support.macro_written", actor=actor, at=at, about=made, facts={"macro": str(made)}, internal=True)
    return made


def in_force() -> QuerySet[MacroVersion]:
    """Return the version in force of every macro in use, in their order, each with how often the macro was used."""
    newest = MacroVersion.objects.filter(macro=OuterRef("macro")).order_by("-number").values("pk")[:1]
    found = MacroVersion.objects.filter(macro__active=True, pk=Subquery(newest)).select_related("macro")
    return found.annotate(used=Count("macro__versions__uses")).order_by("macro__position", "macro__code")


def change_of(version: MacroVersion, *, inputs: Mapping[str, str], text: str | None = None) -> Change:
    """Return the change that `version` is with these inputs; `text` are its words put differently.

    Raises:
        MacroMakesNoSense: an input is missing or too long.
    """
    given = {}
    for one in version.inputs:
        value = inputs.get(one["name"], "").replace("\x00", "").strip()
        if not value or len(value) > LONGEST_INPUT:
            raise MacroMakesNoSense(_("Fill in “{label}” first.").format(label=one["label"]))
        given[one["name"]] = value
    change = Change.read(version.change)
    return replace(change, inputs=given, text=change.text if text is None else text)


def files_of(version: MacroVersion) -> list[File]:
    """Return the files that go along."""
    return [File(file.name, bytes(file.content)) for file in version.files.all()]


def use(*, actor: User, ticket: Ticket, version: MacroVersion, change: Change, key: UUID, at: datetime) -> MacroUse:
    """Let the macro happen on a ticket, with its files, and count it. The same key again does nothing more.

    Raises:
        Refusal: the change is refused; nothing was done then.
    """
    with turns.patience(), transaction.atomic():
        turns.take(f"macro use {key}")
        if earlier := MacroUse.objects.filter(key=key).first():
            return earlier
        changes.make(actor=actor, ticket=ticket, change=change, key=key, at=at)
        if attached := files_of(version):
            attach_to_latest(actor, ticket, attached)
        return MacroUse.objects.create(version=version, ticket=ticket, used_by=actor, used_at=at, key=key)


def attach_to_latest(actor: User, ticket: Ticket, attached: Sequence[File]) -> None:
    """Put files to the words that `actor` wrote last on a ticket, in the caller's transaction."""
    thread = Ticket.objects.threaded_with(ticket)
    message = Message.objects.filter(ticket__in=thread, author=actor).order_by("-pk").first()
    if message:
        attachments.attach(message, attached)


def check_fields(given: Mapping[str, str]) -> None:
    """See that what a macro fills in are fields that are asked, with values that fit them.

    Raises:
        MacroMakesNoSense: there is no such field, or it is no longer asked.
        field_values.FieldRefused: a value does not fit.
    """
    fields = {field.code: field for field in TicketField.objects.filter(code__in=given).asked()} if given else {}
    if strange := sorted(set(given) - set(fields)):
        raise MacroMakesNoSense(_("There is no field “{code}” that is asked.").format(code=strange[0][:40]))
    for code, value in given.items():
        field_values.read(fields[code], value)


def _check(contents: Contents) -> None:
    changes.check(contents.change)
    check_fields(contents.change.fields)
    if not contents.label.strip() or len(contents.label) > 120:
        raise MacroMakesNoSense(_("A macro has a name of at most 120 characters."))
    if len(contents.inputs) > MOST_INPUTS:
        raise MacroMakesNoSense(_("At most {count} inputs.").format(count=MOST_INPUTS))
    unfit = [name for name in contents.inputs if not wording.PLACE.fullmatch(f"{{input:{name}}}")]
    if unknown := wording.unknown_in(contents.change.text, contents.inputs) or unfit:
        raise MacroMakesNoSense(_("Nothing would fill {places}.").format(places=", ".join(unknown)))


def _inputs(contents: Contents) -> list[dict[str, str]]:
    return [{"name": name, "label": label.strip()[:60] or name} for name, label in contents.inputs.items()]


def _plain(value: object) -> object:
    """Return a value as JSON gives it back, tuples as lists."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
