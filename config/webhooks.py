"""News from outside: signed by its sender, kept at once, applied by a worker."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from accounts.people.routes import PUBLIC, declares
from billing import tasks
from billing.payments.stripe import events


@csrf_exempt
@declares(PUBLIC)
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """Take news from Stripe; the signature says whether it is, and nothing else does."""
    if int(request.headers.get("Content-Length") or 0) > events.LONGEST:
        return JsonResponse({"code": "too_long"}, status=413)
    try:
        events.receive(payload=request.body, signature=request.headers.get("Stripe-Signature", ""), at=timezone.now())
    except events.Forged as refusal:
        return JsonResponse({"code": refusal.code}, status=400)
    with suppress(OperationalError):
        tasks.apply_stripe_events.delay()
    return JsonResponse({"received": True})
