"""Moves: another place for a customer in the tree: what it would change, asked for, decided by a second person, undone."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers import moves
from accounts.customers.models import Customer
from accounts.people import access
from accounts.quality import changes, positions
from accounts.quality.models import ChangeRequest
from backoffice import places
from window.api.views import Listing, View


class PlaceSerializer(serializers.Serializer):
    """Another place: under which customer, by number (empty: a group of its own), and from which day on."""

    parent = serializers.CharField(max_length=20, allow_blank=True)
    effective_on = serializers.DateField(required=False)
    keeps_owners = serializers.BooleanField(required=False, default=False, help_text="Its owners stay, whatever the place has.")


class MovePreviewSerializer(serializers.Serializer):
    """What a move would change, topic by topic in sentences, or which rule objects."""

    nodes = serializers.IntegerField()
    effects = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    allowed = serializers.BooleanField(source="objection.allowed")
    code = serializers.CharField(source="objection.code", allow_blank=True)
    reason = serializers.CharField(source="objection.reason", allow_blank=True)


class MoveSerializer(serializers.ModelSerializer):
    """A move that was asked for, and what became of it. `undone` says that it was taken back."""

    customer = serializers.CharField(source="customer.number")
    asked_by = serializers.CharField(source="asked_by.email")
    decided_by = serializers.CharField(source="decided_by.email", default="")
    undone = serializers.SerializerMethodField()

    class Meta:
        model = ChangeRequest
        fields = (
            "id", "customer", "before", "after", "effective_on", "effects", "status", "asked_by", "asked_at", "decided_by",
            "decided_at", "note", "undone",
        )  # fmt: skip
        read_only_fields = fields

    def get_undone(self, request: ChangeRequest) -> bool:
        """Say whether a later move took this one back."""
        return bool(request.move and getattr(request.move, "undone_by", None))


class MoveDecidedSerializer(serializers.Serializer):
    """Yes or no; a no says why."""

    approve = serializers.BooleanField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Ask for the reason of a no."""
        if not given["approve"] and not given["reason"].strip():
            raise serializers.ValidationError({"reason": ["Say why not; whoever asked reads it."]})
        return given


class MovePreviews(View):
    access = access.TEND_DATA
    serializer_class = MovePreviewSerializer

    @extend_schema(
        parameters=[OpenApiParameter("parent", str), OpenApiParameter("effective_on", str)], responses=MovePreviewSerializer
    )
    def get(self, request: Request, number: str) -> Response:
        """Say what a move would change, before anybody asks for it; nothing is changed."""
        node, given = places.customer(request, number), self.read(PlaceSerializer(data=request.query_params))
        to = _parent(request, given["parent"])
        preview = moves.preview(node, to, on=given.get("effective_on") or places.today(node))
        return Response(self.get_serializer(preview).data)


class Moves(Listing):
    access = access.TEND_DATA
    serializer_class = MoveSerializer
    queryset = ChangeRequest.objects.none()
    ordering = ("-asked_at", "-pk")

    @extend_schema(responses=MoveSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what was asked for about a customer's place, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ChangeRequest]:
        return positions.all_of().filter(customer=places.customer(self.request, self.kwargs["number"]))

    @extend_schema(request=PlaceSerializer, responses={201: MoveSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Ask for another place; a supervisor or manager who did not ask decides, and it happens on its day."""
        node, now, given = places.customer(request, number), timezone.now(), self.read(PlaceSerializer(data=request.data))
        made = changes.ask(
            actor=request.user,
            customer=node,
            what=ChangeRequest.What.POSITION,
            effective_on=given.get("effective_on") or places.today(node),
            at=now,
            parent=given["parent"],
            **({positions.KEEPS_OWNERS: "yes"} if given["keeps_owners"] else {}),
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class MoveDecisions(View):
    access = access.DECIDE_MERGES
    serializer_class = MoveSerializer

    @extend_schema(request=MoveDecidedSerializer, responses=MoveSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Let a move happen on its day, or refuse it; the same decision again changes nothing."""
        found, given = get_object_or_404(positions.all_of(), pk=pk), self.read(MoveDecidedSerializer(data=request.data))
        said = {"actor": request.user, "request": found, "at": timezone.now()}
        decided = changes.approve(**said) if given["approve"] else changes.refuse(reason=given["reason"], **said)
        return Response(self.get_serializer(decided).data)


class MoveWithdrawals(View):
    access = access.TEND_DATA
    serializer_class = MoveSerializer

    @extend_schema(request=None, responses=MoveSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take a request back before its day; taking it back again changes nothing."""
        found = get_object_or_404(positions.all_of(), pk=pk)
        taken = changes.withdraw(actor=request.user, request=found, at=timezone.now())
        return Response(self.get_serializer(taken).data)


class MoveUndoings(View):
    access = access.DECIDE_MERGES
    serializer_class = MoveSerializer

    @extend_schema(request=None, responses=MoveSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Move a customer back to where it stood; a move that was undone is refused with `cannot_be_undone`."""
        found = get_object_or_404(positions.all_of(), pk=pk)
        positions.undo(actor=request.user, request=found, at=timezone.now())
        return Response(self.get_serializer(positions.all_of().get(pk=pk)).data)


def _parent(request: Request, number: str) -> Customer | None:
    """Return the customer to stand under, None for the top of a group; the number of a merged one leads to its survivor."""
    return places.customer(request, number) if number else None
