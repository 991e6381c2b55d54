"""The finance feed: every remedy the moment it is given; acknowledging it, asking about it, and the day's tie-out."""

from typing import Any, Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from support.remedies import finance_feed, reversing, tie_out
from support.remedies.models import FeedRow, Grant
from window.api import fields
from window.api.views import Listing, View


class FeedRowSerializer(serializers.ModelSerializer):
    """One remedy, in front of finance."""

    grant = serializers.CharField(source="grant.ref")
    remedy = serializers.CharField(source="grant.remedy")
    customer = serializers.CharField(source="grant.customer.number")
    ticket = serializers.CharField(source="grant.ticket.ref")
    document = serializers.CharField(source="grant.document.ref", default=None, allow_null=True)
    given_by = serializers.CharField(source="grant.asked_by.email")
    amount = fields.AmountField("amount_minor")

    class Meta:
        model = FeedRow
        fields = (
            "id", "status", "grant", "remedy", "customer", "ticket", "document", "given_by", "amount", "written_at", "question",
            "acknowledged_at",
        )  # fmt: skip
        read_only_fields = fields


class QuestionSerializer(serializers.Serializer):
    """What finance wants to know."""

    question = serializers.CharField(max_length=finance_feed.LONGEST_QUESTION)


class FinanceAnswerSerializer(serializers.Serializer):
    """What is answered to finance."""

    text = serializers.CharField(max_length=finance_feed.LONGEST_QUESTION)


class ReasonSerializer(serializers.Serializer):
    """Why a remedy is taken back; the customer reads it."""

    reason = serializers.CharField(max_length=reversing.LONGEST_REASON)


class TieOutSerializer(serializers.Serializer):
    """One day's remedies in one currency, by the feed, the documents and the ledger."""

    day = serializers.DateField()
    feed = serializers.CharField(source="feed.number")
    documents = serializers.CharField(source="documents.number")
    ledger = serializers.CharField(source="ledger.number")
    currency = serializers.CharField(source="feed.currency")
    ties = serializers.BooleanField()


class DaySerializer(serializers.Serializer):
    """A day of the books."""

    on = serializers.DateField(required=False, default=None, allow_null=True)


class Feed(Listing):
    access = access.SEE_BOOKS
    serializer_class = FeedRowSerializer
    queryset = FeedRow.objects.none()
    ordering = ("-written_at", "-pk")

    @extend_schema(parameters=[OpenApiParameter("status", type=str, enum=FeedRow.Status.values, description="Only these.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the rows, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[FeedRow]:
        rows, wanted = finance_feed.visible_to(self.request.user), self.request.GET.get("status")
        return rows.filter(status=wanted) if wanted else rows


class Acknowledgements(View):
    access = access.KEEP_BOOKS
    serializer_class = FeedRowSerializer

    @extend_schema(request=None, responses=FeedRowSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take note of a row; doing it again changes nothing."""
        row = get_object_or_404(finance_feed.visible_to(request.user), pk=pk)
        return Response(self.get_serializer(finance_feed.acknowledge(actor=request.user, row=row, at=timezone.now())).data)


MOST_SEEN: Final = 200


class SeenSerializer(serializers.Serializer):
    """The rows that were looked at together."""

    rows = serializers.ListField(
        child=serializers.PrimaryKeyRelatedField(queryset=FeedRow.objects.none()), allow_empty=False, max_length=MOST_SEEN
    )

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        request = self.context.get("request")
        if request:
            found["rows"].child.queryset = finance_feed.visible_to(request.user)
        return found


class DayAcknowledgements(View):
    access = access.KEEP_BOOKS
    serializer_class = FeedRowSerializer

    @extend_schema(request=SeenSerializer, responses=FeedRowSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Take note of several rows, all or none; returns those that were new until now."""
        seen = self.read(SeenSerializer(data=request.data, context={"request": request}))
        taken = finance_feed.acknowledge_all(actor=request.user, rows=seen["rows"], at=timezone.now())
        return Response(self.get_serializer(taken, many=True).data)


class Questions(View):
    access = access.KEEP_BOOKS
    serializer_class = FeedRowSerializer

    @extend_schema(request=QuestionSerializer, responses=FeedRowSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Ask about a row; the question lands on its ticket and with the agent who gave the remedy."""
        row = get_object_or_404(finance_feed.visible_to(request.user), pk=pk)
        asked = self.read(QuestionSerializer(data=request.data))
        return Response(self.get_serializer(finance_feed.query(actor=request.user, row=row, at=timezone.now(), **asked)).data)


class Answers(View):
    access = access.GRANT_REMEDY
    serializer_class = FeedRowSerializer

    @extend_schema(request=FinanceAnswerSerializer, responses=FeedRowSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Answer what finance asked about a row; the answer joins its thread."""
        row = get_object_or_404(finance_feed.asked_of(request.user), pk=pk)
        said = self.read(FinanceAnswerSerializer(data=request.data))
        return Response(self.get_serializer(finance_feed.answer(actor=request.user, row=row, at=timezone.now(), **said)).data)


class Reversals(View):
    access = access.SEE_BACKOFFICE
    serializer_class = FeedRowSerializer

    @extend_schema(request=ReasonSerializer, responses=FeedRowSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Take back what a grant gave by counter-documents: finance, or who gave it until finance has acknowledged it."""
        within = access.customers_within_reach(request.user)
        grant = get_object_or_404(Grant.objects.filter(customer__in=within).select_related("ticket"), ref=ref)
        why = self.read(ReasonSerializer(data=request.data))
        grant = reversing.reverse(actor=request.user, grant=grant, at=timezone.now(), **why)
        return Response(self.get_serializer(grant.feed_row).data)


class TieOuts(View):
    access = access.SEE_BOOKS
    serializer_class = TieOutSerializer

    @extend_schema(parameters=[DaySerializer], responses=TieOutSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Compare feed, documents and ledger for a day; without one, for today."""
        day = self.read(DaySerializer(data=request.GET))["on"] or timezone.localdate()
        return Response(self.get_serializer(tie_out.of_day(day), many=True).data)
