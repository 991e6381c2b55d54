"""Imports: customers by many rows at once, tried out first, staged behind a gate, and decided on."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.facts import FACTS
from accounts.customers.importing import Row
from accounts.people import access
from accounts.quality import staging
from accounts.quality.models import StagedImport
from window.api.views import Listing, View

MOST_ROWS = 5_000
DECISIONS = {"release": staging.release, "drop": staging.drop}


class FactsField(serializers.DictField):
    """Facts of a customer by the names of accounts/customers/facts.py."""

    child = serializers.CharField(max_length=500, allow_blank=True)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Refuse names that are none of ours, without repeating them."""
        if isinstance(data, dict) and not set(data) <= set(FACTS):
            raise serializers.ValidationError(_("One of these is no fact kept of customers."))
        found: dict[str, str] = super().to_internal_value(data)
        return found


class RowSerializer(serializers.Serializer):
    """One customer: a `ref` of your own that it is known by, and its facts. An empty fact changes nothing."""

    ref = serializers.CharField(max_length=200)
    name = serializers.CharField(max_length=300)
    kind = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    parents = serializers.ListField(child=serializers.CharField(max_length=200), required=False, default=list, max_length=20)
    facts = FactsField(required=False, default=dict)


class NewImportSerializer(serializers.Serializer):
    """Rows, the score they should reach, and whether they are only tried out."""

    name = serializers.CharField(max_length=200)
    gate = serializers.IntegerField(min_value=0, max_value=100, default=90)
    default_kind = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    dry_run = serializers.BooleanField(default=False)
    rows = serializers.ListField(child=RowSerializer(), min_length=1, max_length=MOST_ROWS)


class FaultSerializer(serializers.Serializer):
    """What is wrong with a row, by the id of the rule that says so."""

    row = serializers.IntegerField()
    ref = serializers.CharField()
    column = serializers.CharField()
    reason = serializers.CharField()
    rule = serializers.CharField()


class GatedSerializer(serializers.Serializer):
    """What would become of the rows; `import_id` names what is staged, to be decided on."""

    score = serializers.FloatField()
    created = serializers.IntegerField(source="result.created")
    updated = serializers.IntegerField(source="result.updated")
    unchanged = serializers.IntegerField(source="result.unchanged")
    refused = serializers.IntegerField(source="result.refused")
    import_id = serializers.IntegerField(source="staged.pk", allow_null=True, default=None)
    faults = FaultSerializer(source="result.faults", many=True)


class StagedSerializer(serializers.ModelSerializer):
    """An import at its gate."""

    score = serializers.FloatField()
    decided_by = serializers.CharField(source="decided_by.email", default=None, allow_null=True)
    counts = serializers.SerializerMethodField()

    class Meta:
        model = StagedImport
        fields = ("id", "name", "score", "gate", "status", "staged_at", "decided_by", "decided_at", "counts")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_counts(self, staged: StagedImport) -> dict[str, int]:
        return dict(staged.counts)


class ImportDecisionSerializer(serializers.Serializer):
    """Let it go live as it is, or never."""

    decision = serializers.ChoiceField(choices=list(DECISIONS))


class Imports(Listing):
    access = access.DECIDE_MERGES
    serializer_class = StagedSerializer
    queryset = StagedImport.objects.none()
    ordering = ("-staged_at", "-pk")

    @extend_schema(responses=StagedSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the imports that were staged, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[StagedImport]:
        return StagedImport.objects.defer("rows", "faults").select_related("decided_by")

    @extend_schema(request=NewImportSerializer, responses={200: GatedSerializer, 201: GatedSerializer})
    def post(self, request: Request) -> Response:
        """Stage rows with what would become of them, or only try them out; nothing goes live before it is decided on."""
        given = self.read(NewImportSerializer(data=request.data))
        rows = [Row(**{**row, "parents": tuple(row["parents"])}) for row in given["rows"]]
        common = {"rows": rows, "default_kind": given["default_kind"], "at": timezone.now()}
        if given["dry_run"]:
            return Response(GatedSerializer(staging.try_out(**common)).data)
        gated = staging.stage(actor=request.user, gate=given["gate"], name=given["name"], **common)
        return Response(GatedSerializer(gated).data, status=status.HTTP_201_CREATED)


class ImportDecisions(View):
    access = access.DECIDE_MERGES
    serializer_class = StagedSerializer

    @extend_schema(request=ImportDecisionSerializer, responses=StagedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Let a staged import go live, or drop it."""
        staged = get_object_or_404(StagedImport, pk=pk)
        decide = {"release": staging.release, "drop": staging.drop}[
            self.read(ImportDecisionSerializer(data=request.data))["decision"]
        ]
        decide(actor=request.user, staged=staged, at=timezone.now())
        staged.refresh_from_db()
        return Response(StagedSerializer(staged).data)
