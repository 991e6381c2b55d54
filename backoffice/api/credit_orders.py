"""Prepaid credit sold by our own people: at once, or kept for a second person where it is over what one sells alone."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places
from backoffice.api.tickets import AnswerSerializer
from billing.catalog.models import LegalEntity
from billing.invoices import credit_orders
from billing.invoices.models import CreditOrder
from window import amounts
from window.api import fields
from window.api.views import Listing, View, repeatable


class CreditOrderSerializer(serializers.ModelSerializer):
    """An order that took a second person, and what became of it; `document` is its invoice once it is approved."""

    customer = serializers.CharField(source="customer.number")
    seller = serializers.CharField(source="seller.code")
    amount = fields.AmountField("amount_minor")
    asked_by = serializers.CharField(source="asked_by.email")
    decided_by = serializers.CharField(source="decided_by.email", default=None, allow_null=True)
    document = serializers.CharField(source="document.ref", default=None, allow_null=True)

    class Meta:
        model = CreditOrder
        fields = (
            "id", "customer", "seller", "amount", "reason", "asked_by", "asked_at", "status", "decided_by", "decided_at", "note",
            "document",
        )  # fmt: skip
        read_only_fields = fields


class PlacedSerializer(serializers.Serializer):
    """What an order came to: the invoice of the credit, or the order that waits for a second person."""

    document = serializers.CharField(allow_null=True)
    waiting = CreditOrderSerializer(allow_null=True)


class PlacingSerializer(serializers.Serializer):
    """How much credit is sold, in major units, in the currency of a contract, with which seller."""

    amount = serializers.CharField(max_length=20, help_text="Such as 250.00; no tax is added.")
    currency = serializers.CharField(max_length=3, min_length=3)
    seller = serializers.CharField(max_length=40, required=False, help_text="By its code; left out: of the first contract.")


class CustomerCreditOrders(Listing):
    access = access.FULFIL_ORDERS
    serializer_class = CreditOrderSerializer
    queryset = CreditOrder.objects.none()
    ordering = ("-asked_at", "-pk")

    def get_queryset(self) -> QuerySet[CreditOrder]:
        return credit_orders.of_customer(places.customer(self.request, self.kwargs["number"]))

    @repeatable(request=PlacingSerializer, responses={201: PlacedSerializer, 202: PlacedSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Sell credit (201); over what you sell alone the order waits for a second person (202)."""
        node, key = places.customer(request, number), self.repeat_key
        given = self.read(PlacingSerializer(data=request.data))
        seller = get_object_or_404(LegalEntity, code=given["seller"]) if "seller" in given else None
        made = credit_orders.place(
            actor=request.user, customer=node, amount=amounts.read(given["amount"], given["currency"].upper()),
            on=places.today(node), at=timezone.now(), key=key, seller=seller,
        )  # fmt: skip
        if isinstance(made, CreditOrder):
            told = {"document": None, "waiting": CreditOrderSerializer(made).data}
            return Response(told, status=status.HTTP_202_ACCEPTED)
        return Response({"document": made.ref, "waiting": None}, status=status.HTTP_201_CREATED)


class CreditOrders(Listing):
    access = access.DECIDE_APPROVALS
    serializer_class = CreditOrderSerializer
    queryset = CreditOrder.objects.none()
    ordering = ("asked_at", "pk")

    def get_queryset(self) -> QuerySet[CreditOrder]:
        return credit_orders.waiting_for(self.request.user)


class CreditOrderDecisions(View):
    access = access.DECIDE_APPROVALS
    serializer_class = CreditOrderSerializer

    @extend_schema(request=AnswerSerializer, responses=CreditOrderSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Approve an order, which sells the credit, or turn it down with a reason; the same answer again changes nothing."""
        order, answer = _order(request, pk), self.read(AnswerSerializer(data=request.data))
        decided = credit_orders.decide(
            actor=request.user, order=order, approve=answer["approve"], note=answer["note"], on=places.today(order.customer),
            at=timezone.now(),
        )  # fmt: skip
        return Response(self.get_serializer(decided).data)


class CreditOrderWithdrawals(View):
    access = access.FULFIL_ORDERS
    serializer_class = CreditOrderSerializer

    @extend_schema(request=None, responses=CreditOrderSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take back an order of yours while it waits; taking it back again changes nothing."""
        taken = credit_orders.withdraw(actor=request.user, order=_order(request, pk), at=timezone.now())
        return Response(self.get_serializer(taken).data)


def _order(request: Request, pk: int) -> CreditOrder:
    return get_object_or_404(credit_orders.visible_to(request.user), pk=pk)
