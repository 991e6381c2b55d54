"""The data of customers: what a steward tends, the rules it is judged by, and putting facts right."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.customers import details, facts, retirement, rules_in_force
from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.routes import declares
from accounts.quality import scores
from backoffice import overview, places, stewardship
from backoffice.forms.data import DetailsForm
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show whose facts want tending, the poorest first."""
    rule = request.GET.get("rule", "").replace("\x00", "")[:60]
    return render(request, "backoffice/data/queue.html", stewardship.shown(rule))


@declares(access.SEE_BACKOFFICE)
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Show every rule that facts are judged by."""
    return render(request, "backoffice/data/rules.html", {"rules": stewardship.every_rule()})


@declares(access.TEND_DATA)
@require_http_methods(["GET", "POST"])
def customer_details(request: HttpRequest, number: str) -> HttpResponse:
    """Put the facts of a customer right."""
    node = places.customer(request, number)
    form = DetailsForm(request.POST or None, initial=stewardship.details_of(node)).without(retirement.names())
    if request.method == "POST" and form.is_valid():
        with refusals_shown_on(form):
            details.change(actor=request.user, customer=node, at=timezone.now(), **form.cleaned_data)
            scores.refresh(Customer.objects.filter(pk=node.pk), at=timezone.now())
            messages.success(request, _("Kept."))
            return redirect("backoffice:customer_details", node.number)
    return _details(request, node, form, status=422 if request.method == "POST" else 200)


def _details(request: HttpRequest, node: Customer, form: DetailsForm, *, status: int) -> HttpResponse:
    at = timezone.now()
    judged = scores.judge(scores.subject_of(node, scores.confirmed_at(node), at), rules_in_force.read())
    broken = [(id, f"{facts.label(fact)} {reason}") for id, fact, reason in judged.broken]
    context = {"node": node, "form": form, "judged": judged, "broken": broken, "path": overview.path_to(node)}
    return render(request, "backoffice/data/details.html", context, status=status)
