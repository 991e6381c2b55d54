"""Coupons by program: defined once, given to contracts, approved by a second manager, ended on a day."""

from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.days import local_day
from accounts.people import access
from billing.catalog import coupons
from billing.catalog.models import Coupon, Plan
from billing.contracts import redeeming
from billing.contracts.models import Contract, Redemption, Subscription
from billing.money import Money
from window import amounts
from window.api import fields
from window.api.views import Listing, View

MOST_PLANS = 200


class DefinedCouponSerializer(serializers.ModelSerializer):
    """What a coupon takes off each billing period: a percentage, or an amount in one currency."""

    amount = serializers.SerializerMethodField()
    plans = serializers.SlugRelatedField("code", many=True, read_only=True, help_text="Off these plans only; empty: off all.")
    words = serializers.SerializerMethodField(help_text="What it takes off, in words.")

    class Meta:
        model = Coupon
        fields = ("code", "name", "percent", "amount", "periods", "plans", "redeem_until", "used", "words")
        read_only_fields = fields

    @extend_schema(responses=fields.AmountShape(allow_null=True))
    def get_amount(self, coupon: Coupon) -> dict[str, str] | None:
        return None if coupon.amount_minor is None else fields.told(Money(coupon.amount_minor, coupon.currency))

    def get_words(self, coupon: Coupon) -> str:
        return coupons.words(coupon)


