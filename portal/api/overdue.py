"""What is overdue: how far a customer may use what was bought, and promising a day on which an invoice is paid."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing.dunning import entitlements, pausing
from portal import places
from window.api.views import View


class EntitlementSerializer(serializers.Serializer):
    """How far what was bought may be used: active, restricted (no new orders) or suspended."""

    state = serializers.ChoiceField(choices=[entitlements.ACTIVE, entitlements.RESTRICTED, entitlements.SUSPENDED])
    document = serializers.CharField(source="document.ref", default=None, allow_null=True, help_text="The invoice to pay.")
    reason = serializers.CharField(source="decision.reason", allow_blank=True)


class PaymentPromiseSerializer(serializers.Serializer):
    """The day on which an invoice will be paid; until it has passed nothing is asked for."""

    pay_on = serializers.DateField(help_text="At most fourteen days ahead.")


class Entitlement(View):
    access = access.SEE_CUSTOMER
    serializer_class = EntitlementSerializer

    def get(self, request: Request, number: str) -> Response:
        """Say how far a customer may use what was bought; ask it where your service decides."""
        node = places.node(request, number)
        return Response(self.get_serializer(entitlements.state_of(node, places.today(node))).data)


class Promises(View):
    access = access.PAY
    scope = keys.PAY
    serializer_class = PaymentPromiseSerializer

    @extend_schema(responses={201: PaymentPromiseSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Promise the day on which an invoice is paid; the same promise again is one."""
        document = places.document_to_pay(request, ref)
        given = self.read(PaymentPromiseSerializer(data=request.data))
        today = places.today(document.customer)
        pausing.promise(actor=request.user, document=document, at=timezone.now(), today=today, **given)
        return Response(self.get_serializer(given).data, status=status.HTTP_201_CREATED)
