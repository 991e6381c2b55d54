"""Service: how long we may take on a ticket, who speaks alone in a conflict, escalated accounts, and what customers told us."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places
from support.service_levels.models import AccountEscalation
from support.tickets import account_escalation, conflict, deadlines, escalation
from support.tickets.models import Ticket
from support.voice import feedback
from support.voice.models import Feedback
from window.api.views import Listing, View


class ClockSerializer(serializers.Serializer):
    """One clock of a ticket: what it waits for, by when, and how much of it ran. Minutes are those of the calendar."""

    kind = serializers.CharField(source="run.kind")
    target_minutes = serializers.IntegerField(source="target.minutes", default=None, allow_null=True)
    used_minutes = serializers.SerializerMethodField()
    going = serializers.BooleanField(source="is_going")
    breached = serializers.SerializerMethodField()
    since = serializers.DateTimeField(source="run.since")
    stopped_at = serializers.DateTimeField(source="run.stopped_at", allow_null=True)
    risk_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="Empty while it waits for the customer.")

    def get_used_minutes(self, clock: deadlines.Clock) -> int:
        return clock.used // deadlines.MINUTE

    def get_breached(self, clock: deadlines.Clock) -> bool:
        return clock.is_breached(self.context["at"])


class DeadlinesSerializer(serializers.Serializer):
    """All clocks of a ticket, the step of the ladder it has reached (0: none), and why its account is escalated, if it is."""

    clocks = ClockSerializer(many=True)
    ladder_step = serializers.IntegerField()
    account_escalated = serializers.CharField(allow_blank=True)


class ConflictSerializer(serializers.Serializer):
    """Who speaks alone for us on a ticket; empty: everybody may."""

    ticket = serializers.CharField(source="ref")
    speaker = serializers.CharField(source="speaker.email", default="", allow_blank=True)


class ConflictAskedSerializer(serializers.Serializer):
    """Speak alone, or let everybody speak again."""

    end = serializers.BooleanField(default=False)


class EscalationSerializer(serializers.ModelSerializer):
    """An account that is watched from above, with all below it."""

    customer = serializers.CharField(source="customer.number")
    raised_by = serializers.CharField(source="raised_by.email")

    class Meta:
        model = AccountEscalation
        fields = ("id", "customer", "reason", "raised_by", "raised_at", "ended_at")
        read_only_fields = fields


class EscalationAskedSerializer(serializers.Serializer):
    """Why; others act on it."""

    reason = serializers.CharField(max_length=300)


class HeardSerializer(serializers.ModelSerializer):
    """What a customer told us: praise, a concern or an idea."""

    customer = serializers.CharField(source="customer.number")
    person = serializers.CharField(source="person.email")
    ticket = serializers.CharField(source="ticket.ref", default=None, allow_null=True)

    class Meta:
        model = Feedback
        fields = ("id", "customer", "person", "kind", "words", "given_at", "ticket", "answer_by")
        read_only_fields = fields


class Deadlines(View):
    access = access.SEE_BACKOFFICE
    serializer_class = DeadlinesSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Say by when a ticket is answered and ended, and how that came about."""
        ticket, at = places.ticket(request, ref), timezone.now()
        taken, watched = escalation.highest_step(ticket), account_escalation.covering(ticket.customer)
        told = {
            "clocks": deadlines.sheet_of(ticket, at).clocks,
            "ladder_step": taken.number if taken else 0,
            "account_escalated": watched.reason if watched else "",
        }
        return Response(DeadlinesSerializer(told, context={"at": at}).data)


class Conflicts(View):
    access = access.WORK_TICKETS
    serializer_class = ConflictSerializer

    @extend_schema(request=ConflictAskedSerializer, responses=ConflictSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Speak alone for us on a ticket, or end that; the same again changes nothing."""
        found: Ticket = places.ticket(request, ref)
        if self.read(ConflictAskedSerializer(data=request.data))["end"]:
            found = conflict.end(actor=request.user, ticket=found, at=timezone.now())
        else:
            found = conflict.begin(actor=request.user, ticket=found, speaker=request.user, at=timezone.now())
        return Response(ConflictSerializer(found).data)


class Escalations(Listing):
    access = access.WORK_TICKETS
    serializer_class = EscalationSerializer
    queryset = AccountEscalation.objects.none()
    ordering = ("-raised_at", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the accounts that are escalated, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[AccountEscalation]:
        reach = access.customers_within_reach(self.request.user, access.WORK_TICKETS)
        return account_escalation.going().filter(customer__in=reach)


class CustomerEscalations(View):
    access = access.WORK_TICKETS
    serializer_class = EscalationSerializer

    @extend_schema(request=EscalationAskedSerializer, responses={201: EscalationSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Escalate the account of a customer and all below it; one that is escalated stays as it is."""
        node, reason = places.customer(request, number), self.read(EscalationAskedSerializer(data=request.data))["reason"]
        raised = account_escalation.raise_account(actor=request.user, customer=node, reason=reason, at=timezone.now())
        return Response(EscalationSerializer(raised).data, status=status.HTTP_201_CREATED)


class EscalationEnds(View):
    access = access.WORK_TICKETS
    serializer_class = EscalationSerializer

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, number: str) -> Response:
        """End the escalation of this very customer; where there is none nothing changes."""
        account_escalation.end(actor=request.user, customer=places.customer(request, number), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Heard(Listing):
    access = access.WORK_TICKETS
    serializer_class = HeardSerializer
    queryset = Feedback.objects.none()
    ordering = ("-given_at", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the praise, concerns and ideas of customers, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Feedback]:
        return feedback.visible_to(self.request.user)
