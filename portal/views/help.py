"""Help: answers before contact, the action that solves it, and a way to us when nothing does."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from billing.anomalies import finding as findings_found
from billing.anomalies.models import Finding
from portal import help_shown, places
from portal.forms.tickets import DeflectionForm
from support.knowledge import deflection, search
from support.knowledge.models import Deflection
from support.tickets import threads
from window.refusals import refusals_shown_on

TICKETS_BESIDE = 5


@declares(access.SEE_CUSTOMER)
@require_GET
def help_page(request: HttpRequest, number: str) -> HttpResponse:
    """Answer a question; while somebody types, only the answers are asked for."""
    node = places.node(request, number)
    question = (request.GET.get("q") or request.GET.get("subject") or "").replace("\x00", "").strip()[:300]
    answers = (
        help_shown.answers(search.answer(question, viewer=request.user, in_any_language=True), question, request.user)
        if question
        else []
    )
    context = {"at": node, "question": question, "answers": answers}
    if request.htmx:
        return render(request, "portal/help/_answers.html", context)
    context["tickets"] = (
        threads.visible_to(request.user).standing().filter(customer=node).order_by("-touched_at", "-pk")[:TICKETS_BESIDE]
    )
    return render(request, "portal/help/help.html", context)


@declares(access.ASK_FOR_HELP)
@require_POST
def deflections(request: HttpRequest, number: str) -> HttpResponse:
    """Record whether an article answered the question; if it did not, the way to us is open."""
    node = places.node(request, number, access.ASK_FOR_HELP)
    form = DeflectionForm(request.POST, viewer=request.user)
    if form.is_valid():
        with refusals_shown_on(form):
            noted = deflection.record(actor=request.user, customer=node, at=timezone.now(), **form.cleaned_data)
            if request.htmx:
                return render(request, "portal/help/_solved.html", {"at": node, "noted": noted})
            return redirect(_after(request, node, noted))
    return render(request, "portal/help/_not_recorded.html", {"at": node, "form": form}, status=422)


def _after(request: HttpRequest, node: Customer, noted: Deflection) -> str:
    """Say thanks and lead on: back to the questions, or to us with the one that was not answered."""
    if noted.solved:
        messages.success(request, _("Good to hear. We keep in mind that this article helped."))
        return reverse("portal:help", args=[node.number])
    return f"{reverse('portal:new_ticket', args=[node.number])}?{urlencode({'subject': noted.question[:200]})}"


@declares(access.SEE_MONEY)
@require_POST
def invoice_checks(request: HttpRequest, number: str) -> HttpResponse:
    """Look for billing errors at this customer and below it, now."""
    node = places.node(request, number, access.SEE_MONEY)
    findings_found.find_for(places.span(request, node).customers, at=timezone.now())
    return redirect("portal:findings", node.number)


@declares(access.SEE_MONEY)
@require_GET
def findings(request: HttpRequest, number: str) -> HttpResponse:
    """Say what the check found, in words, with the way to the invoice line."""
    node = places.node(request, number, access.SEE_MONEY)
    within = Finding.objects.filter(
        customer__in=places.span(request, node).customers, status=Finding.Status.OPEN, twin__isnull=False
    )
    found = within.select_related("line__document__customer", "twin__document").order_by("-found_at", "-pk")[:20]
    template = "portal/help/_findings.html" if request.htmx else "portal/help/findings.html"
    return render(request, template, {"at": node, "findings": found})
