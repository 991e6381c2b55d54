"""Invoice runs: what ran and how far it is, asking for one, and what is held for a person."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from billing import tasks
from billing.invoices.running import asking, holding
from billing.invoices.running.models import BillingRun, BillingWork
from window.api.views import Listing, View


class RunSerializer(serializers.ModelSerializer):
    """A run: what it issued so far, and for how many payers it waits, held something or failed."""

    begun_by = serializers.CharField(source="begun_by.email", default=None, allow_null=True)
    invoices = serializers.IntegerField()
    credit_notes = serializers.IntegerField()
    lines = serializers.IntegerField()
    waiting = serializers.IntegerField()
    held = serializers.IntegerField()
    failed = serializers.IntegerField()

    class Meta:
        model = BillingRun
        fields = (
            "id", "on", "begun_at", "finished_at", "begun_by", "invoices", "credit_notes", "lines", "waiting", "held", "failed",
        )  # fmt: skip
        read_only_fields = fields


class RunDaySerializer(serializers.Serializer):
    """The day up to which everything due is billed."""

    on = serializers.DateField()


class HeldSerializer(serializers.ModelSerializer):
    """The documents of a payer that look wrong: why, and what they would be. Amounts are minor units."""

    on = serializers.DateField(source="run.on")
    payer = serializers.CharField(source="payer.number")
    drafts = serializers.JSONField(help_text="Documents with their lines, as they would be issued.")

    class Meta:
        model = BillingWork
        fields = ("id", "on", "payer", "status", "reason", "drafts")
        read_only_fields = fields


class ReleasedSerializer(serializers.Serializer):
    """The numbers of what was issued."""

    issued = serializers.ListField(child=serializers.CharField())


class Runs(Listing):
    access = access.SEE_BOOKS
    serializer_class = RunSerializer
    queryset = BillingRun.objects.none()
    ordering = ("-begun_at", "-pk")

    def get_queryset(self) -> QuerySet[BillingRun]:
        return _counted()

    @extend_schema(request=RunDaySerializer, responses={201: RunSerializer, 204: None})
    def post(self, request: Request) -> Response:
        """Let workers bill everything due by a day, or go on with that day's run; 204 where nothing is due."""
        given = self.read(RunDaySerializer(data=request.data))
        begun = asking.ask(actor=request.user, on=given["on"], at=timezone.now())
        if begun is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        transaction.on_commit(lambda: tasks.work_off_run.delay(begun.pk))
        return Response(self.get_serializer(_counted().get(pk=begun.pk)).data, status=status.HTTP_201_CREATED)


class Held(Listing):
    access = access.SEE_BOOKS
    serializer_class = HeldSerializer
    queryset = BillingWork.objects.none()
    ordering = ("-pk",)

    def get_queryset(self) -> QuerySet[BillingWork]:
        return BillingWork.objects.held().select_related("run", "payer")


class HoldReleases(View):
    access = access.RUN_BILLING
    serializer_class = ReleasedSerializer

    @extend_schema(request=None, responses=ReleasedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Issue what was held, as it was seen; refused when something changed since."""
        issued = holding.release(actor=request.user, work=_work(pk), on=timezone.localdate(), at=timezone.now())
        return Response(self.get_serializer({"issued": [str(document.ref) for document in issued]}).data)


class HoldDiscards(View):
    access = access.RUN_BILLING
    serializer_class = HeldSerializer

    @extend_schema(request=None, responses=HeldSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Throw away what was held; the next run looks at the payer again."""
        work = _work(pk)
        holding.discard(actor=request.user, work=work, at=timezone.now())
        work.refresh_from_db(fields=["status"])
        return Response(self.get_serializer(work).data)


def _work(pk: int) -> BillingWork:
    return get_object_or_404(BillingWork.objects.select_related("payer", "run"), pk=pk)


def _counted() -> QuerySet[BillingRun]:
    sums: dict[str, Any] = {name: Sum(f"work__{name}", default=0) for name in ("invoices", "credit_notes", "lines")}
    counts = {name: Count("work", filter=Q(work__status=name)) for name in ("waiting", "held", "failed")}
    return BillingRun.objects.select_related("begun_by").annotate(**sums, **counts)
