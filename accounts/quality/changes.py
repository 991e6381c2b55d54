"""Changes: what a customer's people ask to have changed: address, legal name, tax id, payer, place in the tree, where things go.

A request is judged at once by the same rules as every other way in, and kept with what was there before. An address is changed
as asked; legal name and tax id need an administrator of the customer or above who did not ask, a payer one of both sides; a
place needs whom positions.py names, and is approved again when its move would change something else by its day than was
approved. Where the customer has nobody else who could decide, our own people do. From its day on, by the customer's own clock,
a change is in effect; until then the old values hold, and for good they stand in the request and on the timeline.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers import details, locks, responsibilities
from accounts.customers.models import Customer
from accounts.days import latest_day, local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access, second_person
from accounts.people.models import Membership, User
from accounts.policies import resolving
from accounts.quality import positions, sent_to
from accounts.quality.models import ChangeRequest
from accounts.timeline import recording
from accounts.timeline.plain import plain

What = ChangeRequest.What
Status = ChangeRequest.Status
# What is asked -> the facts it may change. A payer is no fact, but a dated responsibility; a place no fact, but a move; and where
# things are sent is an address with days of its own.
FACTS: Final[dict[str, tuple[str, ...]]] = {
    What.ADDRESS: ("street", "postcode", "city", "country", "phone", "email"),
    What.LEGAL_NAME: ("legal_name",),
    What.TAX_ID: ("tax_id",),
    What.PAYER: (),
    What.POSITION: (),
    What.SENT_TO: (),
}
AT_ONCE: Final = frozenset({What.SENT_TO})  # what has days of its own is written down when it is asked for
NEEDS_APPROVAL: Final = frozenset({What.LEGAL_NAME, What.TAX_ID, What.PAYER, What.POSITION})
ABOUT_TWO: Final = (What.PAYER, What.POSITION)  # each names another customer, whose administrators have a say
DECISION_DAYS: Final = "changes.decision_days"
LONGEST_AHEAD: Final = timedelta(days=366)


class CannotBeRequested(Refusal):
    """The change cannot be asked for; the reason says why."""

    code = "cannot_be_requested"


class AlreadyDecided(Refusal):
    """Somebody decided on the request, or it was withdrawn."""

    code = "already_decided"

    def __init__(self) -> None:
        super().__init__("This change was decided on already.")


def ask(*, actor: User, customer: Customer, what: str, effective_on: date, at: datetime, **wanted: str) -> ChangeRequest:
    """Ask for facts (`payer` and `parent` by number) to change from a day on; what needs no approval is in effect by then.

    Raises:
        details.FactsRefused: a value breaks a rule; nothing is asked for.
        CannotBeRequested: the day, the payer or an open request speaks against it.
        Refusal: the actor may not speak for this customer.
    """
    with transaction.atomic():
        kept: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
        _may_ask(actor, what, kept).or_refuse()
        _must_be_a_good_day(effective_on, local_day(at, kept.timezone))
        change = _change(actor, kept, what, wanted, effective_on)
        change.customer, change.what, change.effective_on = kept, what, effective_on
        change.asked_by, change.asked_at = actor, at
        made = _made(change)
        _record(made, "accounts.change_requested", actor, at)
        if what not in NEEDS_APPROVAL:
            _approve(made, None, at)
    return made


def may_decide(actor: User, request: ChangeRequest) -> Decision:
    """Say whether `actor` may decide: a person who did not ask, nor by a key of their own; an administrator there or above.

    A supervisor or manager decides where policy says so, our own people ask, or the customer has nobody else who could; on who
    pays then a manager, who asks the other side.
    """
    second = second_person.decide(actor, request.asked_by, reason=_("You asked for this yourself; somebody else decides."))
    if not second.allowed:
        return second
    if request.for_staff or (access.level_of(actor) and nobody_of_theirs(request)):
        if request.what == What.PAYER and access.level_of(actor) not in access.SHAPE_TREE.levels:
            return refused("not_your_level", _("A manager decides on who pays."), approver="manager")
        return positions.is_decider(actor)
    return _decides_for_customer(actor, request)


def nobody_of_theirs(request: ChangeRequest) -> bool:
    """Say whether the customer has nobody, beside who asked, who could decide on `request`: then our own people do."""
    held = Membership.objects.filter(
        customer__in=Customer.objects.above(request.customer),
        role__in=access.MANAGE_PEOPLE.roles,
        effect=Membership.Effect.ALLOW,
    ).in_force()
    people = User.objects.filter(pk__in=held.values("user"), is_active=True, is_program=False, staff_profile=None)
    others = people.exclude(pk=second_person.behind(request.asked_by))
    return not any(_decides_for_customer(person, request).allowed for person in others)


def decision_days(customers: Iterable[int], on: date) -> dict[int, int]:
    """Return in how many days a change at each of these customers (their keys) is decided on, as policy says on the day `on`."""
    said = resolving.resolve_many(set(customers), on, [DECISION_DAYS])
    return {customer: values[DECISION_DAYS].value for customer, values in said.items()}


def decide_by(request: ChangeRequest, days: Mapping[int, int]) -> date | None:
    """Return the last day, by the customer's clock, on which `request` should be decided; None: it waits for nobody."""
    if request.status != Status.WAITING:
        return None
    return local_day(request.asked_at, request.customer.timezone) + timedelta(days=days[request.customer_id])


