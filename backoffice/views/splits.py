"""A part of a customer becomes a customer of its own: asked for with a preview, decided by a second person, dated, undone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import splitting
from backoffice import places, splits_shown
from backoffice.forms.data import DismissalForm, MergeDecisionForm
from backoffice.forms.splits import SplitForm
from window.refusals import refusals_shown_on


@declares(access.TEND_DATA)
@require_http_methods(["GET", "POST"])
def customer_splits(request: HttpRequest, number: str) -> HttpResponse:
    """Choose what goes along, show what it would change, and ask for it."""
    node, now = places.customer(request, number), timezone.now()
    sent = request.POST or request.GET
    chosen = "name" in sent
    form = SplitForm(sent if chosen else None, customer=node, initial={"day": places.today(node).isoformat()})
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            given = {"name": form.cleaned_data["name"], "parts": form.parts, "on": form.cleaned_data["day"], "at": now}
            made = splitting.ask(actor=request.user, customer=node, **given)
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("backoffice:split", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "backoffice/splits/ask.html", splits_shown.asking(node, form, chosen=chosen), status=status)


@declares(access.SEE_BACKOFFICE)
@require_GET
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one split: what it changes or changed, and who decided."""
    return _page(request, pk, MergeDecisionForm())


@declares(access.DECIDE_MERGES)
@require_POST
def split_decisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a split happen on its day, or refuse it."""
    found, form = get_object_or_404(splitting.all_of(), pk=pk), MergeDecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown_on(form):
        if form.approves:
            splitting.approve(actor=request.user, split=found, at=timezone.now())
        else:
            splitting.refuse(actor=request.user, split=found, reason=form.cleaned_data["note"], at=timezone.now())
        return redirect("backoffice:split", pk)
    return _page(request, pk, form, status=422)


@declares(access.TEND_DATA)
@require_POST
def split_withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back before its day."""
    found, form = get_object_or_404(splitting.all_of(), pk=pk), DismissalForm(request.POST)
    form.full_clean()
    with refusals_shown_on(form):
        splitting.withdraw(actor=request.user, split=found, at=timezone.now())
        return redirect("backoffice:split", pk)
    return _page(request, pk, form, status=422)


@declares(access.DECIDE_MERGES)
@require_POST
def split_undoings(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring everything back together."""
    found, form = get_object_or_404(splitting.all_of(), pk=pk), DismissalForm(request.POST)
    form.full_clean()
    with refusals_shown_on(form):
        splitting.undo(actor=request.user, split=found, at=timezone.now())
        return redirect("backoffice:split", pk)
    return _page(request, pk, form, status=422)


def _page(request: HttpRequest, pk: int, form: DismissalForm | MergeDecisionForm, *, status: int = 200) -> HttpResponse:
    context = splits_shown.of(get_object_or_404(splitting.all_of(), pk=pk), request.user) | {"form": form}
    return render(request, "backoffice/splits/split.html", context, status=status)
