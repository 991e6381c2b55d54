"""Usage of one subscription by program: what each meter measured on each day, the newest day first."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places, usage_shown
from backoffice.usage_shown import DayShown
from billing.usage import selectors
from billing.usage.models import UsageRecord
from window.api.views import Listing


class DayOfUsageSerializer(serializers.Serializer):
    """What one meter measured on one day of the contract, how it makes one number of it, and who told it last and when."""

    day = serializers.DateField()
    meter = serializers.CharField()
    how = serializers.CharField(help_text="In words.")
    used = serializers.DecimalField(max_digits=34, decimal_places=10)
    measurements = serializers.IntegerField()
    told_at = serializers.DateTimeField()
    told_by = serializers.CharField()


class SubscriptionUsage(Listing):
    access = access.SEE_BACKOFFICE
    serializer_class = DayOfUsageSerializer
    queryset = UsageRecord.objects.none()
    ordering = ("-day", "code")

    @extend_schema(responses=DayOfUsageSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what was measured of a subscription, a row for each day and meter. What it costs is said by the invoices."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any, dict[str, Any]]:
        return selectors.by_day(places.subscription(self.request, self.kwargs["ref"]))

    def paginate_queryset(self, queryset: QuerySet[Any, dict[str, Any]]) -> list[DayShown]:
        """Return the rows of one page, with who told them."""
        rows = super().paginate_queryset(queryset) or []
        return usage_shown.shown(places.subscription(self.request, self.kwargs["ref"]), rows)
