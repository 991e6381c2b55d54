"""How customers stand with us: who is stuck in a stage, and notes about key accounts that were read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from accounts.segments import key_accounts, lifecycle
from backoffice import places, segments_shown, standing_shown
from window.paging import page_of


@declares(access.SEE_BACKOFFICE)
@require_GET
def stuck(request: HttpRequest) -> HttpResponse:
    """List who is stuck in a stage, with who owns them: of those the viewer manages, or of all."""
    mine = request.GET.get("show") == "mine"
    rows = lifecycle.stuck().filter(customer__in=access.customers_within_reach(request.user))
    rows = rows.filter(standing_shown.looked_after_by(request.user, timezone.now().date())) if mine else rows
    page = page_of(request, rows, newest_by="stuck_since", size=50)
    shown = standing_shown.stuck(page.rows, timezone.now().date())
    return render(request, "backoffice/customers/stuck.html", {"page": page, "rows": shown, "mine": mine})


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
