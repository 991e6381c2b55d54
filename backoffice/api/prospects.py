"""Prospects and the first contract they sign: added once, priced exactly, signed at the price that was shown."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.models import Customer
from accounts.people import access
from accounts.quality import admitting
from backoffice import places
from backoffice.api.imports import FactsField
from billing.amendments import first_contract
from billing.amendments.first_contract import Terms
from billing.amendments.ordering import Order
from billing.catalog.models import LegalEntity
from billing.contracts.models import Contract
from billing.money import Money
from window.api import fields
from window.api.views import View


class NewProspectSerializer(serializers.Serializer):
    """Who it is. `is_new`: you have seen those like it, and it is none of them."""

    kind = serializers.SlugField(max_length=20)
    name = serializers.CharField(max_length=250)
    is_new = serializers.BooleanField(default=False)
    facts = FactsField(required=False, default=dict)


class ProspectSerializer(serializers.ModelSerializer):
    """A customer to be: its number stays when it signs."""

    kind = serializers.CharField(source="kind_id")

    class Meta:
        model = Customer
        fields = ("number", "ref", "name", "kind", "stage")
        read_only_fields = fields


class TermsSerializer(serializers.Serializer):
    """What is agreed, and with which subscription it begins."""

    seller = serializers.SlugField(max_length=40, help_text="The code of the legal entity that sells.")
    plan = serializers.CharField(max_length=60)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    since = serializers.DateField()
    bill_day = serializers.IntegerField(min_value=1, max_value=31, default=1)
    term_months = serializers.IntegerField(min_value=1, max_value=120, default=12)
    renews = serializers.BooleanField(default=True)
    notice_days = serializers.IntegerField(min_value=0, max_value=365, default=30)
    payment_term_days = serializers.IntegerField(min_value=0, max_value=180, default=14)
    po_number = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class SigningSerializer(TermsSerializer):
    """The same with the price that was shown, in minor units, tax included: due today, and in each period."""

    today_minor = serializers.IntegerField()
    period_minor = serializers.IntegerField()


class PriceSerializer(serializers.Serializer):
    """The exact price: due today and in each period, tax included, and in minor units to be sent along when signing."""

    today = serializers.SerializerMethodField()
    period = serializers.SerializerMethodField()
    today_minor = serializers.SerializerMethodField()
    period_minor = serializers.SerializerMethodField()

    @extend_schema_field(fields.AmountShape)
    def get_today(self, told: dict[str, Any]) -> dict[str, str]:
        return fields.told(Money(self.get_today_minor(told), told["currency"]))

    @extend_schema_field(fields.AmountShape)
    def get_period(self, told: dict[str, Any]) -> dict[str, str]:
        return fields.told(Money(self.get_period_minor(told), told["currency"]))

    def get_today_minor(self, told: dict[str, Any]) -> int:
        return first_contract.price_of(told)[0]

    def get_period_minor(self, told: dict[str, Any]) -> int:
        return first_contract.price_of(told)[1]


class SignedSerializer(serializers.ModelSerializer):
    """The contract that was signed."""

    customer = serializers.CharField(source="customer.number")

    class Meta:
        model = Contract
        fields = ("ref", "customer", "currency", "signed_on", "term_months")
        read_only_fields = fields


class Prospects(View):
    access = access.TEND_DATA
    serializer_class = ProspectSerializer

    @extend_schema(request=NewProspectSerializer, responses={201: ProspectSerializer})
    def post(self, request: Request) -> Response:
        """Add a prospect that stands for itself; refused as known_already when somebody like it is a customer."""
        given = self.read(NewProspectSerializer(data=request.data))
        said = {name: value for name, value in given.pop("facts").items() if name not in {"name", "stage"}}
        made = admitting.admit(actor=request.user, at=timezone.now(), **given, said=said)
        return Response(ProspectSerializer(made).data, status=status.HTTP_201_CREATED)


class FirstContractPrices(View):
    access = access.SIGN_CONTRACTS
    serializer_class = PriceSerializer

    @extend_schema(request=TermsSerializer, responses=PriceSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Say what a first contract would cost; nothing is signed."""
        told = first_contract.rehearse(
            actor=request.user, **_wanted(request, number, self.read(TermsSerializer(data=request.data)))
        )
        return Response(PriceSerializer(told).data)


class FirstContracts(View):
    access = access.SIGN_CONTRACTS
    serializer_class = SignedSerializer

    @extend_schema(request=SigningSerializer, responses={201: SignedSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Sign a first contract at the price that was shown; a second one with the same seller and currency is refused."""
        given = self.read(SigningSerializer(data=request.data))
        shown = (given.pop("today_minor"), given.pop("period_minor"))
        signed = first_contract.sign(actor=request.user, shown=shown, **_wanted(request, number, given))
        return Response(SignedSerializer(signed).data, status=status.HTTP_201_CREATED)


def _wanted(request: Request, number: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a use case of first contracts asks for."""
    node = places.customer(request, number)
    seller = get_object_or_404(LegalEntity, code=given.pop("seller"))
    order = Order(given.pop("plan"), given.pop("quantity"), given.pop("since"), given["po_number"])
    terms = Terms(seller=seller, **given)
    return {"customer": node, "terms": terms, "order": order, "at": timezone.now(), "today": places.today(node)}
