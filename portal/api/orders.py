"""Ordering more under a contract, and deciding on what colleagues may not order alone."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing.amendments import applying, approvals, ordering
from billing.amendments.models import OrderApproval
from billing.catalog.models import Charge, PlanVersion
from portal import places
from portal.api.contracts import QuoteSerializer
from window.api import fields
from window.api.views import Listing, View


class ChargeSerializer(serializers.ModelSerializer):
    """One price of a plan: its charge model with its terms."""

    class Meta:
        model = Charge
        fields = ("code", "name", "kind", "model", "params", "billing", "interval_unit", "interval_count", "metric")
        read_only_fields = fields


class OfferSerializer(serializers.Serializer):
    """A plan on sale."""

    product = serializers.CharField(source="plan.product.code")
    plan = serializers.CharField(source="plan.code")
    name = serializers.CharField(source="plan.name")
    currency = serializers.CharField()
    charges = serializers.SerializerMethodField()

    @extend_schema(responses=ChargeSerializer(many=True))
    def get_charges(self, version: PlanVersion) -> list[dict[str, Any]]:
        charged: list[dict[str, Any]] = ChargeSerializer(version.charges.all(), many=True).data
        return charged


class OrderSerializer(serializers.Serializer):
    """What is ordered under a contract, for whom, from which day on."""

    plan = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    customer = serializers.CharField(max_length=20, help_text="The number of the customer that uses it.")
    since = serializers.DateField()
    po_number = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class OrderApprovalSerializer(serializers.ModelSerializer):
    """An order over what its asker may order alone."""

    quote = serializers.UUIDField(source="quote_id")
    customer = serializers.CharField(source="quote.customer.number")
    asked_by = serializers.CharField(source="quote.asked_by.email")
    commitment = fields.AmountField("commitment_minor")

    class Meta:
        model = OrderApproval
        fields = ("id", "quote", "customer", "asked_by", "asked_at", "commitment", "reason", "status", "note", "decided_at")
        read_only_fields = fields


class OrderDecisionSerializer(serializers.Serializer):
    """Yes, or no with a reason."""

    approve = serializers.BooleanField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Offers(View):
    access = access.CHANGE_CONTRACT
    serializer_class = OfferSerializer

    @extend_schema(responses=OfferSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """List what is on sale under a contract, at its prices."""
        found = places.contract(request, ref)
        return Response(self.get_serializer(ordering.on_sale(found, places.today_under(found)), many=True).data)


class Orders(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS
    serializer_class = QuoteSerializer

    @extend_schema(request=OrderSerializer, responses={201: QuoteSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Work out what an order costs; apply the quote to make it."""
        found, given = places.contract(request, ref), self.read(OrderSerializer(data=request.data))
        customer = get_object_or_404(places.orderers(request, found), number=given["customer"])
        order = ordering.Order(given["plan"], given["quantity"], given["since"], given["po_number"])
        quote = ordering.quote(
            actor=request.user, contract=found, customer=customer, order=order, at=timezone.now(), today=places.today_under(found)
        )
        return Response(self.get_serializer(quote).data, status=status.HTTP_201_CREATED)


class OrderApprovals(Listing):
    access = access.APPROVE_ORDERS
    serializer_class = OrderApprovalSerializer
    queryset = OrderApproval.objects.none()
    ordering = ("asked_at", "pk")

    def get_queryset(self) -> QuerySet[OrderApproval]:
        node = places.node(self.request, self.kwargs["number"], access.APPROVE_ORDERS)
        return approvals.waiting_within(places.span(self.request, node, access.APPROVE_ORDERS).customers)


class OrderDecisions(View):
    access = access.APPROVE_ORDERS
    serializer_class = OrderApprovalSerializer

    @extend_schema(request=OrderDecisionSerializer, responses=OrderApprovalSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Approve an order, which makes it happen, or refuse it with a reason; the same answer again changes nothing."""
        approval, given = places.order_approval(request, pk), self.read(OrderDecisionSerializer(data=request.data))
        today = places.today_under(approval.quote.contract)
        decided = applying.decide(actor=request.user, approval=approval, at=timezone.now(), today=today, **given)
        return Response(self.get_serializer(decided).data)
