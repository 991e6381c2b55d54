"""How customers stand with us: who is stuck in a stage and what was done, and notes about key accounts that were read."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from accounts.segments import key_accounts, lifecycle, stage_tasks
from backoffice import places, segments_shown, standing_shown
from backoffice.forms.standing import StageTaskForm
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def stuck(request: HttpRequest) -> HttpResponse:
    """List who is stuck in a stage, with the task about it: of those the viewer looks after, or of all."""
    return _stuck_page(request)


@declares(access.SEE_BACKOFFICE)
@require_POST
def stage_task_completions(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was done about a customer that is stuck."""
    task, form = get_object_or_404(stage_tasks.visible_to(request.user), pk=pk), StageTaskForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            stage_tasks.finish(actor=request.user, task=task, words=form.cleaned_data["words"], at=timezone.now())
            messages.success(request, _("Done. It stands on the timeline of %(name)s.") % {"name": task.entry.customer.name})
            return redirect("backoffice:stuck")
    return _stuck_page(request, form, status=422)


def _stuck_page(request: HttpRequest, form: StageTaskForm | None = None, *, status: int = 200) -> HttpResponse:
    mine, today = request.GET.get("show") == "mine", timezone.now().date()
    rows = lifecycle.stuck().filter(customer__in=access.customers_within_reach(request.user))
    rows = rows.filter(stage_tasks.looked_after_by(request.user, today)) if mine else rows
    page = page_of(request, rows, newest_by="stuck_since", size=50)
    shown = standing_shown.stuck(page.rows, request.user, today)
    context = {"page": page, "rows": shown, "mine": mine, "form": form}
    return render(request, "backoffice/customers/stuck.html", context, status=status)


@declares(access.SEE_BACKOFFICE)
@require_GET
def segments(request: HttpRequest) -> HttpResponse:
    """Show the segments: who is meant, what hangs on each, and who of us knows it."""
    steers = access.level_of(request.user) in access.STEER.levels
    shown = segments_shown.every(timezone.localdate())
    return render(request, "backoffice/customers/segments.html", {"segments": shown, "steers": steers})


@declares(access.SEE_BACKOFFICE)
@require_POST
def read_notes(request: HttpRequest, number: str) -> HttpResponse:
    """Put the note about a key account away, for as long as the viewer is signed in; that it was read is recorded."""
    node = places.customer(request, number)
    held = key_accounts.of(node, timezone.now().date())
    if held:
        key_accounts.put_note_away(actor=request.user, held=held, at=timezone.now())
        request.session["notes_read"] = [*request.session.get("notes_read", []), held.pk]
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back) if is_ours else redirect("backoffice:customer", node.number)
