"""Moves: another place for a customer in the tree, previewed, decided by a second person, dated, and undone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import changes, positions
from accounts.quality.models import ChangeRequest
from backoffice import moves_shown, places
from backoffice.forms.data import DismissalForm, MergeDecisionForm
from backoffice.forms.moves import MoveForm
from window.refusals import refusals_shown_on


@declares(access.TEND_DATA)
@require_http_methods(["GET", "POST"])
def customer_moves(request: HttpRequest, number: str) -> HttpResponse:
    """Find a new place, show what it would change, and ask for it."""
    node, now = places.customer(request, number), timezone.now()
    sent = request.POST or request.GET
    form = MoveForm({"to": sent.get("to", ""), "day": sent.get("day") or places.today(node).isoformat(), **_kept(sent)})
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            given = {"effective_on": form.cleaned_data["day"], "parent": form.number, "at": now, **_kept(sent)}
            made = changes.ask(actor=request.user, customer=node, what=ChangeRequest.What.POSITION, **given)
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("backoffice:position", made.pk)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    context = moves_shown.asking(node, request.user, form, words=words)
    return render(request, "backoffice/moves/ask.html", context, status=422 if request.method == "POST" else 200)


@declares(access.SEE_BACKOFFICE)
@require_GET
def position(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one change that was asked for, a move or one of details: what it changes or changed, and who decided."""
    return _position(request, pk, MergeDecisionForm())


@declares(access.DECIDE_MERGES)
@require_POST
def position_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a change happen on its day, or refuse it."""
    found, form = get_object_or_404(moves_shown.every(), pk=pk), MergeDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown_on(form):
        if form.approves:
            changes.approve(actor=request.user, request=found, at=timezone.now())
        else:
            changes.refuse(actor=request.user, request=found, reason=form.cleaned_data["note"], at=timezone.now())
        return redirect("backoffice:position", pk)
    return _position(request, pk, form, status=422)


@declares(access.TEND_DATA)
@require_POST
def position_withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back before its day."""
    found, form = get_object_or_404(moves_shown.every(), pk=pk), DismissalForm(request.POST)
    form.full_clean()
    with refusals_shown_on(form):
        changes.withdraw(actor=request.user, request=found, at=timezone.now())
        return redirect("backoffice:position", pk)
    return _position(request, pk, form, status=422)


@declares(access.DECIDE_MERGES)
@require_POST
def position_undoings(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a customer back to where it stood."""
    found, form = get_object_or_404(moves_shown.every(), pk=pk), DismissalForm(request.POST)
    form.full_clean()
    with refusals_shown_on(form):
        positions.undo(actor=request.user, request=found, at=timezone.now())
        return redirect("backoffice:position", pk)
    return _position(request, pk, form, status=422)


def _kept(sent: QueryDict) -> dict[str, str]:
    return {positions.KEEPS_OWNERS: "yes"} if sent.get(positions.KEEPS_OWNERS) else {}


def _position(request: HttpRequest, pk: int, form: DismissalForm | MergeDecisionForm, *, status: int = 200) -> HttpResponse:
    context = moves_shown.of(get_object_or_404(moves_shown.every(), pk=pk), request.user) | {"form": form}
    return render(request, "backoffice/moves/move.html", context, status=status)
