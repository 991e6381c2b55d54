"""What binds us beyond an answer: a no with its grounds, and promises."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places
from support.remedies import declines
from support.remedies.models import Decline, DeclineReason
from support.voice import promises
from support.voice.models import Promise
from window.api.views import Listing, View


class DeclineSerializer(serializers.ModelSerializer):
    """A no as the customer was told it."""

    ticket = serializers.CharField(source="ticket.ref")
    declined_by = serializers.CharField(source="declined_by.email")

    class Meta:
        model = Decline
        fields = (
            "id", "ticket", "claim", "evidence", "reason", "clause", "words", "alternative", "declined_by", "declined_at",
            "appealed_at",
        )  # fmt: skip
        read_only_fields = fields


class SaidNoSerializer(serializers.Serializer):
    """A no: how the claim was assessed and by what, and the reason; words left empty are the reason's own."""

    reason = serializers.SlugRelatedField(slug_field="code", queryset=DeclineReason.objects.filter(active=True))
    claim = serializers.ChoiceField(choices=Decline.Claim.choices)
    evidence = serializers.CharField(max_length=10_000)
    words = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")


class PromiseSerializer(serializers.ModelSerializer):
    """Something we told a customer we would do, and by which day."""

    ticket = serializers.CharField(source="ticket.ref")
    customer = serializers.CharField(source="customer.number")
    made_by = serializers.CharField(source="made_by.email")

    class Meta:
        model = Promise
        fields = ("id", "ticket", "customer", "what", "due_on", "made_by", "made_at", "state", "note", "broken_at")
        read_only_fields = fields


class ClosedSerializer(serializers.Serializer):
    """Kept, or taken back with a reason for the customer."""

    kept = serializers.BooleanField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Declines(View):
    access = access.WORK_TICKETS
    serializer_class = DeclineSerializer

    @extend_schema(request=SaidNoSerializer, responses={201: DeclineSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Say no with clause, reason and alternative; the customer may appeal. The same no again is one."""
        ticket = places.ticket(request, ref)
        answer = declines.Answer(**self.read(SaidNoSerializer(data=request.data)))
        made = declines.decline(actor=request.user, ticket=ticket, answer=answer, at=timezone.now())
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class Promises(Listing):
    access = access.WORK_TICKETS
    serializer_class = PromiseSerializer
    queryset = Promise.objects.none()
    ordering = ("due_on", "pk")

    @extend_schema(responses=PromiseSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the open promises, the most urgent first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Promise]:
        return promises.open_for(self.request.user).select_related("ticket", "customer", "made_by")


class Closings(View):
    access = access.WORK_TICKETS
    serializer_class = PromiseSerializer

    @extend_schema(request=ClosedSerializer, responses=PromiseSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that a promise was kept, or take it back with a reason; the same answer again changes nothing."""
        promise = get_object_or_404(Promise.objects.select_related("ticket"), pk=pk)
        places.ticket(request, promise.ticket.ref)
        closed = self.read(ClosedSerializer(data=request.data))
        ended = promises.close(actor=request.user, promise=promise, at=timezone.now(), **closed)
        return Response(self.get_serializer(ended).data)
