"""The details of a customer as the portal shows them: what we have, what was asked to change, and who decides."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.customers import addresses
from accounts.customers.models import Address, Customer
from accounts.people import access
from accounts.people.models import User
from accounts.quality import changes, confirming, positions, reminding
from accounts.quality.models import ChangeRequest
from portal import places
from portal.forms.details import FORMS
from window import formats

SHOWN = 20


def of(request: HttpRequest, node: Customer, *, at: datetime, bound: forms.Form | None = None) -> dict[str, Any]:
    """Return what the page of details shows; `bound` is a form as it was sent."""
    viewer, today = request.user, places.today(node)
    requests, kept = list(readable(changes.of_customer(node), viewer)[:SHOWN]), list(addresses.of_customer(node))
    standing = places.standing(request, node)
    return {
        "at": node,
        "facts": _facts(node),
        "payer": places.payer(request, node),
        "addresses": _addresses(kept, today),
        "earlier_addresses": [one for one in kept if one.until and one.until <= today][:SHOWN],
        "today": today.isoformat(),
        "forms": [_asking(what, node, today.isoformat(), bound) for what in FORMS],
        "requests": _rows(requests),
        "waiting": waiting_for(viewer, Customer.objects.below(node)),
        "may_ask": standing.may(access.REQUEST_CHANGES),
        "approver": _approver(by_administrator=standing.may(access.MANAGE_PEOPLE).allowed),
        "confirmed": confirming.last(node),
        "refusal": _unshown(bound),
        "confirm_due": confirming.is_due(node, at=at),
    }


def _approver(*, by_administrator: bool) -> str:
    return _("Another administrator approves it.") if by_administrator else _("An administrator approves it.")


def waiting_for(viewer: User, reach: "QuerySet[Customer]") -> list[dict[str, Any]]:
    """Return what `viewer` has to decide on at customers within `reach`, the longest wait first."""
    waiting = list(readable(changes.waiting_for(viewer).filter(customer__in=reach), viewer)[:SHOWN])
    now = timezone.now()
    days = changes.decision_days({one.customer_id for one in waiting}, now.date()) if waiting else {}
    return [
        _to_decide(change) | {"decide_by": changes.decide_by(change, days), "is_late": reminding.is_late(change, days, now)}
        for change in waiting
    ]


def readable(rows: "QuerySet[ChangeRequest]", viewer: User) -> "QuerySet[ChangeRequest]":
    """Let each request know whether `viewer` sees the other customers it names; `values` tells no more than that."""
    seen = access.customers_within_reach(viewer)
    named = {f"{side}_named": Coalesce(KT(f"{side}__payer"), KT(f"{side}__parent")) for side in ("before", "after")}
    within = {f"{side}_seen": Exists(seen.filter(number=OuterRef(f"{side}_named"))) for side in ("before", "after")}
    return rows.alias(**named).annotate(**within)


def _unshown(bound: forms.Form | None) -> str:
    """Return what is wrong with a form that the page does not show: the button that ends an address."""
    if bound is None or isinstance(bound, tuple(FORMS.values())):
        return ""
    return next((reasons[0] for reasons in bound.errors.values()), "")


def _rows(requests: list[ChangeRequest]) -> list[dict[str, Any]]:
    """Return requests as lines, those that wait with who decides: asked once for each kind of change and who asked."""
    waiting = {(one.what, one.asked_by_id): one for one in requests if one.status == ChangeRequest.Status.WAITING}
    days = changes.decision_days({one.customer_id for one in waiting.values()}, timezone.now().date()) if waiting else {}
    deciding = {asked: _decides(change, days) for asked, change in waiting.items()}
    return [_row(one) | {"next": _next(one, deciding.get((one.what, one.asked_by_id), ""))} for one in requests]


def _decides(change: ChangeRequest, days: Mapping[int, int]) -> str:
    by = {"day": formats.day(changes.decide_by(change, days) or change.effective_on)}
    ours = changes.nobody_of_theirs(change)
    if reminding.is_late(change, days, timezone.now()):
        late = _("One of us should have decided by {day}, and is reminded. Until then nothing changes.")
        theirs = _("An administrator should have decided by {day}, and is reminded. Until then nothing changes.")
        return (late if ours else theirs).format(**by)
    return (_("One of us decides by {day}.") if ours else _("An administrator decides by {day}.")).format(**by)


def _next(change: ChangeRequest, decides: str) -> str:
    """Say what comes next: who decides, or from when what was agreed holds; nothing for what has ended."""
    if change.status == ChangeRequest.Status.APPROVED:
        return _("It takes effect on {day}.").format(day=formats.day(change.effective_on))
    return decides if change.status == ChangeRequest.Status.WAITING else ""


def _row(change: ChangeRequest) -> dict[str, Any]:
    """Return a request as a line; what it would change is for who decides on it, and left out for whoever else reads."""
    return {"change": change, "values": values(change), "effects": [], "state": state_of(change), "next": ""}


def state_of(change: ChangeRequest) -> str:
    """Say how a request stands; an address is written down at once, and in effect only from its day on."""
    kept = change.what == ChangeRequest.What.SENT_TO and change.status == ChangeRequest.Status.DONE
    return _("Kept") if kept else str(change.get_status_display())


def noted(change: ChangeRequest) -> str:
    """Say what becomes of a change that was just asked for, and who decides where nobody else of the customer's could."""
    if change.status == ChangeRequest.Status.WAITING and changes.nobody_of_theirs(change):
        return _("Noted. One of us decides, since none of your other people could.")
    return _("Noted: %(state)s.") % {"state": state_of(change).lower()}


