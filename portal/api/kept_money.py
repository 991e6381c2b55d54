"""Money that was paid twice or too much and pays for nothing, what becomes of it, and receipts."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing.anomalies import offering_back
from billing.payments.models import Payment
from billing.reports import receipt_pdf
from portal import places
from portal.api.customers import SPAN
from portal.api.money import PaymentSerializer
from window.api import fields
from window.api.views import View

ANSWERS: Final = {"send_back": offering_back.send_back, "use": offering_back.use, "keep": offering_back.keep}


class KeptSerializer(serializers.Serializer):
    """What of a payment pays for nothing, and what may be done with it."""

    payment = serializers.CharField(source="kept.payment.ref")
    payer = serializers.CharField(source="kept.payment.payer.number")
    amount = serializers.SerializerMethodField()
    paid_twice = serializers.SerializerMethodField(help_text="The invoices it paid again.")
    could_pay = serializers.SerializerMethodField(help_text="The open invoices it could pay.")
    may_send_back = serializers.BooleanField(source="refundable.allowed")
    reason = serializers.CharField(source="refundable.reason", allow_blank=True)

    @extend_schema(responses=fields.AmountShape)
    def get_amount(self, offer: offering_back.Offer) -> dict[str, str]:
        return fields.told(offer.kept.amount)

    def get_paid_twice(self, offer: offering_back.Offer) -> list[str]:
        return [str(document.ref) for document in offer.kept.paid_twice]

    def get_could_pay(self, offer: offering_back.Offer) -> list[str]:
        return [str(document.ref) for document in offer.kept.could_pay]


class KeptAnswerSerializer(serializers.Serializer):
    """What becomes of the money: back to where it came from, towards what is open, or kept for the next invoice."""

    answer = serializers.ChoiceField(choices=sorted(ANSWERS))


class KeptMoney(View):
    access = access.SEE_MONEY
    serializer_class = KeptSerializer

    @extend_schema(parameters=[SPAN], responses=KeptSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """List what a customer and all below it paid twice or too much."""
        node = places.node(request, number, access.SEE_MONEY)
        found = offering_back.offers(places.span(request, node).customers, viewer=request.user, at=timezone.now())
        return Response(self.get_serializer(found, many=True).data)


class KeptAnswers(View):
    access = access.PAY
    scope = keys.PAY
    serializer_class = PaymentSerializer

    @extend_schema(request=KeptAnswerSerializer, responses=PaymentSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Say what becomes of it; said twice it is done once."""
        payment = places.payment_to_make(request, ref)
        given: dict[str, Any] = self.read(KeptAnswerSerializer(data=request.data))
        ANSWERS[given["answer"]](actor=request.user, payment=payment, at=timezone.now())
        return Response(self.get_serializer(places.payment(request, ref)).data)


class Receipt(View):
    access = access.SEE_MONEY

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, ref: str) -> HttpResponse:
        """Hand over the receipt of a payment that succeeded as PDF."""
        payment = places.payment(request, ref)
        if payment.status != Payment.Status.SUCCEEDED:
            raise Http404
        return HttpResponse(receipt_pdf.pdf_of(payment, request.LANGUAGE_CODE[:2]), content_type="application/pdf")
