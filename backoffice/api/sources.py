"""What other systems say of a customer: read side by side, and told by the system itself."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.models import Customer
from accounts.people import access
from accounts.quality import sources
from accounts.quality.source_models import SourceSystem, SourceValue
from accounts.quality.survivorship import MATTER_OF
from backoffice import places
from window.api.views import View


class SaidSerializer(serializers.ModelSerializer):
    """One word: which system says it, under which id, when it was told and verified."""

    system = serializers.CharField(source="record.system_id")
    external_id = serializers.CharField(source="record.external_id")

    class Meta:
        model = SourceValue
        fields = ("id", "system", "external_id", "fact", "value", "told_at", "verified_at")
        read_only_fields = fields


class MatterSerializer(serializers.Serializer):
    """A matter: what is kept, what each source says, and whose word the rule picks."""

    matter = serializers.CharField(source="code")
    kept = serializers.DictField(child=serializers.CharField(allow_blank=True))
    rule = serializers.CharField()
    why = serializers.CharField(source="choice.why")
    agrees = serializers.BooleanField(help_text="Whether what is kept is what the rule picks.")
    said = SaidSerializer(source="values", many=True)


class ToldSerializer(serializers.Serializer):
    """What one record says."""

    system = serializers.SlugField(max_length=30)
    external_id = serializers.CharField(max_length=120)
    says = serializers.DictField(child=serializers.CharField(max_length=250, allow_blank=True), help_text="; ".join(MATTER_OF))
    told_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    verified = serializers.BooleanField(required=False, default=False)


class Sources(View):
    access = access.TEND_DATA
    serializer_class = MatterSerializer

    @extend_schema(responses=MatterSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Return what every source says of a customer, matter by matter."""
        return self._said(places.customer(request, number))

    @extend_schema(request=ToldSerializer, responses={201: MatterSerializer(many=True)})
    def post(self, request: Request, number: str) -> Response:
        """Take what a record of another system says; sent again, nothing changes."""
        node, now, given = places.customer(request, number), timezone.now(), self.read(ToldSerializer(data=request.data))
        given["system"] = get_object_or_404(SourceSystem, pk=given["system"])
        given["told_at"] = given["told_at"] or now
        sources.take(actor=request.user, customer=node, at=now, **given)
        return self._said(Customer.objects.get(pk=node.pk), status.HTTP_201_CREATED)

    def _said(self, node: Customer, code: int = status.HTTP_200_OK) -> Response:
        data: list[dict[str, Any]] = self.get_serializer(sources.of_customer(node), many=True).data
        return Response(data, status=code)
