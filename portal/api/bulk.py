"""Many contract changes out of one file: its rows with their prices, then all or chosen ones made."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from billing import tasks
from billing.amendments.bulk import reading, working
from billing.amendments.bulk.models import BulkChange, BulkChangeRow
from portal import places
from window.api.views import View


class BulkRowSerializer(serializers.ModelSerializer):
    """A row: what it asked for, its quote (its price), and what became of it."""

    given = serializers.DictField(child=serializers.CharField())
    quote = serializers.UUIDField(source="quote_id", allow_null=True)

    class Meta:
        model = BulkChangeRow
        fields = ("number", "given", "status", "reason", "quote")
        read_only_fields = fields


class BulkSerializer(serializers.ModelSerializer):
    """A file of changes with those of its rows that the viewer may see."""

    customer = serializers.CharField(source="customer.number")
    rows = serializers.SerializerMethodField()

    class Meta:
        model = BulkChange
        fields = ("token", "customer", "file_name", "asked_at", "rows")
        read_only_fields = fields

    @extend_schema(responses=BulkRowSerializer(many=True))
    def get_rows(self, bulk: BulkChange) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = BulkRowSerializer(working.rows_for(self.context["request"].user, bulk), many=True).data
        return rows


class NewBulkSerializer(serializers.Serializer):
    """The file as text. The same text again is the same file: it is not read twice."""

    csv = serializers.CharField(max_length=reading.MOST_BYTES, trim_whitespace=False)
    file_name = serializers.CharField(max_length=120, required=False, default="changes.csv")


class ChosenRowSerializer(serializers.Serializer):
    """A row by its number, with the quote whose price is agreed to."""

    row = serializers.IntegerField(min_value=2, max_value=10**6)
    quote = serializers.UUIDField()


class ChosenSerializer(serializers.Serializer):
    """The rows to be made."""

    rows = serializers.ListField(child=ChosenRowSerializer(), min_length=1, max_length=reading.MOST_ROWS)


class BulkChanges(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS
    serializer_class = BulkSerializer

    @extend_schema(request=NewBulkSerializer, responses={201: BulkSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Take a file of changes, whose rows are priced one after the other: ask for it until none is waiting."""
        node = places.node(request, number, access.CHANGE_CONTRACT)
        given = self.read(NewBulkSerializer(data=request.data))
        bulk = working.prepare(
            actor=request.user, customer=node, content=given["csv"].encode(), file_name=given["file_name"], at=timezone.now()
        )
        transaction.on_commit(partial(tasks.work_off_bulk_change.delay, str(bulk.pk)))
        return Response(self.get_serializer(bulk).data, status=status.HTTP_201_CREATED)


class OneBulkChange(View):
    access = access.CHANGE_CONTRACT
    serializer_class = BulkSerializer

    def get(self, request: Request, token: UUID) -> Response:
        """Return a file of changes with what became of each row."""
        return Response(self.get_serializer(places.bulk_change(request, token)).data)


class BulkApplications(View):
    access = access.CHANGE_CONTRACT
    scope = keys.CONTRACTS
    serializer_class = BulkSerializer

    @extend_schema(request=ChosenSerializer, responses=BulkSerializer)
    def post(self, request: Request, token: UUID) -> Response:
        """Let rows be made, each on its own at the quote named with it; doing it again makes nothing twice.

        A row whose price is another by now stays ready and says what changed. Ask for the file until no row is chosen.
        """
        bulk = places.bulk_change(request, token)
        given = self.read(ChosenSerializer(data=request.data))
        quotes = {one["row"]: one["quote"] for one in given["rows"]}
        working.choose(actor=request.user, bulk=bulk, quotes=quotes, at=timezone.now())
        transaction.on_commit(partial(tasks.work_off_bulk_change.delay, str(bulk.pk)))
        return Response(self.get_serializer(bulk).data)
