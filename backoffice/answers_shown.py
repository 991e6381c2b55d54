"""Who answers for a customer, as staff see it: who pays, who receives, who of us owns what, and from where each comes."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer, Handover, Responsibility
from accounts.people import handovers, owners
from accounts.people.models import User
from backoffice import overview
from backoffice.forms.answers import HandoverForm, OwnerForm

EARLIER: Final = 10
MOST_LINES: Final = 50
AT_ONCE: Final = 1000
WAITING: Final = Handover.Status.WAITING


def of(node: Customer, *, on: date) -> list[dict[str, Any]]:
    """Return each role with who holds it on the day `on` and where they were named; three statements."""
    return [*_customers(node, on), *_owners(node, on)]


def page(node: Customer, viewer: User, *, on: date, owner_form: OwnerForm, handover_form: HandoverForm) -> dict[str, Any]:
    """Return what the page of responsibilities shows, with the preview of a handover that was filled in."""
    chosen = handover_form.is_bound and handover_form.is_valid()
    lines = _preview(node, handover_form) if chosen else None
    return {
        "node": node,
        "path": overview.path_to(node),
        "answers": of(node, on=on),
        "owner_form": owner_form,
        "handover_form": handover_form,
        "lines": lines[:MOST_LINES] if lines is not None else None,
        "count": len(lines or ()),
        **_handovers(node, viewer),
    }


def ownerless_rows(reach: QuerySet[Customer], on: date) -> Iterator[list[object]]:
    """Yield a heading and a row for each customer within `reach` of which nobody owns something; a statement per thousand."""
    yield [_("Number"), _("Customer"), _("Kind"), _("Nobody")]
    found = owners.missing(on).filter(pk__in=reach).order_by("tree_id", "lft")
    left = found.iterator(chunk_size=AT_ONCE)
    while rows := list(islice(left, AT_ONCE)):
        roles = owners.missing_roles(rows, on)
        for row in rows:
            yield [row.number, row.name, row.kind.label, ", ".join(roles[row.pk])]


def _handovers(node: Customer, viewer: User) -> dict[str, list[Any]]:
    """Return what waits, with whether the viewer may decide on it, and what was decided on."""
    rows = list(handovers.of_customer(node)[:EARLIER])
    waiting = [{"asked": row, "may_decide": handovers.may_decide(viewer, row)} for row in rows if row.status == WAITING]
    return {"waiting": waiting, "handovers": [row for row in rows if row.status != WAITING]}


def _preview(node: Customer, form: HandoverForm) -> list[handovers.Line]:
    given = form.cleaned_data
    return handovers.preview(node, given["responsible"], given["role"], given["since"])


def _customers(node: Customer, on: date) -> list[dict[str, Any]]:
    rows = Responsibility.objects.filter(responsibilities.holding(on), role__in=Responsibility.OF_CUSTOMERS)
    named = rows.filter(customer__in=Customer.objects.above(node)).select_related("responsible", "customer", "set_by")
    held = {row.role: row for row in named.order_by("customer__lft")}
    return [_answer(role, held.get(role), node, str(node.name)) for role in Responsibility.OF_CUSTOMERS]


def _owners(node: Customer, on: date) -> list[dict[str, Any]]:
    found = owners.of(node, on)
    return [
        {
            "code": str(role),
            "role": Responsibility.Role(role).label,
            "who": str(found[role].person) if role in found else "",
            "source": _source(found[role].named_at, node) if role in found else "",
        }
        | _span(found[role].named if role in found else None)
        for role in owners.ROLES
    ]


def _answer(role: str, held: Responsibility | None, node: Customer, itself: str) -> dict[str, Any]:
    who = held.responsible.name if held and held.responsible else itself
    source = _source(held.customer, node) if held else _("nobody was named")
    return {"code": str(role), "role": Responsibility.Role(role).label, "who": who, "source": source} | _span(held)


def _span(held: Responsibility | None) -> dict[str, Any]:
    return {"since": held.since, "until": held.until, "set_by": held.set_by} if held else {}


def _source(named_at: Customer, node: Customer) -> str:
    return _("named here") if named_at.pk == node.pk else _("from %(name)s") % {"name": named_at.name}
