"""Endpoints: who may have a customer's programs told what happens, of what, and with which secret.

Whoever manages the people of a customer registers endpoints there: an administrator, a program with the scope "people", one of
our managers. An endpoint is told of whole topics, of single kinds, or of both.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.asking import TOPICS
from accounts.timeline.kinds import KINDS
from accounts.webhooks import addresses, signing
from accounts.webhooks.models import WebhookEndpoint, WebhookMessage

MOST_ENDPOINTS: Final = 20
OVERLAP: Final = timedelta(hours=24)
TRIAL: Final = "webhook.trial"


class NothingToTell(Refusal):
    """An endpoint is told of one or more topics or kinds there are."""

    code = "nothing_to_tell"


class TooManyEndpoints(Refusal):
    """A customer has a limited number of endpoints at once."""

    code = "too_many_endpoints"


class EndpointGone(Refusal):
    """A removed endpoint stays removed."""

    code = "endpoint_gone"


class SwitchedOff(Refusal):
    """Nothing goes to an endpoint that is switched off."""

    code = "switched_off"


def register(
    *,
    actor: User,
    customer: Customer,
    url: str,
    at: datetime,
    topics: Collection[str] = (),
    kinds: Collection[str] = (),
    note: str = "",
) -> tuple[WebhookEndpoint, str]:
    """Have `url` told what happens at `customer` and below it from now on; return the endpoint with its secret.

    Each call makes another endpoint.

    Raises:
        Refusal: the actor does not manage people there, the address is not one we call, there is nothing to tell, or there are
            too many already.
    """
    url = addresses.checked(url)
    _known_or_refuse(topics, kinds)
    with transaction.atomic():
        customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        access.decide(actor, access.MANAGE_PEOPLE, customer).or_refuse()
        if at_customer(customer).count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints(
                _("{name} has {most_endpoints} webhooks; remove one first.").format(
                    name=customer.name, most_endpoints=MOST_ENDPOINTS
                )
            )
        endpoint = WebhookEndpoint.objects.create(
            customer=customer, registered_by=actor, registered_at=at, url=url, topics=sorted(set(topics)),
            kinds=sorted(set(kinds)), note=note.replace("\x00", "").strip()[:80],
        )  # fmt: skip
        _record(endpoint, "accounts.webhook_registered", actor, at)
    return endpoint, signing.secret_of(endpoint.seed)


def rotate(*, actor: User, endpoint: WebhookEndpoint, at: datetime) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret and return it; for OVERLAP messages carry a signature of each.

    Each call makes another secret; the last one before it is the one that overlaps.

    Raises:
        Refusal: the actor does not manage people there, or the endpoint was removed.
    """
    with transaction.atomic():
        endpoint = _locked(actor, endpoint)
        endpoint.earlier_seed, endpoint.earlier_until, endpoint.seed = endpoint.seed, at + OVERLAP, uuid4()
        endpoint.save(update_fields=["earlier_seed", "earlier_until", "seed"])
        _record(endpoint, "accounts.webhook_secret_changed", actor, at)
    return endpoint, signing.secret_of(endpoint.seed)


def remove(*, actor: User, endpoint: WebhookEndpoint, at: datetime) -> WebhookEndpoint:
    """Tell an endpoint nothing more; what waits is dropped. Repeating it changes nothing.

    Raises:
        Refusal: the actor does not manage people there.
    """
    with transaction.atomic():
        access.decide(actor, access.MANAGE_PEOPLE, endpoint.customer).or_refuse()
        endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("customer").get(pk=endpoint.pk)
        if endpoint.removed_at is None:
            endpoint.removed_at = at
            endpoint.save(update_fields=["removed_at"])
            drop_waiting(endpoint, at)
            _record(endpoint, "accounts.webhook_removed", actor, at)
    return endpoint


def enable(*, actor: User, endpoint: WebhookEndpoint, at: datetime) -> WebhookEndpoint:
    """Tell an endpoint again what happens; from now on it is told as far as `actor` may see. Repeating it changes nothing.

    Raises:
        Refusal: the actor does not manage people there, or the endpoint was removed.
    """
    with transaction.atomic():
        endpoint = _locked(actor, endpoint)
        if endpoint.disabled_at is not None:
            endpoint.registered_by = actor
            endpoint.disabled_at, endpoint.disabled_why, endpoint.failing_since = None, "", None
            endpoint.save(update_fields=["registered_by", "disabled_at", "disabled_why", "failing_since"])
            _record(endpoint, "accounts.webhook_enabled", actor, at)
    return endpoint


