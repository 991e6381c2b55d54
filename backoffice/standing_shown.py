"""How a customer stands with us: key account, segments with their why, special terms, stage; as its pages show it."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from accounts.segments import belonging, conditions, key_accounts, lifecycle, stage_tasks
from accounts.segments.models import KeyAccount, SegmentMembership, StageEntry, StageTask
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


def stuck(entries: Sequence[StageEntry], viewer: User, on: date) -> list[dict[str, object]]:
    """Return who is stuck, each with its task, whose it is and whether the viewer may say it is done; constant statements."""
    caring = stage_tasks.who_look_after([entry.customer_id for entry in entries], on)
    tasks = StageTask.objects.filter(entry__in=entries).select_related("done_by").in_bulk(field_name="entry_id")
    leads = access.level_of(viewer) in stage_tasks.MAY_DO_OTHERS
    return [_stuck(entry, tasks.get(entry.pk), caring.get(entry.customer_id), viewer, leads=leads) for entry in entries]


def _stuck(entry: StageEntry, task: StageTask | None, owner: User | None, viewer: User, *, leads: bool) -> dict[str, object]:
    to_do = bool(task and not task.done_at and (leads or owner == viewer))
    return {"entry": entry, "task": task, "owner": owner, "to_do": to_do}


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
