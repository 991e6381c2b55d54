"""Relations: which customer serves or resells to which other, from one day until another, and what it may see of it for that.

A relation is not parenthood: it moves nobody in the tree, gives no role, and opens nothing but what its kind says (a name, or the
tickets raised on the other's behalf). Managers say what kinds there are and who is related; both ends read on their timeline
that they are, unless the kind shows nothing. What a relation opens is asked of `access.relations_within_reach` alone.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation, RelationKind, RelationQuerySet, SharedTicket
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording


class RelationRefused(Refusal):
    """Two customers cannot be related so; the reason says why."""

    code = "relation_refused"


def define_kind(*, actor: User | None, code: str, label: str, inverse: str, shows: str, at: datetime) -> RelationKind:
    """Return the kind of relation with this code, made or brought up to date. Repeating it changes nothing.

    Raises:
        RelationRefused: words are missing, or it shows what no relation can.
        Refusal: the actor does not steer.
    """
    facts = {"label": label.strip(), "inverse": inverse.strip(), "shows": shows}
    if not all(facts.values()) or shows not in RelationKind.Shows.values:
        raise RelationRefused(_("Say what each end is to the other, and what the first may see of the second."))
    _must_have_level(actor, access.STEER)
    with transaction.atomic():
        held = RelationKind.objects.select_for_update().filter(pk=code).first()
        before = {name: getattr(held, name) for name in facts} if held else {}
        if held and before == facts:
            return held
        kind, _made = RelationKind.objects.update_or_create(pk=code, defaults=facts)
        told = {"label": kind.label, "shows": str(RelationKind.Shows(shows).label), "before": before, "after": facts}
        recording.record(None, "accounts.relation_kind_defined", actor=actor, at=at, facts=told, internal=True)
    return kind


def relate(
    *, actor: User | None, kind: RelationKind, customer: Customer, other: Customer, since: date, until: date | None, at: datetime
) -> Relation:
    """Let `customer` serve `other`, as `kind` says it, for the days `[since, until)`. Repeating it changes nothing.

    Raises:
        RelationRefused: one and the same, one above the other, one merged away, days that end before they begin, or taken days.
        Refusal: the actor does not shape the tree.
    """
    _must_have_level(actor, access.SHAPE_TREE)
    if until is not None and until <= since:
        raise RelationRefused(_("A relation ends after it begins."), code="ends_before_it_begins")
    with transaction.atomic():
        customer, other = _locked(customer, other)
        _must_fit(customer, other)
        held = Relation.objects.filter(kind=kind, customer=customer, other=other).exclude(
            Q(until__lte=since) | Q(until=F("since"))
        )
        overlapping = held if until is None else held.filter(since__lt=until)
        if same := overlapping.filter(since=since, until=until).first():
            return same
        if overlapping.exists():
            raise RelationRefused(
                _("{name} {label} {other_name} on some of these days already.").format(
                    name=customer.name, label=kind.label, other_name=other.name
                ),
                code="days_taken",
            )
        by = actor.pk if actor else None
        made = Relation.objects.create(kind=kind, customer=customer, other=other, since=since, until=until, set_by_id=by)
        _record(made, "accounts.related" if until is None else "accounts.related_until", actor, at)
    return made


def end(*, actor: User | None, relation: Relation, on: date, at: datetime) -> Relation:
    """Let a relation hold no more from the day `on`: from then on it shows nothing. Repeatable.

    Raises:
        Refusal: the actor does not shape the tree.
    """
    _must_have_level(actor, access.SHAPE_TREE)
    with transaction.atomic():
        related = Relation.objects.select_for_update(of=("self",)).select_related("kind", "customer", "other")
        held = related.get(pk=relation.pk)
        if held.until is not None and held.until <= on:
            return held
        held.until = max(on, held.since)
        held.save(update_fields=["until"])
        _record(held, "accounts.relation_ended", actor, at)
    return held


def share_ticket(*, relation: Relation, ref: str, at: datetime) -> SharedTicket:
    """Note that the ticket `ref` was raised under `relation`, in the transaction that opens it and has decided access."""
    return SharedTicket.objects.create(relation=relation, ref=ref, shared_at=at)


def of_customer(customer: Customer) -> RelationQuerySet:
    """Return every relation at either end of which `customer` or one merged into it stands, gone by too, the latest first."""
    one = customer.as_one()
    held = Relation.objects.filter(Q(customer__in=one) | Q(other__in=one))
    return held.select_related("kind", "customer", "other", "set_by").order_by("-since", "-pk")


def known_to(customer: Customer) -> RelationQuerySet:
    """Return by whom `customer`, or one merged into it, is served today, as far as customers may know of it."""
    held = Relation.objects.in_force().filter(other__in=customer.as_one()).exclude(kind__shows=RelationKind.Shows.NOTHING)
    return held.select_related("kind", "customer").order_by("customer__name", "pk")


def raised_under(ref: str) -> Relation | None:
    """Return the relation under which a ticket was raised, or None where its customer raised it itself."""
    shared = (
        SharedTicket.objects.filter(ref=ref)
        .select_related("relation__kind", "relation__customer__kind", "relation__other")
        .first()
    )
    return shared.relation if shared else None


def _must_have_level(actor: User | None, action: access.Action) -> None:
    if actor is not None and access.level_of(actor) not in action.levels:
        raise Refusal(_("A manager says how customers are related."), code="not_your_level")


def _locked(customer: Customer, other: Customer) -> tuple[Customer, Customer]:
    """Lock both in one order, so that two who relate the same two wait for each other."""
    rows = Customer.objects.select_for_update(of=("self",)).filter(pk__in=[customer.pk, other.pk]).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[customer.pk], found[other.pk]


def _must_fit(customer: Customer, other: Customer) -> None:
    if customer.pk == other.pk:
        raise RelationRefused(_("A customer is not related to itself."), code="same_customer")
    if customer.merged_into_id or other.merged_into_id:
        raise RelationRefused(_("One of the two was merged into another customer."), code="already_merged")
    if _one_above_the_other(customer, other):
        raise RelationRefused(
            _("{name} and {other_name} stand one above the other; the tree says that already.").format(
                name=customer.name, other_name=other.name
            ),
            code="one_above_the_other",
        )


def _one_above_the_other(customer: Customer, other: Customer) -> bool:
    if customer.tree_id != other.tree_id:
        return False
    return bool((customer.lft < other.lft) == (customer.rght > other.rght))


def _record(relation: Relation, kind: str, actor: User | None, at: datetime) -> None:
    facts: dict[str, object] = {"who": relation.customer.name, "whom": relation.other.name, "relation": relation.kind.label}
    facts |= {"since": relation.since.isoformat(), "until": relation.until.isoformat() if relation.until else "–"}
    internal = relation.kind.shows == RelationKind.Shows.NOTHING
    for end_of_it in (relation.customer, relation.other):
        recording.record(end_of_it, kind, actor=actor, at=at, about=relation, facts=facts, internal=internal)
