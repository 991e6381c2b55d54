"""Feedback: praise, a concern or an idea, with its receipt."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from portal import places
from support.voice import feedback
from support.voice.models import Feedback
from window.api import fields
from window.api.views import Listing, repeatable


class FeedbackSerializer(serializers.ModelSerializer):
    """What was told, the ticket a concern became, by when it is answered, and what was credited as thanks."""

    ticket = serializers.CharField(source="ticket.ref", default=None, allow_null=True)

    class Meta:
        model = Feedback
        fields = ("id", "kind", "words", "given_at", "ticket", "answer_by")
        read_only_fields = fields


class FeedbackReceiptSerializer(FeedbackSerializer):
    """What was told, and the thanks for it."""

    credited = serializers.SerializerMethodField()

    class Meta(FeedbackSerializer.Meta):
        fields = (*FeedbackSerializer.Meta.fields, "credited")
        read_only_fields = fields

    @extend_schema_field(fields.AmountShape(allow_null=True))
    def get_credited(self, told: Feedback) -> dict[str, str] | None:
        credited = feedback.receipt_of(told).credited
        return fields.told(credited) if credited else None


class NewFeedbackSerializer(serializers.Serializer):
    """One of the three, in words."""

    kind = serializers.ChoiceField(choices=Feedback.Kind.choices)
    words = serializers.CharField(max_length=feedback.LONGEST)


class FeedbackView(Listing):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = FeedbackSerializer
    queryset = Feedback.objects.none()
    ordering = ("-given_at", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what the viewer told us about a customer."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Feedback]:
        return feedback.of_person(self.request.user, places.node(self.request, self.kwargs["number"], access.ASK_FOR_HELP))

    @repeatable(request=NewFeedbackSerializer, responses={201: FeedbackReceiptSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Tell us; a concern opens a ticket."""
        node = places.node(request, number, access.ASK_FOR_HELP)
        given = self.read(NewFeedbackSerializer(data=request.data))
        told = feedback.give(actor=request.user, customer=node, key=self.repeat_key, at=timezone.now(), **given).feedback
        return Response(FeedbackReceiptSerializer(told).data, status=status.HTTP_201_CREATED)
