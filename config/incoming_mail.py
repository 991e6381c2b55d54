"""Mail that a provider hands over: checked as that provider says, then taken in like every other mail.

Who posts here must hold the secret: Mailgun signs each post, SendGrid's parser signs in with name and password. A signed post
is good for five minutes and once, so that who saw one can repeat nothing. The answer comes after the mail was taken, so
what we could not keep is posted again; the same mail is taken once.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import inbound
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from django.conf import settings
from django.core.cache import cache
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.people.routes import PUBLIC, declares
from support.channels.mail import taking

GOOD_FOR: Final = timedelta(minutes=5)


class SignedOnce(MailgunInboundWebhookView):
    """Takes what Mailgun signed within the last five minutes and did not post before."""

    used = ""

    def validate_request(self, request: HttpRequest) -> None:
        """Refuse a forged post, an old one and a repeated one."""
        super().validate_request(request)
        signed_at, token = request.POST.get("timestamp", ""), request.POST.get("token", "")
        if not signed_at.isdecimal() or abs(timezone.now().timestamp() - int(signed_at[:12])) > GOOD_FOR.total_seconds():
            raise AnymailWebhookValidationFailure("The post is older than five minutes.")
        name = f"mailgun-{hashlib.sha256(token.encode()).hexdigest()}"
        if not cache.add(name, True, timeout=3 * GOOD_FOR.total_seconds()):
            raise AnymailWebhookValidationFailure("The post was made before.")
        self.used = name

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take the mail; what we could not keep may be posted again."""
        try:
            answer: HttpResponseBase = super().post(request, *args, **kwargs)
        except Exception:
            if self.used:
                cache.delete(self.used)
            raise
        return answer


PROVIDERS: Final[dict[str, Callable[[str], Any]]] = {
    "mailgun": lambda secret: SignedOnce.as_view(webhook_signing_key=secret),
    "sendgrid": lambda secret: SendGridInboundWebhookView.as_view(basic_auth=[secret]),
}


@csrf_exempt
@declares(PUBLIC)
@require_POST
def mail(request: HttpRequest) -> HttpResponseBase:
    """Take a mail from the provider that was set up; without one there is no such address, and a forged post is refused (400)."""
    if not settings.MAIL_WEBHOOK or not settings.MAIL_WEBHOOK_SECRET:
        raise Http404
    answer: HttpResponseBase = PROVIDERS[settings.MAIL_WEBHOOK](settings.MAIL_WEBHOOK_SECRET)(request)
    return answer


@receiver(inbound, dispatch_uid="mail is taken in")
def take_in(sender: Any, event: Any, **_: Any) -> None:
    """Take one mail that a provider parsed."""
    taking.take(event.message.as_bytes(), at=timezone.now(), to=event.message.envelope_recipient or "")
