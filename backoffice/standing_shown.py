"""How a customer stands with us: key account, segments with their why, special terms, stage; as its pages show it."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people import owners
from accounts.people.models import User
from accounts.segments import belonging, conditions, key_accounts, lifecycle
from accounts.segments.models import KeyAccount, SegmentMembership, StageEntry
from window.formats import day

STAGES_SHOWN = 12


def of(customer: Customer, on: date) -> dict[str, object]:
    """Return what is shown of a customer's standing on a day."""
    return {
        "key_account": key_account(customer, on),
        "segments": [_segment(held, customer) for held in belonging.of(customer, on)],
        "terms": [_term(term) for term in conditions.of(customer, on).values()],
        "stage": lifecycle.current(customer),
        "stages": lifecycle.history(customer)[:STAGES_SHOWN],
    }


def key_account(customer: Customer, on: date) -> dict[str, object] | None:
    """Return the badge of a key account: through whom, with whom to speak, and what to know."""
    held = key_accounts.of(customer, on)
    return _badge(held, customer) if held else None


def rules_here(customer: Customer, on: date) -> list[dict[str, object]]:
    """Return what is done and not done for the segments a customer is in, each once, by the nearest node that is in it."""
    nearest: dict[int, SegmentMembership] = {}
    for held in belonging.of(customer, on):
        nearest.setdefault(held.segment_id, held)
    return [_segment(held, customer) for held in nearest.values() if held.segment.do or held.segment.dont]


def stuck(entries: Sequence[StageEntry], on: date) -> list[dict[str, object]]:
    """Return who is stuck, each with the manager of its key account or who owns its account; a constant number of statements."""
    keys = [entry.customer_id for entry in entries]
    held, owned = key_accounts.of_many(keys, on), owners.of_accounts(keys, on)
    return [
        {"entry": entry, "owner": held[key].manager if key in held else owned.get(key)}
        for key, entry in zip(keys, entries, strict=True)
    ]


def looked_after_by(viewer: User, on: date) -> Q:
    """Return the condition that a stage is of a customer whose key account the viewer manages, or whose account they own."""
    return Q(customer__in=key_accounts.managed_by(viewer, on)) | Q(customer__in=owners.accounts_of(viewer, on).values("pk"))


def _badge(held: KeyAccount, customer: Customer) -> dict[str, object]:
    through = "" if held.customer_id == customer.pk else held.customer.name
    facts = {
        "pk": held.pk,
        "number": customer.number,
        "manager": held.manager,
        "since": day(held.since),
        "until": day(held.until) if held.until else "",
    }
    return facts | {
        "through": through,
        "url": reverse("backoffice:customer", args=[held.customer.number]),
        "note": held.note,
        "criteria": held.criteria,
        "early_access": held.early_access,
        "talk_due": day(held.talk_due_on) if held.talk_due_on else "",
    }


def _segment(held: SegmentMembership, customer: Customer) -> dict[str, object]:
    through = "" if held.customer_id == customer.pk else held.customer.name
    return {"segment": held.segment, "trace": held.trace, "since": held.since, "through": through, "by": held.added_by}


def _term(term: conditions.Term) -> dict[str, object]:
    note = _("from %(source)s") % {"source": term.source}
    if term.condition.until:
        note = _("from %(source)s, until %(day)s") % {"source": term.source, "day": day(term.condition.until)}
    return {"term": term.condition.get_kind_display(), "value": term.value, "note": note}
