"""Merging: one customer absorbed by another, previewed, decided by a second person, and undone as a whole.

The retired customer keeps its row, its number and its books: issued documents, ledger, tickets and contracts never change
their customer. It stands archived under the survivor, so everything read "with everything below" reads it, the survivor pays
what it is billed from that day on, its number leads to the survivor, and its people get their roles there. What stood below
it moves under the survivor. Every change is written down in the merge and taken back by `undo`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers import details, responsibilities, tree
from accounts.customers.models import Customer, Responsibility
from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access, reach_changes, second_person
from accounts.people.models import User
from accounts.quality import candidates
from accounts.quality.models import Candidate, Merge
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words

# (the customer to retire, the survivor) -> sentences fit to show
Effect = Callable[[Customer, Customer], list[str]]
_effects: dict[str, Effect] = {}

# What the survivor takes over where it has nothing itself.
TAKEN_OVER: Final = ("legal_name", "country", "tax_id", "lei", "email", "phone", "street", "postcode", "city", "external_id")


class CannotBeMerged(Refusal):
    """The two may not become one; the reason says why."""

    code = "cannot_be_merged"


class CannotBeUndone(Refusal):
    """The merge is not in force, or what it moved has been moved on."""

    code = "cannot_be_undone"


@dataclass(frozen=True)
class Preview:
    """What a merge would change, topic by topic in sentences."""

    retired: Customer
    survivor: Customer
    effects: dict[str, list[str]]
    objection: Decision


def register_effect(name: str, effect: Effect) -> None:
    """Let previews of merges say what `effect` finds, under `name`."""
    _effects[name] = effect


def preview(retired: Customer, survivor: Customer) -> Preview:
    """Say what merging `retired` into `survivor` would change, and whether a rule objects."""
    return Preview(retired, survivor, _told(retired, survivor), decide(retired, survivor))


def decide(retired: Customer, survivor: Customer) -> Decision:
    """Say whether the two may become one; the first rule to object answers."""
    if retired.pk == survivor.pk:
        return refused("same_customer", _("A customer cannot be merged into itself."))
    if retired.merged_into_id or survivor.merged_into_id:
        return refused("already_merged", _("One of the two was merged into another customer already."))
    if retired.kind_id != survivor.kind_id:
        return refused(
            "kinds_differ",
            _("{name} and {survivor_name} are not of one kind.").format(name=retired.name, survivor_name=survivor.name),
        )
    if _stands_above(retired, survivor) or _stands_above(survivor, retired):
        return refused("one_above_the_other", _("One of the two stands above the other."))
    if held := _answers_beyond(retired, survivor):
        reason = f"{retired.name} {held.get_role_display()} for {held.customer.name}, which {survivor.name} cannot: it is not"
        return refused("answers_beyond", _("{reason} in its group. Name somebody else there first.").format(reason=reason))
    return ALLOWED


def _stands_above(one: Customer, other: Customer) -> bool:
    return bool(Customer.objects.above(other, include_self=False).filter(pk=one.pk).exists())


def _answers_beyond(retired: Customer, survivor: Customer) -> Responsibility | None:
    """Where the retired customer answers for someone the survivor may not answer for."""
    if survivor.kind_id == responsibilities.RESELLER:
        return None
    named = Responsibility.objects.filter(responsible=retired, until=None).exclude(customer__in=Customer.objects.below(retired))
    return named.exclude(customer__tree_id=survivor.tree_id).select_related("customer").order_by("pk").first()


def ask(*, actor: User, retired: Customer, survivor: Customer, note: str, at: datetime) -> Merge:
    """Ask for `retired` to be merged into `survivor`; a second person decides. Asking twice returns the first asking.

    Raises:
        CannotBeMerged: the actor does not tend customers, a rule objects, or another merge of it waits.
    """
    if access.level_of(actor) not in access.TEND_DATA.levels:
        raise CannotBeMerged(_("Our people who tend customers ask for merges."), code="not_your_level")
    with transaction.atomic():
        if earlier := Merge.objects.filter(retired=retired, survivor=survivor, status=Merge.Status.WAITING).first():
            return earlier
        _must_be_mergeable(retired, survivor)
        with in_plain_words():
            effects = _told(retired, survivor)
        try:
            with transaction.atomic():
                merge = Merge.objects.create(
                    retired=retired, survivor=survivor, asked_by=actor, asked_at=at, note=note, effects=effects
                )
        except IntegrityError as problem:
            raise CannotBeMerged(_("A merge of {name} waits already.").format(name=retired.name), code="merge_waits") from problem
        _record(merge, "accounts.merge_asked", actor, at)
    return merge


def may_decide(actor: User, merge: Merge) -> Decision:
    """Say whether `actor` may decide on `merge`: a second person of a level that may."""
    if access.level_of(actor) not in access.DECIDE_MERGES.levels:
        return refused("not_your_level", _("A supervisor or manager decides on merges."))
    return second_person.decide(actor, merge.asked_by, reason=_("You asked for this yourself; a second person decides."))


def approve(*, actor: User, merge: Merge, at: datetime) -> Merge:
    """Carry the merge out. Approving it twice does it once.

    Raises:
        CannotBeMerged: a rule objects by now.
        Refusal: the actor may not decide, or it was refused.
    """
    with transaction.atomic():
        tree.lock_for_move(merge.retired, merge.survivor)
        held = _locked(merge)
        if held.status == Merge.Status.DONE:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        _must_be_mergeable(held.retired, held.survivor)
        with in_plain_words():
            held.effects = _told(held.retired, held.survivor)
        held.carried = _carry(held, actor, at)
        held.status, held.decided_by, held.decided_at = Merge.Status.DONE, actor, at
        held.save(update_fields=["effects", "carried", "status", "decided_by", "decided_at"])
        _settle_candidate(held, actor, at)
        _record(held, "accounts.customer_merged", actor, at)
    return held


def refuse(*, actor: User, merge: Merge, reason: str, at: datetime) -> Merge:
    """Decide that the two are not merged. Repeating it changes nothing.

    Raises:
        Refusal: the actor may not decide, or it was carried out already.
    """
    with transaction.atomic():
        held = _locked(merge)
        if held.status == Merge.Status.REFUSED:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        held.status, held.decided_by, held.decided_at, held.note = Merge.Status.REFUSED, actor, at, reason or held.note
        held.save(update_fields=["status", "decided_by", "decided_at", "note"])
        _record(held, "accounts.merge_refused", actor, at, reason=reason or "no reason given")
    return held


def undo(*, actor: User, merge: Merge, at: datetime) -> Merge:
    """Take a merge back as a whole: both customers stand, pay and are seen as before it. Repeating it changes nothing.

    Raises:
        CannotBeUndone: it was never carried out, or the retired customer cannot go back where it stood.
        Refusal: the actor may not decide on merges.
    """
    with transaction.atomic():
        if access.level_of(actor) not in access.DECIDE_MERGES.levels:
            raise Refusal(_("A supervisor or manager undoes merges."), code="not_your_level")
        origin = Customer.objects.filter(pk=merge.carried.get("parent")).first()
        tree.lock_for_move(merge.retired, origin)
        held = _locked(merge)
        if held.status == Merge.Status.UNDONE:
            return held
        if held.status != Merge.Status.DONE or held.retired.merged_into_id is None:
            raise CannotBeUndone(_("This merge is not in force."))
        _put_back(held, origin, actor, at)
        held.status, held.undone_by, held.undone_at = Merge.Status.UNDONE, actor, at
        held.save(update_fields=["status", "undone_by", "undone_at"])
        candidates.reopen(held.retired, held.survivor)
        _record(held, "accounts.merge_undone", actor, at)
    return held


def visible() -> QuerySet[Merge]:
    """Return all merges, with their customers and people."""
    return Merge.objects.select_related("retired__kind", "survivor__kind", "asked_by", "decided_by", "undone_by")


# --- carrying out and putting back ---------------------------------------------------------------------------------


def _carry(merge: Merge, actor: User, at: datetime) -> dict[str, Any]:
    retired, survivor = merge.retired, merge.survivor
    day = local_day(at, retired.timezone)
    carried: dict[str, Any] = {"parent": retired.parent_id}
    carried["roles"] = _named_roles(retired, day)
    carried["children"] = [child.pk for child in Customer.objects.filter(parent=retired).order_by("lft")]
    for pk in carried["children"]:
        tree.place(Customer.objects.get(pk=pk), survivor)
    tree.place(retired, survivor, archived=True)
    carried["redirected"] = list(Customer.objects.filter(merged_into=retired).values_list("pk", flat=True))
    Customer.objects.filter(Q(pk=retired.pk) | Q(merged_into=retired)).update(merged_into=survivor)
    carried["answered"] = responsibilities.answer_instead(retired, survivor, actor=actor, on=day, at=at)
    responsibilities.be_answered_as(survivor, retired, actor=actor, on=day, at=at)
    carried["memberships"] = reach_changes.join(retired, survivor, actor=actor, at=at)
    carried["facts"] = _take_over(retired, survivor, actor, at)
    return carried


def _named_roles(customer: Customer, day: date) -> dict[str, int | None]:
    named = {role: responsibilities.held_by(customer, role, day) for role in (responsibilities.PAYER, responsibilities.RECEIVER)}
    return {str(role): held.pk if held else None for role, held in named.items()}


def _take_over(retired: Customer, survivor: Customer, actor: User, at: datetime) -> dict[str, str]:
    """Fill what the survivor lacks with what the retired customer says; return what was filled."""
    taken = {name: getattr(retired, name) for name in TAKEN_OVER if getattr(retired, name) and not getattr(survivor, name)}
    if taken:
        details.change(actor=actor, customer=survivor, at=at, **taken)
    return taken


def _put_back(merge: Merge, origin: Customer | None, actor: User, at: datetime) -> None:
    retired, survivor, carried = merge.retired, merge.survivor, merge.carried
    day = local_day(at, retired.timezone)
    if carried["parent"] and origin is None:
        raise CannotBeUndone(_("What it stood under is gone."))
    placed = tree.place(retired, origin)
    for child in Customer.objects.filter(pk__in=carried["children"], parent=survivor).order_by("lft"):
        tree.place(child, placed)
    Customer.objects.filter(pk=retired.pk).update(merged_into=None)
    Customer.objects.filter(pk__in=carried["redirected"], merged_into=survivor).update(merged_into=retired)
    _answer_again(retired, carried, actor, day, at)
    reach_changes.leave(carried["memberships"], actor=actor, at=at)
    kept = Customer.objects.get(pk=survivor.pk)
    back = {name: "" for name, value in carried["facts"].items() if getattr(kept, name) == value}
    if back:
        details.change(actor=actor, customer=survivor, at=at, **back)


def _answer_again(retired: Customer, carried: dict[str, Any], actor: User, day: date, at: datetime) -> None:
    for role, named in carried["roles"].items():
        if named is None:
            responsibilities.end(actor=actor, customer=retired, role=role, on=day, at=at)
        else:
            answering = Customer.objects.get(pk=named)
            responsibilities.set_responsible(actor=actor, customer=retired, responsible=answering, role=role, since=day, at=at)
    for pk, role, since in carried["answered"]:
        customer, first = Customer.objects.get(pk=pk), max(day, date.fromisoformat(since))
        responsibilities.set_responsible(actor=actor, customer=customer, responsible=retired, role=role, since=first, at=at)


def _settle_candidate(merge: Merge, actor: User, at: datetime) -> None:
    pair = sorted((merge.retired_id, merge.survivor_id))
    for candidate in Candidate.objects.filter(a_id=pair[0], b_id=pair[1]):
        candidates.settle(candidate, Candidate.Status.MERGED, actor=actor, at=at)
    Candidate.objects.open().filter(Q(a=merge.retired) | Q(b=merge.retired)).delete()


def _told(retired: Customer, survivor: Customer) -> dict[str, list[str]]:
    told = {name: effect(retired, survivor) for name, effect in _effects.items()}
    return {name: sentences for name, sentences in told.items() if sentences}


def _locked(merge: Merge) -> Merge:
    return Merge.objects.select_for_update(of=("self",)).select_related("retired", "survivor").get(pk=merge.pk)


def _must_wait(merge: Merge) -> None:
    if merge.status != Merge.Status.WAITING:
        raise CannotBeMerged(_("Somebody has already decided on this merge."), code="already_decided")


def _must_be_mergeable(retired: Customer, survivor: Customer) -> None:
    decision = decide(retired, survivor)
    if not decision.allowed:
        raise CannotBeMerged(decision.reason, code=decision.code)


def _record(merge: Merge, kind: str, actor: User, at: datetime, **more: str) -> None:
    facts = {"retired": merge.retired.name, "survivor": merge.survivor.name, "number": merge.retired.number, **more}
    internal = kind in {"accounts.merge_asked", "accounts.merge_refused"}
    for customer in (merge.retired, merge.survivor):
        recording.record(customer, kind, actor=actor, at=at, about=merge, facts=facts, internal=internal)
