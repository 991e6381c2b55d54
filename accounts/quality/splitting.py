"""Splitting: chosen parts of a customer become a new customer beside it, from a day on, by two persons, and back as a whole.

The new customer is of the same kind under the same parent; it speaks, pays and is reckoned as the old one does, and who has no
access to the old one has none to it. What was issued stays with whom it was issued to. Undoing brings every part back and lets
the old customer absorb the new one, so that what happened at it meanwhile is read there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers import facts, responsibilities, tree
from accounts.customers.models import Customer
from accounts.days import latest_day, local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access, reach_changes, second_person
from accounts.people.models import User
from accounts.quality import split_parts
from accounts.quality.split_models import Split
from accounts.segments import conditions
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words

Status = Split.Status
LONGEST_AHEAD: Final = timedelta(days=366)
# What the new customer takes over; legal name and numbers of its own are put in when it has them.
INHERITED: Final = ("country", "language", "currency", "timezone", "tier", "stage")


class CannotBeSplit(Refusal):
    """The parts cannot become a customer of their own; the reason says why."""

    code = "cannot_be_split"


@dataclass(frozen=True)
class Preview:
    """What a split would change, part by part in sentences, or what speaks against it."""

    effects: dict[str, list[str]]
    objection: Decision


def preview(customer: Customer, name: str, parts: Mapping[str, list[int]], *, on: date) -> Preview:
    """Say what splitting these parts off would change, and whether a rule objects; nothing is changed."""
    objection = decide(customer, name, parts)
    return Preview(_told(customer, parts, on) if objection.allowed else {}, objection)


def decide(customer: Customer, name: str, parts: Mapping[str, list[int]]) -> Decision:
    """Say whether the parts may become a customer of their own; the first rule to object answers."""
    if customer.merged_into_id:
        return refused("already_merged", _("{name} was merged into another customer.").format(name=customer.name))
    if faults := facts.faults(facts.clean({"name": name})):
        return refused("name_missing", _("The new customer's name {reason}.").format(reason=faults[0].reason))
    if not any(parts.values()):
        return refused("nothing_chosen", _("Choose what goes along; otherwise add a new customer."))
    if lacking := split_parts.unknown(customer, parts):
        return refused(
            "not_its_own",
            _("{name} does not have all of these: {lacking}.").format(name=customer.name, lacking=", ".join(lacking)),
        )
    return ALLOWED


def ask(*, actor: User, customer: Customer, name: str, parts: Mapping[str, list[int]], on: date, at: datetime) -> Split:
    """Ask for the parts to become a new customer beside `customer` on the day `on`; a second person decides.

    Raises:
        CannotBeSplit: a rule or the day speaks against it, or another split of the customer waits.
        Refusal: the actor does not tend customers.
    """
    _must_have_level(actor, access.TEND_DATA, "Our people who tend customers ask for splits.")
    with transaction.atomic():
        held: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
        today = local_day(at, held.timezone)
        if not today <= on <= today + LONGEST_AHEAD:
            raise CannotBeSplit(_("A split happens today or within a year."), code="day_makes_no_sense")
        chosen = {code: sorted(set(keys)) for code, keys in parts.items() if keys}
        _must_be_splittable(held, name, chosen)
        row = Split(customer=held, name=facts.clean({"name": name})["name"], parts=chosen, effective_on=on, asked_by=actor)
        row.asked_at = at
        with in_plain_words():
            row.effects = _told(held, chosen, on)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as problem:
            raise CannotBeSplit(
                _("Another split of {name} waits already.").format(name=held.name), code="split_waits"
            ) from problem
        _record(row, "accounts.split_asked", actor, at)
    return row


def may_decide(actor: User, split: Split) -> Decision:
    """Say whether `actor` may decide: a supervisor or manager who did not ask."""
    if access.level_of(actor) not in access.DECIDE_MERGES.levels:
        return refused("not_your_level", _("A supervisor or manager decides on splits."), approver="supervisor")
    return second_person.decide(actor, split.asked_by, reason=_("You asked for this yourself; a second person decides."))


def approve(*, actor: User, split: Split, at: datetime) -> Split:
    """Let the split happen on its day; one that is due happens now. Approving it twice does it once.

    Raises:
        CannotBeSplit: it was refused or withdrawn, or a rule objects by now.
        Refusal: the actor may not decide.
    """
    with transaction.atomic():
        held = _locked(split)
        if held.status in {Status.APPROVED, Status.DONE}:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        held.status, held.decided_by, held.decided_at = Status.APPROVED, actor, at
        held.save(update_fields=["status", "decided_by", "decided_at"])
        if held.effective_on <= local_day(at, held.customer.timezone):
            _carry_out(held, at)
    return held


def refuse(*, actor: User, split: Split, reason: str, at: datetime) -> Split:
    """Decide against the split. Repeating it changes nothing.

    Raises:
        CannotBeSplit: it was decided on already.
        Refusal: the actor may not decide.
    """
    with transaction.atomic():
        held = _locked(split)
        if held.status == Status.REFUSED:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        held.status, held.decided_by, held.decided_at, held.note = Status.REFUSED, actor, at, reason[:300]
        held.save(update_fields=["status", "decided_by", "decided_at", "note"])
        _record(held, "accounts.split_refused", actor, at)
    return held


def withdraw(*, actor: User, split: Split, at: datetime) -> Split:
    """Take the request back before its day. Repeating it changes nothing.

    Raises:
        CannotBeSplit: it has happened, or was refused.
        Refusal: the actor does not tend customers.
    """
    _must_have_level(actor, access.TEND_DATA, "Our people who tend customers withdraw splits.")
    with transaction.atomic():
        held = _locked(split)
        if held.status == Status.WITHDRAWN:
            return held
        if held.status not in {Status.WAITING, Status.APPROVED}:
            raise CannotBeSplit(_("Only what has not happened yet can be withdrawn."), code="already_decided")
        held.status = Status.WITHDRAWN
        held.save(update_fields=["status"])
        _record(held, "accounts.split_withdrawn", actor, at)
    return held


def undo(*, actor: User, split: Split, at: datetime) -> Split:
    """Bring every part back and let the old customer absorb the new one. Repeating it changes nothing.

    Raises:
        CannotBeSplit: it is not in effect, or one of the two was merged away since.
        Refusal: the actor may not decide on splits.
    """
    _must_have_level(actor, access.DECIDE_MERGES, "A supervisor or manager undoes splits.")
    with transaction.atomic():
        tree.lock_for_move(split.customer, split.made)
        held = _locked(split)
        if held.status == Status.UNDONE:
            return held
        if held.made is None or held.made.merged_into_id or held.customer.merged_into_id:
            raise CannotBeSplit(_("This split is not in effect."), code="not_in_effect")
        for code, carried in held.carried.items():
            split_parts.every()[code].bring_back(held.customer, held.made, carried, actor, at)
        _absorb(held.made, held.customer, actor, at)
        held.status, held.undone_by, held.undone_at = Status.UNDONE, actor, at
        held.save(update_fields=["status", "undone_by", "undone_at"])
        _record(held, "accounts.split_undone", actor, at)
    return held


def apply_due(*, at: datetime) -> int:
    """Carry out approved splits whose day has come; return how many. One that cannot be by now is refused with the reason."""
    due = Split.objects.filter(status=Status.APPROVED, effective_on__lte=latest_day(at)).order_by("effective_on", "pk")
    return sum(_apply(split, at) for split in due)


def all_of() -> QuerySet[Split]:
    """Return every split with its customers and people."""
    return Split.objects.select_related("customer__kind", "customer__parent", "made", "asked_by", "decided_by", "undone_by")


def _apply(split: Split, at: datetime) -> bool:
    with transaction.atomic():
        held = _locked(split)
        if held.status != Status.APPROVED or held.effective_on > local_day(at, held.customer.timezone):
            return False
        try:
            with transaction.atomic():
                _carry_out(held, at)
        except Refusal as refusal:
            held.status, held.note = Status.REFUSED, refusal.reason[:300]
            held.save(update_fields=["status", "note"])
            _record(held, "accounts.split_refused", None, at)
            return False
    return True


def _carry_out(split: Split, at: datetime) -> None:
    tree.lock_for_move(split.customer, split.customer.parent)
    customer = Customer.objects.select_for_update(of=("self",)).select_related("parent", "kind").get(pk=split.customer_id)
    _must_be_splittable(customer, split.name, split.parts)
    today = local_day(at, customer.timezone)
    with in_plain_words():
        split.effects = _told(customer, split.parts, today)
    inherited = {name: getattr(customer, name) for name in INHERITED}
    made = tree.add(actor=split.asked_by, parent=customer.parent, kind=customer.kind_id, name=split.name, at=at, **inherited)
    _answer_alike(customer, made, split.decided_by, today, at)
    conditions.hold_alike(customer, made, actor=split.decided_by, on=today, at=at)
    reach_changes.deny_alike(customer, made, actor=split.decided_by, at=at)
    carried: dict[str, Any] = {}
    for code, keys in split.parts.items():
        carried[code] = split_parts.every()[code].carry(customer, made, keys, split.decided_by, at)
    split.made, split.carried, split.done_at, split.status = made, carried, at, Status.DONE
    split.save(update_fields=["made", "carried", "done_at", "status", "effects"])
    _record(split, "accounts.customer_split", split.decided_by, at)


def _answer_alike(customer: Customer, made: Customer, actor: User | None, today: date, at: datetime) -> None:
    """Let whoever was named at the old customer itself, or is to be, pay and receive for the new one; the rest is inherited."""
    for role in (responsibilities.PAYER, responsibilities.RECEIVER):
        for held in responsibilities.named_from(customer, role, today):
            if held.responsible and responsibilities.may_answer(held.responsible, made):
                since = max(today, held.since)
                responsibilities.set_responsible(
                    actor=actor, customer=made, responsible=held.responsible, role=role, since=since, at=at
                )


def _absorb(made: Customer, customer: Customer, actor: User, at: datetime) -> None:
    """Let `made` be part of `customer` again, which answers from now on where `made` did, and is paid for alike."""
    for child in Customer.objects.filter(parent=made).order_by("lft"):
        tree.place(child, customer)
    tree.place(made, customer, archived=True)
    Customer.objects.filter(pk=made.pk).update(merged_into=customer)
    on = local_day(at, customer.timezone)
    responsibilities.answer_instead(made, customer, actor=actor, on=on, at=at)
    responsibilities.be_answered_as(customer, made, actor=actor, on=on, at=at)


def _told(customer: Customer, parts: Mapping[str, list[int]], on: date) -> dict[str, list[str]]:
    told = {code: split_parts.every()[code].told(customer, keys, on) for code, keys in parts.items() if keys}
    # Beside a root stands another group, whose payer nobody of this one can be.
    payer = responsibilities.named_above(customer, responsibilities.PAYER, on) if customer.parent_id else None
    told["payers"] = [_("{name} pays for the new customer.").format(name=payer.name if payer else _("The new customer itself"))]
    told["terms"] = [
        _("{term} holds for the new customer as well.").format(term=row) for row in conditions.agreed_for(customer, on)
    ]
    denied = reach_changes.denied_at(customer, on)
    told["denied"] = [
        _("{email}, who has no access here, has none to the new customer either.").format(email=row.user.email) for row in denied
    ]
    if customer.kind.carries_legal_data:
        told["facts"] = [_("It has no legal name, address and tax id of its own yet: put them in before it is invoiced.")]
    return {code: sentences for code, sentences in told.items() if sentences}


def _locked(split: Split) -> Split:
    rows = Split.objects.select_for_update(of=("self",))
    return rows.select_related("customer__parent", "made", "asked_by", "decided_by").get(pk=split.pk)


def _must_wait(split: Split) -> None:
    if split.status != Status.WAITING:
        raise CannotBeSplit(_("Somebody has already decided on this split."), code="already_decided")


def _must_be_splittable(customer: Customer, name: str, parts: Mapping[str, list[int]]) -> None:
    decision = decide(customer, name, parts)
    if not decision.allowed:
        raise CannotBeSplit(decision.reason, code=decision.code)


def _must_have_level(actor: User, action: access.Action, words: str) -> None:
    if access.level_of(actor) not in action.levels:
        raise Refusal(words, code="not_your_level")


def _record(split: Split, kind: str, actor: User | None, at: datetime) -> None:
    facts_told = {"name": split.name, "customer": split.customer.name, "day": split.effective_on.isoformat(), "note": split.note}
    internal = kind not in {"accounts.customer_split", "accounts.split_undone"}
    for customer in (split.customer, split.made):
        if customer:
            recording.record(customer, kind, actor=actor, at=at, about=split, facts=facts_told, internal=internal)
