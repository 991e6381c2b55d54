"""Leads: an agent hands what a customer needs to who sells, from the ticket where it came up, and reads there what came of it.

Words: the *need* is what the customer wants, in the agent's words; it is *handed to* a colleague who is to see to it by a *day*
of the customer's calendar; the colleague *works on it* and *ends* it: won, lost, or no need after all, with words. What always
holds: a lead has one colleague, and everybody who works on the ticket reads how it stands. The customer reads none of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer, Responsibility
from accounts.days import latest_day, local_day
from accounts.decisions import Refusal
from accounts.people import access, owners
from accounts.people.models import User
from accounts.timeline import recording
from support.offers.models import Lead
from support.tickets import conversation, turns
from support.tickets.models import Ticket

State = Lead.State
OPEN: Final = (State.HANDED.value, State.WORKED_ON.value)
ENDS: Final = (State.WON.value, State.LOST.value, State.NONE.value)
STEPS: Final[Mapping[str, frozenset[str]]] = {
    State.HANDED.value: frozenset({State.WORKED_ON.value, *ENDS}),
    State.WORKED_ON.value: frozenset(ENDS),
    **dict.fromkeys(ENDS, frozenset()),
}
LONGEST: Final = 300
FURTHEST: Final = timedelta(days=366)
MAY_END_OTHERS: Final = frozenset({access.SUPERVISOR, access.MANAGER})


@dataclass(frozen=True)
class Need:
    """What the customer needs, who is to do something about it, and by the end of which day."""

    words: str
    to: User
    due_on: date


class LeadMakesNoSense(Refusal):
    """No words, no day from today within a year, or handed to who sells nothing."""

    code = "lead_makes_no_sense"


class LeadStepRefused(Refusal):
    """A step the lead cannot take, or somebody else's to take."""

    code = "lead_step_refused"


def hand_over(*, actor: User, ticket: Ticket, need: Need, key: UUID, at: datetime) -> Lead:
    """Hand what the customer of a ticket needs to a colleague. The same key again returns the first lead.

    Raises:
        LeadMakesNoSense: see there.
        Refusal: the actor does not work on the ticket, or the key was used by somebody else.
    """
    words = _cleaned(need.words)
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        if earlier := Lead.objects.filter(key=key).select_related("ticket", "customer", "handed_to").first():
            return _same(earlier, actor, ticket)
        today = local_day(at, ticket.customer.timezone)
        if not words or not today <= need.due_on <= today + FURTHEST:
            raise LeadMakesNoSense(_("Say what they need and by which day, from today on and within a year."))
        if need.to.pk == actor.pk or not access.decide(need.to, access.WORK_TICKETS, ticket.customer).allowed:
            raise LeadMakesNoSense(_("Choose a colleague who works with customers."))
        made = Lead.objects.create(
            ticket=ticket, customer=ticket.customer, need=words, due_on=need.due_on, handed_by=actor, handed_to=need.to,
            handed_at=at, key=key,
        )  # fmt: skip
        _record("support.lead_handed", made, actor, at)
    return made


def move(*, actor: User, lead: Lead, to: str, at: datetime, words: str = "") -> Lead:
    """Say that one works on it, or how it ended, with words. The same step again changes nothing.

    Raises:
        LeadStepRefused: it has ended, it is with somebody else, or an end without words.
        Refusal: not within reach.
    """
    words = _cleaned(words)
    with turns.patience(), transaction.atomic():
        held = Lead.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=lead.pk)
        access.decide(actor, access.WORK_TICKETS, held.customer).or_refuse()
        if held.state == to:
            return held
        _require_step(held, actor, to, words)
        held.state = to
        if to in ENDS:
            held.outcome, held.ended_by, held.ended_at = words, actor, at
        held.save(update_fields=["state", "outcome", "ended_by", "ended_at"])
        _record("support.lead_ended" if to in ENDS else "support.lead_taken", held, actor, at)
    return held


