"""Webhooks: which addresses are told what happens, their secrets, what was sent and how it went."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from accounts.people.routes import asks_again
from accounts.timeline.asking import TOPICS
from accounts.timeline.kinds import KINDS
from accounts.webhooks import addresses, endpoints
from accounts.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from portal import places
from window.api.views import Listing, View


class WebhookSerializer(serializers.ModelSerializer):
    """An address that is told what happens at a customer and all below it."""

    customer = serializers.CharField(source="customer.number", read_only=True)
    registered_by = serializers.CharField(source="registered_by.email", read_only=True)

    class Meta:
        model = WebhookEndpoint
        fields = (
            "id", "customer", "url", "note", "topics", "kinds", "registered_by", "registered_at", "failing_since", "disabled_at",
            "disabled_why", "earlier_until",
        )  # fmt: skip
        read_only_fields = fields


class NewWebhookSerializer(serializers.Serializer):
    """Where to, and of what: whole topics, single kinds, or both."""

    url = serializers.CharField(max_length=addresses.LONGEST, help_text="Begins with https://.")
    note = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    topics = serializers.ListField(
        child=serializers.ChoiceField(choices=list(TOPICS)), required=False, default=list, max_length=20
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(KINDS)), required=False, default=list, max_length=100
    )


class SecretSerializer(WebhookSerializer):
    """A webhook with its new secret."""

    secret = serializers.CharField(read_only=True, help_text="Shown this once; keep it safe.")

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")
        read_only_fields = fields


class AttemptSerializer(serializers.ModelSerializer):
    """One try: the status of the answer, or what came instead."""

    class Meta:
        model = WebhookAttempt
        fields = ("at", "answered", "fault")
        read_only_fields = fields


class WebhookMessageSerializer(serializers.ModelSerializer):
    """One message; `id` is the `webhook-id` under which it was sent."""

    kind = serializers.CharField(source="activity.kind", default=endpoints.TRIAL, read_only=True)
    about_ref = serializers.CharField(source="activity.about_ref", default="", read_only=True)
    attempts = AttemptSerializer(many=True, read_only=True)

    class Meta:
        model = WebhookMessage
        fields = ("id", "kind", "about_ref", "status", "tries", "queued_at", "due_at", "settled_at", "attempts")
        read_only_fields = fields


class RedeliverySerializer(serializers.Serializer):
    """Which messages to send again; without any, all that were given up."""

    messages = serializers.ListField(child=serializers.UUIDField(), required=False, default=None, allow_null=True, max_length=200)


class SentAgainSerializer(serializers.Serializer):
    """How many messages go out again."""

    count = serializers.IntegerField()


class _AtWebhook(View):
    access = access.MANAGE_PEOPLE
    scope = keys.PEOPLE

    def endpoint(self, request: Request, number: str, pk: int) -> WebhookEndpoint:
        """Return the webhook the address names."""
        return places.webhook(places.node(request, number, access.MANAGE_PEOPLE), pk)


@asks_again
class Webhooks(Listing):
    access = access.MANAGE_PEOPLE
    scope = keys.PEOPLE
    serializer_class = WebhookSerializer
    queryset = WebhookEndpoint.objects.none()

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        node = places.node(self.request, self.kwargs["number"], access.MANAGE_PEOPLE)
        return endpoints.at_customer(node).select_related("customer", "registered_by")

    @extend_schema(request=NewWebhookSerializer, responses={201: SecretSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Register an address; the answer tells its secret once."""
        node = places.node(request, number, access.MANAGE_PEOPLE)
        given = self.read(NewWebhookSerializer(data=request.data))
        made, secret = endpoints.register(actor=request.user, customer=node, at=timezone.now(), **given)
        made.secret = secret
        return Response(SecretSerializer(made).data, status=status.HTTP_201_CREATED)


@asks_again
class WebhookSecrets(_AtWebhook):
    serializer_class = SecretSerializer

    @extend_schema(request=None, responses={201: SecretSerializer})
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Change the secret; for a day messages carry the signatures of both."""
        found = self.endpoint(request, number, pk)
        changed, secret = endpoints.rotate(actor=request.user, endpoint=found, at=timezone.now())
        changed.secret = secret
        return Response(SecretSerializer(changed).data, status=status.HTTP_201_CREATED)


class WebhookRemovals(_AtWebhook):
    serializer_class = WebhookSerializer

    @extend_schema(request=None, responses=WebhookSerializer)
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Tell an address nothing more."""
        found = self.endpoint(request, number, pk)
        return Response(WebhookSerializer(endpoints.remove(actor=request.user, endpoint=found, at=timezone.now())).data)


@asks_again
class WebhookActivations(_AtWebhook):
    serializer_class = WebhookSerializer

    @extend_schema(request=None, responses=WebhookSerializer)
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Switch an address on again that was switched off."""
        found = self.endpoint(request, number, pk)
        return Response(WebhookSerializer(endpoints.enable(actor=request.user, endpoint=found, at=timezone.now())).data)


class WebhookTrials(_AtWebhook):
    serializer_class = WebhookMessageSerializer

    @extend_schema(request=None, responses={201: WebhookMessageSerializer})
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Send a message that tells of nothing."""
        found = self.endpoint(request, number, pk)
        made = endpoints.try_out(actor=request.user, endpoint=found, at=timezone.now())
        return Response(WebhookMessageSerializer(made).data, status=status.HTTP_201_CREATED)


class WebhookMessages(Listing):
    access = access.MANAGE_PEOPLE
    scope = keys.PEOPLE
    serializer_class = WebhookMessageSerializer
    queryset = WebhookMessage.objects.none()
    ordering = ("-queued_at", "-pk")

    def get_queryset(self) -> QuerySet[WebhookMessage]:
        found = places.webhook(places.node(self.request, self.kwargs["number"], access.MANAGE_PEOPLE), self.kwargs["pk"])
        tries = WebhookAttempt.objects.order_by("pk")
        return found.messages.select_related("activity").prefetch_related(Prefetch("attempts", tries))

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what was sent to an address and how each try went, newest first."""
        return super().get(request, *args, **kwargs)


class WebhookRedeliveries(_AtWebhook):
    serializer_class = RedeliverySerializer

    @extend_schema(request=RedeliverySerializer, responses=SentAgainSerializer)
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Send messages again, under the ids they had."""
        found = self.endpoint(request, number, pk)
        chosen = self.read(RedeliverySerializer(data=request.data))["messages"]
        count = endpoints.redeliver(actor=request.user, endpoint=found, messages=chosen, at=timezone.now())
        return Response({"count": count})
