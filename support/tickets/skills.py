"""Skills: who can work on which kind of ticket, what a kind asks for, and where we lack somebody.

A *need* says what tickets of a kind ask of the agent they are given to: to hold the skill, and to have passed the quiz of a
policy where it names one, within the days an acknowledgement counts. A kind without a need asks for nothing. Where nobody fits,
a ticket is given to nobody and waits in the queue for a hand.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.policies import acknowledging
from accounts.policies.models import Policy
from accounts.timeline import recording
from support.tickets.models import Ticket
from support.tickets.skill_models import SkillHeld, SkillNeed


class SkillRefused(Refusal):
    """Not this person's to say, or nothing that can be asked for or given."""

    code = "skill_refused"


@dataclass(frozen=True)
class Fit:
    """How somebody stands to a need: since when they hold the skill (None: not), and whether the certificate counts."""

    person: User
    held: SkillHeld | None
    certified: bool

    @property
    def fits(self) -> bool:
        """Whether they are given such tickets; who leads agents takes any by hand, and is given none."""
        return self.person.staff_profile.level == access.AGENT and self.held is not None and self.certified


@dataclass(frozen=True)
class Gap:
    """A need with everybody who works on tickets, and the tickets of its kind that stand with nobody."""

    need: SkillNeed
    people: list[Fit]
    waiting: int

    @property
    def uncertified(self) -> int:
        """How many lack the certificate."""
        return sum(not one.certified for one in self.people)

    @property
    def fitting(self) -> int:
        """How many are given such tickets."""
        return sum(one.fits for one in self.people)


def fitting(agents: QuerySet[User], kind: str, at: datetime) -> QuerySet[User]:
    """Return those of `agents` who may be given a ticket of a kind."""
    need = SkillNeed.objects.filter(kind=kind).first()
    if need is None:
        return agents
    skilled = agents.filter(pk__in=_held().filter(kind=kind).values("user"))
    return skilled.filter(pk__in=acknowledging.certified(need.certificate, at)) if need.certificate else skilled


def decide(person: User, ticket: Ticket, at: datetime) -> Decision:
    """Say whether a ticket may be given to a person: agents need what its kind asks for, who leads them does not."""
    if access.level_of(person) != access.AGENT or fitting(User.objects.filter(pk=person.pk), ticket.kind, at).exists():
        return ALLOWED
    need = SkillNeed.objects.get(kind=ticket.kind)
    if not _held().filter(kind=ticket.kind, user=person).exists():
        words = _("{name} does not have the skill “{skill}”, which this ticket asks for.")
    else:
        words = _("{name} has not passed the quiz of {policy}, which tickets of the kind “{skill}” ask for.")
    return refused("skill_missing", words.format(name=person, skill=need, policy=need.certificate))


def gaps(at: datetime) -> list[Gap]:
    """Return each need with how everybody stands to it, in a constant number of statements for each need."""
    workers = User.objects.filter(is_active=True, staff_profile__level__in=access.WORK_TICKETS.levels)
    people = list(workers.select_related("staff_profile").order_by("name", "pk"))
    held = {(one.kind, one.user_id): one for one in _held().select_related("user")}
    waiting = dict(
        Ticket.objects.unresolved().standing().filter(assignee=None).order_by().values_list("kind").annotate(number=Count("pk"))
    )
    return [_gap(need, people, held, waiting.get(need.kind, 0), at) for need in SkillNeed.objects.all()]


def certificates() -> QuerySet[Policy]:
    """Return the policies for our own people whose quiz a kind of ticket may ask for."""
    asked = Policy.objects.filter(audience=Policy.Audience.STAFF, versions__published_at__isnull=False)
    return asked.exclude(versions__quiz=[]).distinct().order_by("code")


def need(*, actor: User, kind: str, certificate: str, at: datetime) -> SkillNeed:
    """Say what tickets of a kind ask for; it holds for the next ticket that is given to somebody.

    Raises:
        SkillRefused: only managers say so, and only what there is can be asked for.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise SkillRefused(_("Managers say which skills tickets ask for."))
    if kind not in Ticket.Kind.values:
        raise SkillRefused(_("There is no such kind of ticket."))
    if certificate and not certificates().filter(code=certificate).exists():
        raise SkillRefused(_("{policy} has no quiz that our own people could pass.").format(policy=certificate))
    with transaction.atomic():
        facts = {"certificate": certificate, "set_by": actor, "set_at": at}
        asked, _is_new = SkillNeed.objects.update_or_create(kind=kind, defaults=facts)
        what = _("quiz of {policy}").format(policy=certificate) if certificate else _("the skill alone")
        _record(actor, at, skill=str(asked), what=what)
    return asked


def give(*, actor: User, person: User, kind: str, at: datetime) -> SkillHeld:
    """Say that a person can work on tickets of a kind. Saying it again changes nothing.

    Raises:
        SkillRefused: only supervisors and managers say so, of those who work on tickets, and not of themselves.
    """
    _require_lead(actor)
    if actor.pk == person.pk:
        raise SkillRefused(_("Somebody else says what you can do."))
    if kind not in Ticket.Kind.values or access.level_of(person) not in access.WORK_TICKETS.levels:
        raise SkillRefused(_("A skill is a kind of ticket, and given to who works on tickets."))
    with transaction.atomic():
        facts = {"since": at, "given_by": actor}
        held, is_new = SkillHeld.objects.get_or_create(user=person, kind=kind, until=None, defaults=facts)
        if is_new:
            _record(actor, at, skill=str(Ticket.Kind(kind).label), what=_("{name} can do it").format(name=person))
    return held


def take_back(*, actor: User, held: SkillHeld, at: datetime) -> SkillHeld:
    """Say that a person no longer works on tickets of a kind; tickets they have stay with them. Again changes nothing.

    Raises:
        SkillRefused: only supervisors and managers say so.
    """
    _require_lead(actor)
    with transaction.atomic():
        held = SkillHeld.objects.select_for_update(of=("self",)).select_related("user").get(pk=held.pk)
        if held.until is None:
            held.until = at
            held.save(update_fields=["until"])
            _record(actor, at, skill=str(held.get_kind_display()), what=_("{name} no longer does it").format(name=held.user))
    return held


def _held() -> QuerySet[SkillHeld]:
    return SkillHeld.objects.filter(until=None)


def _gap(need: SkillNeed, people: list[User], held: dict[tuple[str, int], SkillHeld], waiting: int, at: datetime) -> Gap:
    passed = set(acknowledging.certified(need.certificate, at)) if need.certificate else {person.pk for person in people}
    fits = [Fit(person, held.get((need.kind, person.pk)), person.pk in passed) for person in people]
    return Gap(need, fits, waiting)


def _require_lead(actor: User) -> None:
    if access.level_of(actor) not in access.DECIDE_APPROVALS.levels:
        raise SkillRefused(_("Supervisors and managers say who can do what."))


def _record(actor: User, at: datetime, *, skill: str, what: str) -> None:
    recording.record(None, "support.skill_set", actor=actor, at=at, facts={"skill": skill, "what": what}, internal=True)