def _decides_for_customer(person: User, request: ChangeRequest) -> Decision:
    if request.what == What.POSITION:
        return positions.may_decide(person, request)
    if request.what == What.PAYER:
        return positions.administers(person, request.customer, Customer.objects.get(number=request.after["payer"]))
    if access.level_of(person) or not access.decide(person, access.MANAGE_PEOPLE, request.customer).allowed:
        return refused(
            "not_an_administrator", _("An administrator of this customer, or above it, decides."), approver="administrator"
        )
    return ALLOWED


def approve(*, actor: User, request: ChangeRequest, at: datetime) -> ChangeRequest:
    """Let the change happen on its day; one that is due happens now. Approving it twice does it once.

    Raises:
        AlreadyDecided: it was refused or withdrawn.
        details.FactsRefused: the value breaks a rule by now.
        Refusal: the actor may not decide.
    """
    with transaction.atomic():
        held = _locked(request)
        if held.status in {Status.APPROVED, Status.DONE}:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        if held.what == What.POSITION:
            held.effects = positions.kept_now(held)
            held.save(update_fields=["effects"])
        _approve(held, actor, at)
    return held


def refuse(*, actor: User, request: ChangeRequest, reason: str, at: datetime) -> ChangeRequest:
    """Decide against the change. Repeating it changes nothing.

    Raises:
        AlreadyDecided: it was approved or withdrawn.
        Refusal: the actor may not decide.
    """
    with transaction.atomic():
        held = _locked(request)
        if held.status == Status.REFUSED:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        _settle(held, Status.REFUSED, actor, at, note=reason)
        _record(held, "accounts.change_refused", actor, at)
    return held


def may_withdraw(actor: User, request: ChangeRequest) -> Decision:
    """Say whether `actor` may take the request back: who may ask; a place only who asked for it, or who may decide on it."""
    if request.what != What.POSITION or actor.pk == request.asked_by_id:
        return _may_ask(actor, request.what, request.customer)
    return positions.may_decide(actor, request)


