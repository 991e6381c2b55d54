"""Feedback: praise, a concern or an idea, from every page; with a receipt that says what happens next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.people import access
from accounts.people.routes import declares
from portal import places
from portal.forms.feedback import FeedbackForm
from support.voice import feedback
from support.voice.models import Feedback
from window.refusals import refusals_shown_on

SHOWN = 10


@declares(access.ASK_FOR_HELP)
@require_http_methods(["GET", "POST"])
def feedback_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the form with what the person told us before and its receipts, or take what they tell us."""
    node = places.node(request, number, access.ASK_FOR_HELP)
    kind = request.GET.get("kind", "")
    form = FeedbackForm(request.POST or None, initial={"kind": kind if kind in Feedback.Kind.values else ""})
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            given = feedback.give(actor=request.user, customer=node, at=timezone.now(), **form.cleaned_data).feedback
            return redirect(f"{reverse('portal:feedback', args=[node.number])}?given={given.pk}")
    told = list(feedback.of_person(request.user, node)[:SHOWN])
    receipt = next((feedback.receipt_of(one) for one in told if str(one.pk) == request.GET.get("given")), None)
    context = {"at": node, "form": form, "told": told, "receipt": receipt}
    return render(request, "portal/help/feedback.html", context, status=422 if form.errors else 200)
