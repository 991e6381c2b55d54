"""Privacy: asking for everything about oneself or a customer, and fetching it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tasks
from accounts.people import access, keys
from accounts.people.routes import asks_again
from accounts.privacy import exporting
from accounts.privacy.models import Export
from portal import places
from window.api.views import Listing, View
from window.downloads import download


class ExportSerializer(serializers.ModelSerializer):
    """An export that was asked for; fetch it at `exports/{token}/` once `ready_at` is set, until `expires_at`."""

    what = serializers.SerializerMethodField(help_text='"person" or "customer".')

    class Meta:
        model = Export
        fields = ("token", "what", "asked_at", "ready_at", "expires_at")
        read_only_fields = fields

    def get_what(self, export: Export) -> str:
        return "customer" if export.customer_id else "person"


class AskedExportSerializer(serializers.Serializer):
    """Whose data: one's own, or the customer's with everything below."""

    what = serializers.ChoiceField(choices=["person", "customer"], default="person")


@asks_again
class Exports(Listing):
    access = access.SEE_CUSTOMER
    scope = keys.PEOPLE
    serializer_class = ExportSerializer
    queryset = Export.objects.none()
    ordering = ("-asked_at", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the exports the viewer asked for."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Export]:
        places.node(self.request, self.kwargs["number"])
        return Export.objects.filter(asked_by=self.request.user).defer("content")

    @extend_schema(request=AskedExportSerializer, responses={201: ExportSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Ask for everything; one that is being prepared already is refused."""
        node, at = places.node(request, number), timezone.now()
        if self.read(AskedExportSerializer(data=request.data))["what"] == "customer":
            made = exporting.ask_for_customer(actor=request.user, customer=node, at=at)
        else:
            made = exporting.ask_for_person(actor=request.user, person=request.user, at=at)
        tasks.tend_privacy.delay()
        return Response(ExportSerializer(made).data, status=status.HTTP_201_CREATED)


class ExportFile(View):
    access = access.SEE_CUSTOMER
    serializer_class = ExportSerializer

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: UUID) -> HttpResponse:
        """Fetch an export one asked for oneself."""
        found = exporting.to_fetch(token, viewer=request.user, at=timezone.now())
        if found is None:
            raise Http404
        return download(
            bytes(found.content), name=f"accord-{timezone.localdate(found.ready_at)}.zip", content_type="application/zip"
        )
