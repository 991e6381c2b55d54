"""The list of tickets, bulks and problems as they are shown."""

from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts.people.models import User
from backoffice import chats_shown, views_shown
from backoffice.forms.desk import ChangeForm, FiltersForm, ProblemForm, ProblemStepForm
from support.desk import bulk, filters, problems, tags
from support.desk.bulk_models import Bulk, BulkRow
from support.desk.filters import Filters
from support.desk.models import Problem
from support.tickets import field_values
from support.tickets.models import Ticket
from window.paging import page_of

LATELY: Final = 50
BESIDE: Final = ("customer", "assignee", "requester", "document", "speaker", "problem")
TONES: Final = {"proposed": "warning", "open": "bad", "solved": "good", "dismissed": "info"}
ROW_TONES: Final = {"waiting": "info", "done": "good", "refused": "bad", "back": "info", "undone": "warning"}


def listed(request: HttpRequest, form: ChangeForm | None = None) -> dict[str, Any]:
    """Return the page of tickets that the address asks for, and the change that is to be made to some of them."""
    asked = Filters.read(request.GET)
    page = page_of(request, filters.tickets(request.user, asked).select_related(*BESIDE), newest_by="opened_at", size=50)
    chatting = chats_shown.marks(page.rows)
    filled = field_values.shown_on_each(page.rows, staff=True)
    return {
        "filters": FiltersForm(request.GET or None),
        "asked": asked.kept(),
        "asked_query": views_shown.query(asked),
        "views": views_shown.shown(request.user, at_most=views_shown.BESIDE_THE_LIST),
        "page": page,
        "known_tags": tags.to_choose(),
        "rows": [{"ticket": ticket, "chat": chatting.get(ticket.pk), "fields": filled[ticket.pk]} for ticket in page.rows],
        "form": form or ChangeForm(refs=[ticket.ref for ticket in page.rows]),
        "chosen": set(form.data.getlist("tickets")) if form else set(),
    }


def change_form(request: HttpRequest) -> ChangeForm:
    """Return the form with what was sent, over the tickets named in it."""
    return ChangeForm(request.POST, refs=request.POST.getlist("tickets")[: bulk.MOST])


def chosen(request: HttpRequest, form: ChangeForm) -> QuerySet[Ticket]:
    """Return the tickets chosen, as far as the viewer works on them."""
    named = filters.tickets(request.user, Filters()).filter(ref__in=form.cleaned_data["tickets"])
    return named.select_related(*BESIDE).order_by("pk")


def problem_named(request: HttpRequest) -> Problem | None:
    """Return the problem whose tickets are changed, if the form came from one."""
    return problems.visible_to(request.user).filter(ref=request.POST.get("problem", "")).first()


def latest_bulks(viewer: User) -> QuerySet[Bulk]:
    """Return what was changed in bulk lately, with how many tickets were."""
    done = Count("rows", filter=Q(rows__status=BulkRow.Status.DONE))
    return bulk.visible_to(viewer).annotate(size=Count("rows"), done=done)[:LATELY]


def result(viewer: User, found: Bulk) -> dict[str, Any]:
    """Return what became of each ticket of a bulk."""
    rows = list(bulk.rows_of(found))
    states = {row.status for row in rows}
    to_do = sum(row.status in bulk.TO_DO for row in rows)
    return {
        "bulk": found,
        "rows": [{"row": row, "tone": ROW_TONES[row.status], "steps": _steps(row.made)} for row in rows],
        "waiting": to_do,
        "ready": len(rows) - to_do,
        "may_undo": viewer.pk == found.made_by_id and BulkRow.Status.DONE in states,
    }


def problem_list(request: HttpRequest, form: ProblemForm) -> dict[str, Any]:
    """Return the problems, the newest first."""
    page = page_of(request, problems.visible_to(request.user), newest_by="opened_at")
    return {"page": page, "rows": [{"problem": each, "tone": TONES[each.status]} for each in page.rows], "form": form}


def problem(viewer: User, found: Problem, form: ProblemStepForm) -> dict[str, Any]:
    """Return a problem with its tickets and the change that goes to all of them."""
    tickets = list(problems.tickets_of(found, viewer)[: bulk.MOST])
    open_ones = [ticket for ticket in tickets if ticket.status != Ticket.Status.RESOLVED]
    return {
        "problem": found,
        "tone": TONES[found.status],
        "tickets": tickets,
        "open_ones": open_ones,
        "steps": sorted(problems.STEPS[found.status]),
        "step_form": form,
        "form": ChangeForm(refs=[ticket.ref for ticket in open_ones]),
        "bulks": found.bulks.select_related("made_by").order_by("-pk"),
    }


def _steps(made: dict[str, Any]) -> list[str]:
    """Say which things changed."""
    return [name for name in made.get("before", {}) if made["before"][name] != made["after"][name]]
