"""Kinds: what a node may be called and where it may stand. A place in use is not taken away."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from accounts.customers import locks
from accounts.customers.models import Customer, CustomerKind
from accounts.decisions import Refusal
from accounts.timeline import recording

# the labels the first kinds and relations carry in every new house, for the catalogues: CustomerKind.words reads them there
CAME_WITH_ACCORD = (
    gettext_noop("Group"),
    gettext_noop("Legal entity"),
    gettext_noop("Division"),
    gettext_noop("Department"),
    gettext_noop("Location"),
    gettext_noop("Cost centre"),
    gettext_noop("Reseller"),
    gettext_noop("Person"),
    gettext_noop("serves"),
    gettext_noop("is served by"),
)


class PlaceInUse(Refusal):
    """Customers stand where their kind would no longer be allowed."""

    code = "place_in_use"

    def __init__(self, label: str, customer: Customer) -> None:
        where = f"under a {customer.parent.kind.label.lower()}" if customer.parent else "as the root of a group"
        super().__init__(f"{customer.name} stands {where}: a {label.lower()} must stay allowed there.")


def define(
    *,
    actor: AbstractBaseUser | None,
    code: str,
    label: str,
    at: datetime,
    may_be_root: bool = False,
    carries_legal_data: bool = False,
    allowed_parents: Iterable[CustomerKind] = (),
    position: int = 0,
) -> CustomerKind:
    """Return the kind with this code, made or brought up to date; the timeline keeps who did it. Repeating it changes nothing.

    Raises:
        PlaceInUse: a customer of this kind stands where it would no longer be allowed.
    """
    facts = {"label": label, "may_be_root": may_be_root, "carries_legal_data": carries_legal_data, "position": position}
    parents = list(allowed_parents)
    with transaction.atomic():
        locks.whole_forest()
        kept = CustomerKind.objects.filter(pk=code).first()
        before = _as_it_is(kept) if kept else {}
        after = facts | {"allowed_parents": sorted(parent.pk for parent in parents)}
        if kept and before == after:
            return kept
        _must_leave_everyone_in_place(code, label, parents, may_be_root=may_be_root)
        kind, _ = CustomerKind.objects.update_or_create(pk=code, defaults=facts)
        kind.allowed_parents.set(parents)
        told = {"label": label, "before": before, "after": after}
        recording.record(None, "accounts.kind_defined", actor=actor, at=at, facts=told, internal=True)
    return kind


def _as_it_is(kind: CustomerKind) -> dict[str, object]:
    kept: dict[str, object] = {name: getattr(kind, name) for name in ("label", "may_be_root", "carries_legal_data", "position")}
    return kept | {"allowed_parents": sorted(kind.allowed_parents.values_list("pk", flat=True))}


def _must_leave_everyone_in_place(code: str, label: str, parents: list[CustomerKind], *, may_be_root: bool) -> None:
    misplaced = Q(parent__isnull=False) & ~Q(parent__kind__in=parents)
    if not may_be_root:
        misplaced |= Q(parent__isnull=True)
    found = Customer.objects.current().filter(misplaced, kind=code).select_related("parent__kind").order_by("number").first()
    if found:
        raise PlaceInUse(label, found)
