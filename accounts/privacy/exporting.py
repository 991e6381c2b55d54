"""Exporting: everything we hold about a person, or about a customer and all below it, in one ZIP file.

Asking writes a row; a task fills it (`prepare_waiting`); the file can be fetched for seven days by who asked, as long as they
still may. `data.json` holds the rows by table; documents lie beside it. Other rooms of the house add theirs with
`register_documents`.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core import serializers
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.privacy import holdings
from accounts.privacy.models import Export
from accounts.timeline import recording

FETCHED_WITHIN: Final = timedelta(days=7)
ROWS_AT_ONCE: Final = 2_000

# Name in the ZIP and content. A customer's documents are asked for with the customers, a person's with the person.
Documents = Iterable[tuple[str, bytes]]
_of_customers: list[Callable[[QuerySet[Customer]], Documents]] = []
_of_persons: list[Callable[[User], Documents]] = []


class MayNotExport(Refusal):
    """Wanted what is neither their own nor theirs to hand out."""

    code = "may_not_export"


class TooMany(Refusal):
    """An export of the same is being prepared already."""

    code = "export_waits"


def register_documents(
    *, of_customers: Callable[[QuerySet[Customer]], Documents] | None = None, of_person: Callable[[User], Documents] | None = None
) -> None:
    """Let another room of the house add its documents to every export."""
    if of_customers:
        _of_customers.append(of_customers)
    if of_person:
        _of_persons.append(of_person)


def ask_for_person(*, actor: User, person: User, at: datetime) -> Export:
    """Ask for everything about a person: themselves, or one of our people who handles privacy.

    Raises:
        MayNotExport: it is somebody else.
        TooMany: one is being prepared already.
    """
    if actor.pk != person.pk and access.level_of(actor) not in access.HANDLE_PRIVACY.levels:
        raise MayNotExport(_("You may only ask for what we hold about yourself."))
    return _asked(actor, at, person=person)


def ask_for_customer(*, actor: User, customer: Customer, at: datetime) -> Export:
    """Ask for everything about a customer and all below it: its administrators, or our people who handle privacy.

    Raises:
        MayNotExport: the actor administers nothing there.
        TooMany: one is being prepared already.
    """
    if not _may_export(actor, customer):
        raise MayNotExport(_("Only an administrator of this customer may ask for all its data."))
    return _asked(actor, at, customer=customer)


def to_fetch(token: UUID, *, viewer: User, at: datetime) -> Export | None:
    """Return the export if it is ready, its week is not over, the viewer asked for it and still may have it; else None."""
    found = Export.objects.filter(token=token, asked_by=viewer, content__isnull=False, expires_at__gt=at).first()
    if found is None or (found.customer and not _may_export(viewer, found.customer)):
        return None
    if found.person_id and found.person_id != viewer.pk and access.level_of(viewer) not in access.HANDLE_PRIVACY.levels:
        return None
    return found


def prepare_waiting(*, at: datetime) -> int:
    """Write the files that wait and take away those whose week is over; return how many were written."""
    Export.objects.filter(expires_at__lte=at, content__isnull=False).update(content=None)
    waiting = list(Export.objects.filter(ready_at=None).order_by("asked_at", "pk").values_list("pk", flat=True))
    return sum(_prepare(pk, at) for pk in waiting)


def _asked(actor: User, at: datetime, **subject: Any) -> Export:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        if Export.objects.filter(asked_by=actor, ready_at=None, **subject).exists():
            raise TooMany(_("This is being prepared already; it will be here in a minute."))
        export = Export.objects.create(asked_by=actor, asked_at=at, **subject)
        recording.record(subject.get("customer"), "accounts.export_asked", actor=actor, at=at, about=export, facts=_told(export))
    return export


def _told(export: Export) -> dict[str, Any]:
    return {"what": f"{export.customer} and all below" if export.customer else "a person", "person": export.person_id}


def _may_export(actor: User, customer: Customer) -> bool:
    if level := access.level_of(actor):
        return level in access.HANDLE_PRIVACY.levels
    return access.decide(actor, access.MANAGE_PEOPLE, customer).allowed


def _prepare(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        export = Export.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, ready_at=None).first()
        if export is None:
            return False
        export.content, export.ready_at, export.expires_at = _zipped(export), at, at + FETCHED_WITHIN
        export.save(update_fields=["content", "ready_at", "expires_at"])
    return True


def _zipped(export: Export) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = _of_person(export.person) if export.person else _of_subtree(export)
        archive.writestr("data.json", json.dumps(rows, ensure_ascii=False, indent=1))
        for name, content in _documents(export):
            archive.writestr(name, content)
    return packed.getvalue()


def _documents(export: Export) -> Iterator[tuple[str, bytes]]:
    if export.person:
        for of_person in _of_persons:
            yield from of_person(export.person)
        return
    for of_customers in _of_customers:
        yield from of_customers(_customers(export))


def _customers(export: Export) -> QuerySet[Customer]:
    action = access.SEE_CUSTOMER if access.level_of(export.asked_by) else access.MANAGE_PEOPLE
    reach = access.customers_within_reach(export.asked_by, action)
    return reach.filter(pk__in=Customer.objects.below(export.customer).values("pk"))


def _of_person(person: User) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for holding in holdings.every():
        if holding.model is Export or not holding.to_person:
            continue
        named = Q()
        for column in holding.to_person:
            named |= Q(**{column: person.pk})
        found[holding.label] = _written(holding.model._default_manager.filter(named))
    for model, column in holdings.credentials():
        found[model._meta.label] = _written(model._default_manager.filter(**{column: person.pk}))
    return {label: rows for label, rows in found.items() if rows}


def _of_subtree(export: Export) -> dict[str, list[dict[str, Any]]]:
    customers = _customers(export).values("pk")
    found = {}
    for holding in holdings.every():
        if holding.label in holdings.GIVEN:
            rows = holding.model._default_manager.filter(**{f"{holding.to_customer}__in": customers})
            found[holding.label] = _written(_outward(rows))
    return {label: rows for label, rows in found.items() if rows}


def _outward(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out what our people noted for themselves, and the places in the tree they only asked for."""
    if rows.model._meta.label == "accounts.ChangeRequest":
        return rows.exclude(what="position", asked_by__staff_profile__isnull=False)
    names = {field.name for field in rows.model._meta.concrete_fields}
    if "internal" in names:
        return rows.filter(internal=False)
    return rows.filter(message__internal=False) if rows.model._meta.label == "support.Attachment" else rows


def _written(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    names = [field.name for field in rows.model._meta.concrete_fields if field.name not in holdings.SECRETS]
    text = serializers.serialize("json", rows.order_by("pk").iterator(ROWS_AT_ONCE), fields=names)
    return [{"id": row["pk"], **row["fields"]} for row in json.loads(text)]
