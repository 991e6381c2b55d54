"""Changes: what happens to a ticket at once: words, tags, fields, status, priority, what it is about and who works on it.

A macro, a bulk and the answer to all tickets of a problem are changes. `foresee` says for many tickets what would become of each
and what objects, in a fixed number of statements; `make` does it on one ticket through the use cases of every screen, so that
nothing is possible here that is not possible there. Words may speak of {customer}, {requester}, {agent}, {ticket}, {subject} and
{document}.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.desk import field_changes, tags, wording
from support.tickets import conversation, deadlines, filling, subject_kind, turns
from support.tickets.field_models import TicketField
from support.tickets.models import Ticket

OPEN, WAITING, RESOLVED = Ticket.Status.OPEN.value, Ticket.Status.WAITING.value, Ticket.Status.RESOLVED.value
STATUSES: Final = (OPEN, WAITING, RESOLVED)
ME, NOBODY = "me", "nobody"
MOST_TAGS: Final = 20
LONGEST_TAG: Final = 40


class ChangeMakesNoSense(Refusal):
    """A change that changes nothing, or whose parts do not go together."""

    code = "change_makes_no_sense"


@dataclass(frozen=True)
class Change:
    """What is to happen; what is left empty stays. `assignee` is "me", "nobody" or a person's id; `inputs` fill the words.

    `fields` are what is filled in by code; an empty word takes a value off.
    """

    text: str = ""
    internal: bool = False
    asks: bool = False
    status: str = ""
    priority: str = ""
    kind: str = ""
    assignee: str = ""
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self) | {"inputs": dict(self.inputs), "fields": dict(self.fields)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Return what was stored."""
        given = {each.name: kept[each.name] for each in fields(cls) if each.name in kept}
        lists = {name: tuple(given.get(name, ())) for name in ("add_tags", "remove_tags")}
        return cls(**given | lists)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would happen."""
        asked = self.text.strip(), self.status, self.priority, self.kind, self.assignee, self.add_tags, self.remove_tags
        return not any((*asked, self.fields))


@dataclass(frozen=True)
class Foreseen:
    """What would become of a ticket: each thing that changes with what was and what will be, the words, and what objects."""

    ticket: Ticket
    steps: list[tuple[str, str, str]]
    text: str
    objection: str = ""


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags in a line of text, by commas: small letters, single blanks, each once.

    Raises:
        ChangeMakesNoSense: too many, or one too long.
    """
    found = tuple(dict.fromkeys(tag for part in text.replace("\x00", "").split(",") if (tag := " ".join(part.lower().split()))))
    if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
        raise ChangeMakesNoSense(
            _("At most {count} tags of {length} characters each.").format(count=MOST_TAGS, length=LONGEST_TAG)
        )
    return found


def check(change: Change) -> None:
    """See that a change is one.

    Raises:
        ChangeMakesNoSense: nothing changes, or the parts do not go together.
    """
    if change.is_empty:
        raise ChangeMakesNoSense(_("Say what is to change."))
    if change.status and change.status not in STATUSES or change.priority and change.priority not in Ticket.Priority.values:
        raise ChangeMakesNoSense(_("There is no such status or priority."))
    if change.kind and change.kind not in Ticket.Kind.values:
        raise ChangeMakesNoSense(_("There is no such kind of ticket."))
    if change.status in (WAITING, RESOLVED) and (change.internal or not change.text.strip()):
        raise ChangeMakesNoSense(_("A ticket waits for an answer, or ends, with words to the customer."))


def foresee(*, actor: User, change: Change, tickets: Iterable[Ticket]) -> list[Foreseen]:
    """Say what `change` would do to each ticket and what objects to it; the number of statements does not grow with them."""
    check(change)
    chosen = list(tickets)
    to = _person(actor, change.assignee)
    keys = [ticket.pk for ticket in chosen]
    within = set(
        access.customers_within_reach(actor, access.WORK_TICKETS)
        .filter(pk__in=[ticket.customer_id for ticket in chosen])
        .values_list("pk", flat=True)
    )
    held = _held_back(keys) if change.status == RESOLVED else {}
    asked = field_changes.asked(change.fields, ends=change.status == RESOLVED)
    known = tags.named(change.add_tags)

    def objection(ticket: Ticket) -> str:
        return held.get(ticket.pk, "") or tags.unfit([tag for tag in change.add_tags if tag not in ticket.tags], known)

    return [_foreseen(ticket, change, actor, to, ticket.customer_id in within, objection(ticket), asked) for ticket in chosen]


