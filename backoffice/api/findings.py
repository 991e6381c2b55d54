"""Prices that could not be kept, for programs of our own people."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from accounts.timeline.models import Activity, ActivityQuerySet
from billing.amendments import differing
from window.api.views import Listing


class PriceNotKeptSerializer(serializers.ModelSerializer):
    """A change that was refused since it would have cost something else than quoted: when, under which contract, and why."""

    customer = serializers.CharField(source="customer.number")
    contract = serializers.CharField(source="about_ref")
    why = serializers.CharField(source="facts.why")

    class Meta:
        model = Activity
        fields = ("id", "at", "customer", "contract", "why")
        read_only_fields = fields


class PricesNotKept(Listing):
    access = access.SEE_BACKOFFICE
    serializer_class = PriceNotKeptSerializer
    queryset = Activity.objects.none()
    ordering = ("-at", "-pk")

    @extend_schema(responses=PriceNotKeptSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the changes that were refused because their price was no longer as quoted, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> ActivityQuerySet:
        return differing.alarms_for(self.request.user)
