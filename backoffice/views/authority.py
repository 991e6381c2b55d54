"""What may I do: limits and allowances of the viewer with who says so, what unlocks them, and whose fault something was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access, staff
from accounts.people.models import StaffProfile
from accounts.people.routes import declares
from accounts.policies import acknowledging
from accounts.policies.models import Policy
from backoffice import authority_shown, places, ticket_page
from backoffice.forms.tickets import FaultForm
from support.remedies import fault
from support.remedies.held import held
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show how much the viewer may give, by whose word, and what they must still read."""
    at = timezone.now()
    limits = held(request.user, at.date())
    currencies = sorted({limit.per_ticket.currency for limit in limits})
    context = {
        "profile": StaffProfile.objects.get(user=request.user),
        "limits": limits,
        "combinations": authority_shown.combined(request.user, currencies, at=at),
        "judged": authority_shown.judged(),
        "allowances": authority_shown.altogether(request.user, at=at),
        "unread": acknowledging.outstanding(request.user, at),
        "written": Policy.objects.filter(audience=Policy.Audience.STAFF, versions__published_at__isnull=False).exists(),
    }
    return render(request, "backoffice/authority.html", context)


@declares(access.WORK_TICKETS)
@require_POST
def faults(request: HttpRequest, ref: str) -> HttpResponse:
    """Say whose fault the trouble of a ticket was, and how we know."""
    found, form = places.ticket(request, ref), FaultForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            fault.judge(actor=request.user, ticket=found, at=timezone.now(), **form.cleaned_data)
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, refused=[form])


@declares(access.SEE_BACKOFFICE)
@require_POST
def acknowledgements(request: HttpRequest) -> HttpResponse:
    """Acknowledge the house's first words, which count while no policy is published."""
    staff.acknowledge_policy(user=request.user, at=timezone.now())
    return redirect("backoffice:authority")