def make(*, actor: User, ticket: Ticket, change: Change, key: UUID, at: datetime) -> dict[str, dict[str, Any]]:
    """Let `change` happen to a ticket, all of it or nothing, and return what was before and after; a key sends its words once.

    Raises:
        Refusal: a rule of one of its parts objects; nothing was changed then.
    """
    check(change)
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        if change.status and ticket.status == Ticket.Status.APPROVAL:
            raise conversation.StepNotAllowed(_awaits_approval())
        before = standing(ticket)
        text = wording.filled(change.text, ticket=ticket, agent=actor, inputs=change.inputs)
        if change.kind:
            ticket = subject_kind.change(actor=actor, ticket=ticket, kind=change.kind, at=at)
        if change.assignee:
            ticket = conversation.assign(actor=actor, ticket=ticket, to=_person(actor, change.assignee), at=at)
        _set(ticket, change, actor, at)
        if change.fields:
            ticket = filling.fill(actor=actor, ticket=ticket, given=change.fields, at=at)
        _speak(ticket, change, text, actor=actor, key=key, at=at)
        after = standing(Ticket.objects.get(pk=ticket.pk))
    return {"before": before, "after": after}


def restore(*, actor: User, ticket: Ticket, made: Mapping[str, Mapping[str, Any]], at: datetime) -> list[str]:
    """Put back what `make` changed, as far as nobody changed it since; return what was put back. Words that were said stay said.

    Raises:
        Refusal: not within reach, or the ticket cannot go back.
    """
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        now, before, after = standing(ticket), made["before"], made["after"]
        back = [name for name in before if before[name] != after[name] and now[name] == after[name]]
        ticket = _hand_back(ticket, {name: before[name] for name in back}, actor, at)
        kept: dict[str, Any] = {name: before[name] for name in ("priority", "tags") if name in back}
        _write(ticket, kept, at)
        if "status" in back and before["status"] == RESOLVED:
            raise conversation.StepNotAllowed(_("A ticket that was reopened is not closed again without words to the customer."))
        if "status" in back and after["status"] == RESOLVED:
            conversation.reopen(actor=actor, ticket=ticket, at=at)
        elif "status" in back:
            _step(ticket, before["status"], at)
        if back:
            _record(ticket, _("taken back: {what}").format(what=", ".join(back)), actor, at)
    return back


def _hand_back(ticket: Ticket, back: Mapping[str, Any], actor: User, at: datetime) -> Ticket:
    """Say again what a ticket was about, and give it to whom it stood with, as far as they go back."""
    if "kind" in back:
        ticket = subject_kind.change(actor=actor, ticket=ticket, kind=back["kind"], at=at)
    if "assignee" in back:
        to = User.objects.filter(pk=back["assignee"]).first()
        ticket = conversation.assign(actor=actor, ticket=ticket, to=to, at=at)
    if "fields" in back:
        filling.put_back(actor=actor, ticket=ticket, before=back["fields"], at=at)
    return ticket


def standing(ticket: Ticket) -> dict[str, Any]:
    """Return what a change may change."""
    plain = {name: getattr(ticket, name) for name in ("status", "priority", "kind")}
    return plain | {"assignee": ticket.assignee_id, "tags": list(ticket.tags), "fields": dict(ticket.fields)}


def _foreseen(
    ticket: Ticket, change: Change, actor: User, to: User | None, reached: bool, held: str, asked: list[TicketField]
) -> Foreseen:
    steps = _chosen_steps(ticket, change)
    if change.assignee and (to.pk if to else None) != ticket.assignee_id:
        steps.append((_("Stands with"), str(ticket.assignee or _("nobody")), str(to or _("nobody"))))
    if (wanted := _tags(ticket, change)) != ticket.tags:
        steps.append((_("Tags"), ", ".join(ticket.tags), ", ".join(wanted)))
    kind = change.kind or ticket.kind
    filled, unfit = field_changes.foreseen(asked, ticket, kind=kind, given=change.fields, ends=change.status == RESOLVED)
    text = wording.filled(change.text, ticket=ticket, agent=actor, inputs=change.inputs)
    return Foreseen(ticket, steps + filled, text, _objection(ticket, change, actor, reached, held) or unfit)


def _chosen_steps(ticket: Ticket, change: Change) -> list[tuple[str, str, str]]:
    """Return what changes of status, priority and kind."""
    choices = {
        "priority": (_("Priority"), Ticket.Priority),
        "kind": (_("About"), Ticket.Kind),
        "status": (_("Status"), Ticket.Status),
    }
    wanted = {name: getattr(change, name) for name in choices}
    return [
        (label, getattr(ticket, f"get_{name}_display")(), str(kinds(wanted[name]).label))
        for name, (label, kinds) in choices.items()
        if wanted[name] and wanted[name] != getattr(ticket, name)
    ]


