"""Who decides approvals for a colleague who is away."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from accounts.people.models import User
from support.remedies import substitutes
from support.remedies.models import Substitute
from window.api.views import View


class SubstituteSerializer(serializers.ModelSerializer):
    """Who is away, who stands in, and the days; `until` is the first day back."""

    approver = serializers.EmailField(source="approver.email")
    person = serializers.EmailField(source="person.email")

    class Meta:
        model = Substitute
        fields = ("id", "approver", "person", "since", "until", "named_at", "ended_at")
        read_only_fields = fields


class NamedSubstituteSerializer(serializers.Serializer):
    """Who stands in, by e-mail address, from a day until the first day back; for oneself, or for who is named by a manager."""

    approver = serializers.EmailField(required=False)
    person = serializers.EmailField()
    since = serializers.DateField()
    until = serializers.DateField()


class Substitutes(View):
    access = access.DECIDE_APPROVALS
    serializer_class = SubstituteSerializer
    refused_as = 403

    @extend_schema(responses=SubstituteSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List who stands in for whom, now or later."""
        return Response(self.get_serializer(_coming(request), many=True).data)

    @extend_schema(request=NamedSubstituteSerializer, responses={201: SubstituteSerializer})
    def post(self, request: Request) -> Response:
        """Let a colleague decide approvals for you; the same again changes nothing."""
        given = self.read(NamedSubstituteSerializer(data=request.data))
        approver = _person(given["approver"]) if "approver" in given else request.user
        made = substitutes.name(
            actor=request.user, approver=approver, person=_person(given["person"]), since=given["since"], until=given["until"],
            at=timezone.now(),
        )  # fmt: skip
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class SubstituteEndings(View):
    access = access.DECIDE_APPROVALS
    serializer_class = SubstituteSerializer
    refused_as = 403

    @extend_schema(request=None, responses=SubstituteSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Let somebody stand in no more."""
        found = get_object_or_404(_coming(request), pk=pk)
        return Response(self.get_serializer(substitutes.end(actor=request.user, substitute=found, at=timezone.now())).data)


def _coming(request: Request) -> QuerySet[Substitute]:
    return substitutes.visible_to(request.user, timezone.now())


def _person(email: str) -> Any:
    return get_object_or_404(User, email__iexact=email, is_active=True, staff_profile__isnull=False)
