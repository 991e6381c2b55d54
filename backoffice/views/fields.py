"""Which facts of customers are used, by whom, and which nobody needs any more."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import field_usage as usage_of_fields


@declares(access.SEE_BACKOFFICE)
@require_GET
def field_usage(request: HttpRequest) -> HttpResponse:
    """Show who uses each fact, those nobody uses first."""
    found = usage_of_fields.report()
    rows = [{"usage": usage, "may_retire": usage_of_fields.may_retire(request.user, usage)} for usage in found]
    return render(request, "backoffice/data/fields.html", {"rows": rows})


@declares(access.STEER)
@require_POST
def fact_retirements(request: HttpRequest, fact: str) -> HttpResponse:
    """Ask for a fact no more."""
    return _carried_out(request, fact, usage_of_fields.retire)


@declares(access.STEER)
@require_POST
def fact_returns(request: HttpRequest, fact: str) -> HttpResponse:
    """Ask for a fact again."""
    return _carried_out(request, fact, usage_of_fields.bring_back)


def _carried_out(request: HttpRequest, fact: str, work: Callable[..., object]) -> HttpResponse:
    try:
        work(actor=request.user, fact=fact, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("backoffice:field_usage")