def withdraw(*, actor: User, request: ChangeRequest, at: datetime) -> ChangeRequest:
    """Take a request back before its day. Repeating it changes nothing.

    Who may ask may withdraw; a place only who asked for it, or who may decide on it.

    Raises:
        AlreadyDecided: it is in effect, or was refused.
        Refusal: the actor may not speak for this customer.
    """
    with transaction.atomic():
        held = _locked(request)
        may_withdraw(actor, held).or_refuse()
        if held.status == Status.WITHDRAWN:
            return held
        if held.status not in {Status.WAITING, Status.APPROVED}:
            raise AlreadyDecided
        _settle(held, Status.WITHDRAWN, actor, at, note=held.note)
        _record(held, "accounts.change_withdrawn", actor, at)
    return held


def apply_due(*, at: datetime) -> int:
    """Put approved changes whose day has come into effect; return how many were."""
    due = ChangeRequest.objects.filter(status=Status.APPROVED, effective_on__lte=latest_day(at)).order_by("effective_on", "pk")
    return sum(_apply_one(pk, at) for pk in due.values_list("pk", flat=True))


def of_customer(customer: Customer) -> QuerySet[ChangeRequest]:
    """Return the requests about `customer` that its own people may read, newest first: not the places our people ask for."""
    rows = ChangeRequest.objects.filter(customer=customer).exclude(positions.between_us())
    return rows.select_related("asked_by", "decided_by").order_by("-asked_at", "-pk")


def waiting_for(actor: User) -> QuerySet[ChangeRequest]:
    """Return the requests that wait for `actor`, of all customers whose people they manage."""
    reach = access.customers_within_reach(actor, access.MANAGE_PEOPLE)
    waiting = ChangeRequest.objects.filter(status=Status.WAITING, customer__in=reach).exclude(
        Q(asked_by=actor) | Q(asked_by__in=second_person.programs_of(actor))
    )
    waiting = waiting.filter(positions.decided_by(actor))
    return waiting.select_related("customer", "asked_by").order_by("asked_at", "pk")


def _must_be_a_good_day(effective_on: date, today: date) -> None:
    if effective_on < today - timedelta(days=1):
        raise CannotBeRequested(_("A change takes effect today or later; what was in force before stays."), code="in_the_past")
    if effective_on > today + LONGEST_AHEAD:
        raise CannotBeRequested(_("A change can be planned for a year at most."), code="too_far_ahead")


def _may_ask(actor: User, what: str, customer: Customer) -> Decision:
    if what == What.POSITION:
        return positions.may_ask(actor, customer)
    return access.decide(actor, access.REQUEST_CHANGES, customer)


def _change(actor: User, customer: Customer, what: str, wanted: dict[str, str], on: date) -> ChangeRequest:
    if what == What.POSITION:
        keep = bool(wanted.get(positions.KEEPS_OWNERS))
        return positions.wanted(actor, customer, wanted.get("parent", ""), on, keep_owners=keep)
    if what == What.SENT_TO:
        return sent_to.wanted(customer, wanted, on)
    return _payer_change(actor, customer, wanted, on) if what == What.PAYER else _fact_change(customer, what, wanted)


def _fact_change(customer: Customer, what: str, wanted: dict[str, str]) -> ChangeRequest:
    if what not in FACTS:
        raise CannotBeRequested(_("There is no such kind of change."), code="kind_unknown")
    kept = details.checked({name: value for name, value in wanted.items() if name in FACTS[what]}, customer)
    after = {name: value for name, value in kept.items() if getattr(customer, name) != value}
    if not after:
        raise CannotBeRequested(_("That is what we have already."), code="no_change")
    return ChangeRequest(before={name: getattr(customer, name) for name in after}, after=after)


def _payer_change(actor: User, customer: Customer, wanted: dict[str, str], on: date) -> ChangeRequest:
    seen = access.customers_within_reach(actor).filter(merged_into=None)
    payer = seen.filter(number=wanted.get("payer", ""), tree_id=customer.tree_id).first()
    if payer is None:
        raise CannotBeRequested(_("There is no customer with this number in your group."), code="payer_unknown")
    paying = responsibilities.payer_of(customer, on)
    if paying.pk == payer.pk:
        raise CannotBeRequested(_("{name} pays already.").format(name=payer.name), code="no_change")
    before = {"payer": paying.number, "payer_name": paying.name}
    return ChangeRequest(before=before, after={"payer": payer.number, "payer_name": payer.name}, place=payer)


