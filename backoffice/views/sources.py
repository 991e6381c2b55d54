"""What other systems say of a customer, word beside word, and which one is kept."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import sources
from accounts.quality.source_models import SourceValue
from backoffice import overview, places


@declares(access.SEE_BACKOFFICE)
@require_GET
def customer_sources(request: HttpRequest, number: str) -> HttpResponse:
    """Show what every source says, what is kept, and why."""
    node = places.customer(request, number)
    context = {"node": node, "path": overview.path_to(node), "matters": sources.of_customer(node)}
    context["may_tend"] = access.decide(request.user, access.TEND_DATA, node)
    return render(request, "backoffice/data/sources.html", context)


@declares(access.TEND_DATA)
@require_POST
def source_verifications(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody made sure of a word just now."""
    return _carried_out(request, pk, sources.verify)


@declares(access.TEND_DATA)
@require_POST
def source_adoptions(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what a source says, whatever the rule picks."""
    return _carried_out(request, pk, sources.adopt)


def _carried_out(request: HttpRequest, pk: int, work: Callable[..., object]) -> HttpResponse:
    value = get_object_or_404(SourceValue.objects.select_related("record__customer__merged_into"), pk=pk)
    try:
        work(actor=request.user, value=value, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:customer_sources", value.record.customer.number)