class DefinitionSerializer(serializers.Serializer):
    """A coupon to be defined: a percentage or an amount, for some billing periods or all."""

    code = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=120, help_text="It stands on the invoice.")
    percent = serializers.DecimalField(max_digits=7, decimal_places=4, required=False, allow_null=True, default=None)
    amount = serializers.CharField(max_length=20, required=False, allow_null=True, default=None, help_text="Such as 12.50.")
    currency = serializers.CharField(max_length=3, min_length=3, required=False, help_text="Of the amount.")
    periods = serializers.IntegerField(required=False, allow_null=True, default=None, help_text="Left out: all.")
    plans = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list, max_length=MOST_PLANS)
    redeem_until = serializers.DateField(required=False, allow_null=True, default=None)

    def validate_plans(self, codes: list[str]) -> list[Plan]:
        """Find the plans by their codes."""
        found = {plan.code: plan for plan in Plan.objects.filter(code__in=codes)}
        if missing := [code for code in codes if code not in found]:
            raise serializers.ValidationError(_("There is no plan {code}.").format(code=missing[0]))
        return list(found.values())

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Read the amount in its currency."""
        currency = given.pop("currency", "").upper()
        if given["amount"] and not currency:
            raise serializers.ValidationError({"currency": [_("Say in which currency the amount is.")]})
        return given | {"amount": amounts.read(given["amount"], currency) if given["amount"] else None}


class GivenSerializer(serializers.ModelSerializer):
    """A coupon that a contract was given, or that waits for a second manager."""

    code = serializers.CharField(source="coupon.code")
    name = serializers.CharField(source="coupon.name")
    words = serializers.SerializerMethodField(help_text="What it takes off, in words.")
    contract = serializers.CharField(source="contract.ref")
    subscription = serializers.CharField(source="subscription.ref", default=None, allow_null=True)
    state = serializers.ChoiceField(
        choices=Redemption.STATES, read_only=True, help_text="One that waits or was turned down takes nothing off."
    )
    worth = serializers.SerializerMethodField(help_text="What it takes off at most; null where usage is among it.")
    given_by = serializers.CharField(source="redeemed_by.email", default=None, allow_null=True)
    approved_by = serializers.CharField(source="approved_by.email", default=None, allow_null=True)

    class Meta:
        model = Redemption
        fields = (
            "ref", "code", "name", "words", "contract", "subscription", "since", "until", "state", "worth", "given_by",
            "approved_by",
        )  # fmt: skip
        read_only_fields = fields

    def get_words(self, redemption: Redemption) -> str:
        return coupons.words(redemption.coupon)

    @extend_schema(responses=fields.AmountShape(allow_null=True))
    def get_worth(self, redemption: Redemption) -> dict[str, str] | None:
        worth = redemption.worth_minor
        return None if worth is None else fields.told(Money(worth, redemption.contract.currency))


class GivingSerializer(serializers.Serializer):
    """Which coupon, from which day on, for the whole contract or one subscription of it."""

    code = serializers.CharField(max_length=40)
    since = serializers.DateField(required=False, help_text="Left out: today where the contract lives.")
    subscription = serializers.CharField(max_length=40, required=False, allow_null=True, default=None)


class CouponEndSerializer(serializers.Serializer):
    """From which day on no period is reduced any more."""

    on = serializers.DateField(required=False, help_text="Left out: today where the contract lives.")


class Coupons(Listing):
    access = access.STEER
    serializer_class = DefinedCouponSerializer
    queryset = Coupon.objects.none()
    ordering = ("code",)

    def get_queryset(self) -> QuerySet[Coupon]:
        return Coupon.objects.prefetch_related("plans")

    @extend_schema(request=DefinitionSerializer, responses={201: DefinedCouponSerializer})
    def post(self, request: Request) -> Response:
        """Define a coupon, or define it anew while no contract has it."""
        given = self.read(DefinitionSerializer(data=request.data))
        made = coupons.define(actor=request.user, at=timezone.now(), **given)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class ContractCoupons(Listing):
    access = access.STEER
    serializer_class = GivenSerializer
    queryset = Redemption.every.none()
    ordering = ("-redeemed_at", "-pk")

    def get_queryset(self) -> QuerySet[Redemption]:
        return _given().filter(contract=_contract(self.request, self.kwargs["ref"]))

    @extend_schema(request=GivingSerializer, responses={200: GivenSerializer, 201: GivenSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Give a contract a coupon; above what one manager gives alone it waits. Sent again, the answer is what was given."""
        contract, given = _contract(request, ref), self.read(GivingSerializer(data=request.data))
        coupon = get_object_or_404(Coupon, code=given["code"])
        wanted = given["subscription"]
        subscription = get_object_or_404(Subscription, ref=wanted, contract=contract) if wanted else None
        since = given.get("since") or local_day(timezone.now(), contract.timezone)
        facts = {"coupon": coupon, "contract": contract, "subscription": subscription}
        if earlier := _given().filter(redeemed_by=request.user, since=since, **facts).first():
            return Response(self.get_serializer(earlier).data)
        made = redeeming.redeem(actor=request.user, on=since, at=timezone.now(), **facts)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class Redemptions(Listing):
    access = access.STEER
    serializer_class = GivenSerializer
    queryset = Redemption.every.none()
    ordering = ("-redeemed_at", "-pk")

    def get_queryset(self) -> QuerySet[Redemption]:
        waiting = self.request.query_params.get("waits") == "true"
        return _given().filter(waits=True).exclude(until__lte=F("since")) if waiting else _given()

    @extend_schema(parameters=[OpenApiParameter("waits", bool, description="Only those that wait for a second manager.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the coupons that contracts were given, the newest first."""
        return super().get(request, *args, **kwargs)


class RedemptionApprovals(View):
    access = access.STEER
    serializer_class = GivenSerializer

    @extend_schema(request=None, responses=GivenSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Approve, as a second manager, a coupon that waits. Approving it again changes nothing."""
        held = redeeming.approve(actor=request.user, redemption=_redemption(ref), at=timezone.now())
        return Response(self.get_serializer(held).data)


class RedemptionEndings(View):
    access = access.STEER
    serializer_class = GivenSerializer

    @extend_schema(request=CouponEndSerializer, responses=GivenSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """End a coupon on a day; one that waits is turned down by that."""
        held, given = _redemption(ref), self.read(CouponEndSerializer(data=request.data))
        on = given.get("on") or local_day(timezone.now(), held.contract.timezone)
        ended = redeeming.end(actor=request.user, redemption=held, on=on, at=timezone.now())
        return Response(self.get_serializer(ended).data)


def _contract(request: Request, ref: str) -> Contract:
    within = Contract.objects.filter(customer__in=access.customers_within_reach(request.user))
    return get_object_or_404(within, ref=ref)


def _given() -> QuerySet[Redemption]:
    related = ("coupon", "contract", "subscription", "redeemed_by", "approved_by")
    return Redemption.every.select_related(*related)


def _redemption(ref: str) -> Redemption:
    return get_object_or_404(_given(), ref=ref)
