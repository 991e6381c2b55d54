"""The page that says in one sentence why a sign-in by a provider did not happen."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = structlog.get_logger(__name__)


def refused(request: HttpRequest, reason: str, *, code: str = "not_signed_in") -> HttpResponse:
    """Return the page with the reason; the log keeps which rule it was."""
    log.info("single_sign_on_refused", code=code)
    return render(request, "single_sign_on/refused.html", {"reason": reason}, status=403)
