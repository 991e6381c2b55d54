"""Relations of customers that are not parenthood: whom one serves, for which days."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.relation_models import Relation, RelationKind
from accounts.people import access, relations
from backoffice import places
from window.api.views import Listing, View


class RelationSerializer(serializers.ModelSerializer):
    """Who serves whom, and the days; `until` is the first day on which it holds no more."""

    kind = serializers.CharField(source="kind_id")
    customer = serializers.CharField(source="customer.number")
    other = serializers.CharField(source="other.number")
    shows = serializers.CharField(
        source="kind.shows", help_text="What the customer may see of the other: nothing, name, tickets."
    )

    class Meta:
        model = Relation
        fields = ("id", "kind", "customer", "other", "shows", "since", "until")
        read_only_fields = fields


class NewRelationSerializer(serializers.Serializer):
    """Whom the customer serves from now on."""

    kind = serializers.SlugField(max_length=20)
    other = serializers.CharField(max_length=20, help_text="The number of the other customer.")
    since = serializers.DateField()
    until = serializers.DateField(required=False, allow_null=True, default=None)


class RelationEndSerializer(serializers.Serializer):
    """From which day it holds no more."""

    on = serializers.DateField()


class Relations(Listing):
    access = access.SEE_BACKOFFICE
    serializer_class = RelationSerializer
    queryset = Relation.objects.none()
    ordering = ("-since", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the relations at either end of which a customer stands, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Relation]:
        return relations.of_customer(places.customer(self.request, self.kwargs["number"]))

    @extend_schema(request=NewRelationSerializer, responses={201: RelationSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Let a customer serve another for some days; managers do. Sent again, it is one."""
        node, given = places.customer(request, number), self.read(NewRelationSerializer(data=request.data))
        given["kind"] = get_object_or_404(RelationKind, pk=given["kind"])
        given["other"] = places.customer(request, given["other"])
        made = relations.relate(actor=request.user, customer=node, at=timezone.now(), **given)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class RelationEndings(View):
    access = access.SHAPE_TREE
    serializer_class = RelationSerializer

    @extend_schema(request=RelationEndSerializer, responses=RelationSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Let a relation hold no more from a day; again changes nothing."""
        held, given = get_object_or_404(Relation, pk=pk), self.read(RelationEndSerializer(data=request.data))
        ended = relations.end(actor=request.user, relation=held, on=given["on"], at=timezone.now())
        return Response(self.get_serializer(ended).data)
