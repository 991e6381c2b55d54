"""Skills: what kinds of tickets ask for, who can do what, and where we lack somebody."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from accounts.people.models import User
from support.tickets import skills
from support.tickets.models import Ticket
from support.tickets.skill_models import SkillHeld, SkillNeed
from window.api.views import View


class SkillNeedSerializer(serializers.ModelSerializer):
    """What tickets of a kind ask for: the skill, and the quiz of a policy where `certificate` names one."""

    kind = serializers.ChoiceField(choices=Ticket.Kind.choices)
    certificate = serializers.CharField(max_length=40, required=False, allow_blank=True, default="", help_text="A policy's code.")

    class Meta:
        model = SkillNeed
        fields = ("kind", "certificate")


class SkillHeldSerializer(serializers.ModelSerializer):
    """Who can work on tickets of a kind, since when, and until when if they no longer do."""

    person = serializers.EmailField(source="user.email")

    class Meta:
        model = SkillHeld
        fields = ("id", "person", "kind", "since", "until")
        read_only_fields = fields


class SkillGivenSerializer(serializers.Serializer):
    """Who can work on tickets of which kind."""

    person = serializers.EmailField()
    kind = serializers.ChoiceField(choices=Ticket.Kind.choices)


class FitSerializer(serializers.Serializer):
    """How somebody stands to a need; `holding` is the id to end it by, and `fits` whether they are given such tickets."""

    person = serializers.EmailField(source="person.email")
    holding = serializers.IntegerField(source="held.pk", default=None, allow_null=True)
    since = serializers.DateTimeField(source="held.since", default=None, allow_null=True)
    certified = serializers.BooleanField()
    fits = serializers.BooleanField()


class GapSerializer(serializers.Serializer):
    """A need, how many fit, how many lack its quiz, how many tickets of its kind stand with nobody, and everybody."""

    kind = serializers.CharField(source="need.kind")
    certificate = serializers.CharField(source="need.certificate", allow_blank=True)
    fitting = serializers.IntegerField()
    uncertified = serializers.IntegerField()
    waiting = serializers.IntegerField()
    people = FitSerializer(many=True)


class Skills(View):
    access = access.WORK_TICKETS
    serializer_class = GapSerializer

    @extend_schema(responses=GapSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List each kind of ticket that asks for something, with how everybody who works on tickets stands to it."""
        return Response(self.get_serializer(skills.gaps(timezone.now()), many=True).data)


class SkillNeeds(View):
    access = access.STEER
    serializer_class = SkillNeedSerializer

    @extend_schema(request=SkillNeedSerializer, responses={201: SkillNeedSerializer})
    def post(self, request: Request) -> Response:
        """Say what tickets of a kind ask for; it holds for the next ticket that is given to somebody."""
        given = self.read(SkillNeedSerializer(data=request.data))
        asked = skills.need(actor=request.user, at=timezone.now(), **given)
        return Response(self.get_serializer(asked).data, status=status.HTTP_201_CREATED)


class SkillHoldings(View):
    access = access.DECIDE_APPROVALS
    serializer_class = SkillHeldSerializer

    @extend_schema(request=SkillGivenSerializer, responses={201: SkillHeldSerializer})
    def post(self, request: Request) -> Response:
        """Say that a colleague can work on tickets of a kind; the same again changes nothing."""
        given = self.read(SkillGivenSerializer(data=request.data))
        held = skills.give(actor=request.user, person=_colleague(given["person"]), kind=given["kind"], at=timezone.now())
        return Response(self.get_serializer(held).data, status=status.HTTP_201_CREATED)


class SkillEndings(View):
    access = access.DECIDE_APPROVALS
    serializer_class = SkillHeldSerializer

    @extend_schema(request=None, responses=SkillHeldSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that somebody no longer works on tickets of a kind; tickets they have stay with them."""
        held = skills.take_back(actor=request.user, held=get_object_or_404(SkillHeld, pk=pk), at=timezone.now())
        return Response(self.get_serializer(held).data)


def _colleague(email: str) -> Any:
    return get_object_or_404(User, email__iexact=email, is_active=True, staff_profile__isnull=False)
