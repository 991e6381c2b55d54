"""Addresses of customers for invoices, deliveries and visits, each for its days."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers import addresses
from accounts.customers.models import Address
from accounts.people import access
from backoffice import places
from window.api.addresses import FIELDS, PlaceWantedSerializer
from window.api.views import Listing


class AddressSerializer(serializers.ModelSerializer):
    """An address and its days; `until` is the first day on which it holds no more."""

    set_by = serializers.CharField(source="set_by.email", default="")

    class Meta:
        model = Address
        fields = (*FIELDS, "set_by")
        read_only_fields = fields


class KeptAddressSerializer(PlaceWantedSerializer):
    """An address to keep for a purpose."""

    since = serializers.DateField()
    until = serializers.DateField(required=False, allow_null=True, default=None)


class Addresses(Listing):
    access = access.TEND_DATA
    serializer_class = AddressSerializer
    queryset = Address.objects.none()
    ordering = ("-since", "-pk")

    @extend_schema(responses=AddressSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the addresses of a customer, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Address]:
        return addresses.of_customer(places.customer(self.request, self.kwargs["number"]))

    @extend_schema(request=KeptAddressSerializer, responses={201: AddressSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Keep an address for its days; sent again, it is kept once."""
        node, given = places.customer(request, number), self.read(KeptAddressSerializer(data=request.data))
        kept = addresses.keep(actor=request.user, customer=node, at=timezone.now(), **given)
        return Response(self.get_serializer(kept).data, status=status.HTTP_201_CREATED)
