"""Invoices and credit notes, and payments."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing.invoices import selectors
from billing.invoices.documents import rendering
from billing.invoices.einvoice import writing
from billing.invoices.models import Document, Line
from billing.money import Money
from billing.payments import collecting, methods
from billing.payments import selectors as payment_selectors
from billing.payments.models import Payment, PaymentMethod
from portal import invoices_shown, paying, places
from portal.api.customers import SPAN
from window.api import fields
from window.api.views import Listing, View, repeatable

MOST_DOCUMENTS = 200


class DocumentSerializer(serializers.ModelSerializer):
    """An invoice or credit note."""

    customer = serializers.CharField(source="customer.number", help_text="Who owes it.")
    state = serializers.SerializerMethodField(help_text="open, overdue, paid, credited…")
    subtotal = fields.AmountField("subtotal_minor")
    tax = fields.AmountField("tax_minor")
    total = fields.AmountField("total_minor")
    open = fields.AmountField("open_minor")

    class Meta:
        model = Document
        fields = (
            "ref", "kind", "customer", "state", "issued_on", "due_on", "po_number", "reason", "subtotal", "tax", "total", "open",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, document: Document) -> str:
        return str(selectors.state_of(document, places.today(document.customer)))


class LineSerializer(serializers.Serializer):
    """A line, and why it costs what it costs."""

    position = serializers.IntegerField(source="line.position")
    kind = serializers.CharField(source="line.kind")
    customer = serializers.CharField(source="line.customer.number", help_text="Who consumed it.")
    cost_centre = serializers.CharField(source="line.cost_centre", allow_blank=True)
    po_number = serializers.CharField(source="line.po_number", allow_blank=True)
    subscription = serializers.CharField(source="line.subscription.ref", default=None, allow_null=True)
    description = serializers.CharField(source="line.description")
    period_start = serializers.DateField(source="line.since", allow_null=True)
    period_end = serializers.DateField(source="line.until", allow_null=True, help_text="The first day not covered.")
    quantity = serializers.DecimalField(source="line.quantity", max_digits=30, decimal_places=10)
    unit_price = serializers.DecimalField(source="line.unit_price", max_digits=30, decimal_places=10)
    tax_rate = serializers.DecimalField(source="line.tax_rate", max_digits=6, decimal_places=4)
    amount = serializers.SerializerMethodField()
    why = serializers.CharField(allow_blank=True)

    def get_amount(self, shown: invoices_shown.LineShown) -> str:
        line: Line = shown.line
        return Money(line.amount_minor, line.currency).number


class WholeDocumentSerializer(DocumentSerializer):
    """A document with its lines."""

    lines = serializers.SerializerMethodField()
    corrects = serializers.CharField(source="corrects.ref", default=None, allow_null=True)

    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, "corrects", "lines")
        read_only_fields = fields

    @extend_schema(responses=LineSerializer(many=True))
    def get_lines(self, document: Document) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = LineSerializer(invoices_shown.lines(document), many=True).data
        return lines


class PaymentSerializer(serializers.ModelSerializer):
    """A payment and what became of it."""

    payer = serializers.CharField(source="payer.number")
    amount = fields.AmountField("amount_minor")
    refunded = fields.AmountField("refunded_minor", help_text="What we gave back of it.")
    taken_back = fields.AmountField("taken_back_minor", help_text="What the bank took back, or we after a mistake.")
    documents = serializers.SerializerMethodField(help_text="What it was made for.")

    class Meta:
        model = Payment
        fields = (
            "ref", "payer", "status", "amount", "refunded", "taken_back", "method_label", "decline_reason", "part_reason",
            "started_at", "settled_at", "documents",
        )  # fmt: skip
        read_only_fields = fields

    def get_documents(self, payment: Payment) -> list[str]:
        return [share.document.ref for share in payment.shares.all()]


class NewPaymentSerializer(serializers.Serializer):
    """What to pay with which kept method. `confirmed` repeats the amount you mean to pay."""

    documents = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=MOST_DOCUMENTS)
    method = serializers.IntegerField(min_value=1, max_value=2**62, help_text="The id of a kept method of the payer.")
    confirmed_minor = serializers.IntegerField(min_value=1, max_value=2**62, help_text="The whole amount, in minor units.")
    part = serializers.CharField(
        max_length=20, required=False, default="", help_text="Of one document only this much, in major units: 120.00."
    )
    part_reason = serializers.CharField(max_length=200, required=False, default="", help_text="Why not all of it.")


class MethodSerializer(serializers.ModelSerializer):
    """A card or account kept for the next payment."""

    class Meta:
        model = PaymentMethod
        fields = ("id", "gateway", "label", "expires_on", "is_default")
        read_only_fields = fields


class Documents(Listing):
    access = access.SEE_MONEY
    serializer_class = DocumentSerializer
    queryset = Document.objects.none()
    ordering = ("-issued_on", "-pk")

    @extend_schema(parameters=[SPAN, OpenApiParameter("state", type=str, enum=["open"], description="Only what is owed.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the invoices and credit notes of a customer and all below it, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Document]:
        node = places.node(self.request, self.kwargs["number"], access.SEE_MONEY)
        found = Document.objects.issued().filter(customer__in=places.span(self.request, node).customers)
        return (found.open() if self.request.GET.get("state") == "open" else found).select_related("customer")


class OneDocument(View):
    access = access.SEE_MONEY
    serializer_class = WholeDocumentSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Return one document with its lines."""
        return Response(self.get_serializer(places.document(request, ref)).data)


