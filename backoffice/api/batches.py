"""Batches: who else is hit by an error, putting it right for all of them, what became of each, and taking it back."""

from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places
from support import tasks
from support.remedies.batches import who_else, working
from support.remedies.batches.models import Batch, BatchRow
from window.api import fields
from window.api.views import Listing, View, repeatable


class HitSerializer(serializers.Serializer):
    """A customer hit by the same error: what the remedy would give, and whether you may give it."""

    finding = serializers.CharField(source="finding.ref")
    customer = serializers.CharField(source="finding.customer.number")
    document = serializers.CharField(source="finding.line.document.ref")
    amount = serializers.SerializerMethodField()
    allowed = serializers.BooleanField(source="decision.allowed")
    reason = serializers.CharField(source="decision.reason", allow_blank=True)

    @extend_schema_field(fields.AmountShape)
    def get_amount(self, hit: who_else.Hit) -> dict[str, str]:
        return fields.told(hit.amount)


class BatchRowSerializer(serializers.ModelSerializer):
    """What became of one finding; `words` says why nothing was given or taken back."""

    finding = serializers.CharField(source="finding.ref")
    customer = serializers.CharField(source="finding.customer.number")
    grant = serializers.CharField(source="grant.ref", default=None, allow_null=True)

    class Meta:
        model = BatchRow
        fields = ("finding", "customer", "status", "grant", "words")
        read_only_fields = fields


class BatchSerializer(serializers.ModelSerializer):
    """One remedy over several findings with the same cause."""

    finding = serializers.CharField(source="finding.ref")
    made_by = serializers.CharField(source="made_by.email")

    class Meta:
        model = Batch
        fields = ("id", "finding", "remedy", "made_by", "made_at")
        read_only_fields = fields


class WholeBatchSerializer(BatchSerializer):
    """A batch with its rows."""

    rows = serializers.SerializerMethodField()

    class Meta(BatchSerializer.Meta):
        fields = (*BatchSerializer.Meta.fields, "rows")
        read_only_fields = fields

    @extend_schema_field(BatchRowSerializer(many=True))
    def get_rows(self, batch: Batch) -> list[dict[str, object]]:
        return list(BatchRowSerializer(working.rows_of(batch), many=True).data)


class NewBatchSerializer(serializers.Serializer):
    """The findings chosen among those hit by the same error."""

    chosen = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=who_else.MOST)


class UndoneBatchSerializer(serializers.Serializer):
    """Why; the customers read it."""

    reason = serializers.CharField(max_length=300)


class Hits(View):
    access = access.GRANT_REMEDY
    serializer_class = HitSerializer

    @extend_schema(responses=HitSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """List who was hit by the same error as a finding, with what each would be given."""
        hits = who_else.hit_by_the_same(request.user, places.finding_on_a_line(request, ref), at=timezone.now())
        return Response(HitSerializer(hits, many=True).data)


class FindingBatches(View):
    access = access.GRANT_REMEDY
    serializer_class = WholeBatchSerializer

    @repeatable(request=NewBatchSerializer, responses={201: WholeBatchSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Begin a batch for the findings chosen; a worker gives row by row, ask again how it went."""
        finding, chosen = places.finding_on_a_line(request, ref), self.read(NewBatchSerializer(data=request.data))["chosen"]
        made = working.begin(actor=request.user, finding=finding, chosen=chosen, key=self.repeat_key, at=timezone.now())
        transaction.on_commit(partial(tasks.work_off_batch.delay, made.pk))
        return Response(WholeBatchSerializer(made).data, status=status.HTTP_201_CREATED)


class Batches(Listing):
    access = access.SEE_BACKOFFICE
    serializer_class = BatchSerializer
    queryset = Batch.objects.none()
    ordering = ("-made_at", "-pk")

    def get_queryset(self) -> QuerySet[Batch]:
        return working.visible_to(self.request.user)


class OneBatch(View):
    access = access.SEE_BACKOFFICE
    serializer_class = WholeBatchSerializer

    def get(self, request: Request, pk: int) -> Response:
        """Say what became of each row."""
        return Response(WholeBatchSerializer(get_object_or_404(working.visible_to(request.user), pk=pk)).data)


class BatchUndoings(View):
    access = access.SEE_BACKOFFICE
    serializer_class = WholeBatchSerializer

    @extend_schema(request=UndoneBatchSerializer, responses=WholeBatchSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take back what a batch gave: who made it, or finance."""
        found = get_object_or_404(working.visible_to(request.user), pk=pk)
        reason = self.read(UndoneBatchSerializer(data=request.data))["reason"]
        working.undo(actor=request.user, batch=found, reason=reason, at=timezone.now())
        return Response(WholeBatchSerializer(found).data)
