"""The coupons of a contract, and what each takes off."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from portal import contracts_shown, places
from window.api.views import View


class CouponSerializer(serializers.Serializer):
    """A coupon that a contract has, or one subscription of it."""

    ref = serializers.CharField(source="redemption.ref")
    code = serializers.CharField(source="redemption.coupon.code")
    name = serializers.CharField(source="redemption.coupon.name")
    words = serializers.CharField(help_text="What it takes off.")
    subscription = serializers.CharField(source="redemption.subscription.ref", default=None, allow_null=True)
    since = serializers.DateField(source="redemption.since")
    until = serializers.DateField(source="redemption.until", allow_null=True)


class Coupons(View):
    access = access.SEE_MONEY
    serializer_class = CouponSerializer

    @extend_schema(responses=CouponSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """List the coupons that hold for a contract today."""
        found = places.contract(request, ref)
        today = places.today_under(found)
        rights = places.rights(request)
        shown = contracts_shown.contracts([found], rights=rights, on=today)[0]
        return Response(self.get_serializer(contracts_shown.coupons_of(shown, rights=rights, today=today), many=True).data)