def watch(*, at: datetime) -> int:
    """Tell, once each, of leads whose day passed while nobody ended them; return how many."""
    due = Lead.objects.filter(state__in=OPEN, late_at=None, due_on__lte=latest_day(at))
    return sum(_watch(pk, at) for pk in due.order_by("due_on", "pk").values_list("pk", flat=True)[:500])


def sellers() -> QuerySet[User]:
    """Return to whom a need can be handed, key account managers first."""
    ours = User.objects.filter(is_active=True, staff_profile__level__in=access.WORK_TICKETS.levels)
    first = Q(staff_profile__level=access.KEY_ACCOUNT)
    return ours.alias(sells=first).order_by("-sells", "name", "email")


def nearest_seller(customer: Customer, on: date) -> User | None:
    """Return who owns the account, to whom its needs are handed unless the agent says otherwise."""
    owner = owners.of(customer, on).get(Responsibility.Role.ACCOUNT_OWNER.value)
    return owner.person if owner and owner.still_here else None


def of_ticket(ticket: Ticket) -> QuerySet[Lead]:
    """Return what was handed over from a ticket and from those merged into it, the latest first."""
    found = Lead.objects.filter(ticket__in=Ticket.objects.threaded_with(ticket).values("pk"))
    return found.select_related(*RELATED).order_by("-handed_at", "-pk")


def visible_to(viewer: User) -> QuerySet[Lead]:
    """Return the leads at customers whose tickets the viewer works on."""
    reach = access.customers_within_reach(viewer, access.WORK_TICKETS)
    return Lead.objects.filter(customer__in=reach).select_related(*RELATED)


def open_for(viewer: User, *, mine: bool = False) -> QuerySet[Lead]:
    """Return the leads that have not ended, those due first on top; with `mine` those with the viewer."""
    found = visible_to(viewer).filter(state__in=OPEN)
    return (found.filter(handed_to=viewer) if mine else found).order_by("due_on", "pk")


def is_late(lead: Lead, at: datetime) -> bool:
    """Say whether a lead is open though its day has passed, by the customer's calendar."""
    return lead.state in OPEN and local_day(at, lead.customer.timezone) > lead.due_on


RELATED: Final = ("ticket", "customer", "handed_by", "handed_to", "ended_by")


def _cleaned(words: str) -> str:
    return " ".join(words.replace("\x00", "").split())[:LONGEST]


def _same(earlier: Lead, actor: User, ticket: Ticket) -> Lead:
    if (earlier.handed_by_id, earlier.ticket_id) != (actor.pk, ticket.pk):
        raise conversation.KeyAlreadyUsed
    return earlier


def _require_step(lead: Lead, actor: User, to: str, words: str) -> None:
    if to not in STEPS[lead.state]:
        raise LeadStepRefused(_("This has ended or there is no such step: {state}.").format(state=lead.get_state_display()))
    withdrawn = to == State.NONE and actor.pk == lead.handed_by_id
    if actor.pk != lead.handed_to_id and access.level_of(actor) not in MAY_END_OTHERS and not withdrawn:
        raise LeadStepRefused(_("This is with {name}.").format(name=lead.handed_to))
    if to in ENDS and not words:
        raise LeadStepRefused(_("Say in a few words what came of it; your colleagues read it on the ticket."))


def _watch(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        lead = Lead.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=pk)
        if lead.late_at or not is_late(lead, at):
            return False
        lead.late_at = at
        lead.save(update_fields=["late_at"])
        _record("support.lead_late", lead, None, at)
    return True


def _record(kind: str, lead: Lead, actor: User | None, at: datetime) -> None:
    facts = {
        "lead": lead.pk, "need": lead.need, "to": str(lead.handed_to), "due_on": lead.due_on.isoformat(),
        "outcome": lead.get_state_display(), "words": lead.outcome,
    }  # fmt: skip
    recording.record(lead.customer, kind, actor=actor, at=at, about=lead.ticket, facts=facts, internal=True)
