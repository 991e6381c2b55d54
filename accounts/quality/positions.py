"""Positions: a customer's place in the tree as a change that is asked for, decided by a second person, dated, and undone.

A customer's own people ask for a place in their group, and an administrator of both places decides, as far as policy leaves
it to them; otherwise, and whenever our own people ask, a supervisor or manager decides. What a move changes for others is told
when it is asked for, and again when it happens (accounts/customers/moves.py).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.customers import moves, responsibilities, tree
from accounts.customers.models import Customer, Move, Responsibility
from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access, owners
from accounts.people.models import User
from accounts.policies import resolving
from accounts.quality.models import ChangeRequest
from accounts.timeline.plain import in_plain_words

BY_CUSTOMERS: Final = "tree.moves_by_customers"
KEEPS_OWNERS: Final = "keeps_owners"
KEPT_OWNERS: Final = "kept_owners"  # by role, whom of its owners before the move named at the customer itself
GROUP: Final = "group"  # the number of the root under which it stood when the move was asked for
TOP: Final = ""  # the number that stands for no parent: a group of its own
# What an approval rests on: a move that would change something else of these by its day is approved again.
RESTS_ON: Final = {
    "payers": gettext_lazy("who pays"),
    "prices": gettext_lazy("prices and terms"),
    "people": gettext_lazy("who sees it"),
    "documents": gettext_lazy("open documents"),
}
# Shown to a customer's people; the other topics are between our own.
FOR_CUSTOMERS: Final = ("tree", "payers", "prices", "people", "contracts", "documents")


class CannotBePlaced(Refusal):
    """The place cannot be asked for; the reason says why."""

    code = "cannot_be_placed"


class EffectsChanged(Refusal):
    """What was approved is no longer what would happen; the reason says what changed."""

    code = "effects_changed"


def is_ours(request: ChangeRequest) -> bool:
    """Say whether our own people asked for this place: then it is between us until it happens."""
    return request.what == ChangeRequest.What.POSITION and hasattr(request.asked_by, "staff_profile")


def between_us() -> Q:
    """Return the condition that `is_ours` names, for queries."""
    return Q(what=ChangeRequest.What.POSITION, asked_by__staff_profile__isnull=False)


def may_ask(actor: User, customer: Customer) -> Decision:
    """Say whether `actor` may ask for another place: our own people who tend data, or who asks for any change here."""
    if level := access.level_of(actor):
        return (
            ALLOWED if level in access.TEND_DATA.levels else refused("not_your_level", _("Your level does not tend customers."))
        )
    return access.decide(actor, access.REQUEST_CHANGES, customer)


def wanted(actor: User, customer: Customer, number: str, on: date, *, keep_owners: bool = False) -> ChangeRequest:
    """Return the request for a place under the customer `number` (TOP: a group of its own), not kept yet, with its effects.

    Raises:
        CannotBePlaced: nobody has that number, or the actor may not ask for it.
        Refusal: `customer` may not stand there; the reason says why.
    """
    to = _place(actor, customer, number)
    preview = moves.preview(customer, to, on=on)
    preview.objection.or_refuse()
    return ChangeRequest(
        before=_named(preview.from_parent) | {GROUP: customer.get_root().number},
        after=_named(to) | ({KEEPS_OWNERS: "yes"} if keep_owners else {}),
        effects=moves.kept_effects(customer, to, on),
        place=to,
        for_staff=bool(access.level_of(actor)) or not resolving.resolve(customer, BY_CUSTOMERS, on).value,
    )


def may_decide(actor: User, request: ChangeRequest) -> Decision:
    """Say whether `actor` may decide on a place: one of our deciders, or an administrator of both places."""
    if request.for_staff:
        return is_decider(actor)
    return administers(actor, request.customer, *([request.place] if request.place else []))


def administers(actor: User, *places: Customer) -> Decision:
    """Say whether `actor`, no one of ours, manages the people of all these customers: what binds several, all must agree to."""
    reach, keys = access.customers_within_reach(actor, access.MANAGE_PEOPLE), {place.pk for place in places}
    if access.level_of(actor) or reach.filter(pk__in=keys).count() < len(keys):
        return refused(
            "not_an_administrator", _("An administrator of both places, or above them, decides."), approver="administrator"
        )
    return ALLOWED


def decided_by(actor: User) -> Q:
    """Return the condition that `actor` decides on a request, as far as its rows say: who decides, and both places."""
    if level := access.level_of(actor):
        return Q(for_staff=True) if level in access.DECIDE_MERGES.levels else Q(pk=None)
    reach = access.customers_within_reach(actor, access.MANAGE_PEOPLE)
    return Q(for_staff=False) & (Q(place=None) | Q(place__in=reach))


def as_things_are(request: ChangeRequest) -> dict[str, list[str]]:
    """Return what the move of a request would change as things are now; what was told when asking, if it fits no more."""
    nodes = {node.pk: node for node in Customer.objects.filter(pk__in=[request.customer_id, request.place_id or 0])}
    customer, place = nodes[request.customer_id], nodes.get(request.place_id or 0)
    if not moves.decide(customer, place).allowed:
        return dict(request.effects)
    return moves.told_effects(customer, place, request.effective_on)


def kept_now(request: ChangeRequest) -> dict[str, list[str]]:
    """Return the same as it is kept and compared: in one language, whoever acts."""
    with in_plain_words():
        return as_things_are(request)


def put_into_effect(request: ChangeRequest, at: datetime) -> None:
    """Move the customer, and let the request remember the move and what it changed.

    Raises:
        EffectsChanged: it would change something else by now than was approved.
        CannotBePlaced: one of them was merged away, or what a customer's people agreed on would lead to another group by now.
        Refusal: it may not stand there by now.
    """
    tree.lock_for_move(request.customer, request.place)
    _must_still_be_meant(request)
    _must_change_what_was_approved(request)
    before = owners.of(request.customer, local_day(at, request.customer.timezone))
    request.move = moves.move(actor=request.asked_by, customer=request.customer, to=request.place, at=at)
    request.effects = request.move.effects
    request.save(update_fields=["move", "effects"])
    if request.after.get(KEEPS_OWNERS):
        _keep_owners(request, before, at)


def _must_still_be_meant(request: ChangeRequest) -> None:
    keys = [pk for pk in (request.customer_id, request.place_id) if pk]
    found = {node.pk: node for node in Customer.objects.filter(pk__in=keys)}
    _must_stand_on_its_own(*found.values())
    if not is_ours(request) and len({node.tree_id for node in found.values()}) > 1:
        raise CannotBePlaced(_("The new place belongs to another group by now."), code="another_group")


def _must_change_what_was_approved(request: ChangeRequest) -> None:
    now = kept_now(request)
    for topic, words in RESTS_ON.items():
        told, was = now.get(topic, []), request.effects.get(topic, [])
        if sorted(told) != sorted(was):
            new, gone = [one for one in told if one not in was], [one for one in was if one not in told]
            what = (
                _("now: {sentences}").format(sentences=" ".join(new))
                if new
                else _("no longer: {sentences}").format(sentences=" ".join(gone))
            )
            raise EffectsChanged(_("Changed since it was approved: {topic}; {what}").format(topic=words, what=what)[:300])


def _must_stand_on_its_own(*nodes: Customer) -> None:
    if merged := next((node for node in nodes if node.merged_into_id), None):
        raise CannotBePlaced(_("{name} was merged into another customer.").format(name=merged.name), code="merged_away")


def _keep_owners(request: ChangeRequest, before: Mapping[str, owners.Owner], at: datetime) -> None:
    """Name who owned the customer before its move at the customer itself, where its new place has another owner or none."""
    today = local_day(at, request.customer.timezone)
    now = owners.of(request.customer, today)
    kept = {role: owner.person for role, owner in before.items() if role not in now or now[role].person.pk != owner.person.pk}
    for role, person in kept.items():
        responsibilities.set_person(
            actor=request.decided_by, customer=request.customer, person=person, role=role, since=today, at=at
        )
    request.after |= {KEPT_OWNERS: {role: person.pk for role, person in kept.items()}}
    request.save(update_fields=["after"])


def _let_inherit_again(request: ChangeRequest, moved_at: datetime, actor: User, at: datetime) -> None:
    """End what a move named at the customer to keep its owners, save where somebody named another owner since."""
    customer = request.customer
    since, today = (local_day(moment, customer.timezone) for moment in (moved_at, at))
    for role, person in request.after.get(KEPT_OWNERS, {}).items():
        named = Responsibility.objects.filter(customer=customer, role=role, person=person, since=since, until=None)
        if named.exists():
            responsibilities.end(actor=actor, customer=customer, role=role, on=today, at=at)


def may_undo(actor: User, request: ChangeRequest) -> Decision:
    """Say whether `actor` may take the move back: whoever may decide on such a place, whoever asked for it."""
    return is_decider(actor) if access.level_of(actor) else may_decide(actor, request)


def undo(*, actor: User, request: ChangeRequest, at: datetime) -> Move:
    """Move the customer back to where it stood before `request`, and return the move that did so.

    Owners that the move kept by naming them at the customer are named there no more: it inherits as before.

    Raises:
        moves.CannotBeUndone: it is not in effect, was undone before, the customer has been moved on since, or the place it came
            from belongs to another group by now: that is a move to ask for.
        Refusal: the actor may not decide on it, or the customer may no longer stand there.
    """
    with transaction.atomic():
        held = ChangeRequest.objects.select_for_update(of=("self",)).select_related("customer", "move").get(pk=request.pk)
        may_undo(actor, held).or_refuse()
        if held.move is None:
            raise moves.CannotBeUndone(_("This move has not happened."))
        origin = held.move.from_parent
        tree.lock_for_move(held.customer, origin)
        _must_stand_on_its_own(*Customer.objects.filter(pk__in=[pk for pk in (held.customer_id, held.move.from_parent_id) if pk]))
        if origin and Customer.objects.get(pk=origin.pk).get_root().number != held.before.get(GROUP, origin.get_root().number):
            raise moves.CannotBeUndone(_("Where it came from belongs to another group by now; ask for a move instead."))
        back = moves.undo(actor=actor, move=held.move, at=at)
        _let_inherit_again(held, held.move.moved_at, actor, at)
    return back


def all_of() -> QuerySet[ChangeRequest]:
    """Return every request for another place, with its people, its move and the move that undid it."""
    return with_their_moves(ChangeRequest.objects.filter(what=ChangeRequest.What.POSITION))


def with_their_moves(rows: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
    """Return the same requests with their people, their moves and the moves that undid them."""
    return rows.select_related(
        "customer__kind", "place__kind", "asked_by", "decided_by", "move__undone_by__moved_by", "move__from_parent"
    )


def _place(actor: User, customer: Customer, number: str) -> Customer | None:
    found: Customer | None
    if access.level_of(actor):
        if number == TOP:
            return None
        found = Customer.objects.numbered(number).first()
    else:
        reach = access.customers_within_reach(actor, access.REQUEST_CHANGES)
        found = reach.filter(pk__in=Customer.objects.numbered(number).values("pk"), tree_id=customer.tree_id).first()
    if found is None:
        raise CannotBePlaced(_("There is no customer with this number to stand under."), code="place_unknown")
    return found


def is_decider(actor: User) -> Decision:
    """Say whether `actor` is one of our own people who decide on changes of customers: a supervisor or manager."""
    if access.level_of(actor) in access.DECIDE_MERGES.levels:
        return ALLOWED
    return refused("not_your_level", _("A supervisor or manager decides on this."), approver="supervisor")


def _named(parent: Customer | None) -> dict[str, str]:
    return {"parent": parent.number if parent else TOP, "parent_name": parent.name if parent else moves.TOP}
