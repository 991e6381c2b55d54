"""How webhooks are shown: what each is told of in words, how it stands, and what was sent."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.customers.models import Customer
from accounts.timeline import reading
from accounts.webhooks import endpoints
from accounts.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from portal.forms.webhooks import WebhookForm

SHOWN: Final = 50
# How a message stands, and the tone it is shown in.
STANDS: Final = {
    "waiting": ("neutral", gettext_lazy("Waiting")),
    "delivered": ("good", gettext_lazy("Delivered")),
    "failed": ("bad", gettext_lazy("Given up")),
    "dropped": ("neutral", gettext_lazy("Not sent")),
}


@dataclass(frozen=True)
class Row:
    """A webhook as people read it."""

    endpoint: WebhookEndpoint
    told_of: str
    tone: str
    label: str


@dataclass(frozen=True)
class Sent:
    """A message as people read it, with its last try."""

    message: WebhookMessage
    sentence: str
    tone: str
    label: str
    last: WebhookAttempt | None


def rows(node: Customer) -> list[Row]:
    """Return the webhooks of a customer."""
    return [row(endpoint) for endpoint in endpoints.at_customer(node)]


def row(endpoint: WebhookEndpoint) -> Row:
    """Return one webhook in words."""
    topics = dict(WebhookForm.base_fields["topics"].choices)
    words = [str(topics.get(topic, topic)) for topic in endpoint.topics] + endpoint.kinds
    if endpoint.removed_at:
        return Row(endpoint, ", ".join(words), "neutral", _("Removed"))
    if endpoint.disabled_at:
        return Row(endpoint, ", ".join(words), "bad", _("Switched off"))
    if endpoint.failing_since:
        return Row(endpoint, ", ".join(words), "warning", _("Does not answer"))
    return Row(endpoint, ", ".join(words), "good", _("On"))


def sent(endpoint: WebhookEndpoint) -> list[Sent]:
    """Return the latest messages to an endpoint."""
    tries = Prefetch("attempts", WebhookAttempt.objects.order_by("-pk"))
    latest = endpoint.messages.select_related("activity").prefetch_related(tries).order_by("-queued_at", "-pk")
    return [_sent(message) for message in latest[:SHOWN]]


def _sent(message: WebhookMessage) -> Sent:
    tone, label = STANDS[message.status]
    sentence = reading.describe(message.activity) if message.activity else _("A trial that tells of nothing")
    return Sent(message, sentence, tone, str(label), next(iter(message.attempts.all()), None))