def _to_decide(change: ChangeRequest) -> dict[str, Any]:
    """Return a request with what it would change as things are now, for who decides on it."""
    now = positions.as_things_are(change) if change.what == ChangeRequest.What.POSITION else {}
    told = [sentence for topic in positions.FOR_CUSTOMERS for sentence in now.get(topic, [])]
    return _row(change) | {"effects": told}


def values(change: ChangeRequest) -> list[dict[str, str]]:
    """Return each value before and after, by the name people know it by; of a `readable` request."""
    if change.what == ChangeRequest.What.PAYER:
        return [{"label": _("Who pays"), "before": _other(change, "before"), "after": _other(change, "after")}]
    if change.what == ChangeRequest.What.POSITION:
        return [{"label": _("Stands under"), "before": _other(change, "before"), "after": _other(change, "after")}]
    if change.what == ChangeRequest.What.SENT_TO:
        return [_sent_to(change)]
    return [
        {"label": _label(name), "before": change.before.get(name, "") or "–", "after": value or "–"}
        for name, value in change.after.items()
    ]


def _other(change: ChangeRequest, side: str) -> str:
    """Return the name of the other customer before or after, where the viewer sees it."""
    said = getattr(change, side)
    name, number = next((said[f"{role}_name"], said[role]) for role in ("payer", "parent") if role in said)
    return str(name) if not number or getattr(change, f"{side}_seen") else _("another customer of the group")


def _sent_to(change: ChangeRequest) -> dict[str, str]:
    """Return the address before and after, each as one line."""
    purpose = dict(Address.Purpose.choices)[change.after["purpose"]]
    after = "" if change.after.get("ends") else _line(change.after)
    return {"label": str(purpose), "before": _line(change.before) or "–", "after": after or "–"}


def _line(said: dict[str, Any]) -> str:
    place = Address(**{name: said.get(name, "") for name in addresses.PLACE})
    until = _("until {day}").format(day=formats.day(date.fromisoformat(said["until"]))) if said.get("until") else ""
    return ", ".join(part for part in (said.get("attention", ""), str(place), until) if part)


def _addresses(every: list[Address], today: date) -> list[dict[str, Any]]:
    """Return the addresses kept for a purpose that hold today or later, with whether today is one of their days."""
    kept = [one for one in every if one.until is None or one.until > today]
    return [{"kept": one, "holds": one.since <= today} for one in kept]


def _asking(what: str, node: Customer, today: str, bound: forms.Form | None) -> dict[str, Any]:
    kind = FORMS[what]
    sent = isinstance(bound, kind)
    facts = {name: getattr(node, name) for name in changes.FACTS[what]}
    fresh = kind(initial=facts | {"what": what, "effective_on": today}, auto_id=f"{what}_%s")
    labels = dict(ChangeRequest.What.choices)
    return {
        "what": what,
        "label": _(labels[what]),
        "form": bound if sent else fresh,
        "open": sent,
        "needs_approval": what in changes.NEEDS_APPROVAL,
    }


def _facts(node: Customer) -> list[dict[str, str]]:
    address = ", ".join(part for part in (node.street, f"{node.postcode} {node.city}".strip(), node.country) if part)
    told = (
        (_("Number"), node.number), (_("Name"), node.name), (_("Legal name"), node.legal_name), (_("Address"), address),
        (_("Tax id"), node.tax_id), (_("Phone"), node.phone), (_("E-mail"), node.email),
    )  # fmt: skip
    return [{"term": term, "value": value or "–"} for term, value in told]


def _label(name: str) -> str:
    labels = {
        "street": _("Street"), "postcode": _("Postcode"), "city": _("Town"), "country": _("Country"), "phone": _("Phone"),
        "email": _("E-mail"), "legal_name": _("Legal name"), "tax_id": _("Tax id"),
    }  # fmt: skip
    return labels.get(name, name)
