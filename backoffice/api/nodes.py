"""Nodes: how a customer stands with us, for every program that must treat it alike: key account, segments, terms, policies."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.models import Customer
from accounts.people import access
from accounts.policies import resolving
from accounts.policies.resolving import Resolved
from accounts.segments import belonging, conditions, key_accounts, lifecycle
from backoffice import places, roll_ups
from window.api.views import View


class KeyAccountSerializer(serializers.Serializer):
    """What makes a customer a key account; `via` is the ref of the node that is one."""

    key = serializers.BooleanField()
    via = serializers.CharField(allow_blank=True)
    manager = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)


class StandingSegmentSerializer(serializers.Serializer):
    """A segment the customer is in; `trace` is each condition of its rule with the value found."""

    segment = serializers.CharField(source="segment.code")
    via = serializers.CharField(source="customer.ref")
    since = serializers.DateField()
    trace = serializers.JSONField()


class SpecialTermSerializer(serializers.Serializer):
    """A special term, and whose agreement it is."""

    kind = serializers.CharField()
    value = serializers.CharField()
    source = serializers.CharField()
    until = serializers.DateField(source="condition.until", allow_null=True)


class PolicyValueSerializer(serializers.Serializer):
    """What policy says of a key here, the version that says so, and where it holds."""

    key = serializers.CharField(source="key.code")
    value = serializers.JSONField()
    policy = serializers.CharField(source="source.ref")
    place = serializers.CharField(source="source.place")
    where = serializers.CharField(source="source.where", allow_blank=True)


class NodeSerializer(serializers.Serializer):
    """A customer as it stands with us today."""

    number = serializers.CharField()
    ref = serializers.CharField()
    name = serializers.CharField()
    tier = serializers.CharField()
    stage = serializers.CharField()
    stuck = serializers.CharField(allow_blank=True, help_text="Why it is stuck in its stage; empty when it is not.")
    key_account = KeyAccountSerializer()
    segments = StandingSegmentSerializer(many=True)
    terms = SpecialTermSerializer(many=True)
    policies = PolicyValueSerializer(many=True)


class Node(View):
    access = access.SEE_BACKOFFICE
    serializer_class = NodeSerializer

    @extend_schema(responses=NodeSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Say how a customer, named by its number or the name other systems use, stands with us, and why.

        The number, or that name, of one that was merged leads to its survivor.
        """
        reach = access.customers_within_reach(request.user)
        node = reach.numbered(number).first() or get_object_or_404(reach.referred(number))
        return Response(self.get_serializer(_standing(node)).data)


class SumsSerializer(serializers.Serializer):
    """What is owed and recurs each month, in minor units per currency, and how many tickets are not resolved."""

    owed = serializers.DictField(child=serializers.IntegerField())
    recurring = serializers.DictField(child=serializers.IntegerField())
    open_tickets = serializers.IntegerField()


class RollUpSerializer(serializers.Serializer):
    """A customer alone and with everything below it, and how many customers that is."""

    own = SumsSerializer()
    subtree = SumsSerializer()
    customers = serializers.IntegerField()


class RollUp(View):
    access = access.SEE_BACKOFFICE
    serializer_class = RollUpSerializer

    @extend_schema(responses=RollUpSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Say what a customer owes, is worth a month and waits for: by itself, and with everything below it."""
        node = places.customer(request, number)
        return Response(self.get_serializer(roll_ups.of([node], places.today(node))[node.pk]).data)


def _standing(node: Customer) -> dict[str, object]:
    on = places.today(node)
    entry = lifecycle.current(node)
    values: dict[str, Resolved] = resolving.resolve_many([node.pk], on)[node.pk]
    facts = {name: getattr(node, name) for name in ("number", "ref", "name", "tier", "stage")}
    return facts | {
        "stuck": entry.stuck_why if entry else "",
        "key_account": _key(node),
        "segments": belonging.of(node, on),
        "terms": conditions.of(node, on).values(),
        "policies": [value for value in values.values() if value.is_said],
    }


def _key(node: Customer) -> dict[str, object]:
    held = key_accounts.of(node, timezone.now().date())
    if held is None:
        return {"key": False, "via": "", "manager": "", "note": "", "since": None, "until": None}
    facts = {"key": True, "via": held.customer.ref, "manager": held.manager.email, "note": held.note}
    return facts | {"since": held.since, "until": held.until}
