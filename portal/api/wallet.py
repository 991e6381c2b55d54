"""Prepaid credit: what a customer holds, and buying more."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing.invoices import wallets
from billing.invoices.wallets import Wallet
from portal import places
from portal.api.money import DocumentSerializer
from window import amounts
from window.api import fields
from window.api.views import View, repeatable


class WalletSerializer(serializers.Serializer):
    """The credit held with one seller in one currency, and whether more can be bought."""

    seller = serializers.CharField(source="seller.code")
    seller_name = serializers.CharField(source="seller.name")
    held = serializers.SerializerMethodField()
    open_for_more = serializers.BooleanField()

    @extend_schema(responses=fields.AmountShape)
    def get_held(self, wallet: Wallet) -> dict[str, str]:
        return fields.told(wallet.held)


class TopUpSerializer(serializers.Serializer):
    """How much credit is bought, in major units, in the currency of a contract."""

    amount = serializers.CharField(max_length=20, help_text="Such as 250.00; no tax is added.")
    currency = serializers.CharField(max_length=3, min_length=3)


class Wallets(View):
    access = access.SEE_MONEY
    serializer_class = WalletSerializer

    @extend_schema(responses=WalletSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """List the credit a customer holds, by seller and currency."""
        node = places.node(request, number, access.SEE_MONEY)
        return Response(WalletSerializer(wallets.of(node, places.today(node)), many=True).data)


class TopUps(View):
    access = access.PAY
    scope = keys.PAY
    serializer_class = DocumentSerializer

    @repeatable(request=TopUpSerializer, responses={201: DocumentSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Buy credit: its invoice is answered, and is paid like every other."""
        node = places.node(request, number, access.PAY)
        given, key = self.read(TopUpSerializer(data=request.data)), self.repeat_key
        invoice = wallets.top_up(
            actor=request.user, customer=node, amount=amounts.read(given["amount"], given["currency"].upper()),
            on=places.today(node), at=timezone.now(), key=key,
        )  # fmt: skip
        return Response(self.get_serializer(invoice).data, status=status.HTTP_201_CREATED)
