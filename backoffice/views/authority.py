"""What may I do: the limits in force for the viewer, and the policy that unlocks them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access, staff
from accounts.people.models import StaffProfile
from accounts.people.routes import declares
from support.remedies import limits


@declares(access.SEE_BACKOFFICE)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show how much the viewer may give, since when, and by whose word."""
    at = timezone.now()
    context = {
        "profile": StaffProfile.objects.get(user=request.user),
        "limits": limits.rows_for(request.user, at.date()),
    }
    return render(request, "backoffice/authority.html", context)


@declares(access.SEE_BACKOFFICE)
@require_POST
def acknowledgements(request: HttpRequest) -> HttpResponse:
    """Acknowledge the policy: from now on the viewer's limits count."""
    staff.acknowledge_policy(user=request.user, at=timezone.now())
    return redirect("backoffice:authority")
