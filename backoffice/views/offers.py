"""Offers that fit a customer: suggesting one, with words of one's own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.days import local_day
from accounts.people import access
from accounts.people.routes import declares
from backoffice import places, standing_shown
from backoffice.forms.offers import RecommendationForm
from support.offers import calm, fitting, recommending
from window.refusals import refusals_shown_on

SHOWN = 10


@declares(access.WORK_TICKETS)
@require_http_methods(["GET", "POST"])
def offers(request: HttpRequest, number: str) -> HttpResponse:
    """Show what fits a customer and whether it is the time for it; suggest one of them."""
    node, now = places.customer(request, number), timezone.now()
    today = local_day(now, node.timezone)
    fits = fitting.fitting(node, today)
    form = RecommendationForm(request.POST or None, offers=[fit.offer for fit in fits])
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            recommending.recommend(actor=request.user, customer=node, at=now, today=today, **form.cleaned_data)
            messages.success(request, _("Suggested. They see it on their home, with your words."))
            return redirect("backoffice:customer_offers", node.number)
    context = {
        "node": node, "fits": fits, "calm": calm.decide(node, now), "form": form,
        "key_account": standing_shown.key_account(node, today),
        "taken": [(answer, recommending.shares(answer)) for answer in recommending.accepted().filter(customer=node)[:SHOWN]],
    }  # fmt: skip
    return render(request, "backoffice/customers/offers.html", context, status=422 if request.method == "POST" else 200)