def disable(*, endpoint: WebhookEndpoint, why: str, at: datetime) -> None:
    """Switch an endpoint off because nothing arrives there or nobody stands behind it; its people get a notice."""
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("customer").get(pk=endpoint.pk)
        if endpoint.is_told:
            endpoint.disabled_at, endpoint.disabled_why = at, why[:200]
            endpoint.save(update_fields=["disabled_at", "disabled_why"])
            drop_waiting(endpoint, at)
            _record(endpoint, "accounts.webhook_disabled", None, at, reason=endpoint.disabled_why)


def try_out(*, actor: User, endpoint: WebhookEndpoint, at: datetime) -> WebhookMessage:
    """Send an endpoint a message that tells of nothing, to see whether it arrives.

    Raises:
        Refusal: the actor does not manage people there, the endpoint was removed or is switched off. A trial that waits is not
            doubled, it is returned.
    """
    with transaction.atomic():
        endpoint = _told(_locked(actor, endpoint))
        waiting = endpoint.messages.filter(activity=None, status=WebhookMessage.Status.WAITING).first()
        return waiting or WebhookMessage.objects.create(endpoint=endpoint, activity=None, queued_at=at, due_at=at)


def redeliver(*, actor: User, endpoint: WebhookEndpoint, messages: Iterable[UUID] | None = None, at: datetime) -> int:
    """Send messages again, all given-up ones where none is named; return how many. Each keeps its id, so receivers know it.

    Raises:
        Refusal: the actor does not manage people there, the endpoint was removed or is switched off.
    """
    with transaction.atomic():
        endpoint = _told(_locked(actor, endpoint))
        found = endpoint.messages.exclude(status=WebhookMessage.Status.WAITING)
        if messages is None:
            found = found.filter(status__in=(WebhookMessage.Status.FAILED, WebhookMessage.Status.DROPPED))
        else:
            found = found.filter(pk__in=list(messages))
        return found.update(status=WebhookMessage.Status.WAITING, tries=0, due_at=at, settled_at=None)


def drop_waiting(endpoint: WebhookEndpoint, at: datetime) -> None:
    """Forget to tell an endpoint what waits for it; it can be sent again by hand."""
    waiting = endpoint.messages.filter(status=WebhookMessage.Status.WAITING)
    waiting.update(status=WebhookMessage.Status.DROPPED, settled_at=at)


def at_customer(customer: Customer) -> QuerySet[WebhookEndpoint]:
    """The endpoints of `customer` itself that nobody removed, newest first."""
    return WebhookEndpoint.objects.kept().filter(customer=customer).select_related("registered_by").order_by("-pk")


def wanting(kind: str) -> Q:
    """Return which endpoints are told of a kind of activity."""
    topics = [topic for topic, beginnings in TOPICS.items() if kind.startswith(beginnings)]
    return Q(kinds__contains=[kind]) | Q(topics__overlap=topics)


def _locked(actor: User, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    access.decide(actor, access.MANAGE_PEOPLE, endpoint.customer).or_refuse()
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("customer").get(pk=endpoint.pk)
    if endpoint.removed_at is not None:
        raise EndpointGone(_("This webhook was removed. Register the address anew."))
    return endpoint


def _told(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    if not endpoint.is_told:
        raise SwitchedOff(_("This webhook is switched off. Switch it on first."))
    return endpoint


def _known_or_refuse(topics: Collection[str], kinds: Collection[str]) -> None:
    if not topics and not kinds:
        raise NothingToTell(_("Choose at least one topic the address is told of."))
    if unknown := sorted({*topics} - set(TOPICS) | {*kinds} - set(KINDS)):
        raise NothingToTell(_("There is nothing called {unknown} to tell of.").format(unknown=unknown[0][:60]))


def _record(endpoint: WebhookEndpoint, kind: str, actor: User | None, at: datetime, **facts: str) -> None:
    parts = urlsplit(endpoint.url)  # the rest of an address is often a secret, and everybody there reads the timeline
    told = {"url": f"{parts.scheme}://{parts.hostname}", "customer_number": endpoint.customer.number} | facts
    recording.record(endpoint.customer, kind, actor=actor, at=at, about=endpoint, facts=told)