def _made(change: ChangeRequest) -> ChangeRequest:
    try:
        with transaction.atomic():
            change.save(force_insert=True)
            return change
    except IntegrityError as problem:
        raise CannotBeRequested(_("A change of this kind is open already; withdraw it first."), code="change_open") from problem


def _approve(request: ChangeRequest, actor: User | None, at: datetime) -> None:
    _settle(request, Status.APPROVED, actor, at, note=request.note)
    if actor:
        _record(request, "accounts.change_approved", actor, at)
    if request.what in AT_ONCE or request.effective_on <= local_day(at, request.customer.timezone):
        _put_into_effect(request, at)


def _apply_one(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        held = ChangeRequest.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, status=Status.APPROVED)
        request = held.select_related("customer", "asked_by", "place").first()
        if request is None or request.effective_on > local_day(at, request.customer.timezone):
            return False
        try:
            with transaction.atomic():
                _put_into_effect(request, at)
        except locks.TreeIsBusy:
            return False  # it stays approved, and is tried again with the next beat
        except positions.EffectsChanged as changed:
            _wait_again(request, changed.reason, at)
            return False
        except Refusal as refusal:
            _settle(request, Status.REFUSED, None, at, note=refusal.reason[:300])
            _record(request, "accounts.change_refused", None, at)
    return True


def _wait_again(request: ChangeRequest, reason: str, at: datetime) -> None:
    """Let a place be approved again, with what it would change by now and what is other than was approved."""
    request.status, request.decided_by, request.decided_at, request.note = Status.WAITING, None, None, reason
    request.effects = positions.kept_now(request)
    request.save(update_fields=["status", "decided_by", "decided_at", "note", "effects"])
    _record(request, "accounts.change_waits_again", None, at)


def _put_into_effect(request: ChangeRequest, at: datetime) -> None:
    if request.what == What.PAYER:
        payer = Customer.objects.get(number=request.after["payer"])
        responsibilities.set_payer(
            actor=request.asked_by, customer=request.customer, payer=payer, since=request.effective_on, at=at
        )
    elif request.what == What.POSITION:
        positions.put_into_effect(request, at)
    elif request.what == What.SENT_TO:
        sent_to.put_into_effect(request, at)
    else:
        details.change(actor=request.asked_by, customer=request.customer, at=at, **request.after)
    request.status, request.done_at = Status.DONE, at
    request.save(update_fields=["status", "done_at"])


def _settle(request: ChangeRequest, status: str, actor: AbstractBaseUser | None, at: datetime, *, note: str) -> None:
    request.status, request.decided_at, request.note = status, at, note
    request.decided_by_id = actor.pk if actor else None
    request.save(update_fields=["status", "decided_by", "decided_at", "note"])


def _locked(request: ChangeRequest) -> ChangeRequest:
    return (
        ChangeRequest.objects.select_for_update(of=("self",)).select_related("customer", "asked_by", "place").get(pk=request.pk)
    )


def _must_wait(request: ChangeRequest) -> None:
    if request.status != Status.WAITING:
        raise AlreadyDecided


def _record(request: ChangeRequest, kind: str, actor: AbstractBaseUser | None, at: datetime) -> None:
    facts = {
        "what": plain(request, "what").lower(), "day": request.effective_on.isoformat(), "note": request.note,
        "customer_number": request.customer.number,
    }  # fmt: skip
    if request.what not in ABOUT_TWO:  # who reads of one of them may not see the other
        facts |= {"before": request.before, "after": request.after}
    internal = positions.is_ours(request)
    recording.record(request.customer, kind, actor=actor, at=at, about=request, facts=facts, internal=internal)
