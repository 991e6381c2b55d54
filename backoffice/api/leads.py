"""Needs of customers that agents hand to who sells, and what came of them."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places
from support.offers import leads
from support.offers.leads import Need
from support.offers.models import Lead
from window.api.views import Listing, View, repeatable


class LeadSerializer(serializers.ModelSerializer):
    """What a customer needs, with whom it is and by when, and what came of it."""

    ticket = serializers.CharField(source="ticket.ref")
    customer = serializers.CharField(source="customer.number")
    handed_by = serializers.CharField(source="handed_by.email")
    handed_to = serializers.CharField(source="handed_to.email")

    class Meta:
        model = Lead
        fields = (
            "id", "ticket", "customer", "need", "due_on", "handed_by", "handed_to", "handed_at", "state", "outcome", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


class NeedSerializer(serializers.Serializer):
    """What the customer needs, who sees to it (by e-mail address) and by which day."""

    need = serializers.CharField(max_length=leads.LONGEST)
    to = serializers.EmailField()
    due_on = serializers.DateField()


class LeadStepSerializer(serializers.Serializer):
    """Working on it, or how it ended, with words."""

    to = serializers.ChoiceField(choices=[Lead.State.WORKED_ON.value, *leads.ENDS])
    words = serializers.CharField(max_length=leads.LONGEST, required=False, allow_blank=True, default="")


class Leads(Listing):
    access = access.WORK_TICKETS
    serializer_class = LeadSerializer
    queryset = Lead.objects.none()
    ordering = ("due_on", "pk")

    @extend_schema(responses=LeadSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the needs that were handed over and have not ended, those due first on top."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Lead]:
        return leads.open_for(self.request.user)


class TicketLeads(View):
    access = access.WORK_TICKETS
    serializer_class = LeadSerializer

    @repeatable(request=NeedSerializer, responses={201: LeadSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Hand what the customer of a ticket needs to a colleague."""
        ticket, given = places.ticket(request, ref), self.read(NeedSerializer(data=request.data))
        to = get_object_or_404(leads.sellers(), email__iexact=given["to"])
        need = Need(given["need"], to, given["due_on"])
        made = leads.hand_over(actor=request.user, ticket=ticket, need=need, key=self.repeat_key, at=timezone.now())
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class LeadSteps(View):
    access = access.WORK_TICKETS
    serializer_class = LeadSerializer

    @extend_schema(request=LeadStepSerializer, responses=LeadSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that you work on it, or how it ended; the same step again changes nothing."""
        lead = get_object_or_404(leads.visible_to(request.user), pk=pk)
        step = self.read(LeadStepSerializer(data=request.data))
        return Response(self.get_serializer(leads.move(actor=request.user, lead=lead, at=timezone.now(), **step)).data)
