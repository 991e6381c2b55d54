"""Usage: what was used of what is included, what it costs so far, and the measurements behind it."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from portal import places, usage_shown
from window import spreadsheets
from window.paging import page_of


class DaysForm(forms.Form):
    """The days asked for: from the first up to, not including, the last."""

    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


@declares(access.SEE_MONEY)
@require_GET
def usage(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is metered at this customer and below it, cycle by cycle."""
    node = places.node(request, number, access.SEE_MONEY)
    span = places.span(request, node)
    page = page_of(request, usage_shown.metered_within(span.customers), newest_by="pk")
    context = {"at": node, "span": span, "page": page, "used": usage_shown.of(page.rows, today=places.today(node))}
    return render(request, "portal/usage/usage.html", context)


@declares(access.SEE_MONEY)
@require_GET
def usage_sheet(request: HttpRequest, ref: str) -> StreamingHttpResponse:
    """Hand over the measurements of a subscription as CSV."""
    subscription, form = places.subscription_to_see(request, ref), DaysForm(request.GET)
    if not form.is_valid():
        raise Http404
    rows = usage_shown.sheet(subscription, **form.cleaned_data)
    return spreadsheets.download(rows, name=f"{subscription.ref}-usage.csv")
