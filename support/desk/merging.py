"""Merging: two tickets about one matter read as one, and taken apart again as they were.

Messages, files, promises and remedies stay where they were written; the survivor shows them all, its clocks count from the first
word of either, and what is written to a merged ticket arrives on its survivor. Only tickets of one group are merged, and only
where everybody of the customer's who takes part in either, or in what was merged into them before, may see all of it; each of
them reads what is within their reach. What a customer raised for another is its own conversation with us: nothing that was not
raised under the same relation is merged into it, since what is said on it from then on is read by who raised it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.customers.relation_models import SharedTicket
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.desk.models import TicketMerge
from support.tickets import conversation, deadlines, turns
from support.tickets.models import Message, Ticket

ADOPTED: Final = ("document", "line", "finding", "speaker", "problem")


@dataclass(frozen=True)
class Pair:
    """What the rules are asked about: who would read `retired` as part of `survivor`."""

    actor: User
    retired: Ticket
    survivor: Ticket


class NotMerged(Refusal):
    """There is no merge to take back."""

    code = "not_merged"


def both_are_yours(pair: Pair) -> Decision:
    """Who merges works on both."""
    for ticket in (pair.retired, pair.survivor):
        if not (answer := access.decide(pair.actor, access.WORK_TICKETS, ticket.customer)).allowed:
            return answer
    return ALLOWED


def two_tickets(pair: Pair) -> Decision:
    """A ticket is not merged into itself."""
    if pair.retired.pk == pair.survivor.pk:
        return refused("same_ticket", _("Choose another ticket: this is the same one."))
    return ALLOWED


def neither_is_merged(pair: Pair) -> Decision:
    """What is merged already is worked on where it went."""
    for ticket in (pair.retired, pair.survivor):
        if ticket.merged_into_id:
            return refused("merged_already", _("{ref} is merged into another ticket already.").format(ref=ticket.ref))
    return ALLOWED


def nothing_waits_for_approval(pair: Pair) -> Decision:
    """A remedy that is being decided keeps its ticket."""
    if pair.retired.status == Ticket.Status.APPROVAL:
        return refused(
            "awaits_approval", _("{ref} waits for an approval. Merge it once that is decided.").format(ref=pair.retired.ref)
        )
    return ALLOWED


def what_is_open_stays_open(pair: Pair) -> Decision:
    """An open question does not vanish into a ticket that has ended."""
    if pair.survivor.status == conversation.RESOLVED and pair.retired.status != conversation.RESOLVED:
        names = {"one": pair.retired.ref, "other": pair.survivor.ref}
        return refused("survivor_has_ended", _("{other} has ended. Merge it into {one}, which is open.").format(**names))
    return ALLOWED


def who_raised_it_reads_no_more(pair: Pair) -> Decision:
    """Into a ticket that was raised for another goes nothing else: who raised it would read our answers to both."""
    raised = SharedTicket.objects.filter(ref=pair.survivor.ref).first()
    if raised is None:
        return ALLOWED
    thread = _in_both_threads(pair)
    if thread.count() == SharedTicket.objects.filter(relation=raised.relation_id, ref__in=thread.values("ref")).count():
        return ALLOWED
    words = _("{other} was raised for {customer} by another, who reads what is said on it. Merge it into {one} instead.")
    names = {"one": pair.retired.ref, "other": pair.survivor.ref, "customer": pair.survivor.customer.name}
    return refused("raised_for_another", words.format(**names))


def nobody_loses_the_thread(pair: Pair) -> Decision:
    """Everybody who takes part in either thread may see the customers of all tickets in both."""
    one, other = pair.retired.customer, pair.survivor.customer
    customers = Customer.objects.filter(pk__in=_in_both_threads(pair).values("customer"))
    keys = set(customers.values_list("pk", flat=True))
    if keys == {one.pk}:
        return ALLOWED
    if one.tree_id == other.tree_id and all(_sees(person, keys) for person in _taking_part(pair)):
        return ALLOWED
    if one.pk != other.pk:
        names = {"one": pair.retired.ref, "first": one.name, "other": pair.survivor.ref, "second": other.name}
        words = _("{one} is {first}'s and {other} is {second}'s: not everybody there may read both, so they stay apart.")
        return refused("not_the_same_customer", words.format(**names))
    words = _("Not everybody who takes part in {one} and {other} may read what was merged into them, so they stay apart.")
    return refused("not_the_same_customer", words.format(one=pair.retired.ref, other=pair.survivor.ref))


RULES: Final = (
    both_are_yours,
    two_tickets,
    neither_is_merged,
    nothing_waits_for_approval,
    what_is_open_stays_open,
    who_raised_it_reads_no_more,
    nobody_loses_the_thread,
)


def decide(actor: User, retired: Ticket, survivor: Ticket) -> Decision:
    """Say whether `actor` may merge `retired` into `survivor`; the first rule to object answers."""
    answers = (rule(Pair(actor, retired, survivor)) for rule in RULES)
    return next((each for each in answers if not each.allowed), ALLOWED)


def merge(*, actor: User, retired: Ticket, survivor: Ticket, at: datetime) -> TicketMerge:
    """Read `retired` as part of `survivor` from now on. The same merge again changes nothing.

    Raises:
        Refusal: a rule objects; its reason is fit to show.
    """
    with turns.patience(), transaction.atomic():
        retired, survivor = _both_locked(retired, survivor)
        if standing := _standing(retired).filter(survivor=survivor).first():
            return standing
        decide(actor, retired, survivor).or_refuse()
        made = TicketMerge.objects.create(
            retired=retired, survivor=survivor, before=_as_it_stands(retired), adopted=_adopt(survivor, retired),
            merged_by=actor, merged_at=at,
        )  # fmt: skip
        retired.merged.update(merged_into=survivor)
        facts = {"status": conversation.RESOLVED, "outcome": conversation.MERGED, "merged_into": survivor}
        _write(retired, facts | {"resolved_at": retired.resolved_at or at}, at)
        _write(survivor, {}, at)
        for ticket in (retired, survivor):
            deadlines.reckon(ticket, at)
        _record("support.ticket_merged", made, actor, at)
    return made


def undo(*, actor: User, retired: Ticket, at: datetime) -> TicketMerge:
    """Let a merged ticket stand by itself again, as it stood; what was written or merged to it meanwhile goes with it.

    Raises:
        Refusal: not within reach.
        NotMerged: it is not merged.
    """
    with turns.patience(), transaction.atomic():
        chain = _chain(retired)
        locked = _locked({retired.pk, *(merge.survivor_id for merge in chain)})
        if not chain or [merge.pk for merge in _chain(retired)] != [merge.pk for merge in chain]:
            raise NotMerged(_("{ref} is not merged into another ticket.").format(ref=retired.ref))
        retired, survivor, made = locked[retired.pk], locked[chain[-1].survivor_id], chain[0]
        access.decide(actor, access.WORK_TICKETS, retired.customer).or_refuse()
        _write(retired, _as_it_stood(made.before) | {"merged_into": None}, at)
        Ticket.objects.filter(pk__in=_merged_by_way_of(retired)).update(merged_into=retired)
        _give_back(chain, locked, at)
        made.undone_by, made.undone_at = actor, at
        made.save(update_fields=["undone_by", "undone_at"])
        for ticket in (retired, survivor):
            deadlines.reckon(ticket, at)
        _record("support.ticket_unmerged", made, actor, at)
    return made


def candidates(ticket: Ticket, viewer: User) -> QuerySet[Ticket]:
    """Return the other tickets of the same group that may be about the same matter, the latest first."""
    within = Ticket.objects.for_customers(access.customers_within_reach(viewer, access.WORK_TICKETS)).standing()
    same = within.filter(
        Q(customer=ticket.customer_id) | Q(customer__tree_id=ticket.customer.tree_id, requester=ticket.requester_id)
    )
    return same.exclude(pk=ticket.pk).select_related("customer").order_by("-touched_at", "-pk")


def merged_into(ticket: Ticket) -> QuerySet[TicketMerge]:
    """Return the merges by which tickets are read as part of `ticket`, in the order they were made."""
    found = TicketMerge.objects.filter(retired__merged_into=ticket, undone_at=None)
    return found.select_related("retired", "merged_by").order_by("merged_at", "pk")


def _standing(retired: Ticket) -> QuerySet[TicketMerge]:
    return TicketMerge.objects.filter(retired=retired, undone_at=None)


def _chain(retired: Ticket) -> list[TicketMerge]:
    """Return the merges that lead from a ticket to the one it is read with, in their order."""
    chain: list[TicketMerge] = []
    while found := _standing(chain[-1].survivor if chain else retired).select_related("survivor").first():
        chain.append(found)
    return chain


def _merged_by_way_of(ticket: Ticket) -> set[int]:
    """Return the tickets that were merged into `ticket`, or into one that was."""
    found: set[int] = set()
    layer = {ticket.pk}
    while layer:
        layer = set(TicketMerge.objects.filter(survivor__in=layer, undone_at=None).values_list("retired", flat=True)) - found
        found |= layer
    return found


def _both_locked(one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    locked = _locked({one.pk, other.pk})
    return locked[one.pk], locked[other.pk]


def _locked(keys: set[int]) -> dict[int, Ticket]:
    """Lock tickets in the same order whoever comes, so that two merges never wait for each other."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("customer", "requester").order_by("pk")
    return {row.pk: row for row in rows.filter(pk__in=keys)}


