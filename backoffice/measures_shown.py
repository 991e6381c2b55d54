"""The measures as they are shown: first contact resolution and speed, never without satisfaction and reopen rate beside them."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.segments import key_accounts
from accounts.segments.models import Segment
from billing.money import Money
from support.measures import consistency, definitions, first_contact, processes, silence
from support.measures.consistency import Channel
from support.measures.first_contact import Figures
from support.measures.processes import Process
from support.measures.silence import Silent
from support.tickets.models import Ticket
from window.formats import figure

SPANS = {"7": gettext_lazy("7 days"), "30": gettext_lazy("30 days"), "90": gettext_lazy("90 days"), "365": gettext_lazy("a year")}
SPLITS = {
    "kind": gettext_lazy("Topic"),
    "channel": gettext_lazy("Channel"),
    "tier": gettext_lazy("Tier"),
    "segment": gettext_lazy("Segment"),
    "agent": gettext_lazy("Agent"),
}
HOUR = timedelta(hours=1)


def shown(span: str, split: str, *, at: datetime) -> dict[str, object]:
    """Return the figures of issues that began in the last days, as a whole and by a split; odd choices are the first ones."""
    span, split = span if span in SPANS else "30", split if split in SPLITS else "kind"
    parts = first_contact.figures(since=at - timedelta(days=int(span)), until=at, at=at, by=split)
    names = _names(split, parts)
    return {
        "span": span, "split": split, "spans": SPANS, "splits": SPLITS, "split_label": SPLITS[split],
        "whole": _row(_("All"), first_contact.together(parts)),
        "rows": [_row(names.get(part.part, part.part) or _("Nobody"), part) for part in parts],
        "definition": definitions.in_force(at.date()),
        "windows": [(Ticket.Kind(kind).label, days) for kind, days in definitions.in_force(at.date()).days.items()],
    }  # fmt: skip


def of_ticket(ticket: Ticket, *, at: datetime) -> dict[str, object]:
    """Return how the issue of a ticket stands, for its page: in words, with its other tickets."""
    issue = first_contact.of_ticket(ticket, at=at)
    others = [other for other in issue.tickets if other.pk != ticket.pk]
    words = {
        True: _("Solved at first contact."),
        False: _("More than one contact: not solved at the first."),
        None: _("Not known yet: it counts as solved when nothing more comes within its window."),
    }[issue.solved]
    tone = {True: "good", False: "warning", None: "info"}[issue.solved]
    return {"words": words, "tone": tone, "others": others, "known_on": issue.known_on if issue.solved is None else None}


def _names(split: str, parts: list[Figures]) -> dict[str, str]:
    if split == "agent":
        people = User.objects.filter(pk__in=[int(part.part) for part in parts if part.part])
        return {str(person.pk): str(person) for person in people}
    if split == "segment":
        return dict(Segment.objects.values_list("code", "name")) | {"": _("In no segment")}
    choices = {"kind": Ticket.Kind, "channel": Ticket.Channel, "tier": Customer.Tier}[split]
    return {value: str(label) for value, label in choices.choices}


def _row(name: str, figures: Figures) -> dict[str, object]:
    none = _("none yet")
    return {
        "name": name,
        "issues": figures.issues,
        "resolution": none if figures.resolution is None else f"{figures.resolution} %",
        "satisfaction": figure(figures.satisfaction) if figures.satisfaction else none,
        "answers": figures.answers,
        "reopened": none if figures.reopen_rate is None else f"{figures.reopen_rate} %",
        "not_yet": figures.not_yet,
        "took": _took(figures.took),
    }


def _took(took: timedelta | None) -> str:
    if took is None:
        return ""
    return _("%(hours)s h") % {"hours": took // HOUR} if took >= HOUR else _("under 1 h")


def processes_of(span: str, at: datetime) -> dict[str, object]:
    """Return who did what in the last days, beside the days before them, with what customers saved us."""
    span = span if span in SPANS else "30"
    length = timedelta(days=int(span))
    now = processes.counted(since=at - length, until=at)
    before = processes.counted(since=at - 2 * length, until=at - length)
    costs = processes.contact_costs(at)
    rows = [_process(one, earlier, costs) for one, earlier in zip(now, before, strict=True)]
    return {"span": span, "spans": SPANS, "rows": rows, "costs": costs, "saved": _saved(now, costs)}


def channels_of(span: str, kind: str, *, at: datetime) -> dict[str, object]:
    """Return what was done for customers by each channel in the last days, all channels first, with what stands out."""
    span, kind = span if span in SPANS else "30", kind if kind in Ticket.Kind.values else ""
    whole, parts = consistency.by_channel(since=at - timedelta(days=int(span)), until=at, kind=kind)
    return {
        "span": span, "spans": SPANS, "kind": kind, "kinds": Ticket.Kind.choices, "gap": consistency.GAP,
        "rows": [_channel(part, whole) for part in (whole, *parts)] if parts else [],
    }  # fmt: skip


def _channel(part: Channel, whole: Channel) -> dict[str, object]:
    none, otherwise = _("none yet"), ""
    if part.remedy_rate is not None and whole.remedy_rate is not None and consistency.gives_otherwise(part, whole):
        otherwise = _("%(points)s points from all") % {"points": f"{part.remedy_rate - whole.remedy_rate:+d}"}
    return {
        "name": Ticket.Channel(part.channel).label if part.channel else _("All"),
        "tickets": part.tickets,
        "answered": _took(part.answered_in) or none,
        "took": _took(part.ended_in) or none,
        "remedies": none if part.remedy_rate is None else f"{part.remedy_rate} %",
        "declines": none if part.decline_rate is None else f"{part.decline_rate} %",
        "otherwise": otherwise,
        "later": consistency.answers_later(part, whole),
    }


def silence_of(rows: list[Silent], at: datetime) -> dict[str, object]:
    """Return the silent customers with whom to call and who owns them, and praise beside concerns of the last 90 days."""
    keys = [row.customer.pk for row in rows]
    held = key_accounts.of_many(keys, at.date())
    people, told = silence.whom_to_call(keys), silence.told_lately(rows)
    shown = [
        {
            "row": row,
            "owner": held[row.customer.pk].manager if row.customer.pk in held else None,
            "call": people.get(row.customer.pk),
            "told": told.get(row.customer.pk),
        }
        for row in rows
    ]
    return {"rows": shown, "ratio": silence.ratio(since=at - timedelta(days=90), until=at)}


def _process(now: Process, before: Process, costs: list[Money]) -> dict[str, object]:
    return {
        "process": now,
        "share": "" if now.share is None else f"{now.share} %",
        "before": "" if before.share is None else f"{before.share} %",
        "savings": [(f"{now.themselves} × {cost}", processes.saving(now, cost)) for cost in costs[:1]],
    }


def _saved(rows: list[Process], costs: list[Money]) -> Money | None:
    if not costs:
        return None
    return Money(sum(processes.saving(row, costs[0]).amount_minor for row in rows), costs[0].currency)
