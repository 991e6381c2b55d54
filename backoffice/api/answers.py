"""Who answers for customers: who pays, receives and owns; owners named; a payer or receiver changed for a whole subtree."""

from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers import responsibilities
from accounts.customers.models import Customer, Handover, Responsibility
from accounts.people import access, handovers, owners
from accounts.people.models import User
from backoffice import answers_shown, places
from backoffice.api.moves import MoveDecidedSerializer
from window.api.views import View

ROLES_OF_PEOPLE = [role.value for role in Responsibility.OF_PEOPLE]
ROLES_OF_CUSTOMERS = [role.value for role in Responsibility.OF_CUSTOMERS]


class ResponsibleSerializer(serializers.Serializer):
    """Who holds a role today (empty: nobody), where they were named, by whom, and from when to when."""

    role = serializers.CharField(source="code")
    who = serializers.CharField(allow_blank=True)
    source = serializers.CharField()
    since = serializers.DateField(default=None, allow_null=True)
    until = serializers.DateField(default=None, allow_null=True)
    set_by = serializers.CharField(source="set_by.email", default="")


class NamedOwnerSerializer(serializers.Serializer):
    """An owner by e-mail address; empty: the customer inherits again."""

    role = serializers.ChoiceField(choices=ROLES_OF_PEOPLE)
    person = serializers.EmailField(allow_blank=True)
    since = serializers.DateField(required=False)


class WantedHandoverSerializer(serializers.Serializer):
    """Who pays or receives for everything below, by number, from which day on."""

    role = serializers.ChoiceField(choices=ROLES_OF_CUSTOMERS)
    responsible = serializers.CharField(max_length=20)
    since = serializers.DateField(required=False)


class ChangedAnswerSerializer(serializers.Serializer):
    """One customer whose answer changes."""

    number = serializers.CharField()
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class HandoverSerializer(serializers.ModelSerializer):
    """A change for a whole subtree, with a line for each customer."""

    customer = serializers.CharField(source="customer.number")
    responsible = serializers.CharField(source="responsible.number")
    asked_by = serializers.CharField(source="asked_by.email")
    decided_by = serializers.CharField(source="decided_by.email", default="")
    lines = ChangedAnswerSerializer(many=True)

    class Meta:
        model = Handover
        fields = (
            "id", "customer", "role", "responsible", "since", "lines", "status", "asked_by", "asked_at",
            "decided_by", "decided_at", "undone_at",
        )  # fmt: skip
        read_only_fields = fields


class Answers(View):
    access = access.SEE_BACKOFFICE
    serializer_class = ResponsibleSerializer

    @extend_schema(responses=ResponsibleSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Say who pays, who receives and who owns what of a customer today, and where each was named."""
        return _answers(self, places.customer(request, number))


class Owners(View):
    access = access.NAME_OWNERS
    serializer_class = ResponsibleSerializer

    @extend_schema(request=NamedOwnerSerializer, responses=ResponsibleSerializer(many=True))
    def post(self, request: Request, number: str) -> Response:
        """Name an owner of a customer and everything below it, or let it inherit again; repeating it changes nothing."""
        node, given, now = places.customer(request, number), self.read(NamedOwnerSerializer(data=request.data)), timezone.now()
        said: dict[str, Any] = {"actor": request.user, "customer": node, "role": given["role"], "at": now}
        day: date = given.get("since") or places.today(node)
        if given["person"]:
            owners.name(person=get_object_or_404(User, email=given["person"]), since=day, **said)
        else:
            owners.let_inherit(on=day, **said)
        return _answers(self, node)


class HandoverPreviews(View):
    access = access.SEE_BACKOFFICE
    serializer_class = ChangedAnswerSerializer

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("role", "responsible", "since")],
        responses=ChangedAnswerSerializer(many=True),
    )
    def get(self, request: Request, number: str) -> Response:
        """Say whose answer would change; nothing is changed."""
        node, given = places.customer(request, number), self.read(WantedHandoverSerializer(data=request.query_params))
        responsible = _customer(request, given["responsible"])
        responsibilities.must_be_able_to_answer(responsible, node)
        lines = handovers.preview(node, responsible, given["role"], given.get("since") or places.today(node))
        return Response(ChangedAnswerSerializer(lines, many=True).data)


class Handovers(View):
    access = access.SHAPE_TREE
    serializer_class = HandoverSerializer

    @extend_schema(request=WantedHandoverSerializer, responses={201: HandoverSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Ask that one customer pays or receives for another and everything below it; a second person decides."""
        node, given, now = (
            places.customer(request, number),
            self.read(WantedHandoverSerializer(data=request.data)),
            timezone.now(),
        )
        asked = handovers.ask(
            actor=request.user,
            customer=node,
            responsible=_customer(request, given["responsible"]),
            role=given["role"],
            since=given.get("since") or places.today(node),
            at=now,
        )
        return Response(self.get_serializer(asked).data, status=status.HTTP_201_CREATED)


class HandoverDecisions(View):
    access = access.SHAPE_TREE
    serializer_class = HandoverSerializer

    @extend_schema(request=MoveDecidedSerializer, responses=HandoverSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Let a handover that somebody else asked for happen, or refuse it; the same decision again changes nothing."""
        found, given = _handover(pk), self.read(MoveDecidedSerializer(data=request.data))
        said = {"actor": request.user, "handover": found, "at": timezone.now()}
        decided = handovers.approve(**said) if given["approve"] else handovers.refuse(reason=given["reason"], **said)
        return Response(self.get_serializer(decided).data)


class HandoverWithdrawals(View):
    access = access.SHAPE_TREE
    serializer_class = HandoverSerializer

    @extend_schema(request=None, responses=HandoverSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take back what nobody decided on yet; taking it back again changes nothing."""
        taken = handovers.withdraw(actor=request.user, handover=_handover(pk), at=timezone.now())
        return Response(self.get_serializer(taken).data)


class HandoverUndoings(View):
    access = access.SHAPE_TREE
    serializer_class = HandoverSerializer

    @extend_schema(request=None, responses=HandoverSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Put back what a handover replaced; undoing it again changes nothing."""
        undone = handovers.undo(actor=request.user, handover=_handover(pk), at=timezone.now())
        return Response(self.get_serializer(undone).data)


def _handover(pk: int) -> Handover:
    return get_object_or_404(Handover.objects.select_related("customer"), pk=pk)


def _answers(view: View, node: Customer) -> Response:
    rows = answers_shown.of(node, on=places.today(node))
    return Response(view.get_serializer(rows, many=True).data)


def _customer(request: Request, number: str) -> Customer:
    found: Customer = get_object_or_404(access.customers_within_reach(request.user).numbered(number))
    return found