class DocumentPdf(View):
    access = access.SEE_MONEY

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, ref: str) -> HttpResponse:
        """Hand over the document as PDF."""
        document = places.document(request, ref)
        return HttpResponse(rendering.pdf_of(document, request.LANGUAGE_CODE[:2]), content_type="application/pdf")


class EInvoice(View):
    access = access.SEE_MONEY

    @extend_schema(
        responses={(200, "application/xml"): OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("form", type=str, location="path", enum=[writing.UBL, writing.CII])],
    )
    def get(self, request: Request, ref: str, form: str) -> HttpResponse:
        """Hand over the document as XML of EN 16931, in UBL or CII."""
        if form not in (writing.UBL, writing.CII):
            raise Http404
        return HttpResponse(writing.xml_of(places.document(request, ref), form), content_type="application/xml")


class Methods(View):
    access = access.SEE_MONEY
    serializer_class = MethodSerializer

    @extend_schema(responses=MethodSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """List the cards and accounts a customer keeps, the default first."""
        node = places.node(request, number, access.SEE_MONEY)
        return Response(MethodSerializer(methods.kept_for(node), many=True).data)


class Payments(Listing):
    access = access.SEE_MONEY
    scope = keys.PAY
    serializer_class = PaymentSerializer
    queryset = Payment.objects.none()
    ordering = ("-started_at", "-pk")

    def get_queryset(self) -> QuerySet[Payment]:
        node = places.node(self.request, self.kwargs["number"], access.SEE_MONEY)
        made = Payment.objects.filter(payer__in=places.span(self.request, node).customers)
        return payment_selectors.with_what_went_back(made).select_related("payer").prefetch_related("shares__document")

    @repeatable(request=NewPaymentSerializer, responses={201: PaymentSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Pay documents with a kept method. A declined payment is answered too: its `status` says so."""
        places.node(request, number, access.PAY)
        given, key = self.read(NewPaymentSerializer(data=request.data)), self.repeat_key
        payment = places.payment(request, self._pay(given, key).ref)
        return Response(PaymentSerializer(payment).data, status=status.HTTP_201_CREATED)

    def _pay(self, given: dict[str, Any], key: UUID) -> Payment:
        documents = places.payable(self.request, given["documents"])
        payer = collecting.payer_for(self.request.user, documents)
        method = next((kept for kept in methods.usable_by(payer, places.today(payer)) if kept.pk == given["method"]), None)
        if method is None:
            raise Http404
        return paying.pay(
            actor=self.request.user, documents=documents, method=method, key=key, at=timezone.now(),
            confirmed_minor=given["confirmed_minor"],
            part=paying.part_of(documents, given["part"], given["part_reason"]),
        )  # fmt: skip


class OnePayment(View):
    access = access.SEE_MONEY
    serializer_class = PaymentSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Say what became of a payment."""
        return Response(self.get_serializer(places.payment(request, ref)).data)