def _in_both_threads(pair: Pair) -> QuerySet[Ticket]:
    return Ticket.objects.threaded_with(pair.retired) | Ticket.objects.threaded_with(pair.survivor)


def _taking_part(pair: Pair) -> list[User]:
    tickets = _in_both_threads(pair)
    wrote = Message.objects.filter(ticket__in=tickets.values("pk"), from_staff=False, internal=False).values("author")
    return list(User.objects.filter(Q(pk__in=wrote) | Q(pk__in=tickets.values("requester")), staff_profile=None))


def _sees(person: User, keys: set[int]) -> bool:
    return access.customers_within_reach(person, access.ASK_FOR_HELP).filter(pk__in=keys).count() == len(keys)


def _as_it_stands(ticket: Ticket) -> dict[str, str | None]:
    ended = ticket.resolved_at.isoformat() if ticket.resolved_at else None
    return {"status": ticket.status, "outcome": ticket.outcome, "resolved_at": ended}


def _as_it_stood(before: Mapping[str, str | None]) -> dict[str, Any]:
    ended = before["resolved_at"]
    return {"status": before["status"], "outcome": before["outcome"], "resolved_at": parse_datetime(ended) if ended else None}


def _adopt(survivor: Ticket, retired: Ticket) -> dict[str, Any]:
    """Let the survivor take over what it is lacking; return what it took."""
    taken = {
        name: getattr(retired, f"{name}_id")
        for name in ADOPTED
        if getattr(retired, f"{name}_id") and not getattr(survivor, f"{name}_id")
    }
    tags = [tag for tag in retired.tags if tag not in survivor.tags]
    for name, value in taken.items():
        setattr(survivor, f"{name}_id", value)
    same = retired.customer_id == survivor.customer_id  # others may read the survivor who may not read the retired one
    filled = {code: value for code, value in retired.fields.items() if same and code not in survivor.fields}
    survivor.tags = [*survivor.tags, *tags]
    survivor.fields = survivor.fields | filled
    survivor.save(update_fields=[*taken, "tags", "fields"])
    return taken | {"tags": tags, "fields": filled}


