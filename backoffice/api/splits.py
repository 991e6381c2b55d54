"""Splits: a part of a customer becomes a customer of its own, asked for, decided by a second person, and undone."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from accounts.quality import split_parts, splitting
from accounts.quality.split_models import Split
from backoffice import places
from backoffice.api.moves import MoveDecidedSerializer
from window.api.views import Listing, View


class PieceSerializer(serializers.Serializer):
    """One thing that can go along, named by its key."""

    key = serializers.IntegerField()
    words = serializers.CharField()


class SplitPartSerializer(serializers.Serializer):
    """A kind of part, and what there is of it at the customer."""

    part = serializers.CharField()
    pieces = PieceSerializer(many=True)


class NewSplitSerializer(serializers.Serializer):
    """The new customer's name, what goes along (part -> keys), and from when."""

    name = serializers.CharField(max_length=250)
    parts = serializers.DictField(child=serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=1_000))
    effective_on = serializers.DateField(required=False, allow_null=True, default=None)


class SplitPreviewSerializer(serializers.Serializer):
    """What a split would change, part by part in sentences, or what speaks against it."""

    effects = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    allowed = serializers.BooleanField(source="objection.allowed")
    code = serializers.CharField(source="objection.code")
    reason = serializers.CharField(source="objection.reason", allow_blank=True)


class SplitSerializer(serializers.ModelSerializer):
    """A split: what was asked for, what became of it, and the customer it made."""

    customer = serializers.CharField(source="customer.number")
    made = serializers.CharField(source="made.number", default=None, allow_null=True)
    asked_by = serializers.CharField(source="asked_by.email")
    decided_by = serializers.CharField(source="decided_by.email", default="")

    class Meta:
        model = Split
        fields = (
            "id",
            "customer",
            "name",
            "parts",
            "effective_on",
            "status",
            "effects",
            "made",
            "asked_by",
            "decided_by",
            "note",
        )
        read_only_fields = fields


class SplitParts(View):
    access = access.TEND_DATA
    serializer_class = SplitPartSerializer

    @extend_schema(responses=SplitPartSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """List what of a customer can go along to a new one."""
        node = places.customer(request, number)
        rows = [{"part": code, "pieces": part.pieces(node)} for code, part in split_parts.every().items()]
        return Response(self.get_serializer(rows, many=True).data)


class SplitPreviews(View):
    access = access.TEND_DATA
    serializer_class = SplitPreviewSerializer

    @extend_schema(request=NewSplitSerializer, responses=SplitPreviewSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Say what a split would change; nothing is changed."""
        node, given = places.customer(request, number), self.read(NewSplitSerializer(data=request.data))
        on = given["effective_on"] or places.today(node)
        return Response(self.get_serializer(splitting.preview(node, given["name"], given["parts"], on=on)).data)


class Splits(Listing):
    access = access.TEND_DATA
    serializer_class = SplitSerializer
    queryset = Split.objects.none()
    ordering = ("-asked_at", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the splits asked for of a customer, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Split]:
        return splitting.all_of().filter(customer=places.customer(self.request, self.kwargs["number"]))

    @extend_schema(request=NewSplitSerializer, responses={201: SplitSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Ask for a split; a supervisor or manager who did not ask decides, and it happens on its day."""
        node, now, given = places.customer(request, number), timezone.now(), self.read(NewSplitSerializer(data=request.data))
        asked = {"name": given["name"], "parts": given["parts"], "on": given["effective_on"] or places.today(node), "at": now}
        made = splitting.ask(actor=request.user, customer=node, **asked)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class SplitDecisions(View):
    access = access.DECIDE_MERGES
    serializer_class = SplitSerializer

    @extend_schema(request=MoveDecidedSerializer, responses=SplitSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Let a split happen on its day, or refuse it; the same decision again changes nothing."""
        found, given = get_object_or_404(splitting.all_of(), pk=pk), self.read(MoveDecidedSerializer(data=request.data))
        said = {"actor": request.user, "split": found, "at": timezone.now()}
        decided = splitting.approve(**said) if given["approve"] else splitting.refuse(reason=given["reason"], **said)
        return Response(self.get_serializer(decided).data)


class SplitWithdrawals(View):
    access = access.TEND_DATA
    serializer_class = SplitSerializer

    @extend_schema(request=None, responses=SplitSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take a request back before its day; again changes nothing."""
        found = get_object_or_404(splitting.all_of(), pk=pk)
        return Response(self.get_serializer(splitting.withdraw(actor=request.user, split=found, at=timezone.now())).data)


class SplitUndoings(View):
    access = access.DECIDE_MERGES
    serializer_class = SplitSerializer

    @extend_schema(request=None, responses=SplitSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Bring everything back together; again changes nothing."""
        found = get_object_or_404(splitting.all_of(), pk=pk)
        return Response(self.get_serializer(splitting.undo(actor=request.user, split=found, at=timezone.now())).data)
