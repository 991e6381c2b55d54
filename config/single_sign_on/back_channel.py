"""Where an OpenID Connect provider tells us, without a browser, that somebody signed out there (Back-Channel Logout 1.0)."""

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.decisions import Refusal
from accounts.people.routes import PUBLIC, declares
from accounts.single_sign_on import arrivals, leavings, once
from accounts.single_sign_on.models import SignInProvider
from config.single_sign_on import ending, finding
from config.single_sign_on.openid import OrganisationProvider

log = structlog.get_logger(__name__)


@csrf_exempt
@declares(PUBLIC)
@require_POST
def signed_out(request: HttpRequest, ref: str) -> HttpResponse:
    """End the sessions that came by this provider, on its word; a provider that was switched off may say so, too."""
    row, now = finding.known(ref, SignInProvider.Protocol.OPENID), timezone.now()
    if finding.too_often(request, "signed_out_there"):
        return _answer(429, "too_many", _("Too many at once; try again in a minute."))
    try:
        token = request.POST.get("logout_token", "")
        keys = OrganisationProvider(request, row).get_oauth2_adapter(request).keys_for(token)
        told = leavings.leaving_in(token, keys=keys, issuer=row.issuer, client_id=row.client_id, at=now)
        with transaction.atomic():
            once.use(provider=row, name=f"leaving {told.name}", until=told.until, at=now)
            for one in ending.end_sessions(row, told):
                arrivals.note_sign_out(person=one.user, provider=row, at=now)
    except Refusal as refusal:
        return _answer(400, refusal.code, refusal.reason)
    return _answer(200, "", "")


def _answer(status: int, code: str, reason: str) -> HttpResponse:
    """Answer as the standard says: nothing is to be kept, and a fault is JSON."""
    if code:
        log.info("back_channel_refused", code=code)
    fault = {"error": "invalid_request", "error_description": reason}
    answer = JsonResponse(fault, status=status) if code else HttpResponse(status=status)
    answer["Cache-Control"] = "no-store"
    return answer
