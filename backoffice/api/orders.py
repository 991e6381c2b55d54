"""Orders on their way: what is to be done, for programs that do it."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.days import local_day
from accounts.people import access
from billing.provisioning import fulfilling, progress
from billing.provisioning.models import ProvisioningTask
from window.api.views import Listing, View


class TaskSerializer(serializers.ModelSerializer):
    """A step to be done for a subscription that was ordered."""

    subscription = serializers.CharField(source="subscription.ref")
    customer = serializers.CharField(source="subscription.customer.number")
    product = serializers.CharField(source="subscription.product.code")

    class Meta:
        model = ProvisioningTask
        fields = ("id", "subscription", "customer", "product", "position", "name", "due_on", "done_at", "note")
        read_only_fields = fields


class DoneSerializer(serializers.Serializer):
    """What the customer should know about it, if anything."""

    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AgainSerializer(serializers.Serializer):
    """Why it has to be done again."""

    reason = serializers.CharField(max_length=300)


def _within_reach(request: Request) -> QuerySet[ProvisioningTask]:
    reach = access.customers_within_reach(request.user, access.FULFIL_ORDERS)
    related = ("subscription__customer", "subscription__product", "subscription__contract")
    return progress.within(reach).select_related(*related)


class Tasks(Listing):
    access = access.FULFIL_ORDERS
    serializer_class = TaskSerializer
    queryset = ProvisioningTask.objects.none()
    ordering = ("due_on", "pk")

    def get_queryset(self) -> QuerySet[ProvisioningTask]:
        return _within_reach(self.request).filter(done_at=None)


class Completions(View):
    access = access.FULFIL_ORDERS
    serializer_class = TaskSerializer

    @extend_schema(request=DoneSerializer, responses=TaskSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that a task is done; the customer is told. Doing it again changes nothing."""
        task = get_object_or_404(_within_reach(request), pk=pk)
        given = self.read(DoneSerializer(data=request.data))
        today = local_day(timezone.now(), task.subscription.contract.timezone)
        done = fulfilling.finish(actor=request.user, task=task, at=timezone.now(), today=today, **given)
        return Response(self.get_serializer(done).data)


class Reopenings(View):
    access = access.FULFIL_ORDERS
    serializer_class = TaskSerializer

    @extend_schema(request=AgainSerializer, responses=TaskSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that a task has to be done again, and why; the customer is told."""
        task = get_object_or_404(_within_reach(request), pk=pk)
        given = self.read(AgainSerializer(data=request.data))
        return Response(self.get_serializer(fulfilling.reopen(actor=request.user, task=task, at=timezone.now(), **given)).data)