def _objection(ticket: Ticket, change: Change, actor: User, reached: bool, held: str) -> str:
    if not reached:
        return _("You may not do this for this customer.")
    if ticket.merged_into_id:
        return _("{ref} is merged into another ticket.").format(ref=ticket.ref)
    if change.text.strip() and not change.internal and ticket.speaker_id not in (None, actor.pk):
        return _("In this conflict {name} speaks for us. Leave a note instead.").format(name=ticket.speaker)
    if change.status and ticket.status == Ticket.Status.APPROVAL:
        return _awaits_approval()
    same_end = change.status == ticket.status == RESOLVED
    if change.status and (same_end or change.status != ticket.status and change.status not in conversation.STEPS[ticket.status]):
        return _("It is “{now}” and does not go there.").format(now=ticket.get_status_display())
    return held


def _awaits_approval() -> str:
    return _("A remedy on it waits for approval; only that decision moves it.")


def _held_back(keys: list[int]) -> dict[int, str]:
    """Say what keeps tickets from ending: promises that are open, on them or on what was merged into them, and tickets below."""
    thread = Ticket.objects.filter(merged_into__in=keys) | Ticket.objects.filter(pk__in=keys)
    promised = thread.filter(promises__state="open").values_list("merged_into", "pk")
    held: dict[int, str] = {into or pk: _("A promise on it is still open.") for into, pk in promised}
    below = Ticket.objects.unresolved().filter(parent__in=keys).values_list("parent", "ref")
    return held | {parent: _("{ref} below it is still open.").format(ref=ref) for parent, ref in below if parent}


def _person(actor: User, assignee: str) -> User | None:
    if assignee in ("", NOBODY):
        return None
    found = (
        actor if assignee == ME else User.objects.filter(pk=assignee, is_active=True).first() if assignee.isdecimal() else None
    )
    if found is None:
        raise conversation.CannotWorkOnIt(_("There is no such person."))
    return found


def _tags(ticket: Ticket, change: Change) -> list[str]:
    return [*dict.fromkeys(tag for tag in (*ticket.tags, *change.add_tags) if tag not in change.remove_tags)][:MOST_TAGS]


def _set(ticket: Ticket, change: Change, actor: User, at: datetime) -> None:
    wanted: dict[str, Any] = {"priority": change.priority or ticket.priority, "tags": _tags(ticket, change)}
    changed = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
    if changed:
        tags.enlist(actor=actor, names=[tag for tag in wanted["tags"] if tag not in ticket.tags], at=at)
        _write(ticket, changed, at)
        words = {"priority": lambda: ticket.get_priority_display(), "tags": lambda: ", ".join(ticket.tags) or _("no tags")}
        _record(ticket, "; ".join(str(words[name]()) for name in changed), actor, at)
        deadlines.reckon(ticket, at)


def _speak(ticket: Ticket, change: Change, text: str, *, actor: User, key: UUID, at: datetime) -> None:
    """Say the words and put the ticket where the change wants it."""
    if change.status == RESOLVED:
        conversation.resolve(actor=actor, ticket=ticket, outcome=conversation.ANSWERED, text=text, at=at)
        return
    if text.strip():
        asks = change.asks or change.status == WAITING
        conversation.reply(actor=actor, ticket=ticket, text=text, at=at, key=key, internal=change.internal, asks=asks)
    now = Ticket.objects.get(pk=ticket.pk)
    if change.status == OPEN and now.status == RESOLVED:
        conversation.reopen(actor=actor, ticket=ticket, at=at)
    elif change.status and change.status != now.status:
        _step(now, change.status, at)


def _step(ticket: Ticket, to: str, at: datetime) -> None:
    conversation.step(ticket, to, at)
    deadlines.reckon(ticket, at)


def _write(ticket: Ticket, changed: Mapping[str, Any], at: datetime) -> None:
    for name, value in changed.items():
        setattr(ticket, name, value)
    ticket.touched_at = at
    ticket.save(update_fields=[*changed, "touched_at"])


def _record(ticket: Ticket, what: str, actor: User, at: datetime) -> None:
    recording.record(
        ticket.customer, "support.ticket_changed", actor=actor, at=at, about=ticket, facts={"what": what}, internal=True
    )
