"""Twins: two customers that may be one, laid side by side fact by fact, and what merging them would change."""

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people.models import User
from accounts.quality import candidates, merging
from accounts.quality.models import Candidate, Merge
from window.formats import day

FACTS = (
    "number", "legal_name", "country", "tax_id", "lei", "email", "phone", "street", "postcode", "city", "language", "currency",
    "timezone", "external_id", "cost_centre",
)  # fmt: skip
ROWS = 50


def listed(status: str) -> dict[str, object]:
    """Return the pairs with this status, likeliest first, and the merges that wait or were made."""
    pairs = candidates.visible().filter(status=status).likeliest_first()
    return {
        "chosen": status,
        "pairs": pairs[:ROWS],
        "more": max(0, pairs.count() - ROWS),
        "waiting": merging.visible().filter(status=Merge.Status.WAITING).order_by("asked_at", "pk"),
        "made": merging.visible().exclude(status=Merge.Status.WAITING).order_by("-decided_at", "-pk")[:ROWS],
    }


def of(candidate: Candidate, keep: str) -> dict[str, object]:
    """Return what the page of a pair shows: the customer called `keep` (a or b) would stay."""
    survivor, retired = (candidate.b, candidate.a) if keep == "b" else (candidate.a, candidate.b)
    return {
        "candidate": candidate,
        "percent": min(99, round(candidate.score * 100)),
        "keep": "b" if keep == "b" else "a",
        "survivor": survivor,
        "retired": retired,
        "facts": side_by_side(candidate.a, candidate.b),
        "preview": merging.preview(retired, survivor),
        "sections": sections(merging.preview(retired, survivor).effects) if candidate.status == "open" else [],
        "merges": merging.visible().filter(retired__in=[candidate.a, candidate.b]).order_by("-pk")[:5],
    }


def side_by_side(a: Customer, b: Customer) -> list[dict[str, object]]:
    """Return each fact that either of the two has."""
    rows = [{"label": _label(name), "a": getattr(a, name), "b": getattr(b, name)} for name in FACTS]
    since = {
        "label": _("Customer since"),
        "a": day(local_day(a.created_at, a.timezone)),
        "b": day(local_day(b.created_at, b.timezone)),
    }
    told = [row | {"same": row["a"] == row["b"]} for row in [*rows, since]]
    return [row for row in told if row["a"] or row["b"]]


def sections(effects: dict[str, list[str]]) -> list[dict[str, object]]:
    """Return what a merge changes, topic by topic, under headings for people."""
    headings = {
        "tree": _("In the tree"),
        "payers": _("Who pays"),
        "relations": _("Who serves it"),
        "people": _("People"),
        "contracts": _("Contracts"),
        "documents": _("Documents"),
        "tickets": _("Tickets"),
    }
    return [{"title": headings.get(topic, topic), "sentences": sentences} for topic, sentences in effects.items()]


def decided(merge: Merge, viewer: User) -> dict[str, object]:
    """Return what the page of a merge shows."""
    told = merge.effects or merging.preview(merge.retired, merge.survivor).effects
    return {"merge": merge, "sections": sections(told), "may_decide": merging.may_decide(viewer, merge)}


def _label(name: str) -> str:
    labels = {
        "number": _("Number"), "legal_name": _("Legal name"), "country": _("Country"), "tax_id": _("Tax id"), "lei": _("LEI"),
        "email": _("E-mail"), "phone": _("Phone"), "street": _("Street"), "postcode": _("Postcode"), "city": _("Town"),
        "language": _("Language"), "currency": _("Currency"), "timezone": _("Time zone"), "external_id": _("External id"),
        "cost_centre": _("Cost centre"),
    }  # fmt: skip
    return labels[name]
