"""What may I do: the limits in force for the viewer with who says so, and the policies that unlock them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access, staff
from accounts.people.models import StaffProfile
from accounts.people.routes import declares
from accounts.policies import acknowledging
from accounts.policies.models import Policy
from support.remedies.held import held


@declares(access.SEE_BACKOFFICE)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show how much the viewer may give, by whose word, and what they must still read."""
    at = timezone.now()
    context = {
        "profile": StaffProfile.objects.get(user=request.user),
        "limits": held(request.user, at.date()),
        "unread": acknowledging.outstanding(request.user, at),
        "written": Policy.objects.filter(audience=Policy.Audience.STAFF, versions__published_at__isnull=False).exists(),
    }
    return render(request, "backoffice/authority.html", context)


@declares(access.SEE_BACKOFFICE)
@require_POST
def acknowledgements(request: HttpRequest) -> HttpResponse:
    """Acknowledge the house's first words, which count while no policy is published."""
    staff.acknowledge_policy(user=request.user, at=timezone.now())
    return redirect("backoffice:authority")
