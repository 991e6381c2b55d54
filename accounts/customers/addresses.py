"""Addresses: where a customer gets invoices, deliveries and visits, each from one day until another.

The customer's own street and town are where it is; an address kept here comes in their place for its purpose and its days,
half-open `[since, until)`. Of each purpose one holds a day: a new one takes its days from whatever held them, and what held
before and after stays. Documents copy what holds on the day they are issued, so a later change rewrites none.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import reading
from accounts.customers import details
from accounts.customers.models import Address, Customer
from accounts.decisions import Refusal
from accounts.timeline import recording
from accounts.timeline.plain import plain

INVOICES: Final = Address.Purpose.INVOICES
PLACE: Final = ("street", "postcode", "city", "country")


class AddressRefused(Refusal):
    """The address cannot be kept; the reason says why."""

    code = "address_refused"


def keep(
    *,
    actor: AbstractBaseUser | None,
    customer: Customer,
    purpose: str,
    since: date,
    until: date | None,
    at: datetime,
    attention: str = "",
    **place: str,
) -> Address:
    """Let `place` (street, postcode, city, country) hold for `purpose` from `since` until the day `until` (None: for good).

    Repeating it changes nothing. What held in these days gives them up; before and after, it stays.

    Raises:
        AddressRefused: an unknown purpose, no street or town, or days that end before they begin.
        details.FactsRefused: a part of it cannot be kept.
    """
    kept = _checked(purpose, since, until, place) | {"attention": attention.strip()[:120]}
    with transaction.atomic():
        node: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
        held = Address.objects.filter(customer=node, purpose=purpose)
        if same := held.filter(since=since, until=until, **kept).first():
            return same
        _make_room(held, since, until)
        by = actor.pk if actor else None
        made = Address.objects.create(customer=node, purpose=purpose, since=since, until=until, set_by_id=by, **kept)
        _record(made, "accounts.address_kept", actor, at)
    return made


def end(*, actor: AbstractBaseUser | None, address: Address, on: date, at: datetime) -> None:
    """Let `address` hold no more from the day `on`; one that had not begun goes altogether. Repeatable."""
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=address.customer_id)
        held = Address.objects.filter(pk=address.pk).filter(Q(until=None) | Q(until__gt=on)).select_related("customer").first()
        if held is None:
            return
        _record(held, "accounts.address_ended", actor, at, until=on)
        if held.since >= on:
            held.delete()
        else:
            held.until = on
            held.save(update_fields=["until"])


def in_force(customers: Iterable[Customer], purpose: str, on: date) -> dict[int, Address]:
    """Return by the customer's key the address that holds for `purpose` on the day `on`; who has none is left out."""
    keys = {customer.id for customer in customers}
    held = Address.objects.filter(reading.among("customer_id", keys), Q(until=None) | Q(until__gt=on))
    held = held.filter(purpose=purpose, since__lte=on)
    return {address.customer_id: address for address in held}


def of_customer(customer: Customer) -> QuerySet[Address]:
    """Return every address kept of a customer, the latest first."""
    return Address.objects.filter(customer=customer).select_related("set_by").order_by("purpose", F("since").desc(), "pk")


def _checked(purpose: str, since: date, until: date | None, place: dict[str, str]) -> dict[str, str]:
    if purpose not in Address.Purpose.values:
        raise AddressRefused(_("Addresses are kept for invoices, deliveries and visits."), code="purpose_unknown")
    if until is not None and until <= since:
        raise AddressRefused(_("An address ends after it begins."), code="ends_before_it_begins")
    if set(place) - set(PLACE):
        raise AddressRefused(_("An address is a street, a postcode, a town and a country."), code="part_unknown")
    kept = details.checked({name: place.get(name, "") for name in PLACE})
    if not kept["street"] or not kept["city"]:
        raise AddressRefused(_("An address needs a street and a town."), code="incomplete")
    return kept


def _make_room(held: QuerySet[Address], since: date, until: date | None) -> None:
    """Take the days from `since` until `until` from whatever held them."""
    reaching = held.filter(Q(until=None) | Q(until__gt=since))
    for row in reaching if until is None else reaching.filter(since__lt=until):
        if until is not None and (row.until is None or row.until > until):
            _go_on(row, until)
        if row.since < since:
            row.until = since
            row.save(update_fields=["until"])
        else:
            row.delete()


def _go_on(row: Address, first: date) -> None:
    """Let the same address hold again from the day `first` until the end it had."""
    Address.objects.filter(pk=row.pk).update(until=first)
    same = {name: getattr(row, name) for name in ("customer_id", "purpose", "attention", *PLACE, "until", "set_by_id")}
    Address.objects.create(**same, since=first)


def _record(address: Address, kind: str, actor: AbstractBaseUser | None, at: datetime, until: date | None = None) -> None:
    last = until or address.until
    facts: dict[str, object] = {name: getattr(address, name) for name in (*PLACE, "purpose", "attention")}
    facts |= {"what": plain(address, "purpose"), "since": address.since.isoformat()}
    recording.record(
        address.customer, kind, actor=actor, at=at, about=address, facts=facts | {"until": last.isoformat() if last else "–"}
    )
