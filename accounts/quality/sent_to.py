"""Sent to: what a customer's people ask about the addresses at which it gets invoices, deliveries and visits.

An address is kept for its purpose from the day asked for, and ended from a day; nobody approves it, as with the customer's own
address. It is written down at once even for a day to come: a kept address has days itself, and a run that begins on that day
must find it. The request keeps what held before.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.customers import addresses
from accounts.customers.models import Address, Customer
from accounts.decisions import Refusal
from accounts.quality.models import ChangeRequest

KEPT = (*addresses.PLACE, "attention")


class NothingKept(Refusal):
    """The address to end is none of this customer's, or holds no more by that day."""

    code = "nothing_kept"


class SameAlready(Refusal):
    """Things go there on those days already."""

    code = "no_change"


def wanted(customer: Customer, asked: dict[str, str], on: date) -> ChangeRequest:
    """Return the request to keep an address from the day `on`, or, with `ends` (the key of one), to end it then.

    Raises:
        NothingKept: there is no such address of this customer on that day.
        SameAlready: it would be kept as it is.
    """
    if asked.get("ends"):
        ended = _held(customer, asked["ends"], on)
        return ChangeRequest(before=_said(ended), after={"purpose": ended.purpose, "ends": ended.pk})
    purpose = asked.get("purpose", "")
    held = addresses.in_force([customer], purpose, on).get(customer.pk)
    after = {name: asked.get(name, "").strip() for name in KEPT} | {"purpose": purpose, "until": asked.get("until", "")}
    before = _said(held) if held else {}
    if before == after:
        raise SameAlready(_("That is what we have already."))
    return ChangeRequest(before=before, after=after)


def put_into_effect(request: ChangeRequest, at: datetime) -> None:
    """Keep the address, or end it, as it was asked.

    Raises:
        addresses.AddressRefused, details.FactsRefused: it cannot be kept.
        NothingKept: somebody took it away meanwhile.
    """
    said, on = request.after, request.effective_on
    if said.get("ends"):
        ended = _held(request.customer, str(said["ends"]), on)
        addresses.end(actor=request.asked_by, address=ended, on=on, at=at)
        return
    until = _day(said["until"])
    place = {name: said[name] for name in KEPT}
    addresses.keep(
        actor=request.asked_by, customer=request.customer, purpose=said["purpose"], since=on, until=until, at=at, **place
    )


def _held(customer: Customer, key: str, on: date) -> Address:
    found = addresses.of_customer(customer).filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if found is None or (found.until and found.until <= on):
        raise NothingKept(_("No such address is kept for you on that day."))
    return found


def _said(address: Address) -> dict[str, str]:
    until = address.until.isoformat() if address.until else ""
    return {name: getattr(address, name) for name in KEPT} | {"purpose": address.purpose, "until": until}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise addresses.AddressRefused(_("An address ends on a day."), code="no_day") from None