def _give_back(chain: Sequence[TicketMerge], tickets: Mapping[int, Ticket], at: datetime) -> None:
    """Take off each survivor of a chain what it had taken over, one from the other, as far as it still stands there."""
    taken = dict(chain[0].adopted)
    for merge in chain:
        survivor, adopted = tickets[merge.survivor_id], merge.adopted
        taken = {name: value for name, value in taken.items() if name in ADOPTED and adopted.get(name) == value} | {
            "tags": [tag for tag in taken.get("tags", []) if tag in adopted.get("tags", [])],
            "fields": _shared(taken.get("fields", {}), adopted.get("fields", {})),
        }
        given = {name: None for name in ADOPTED if name in taken and getattr(survivor, f"{name}_id") == taken[name]}
        left = {code: value for code, value in survivor.fields.items() if taken["fields"].get(code) != value}
        _write(survivor, given | {"tags": [tag for tag in survivor.tags if tag not in taken["tags"]], "fields": left}, at)


def _shared(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {code: value for code, value in one.items() if other.get(code) == value}


def _write(ticket: Ticket, changed: Mapping[str, Any], at: datetime) -> None:
    for name, value in changed.items():
        setattr(ticket, name, value)
    ticket.touched_at = at
    ticket.save(update_fields=[*changed, "touched_at"])


def _record(kind: str, made: TicketMerge, actor: User, at: datetime) -> None:
    facts = {"into": made.survivor.ref}
    recording.record(made.retired.customer, kind, actor=actor, at=at, about=made.retired, facts=facts)
