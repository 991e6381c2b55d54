"""Tickets: the queue, what may be done about one, doing it, and deciding what a colleague asked for."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import docket, places
from support.remedies import approvals, resolution
from support.remedies.models import Approval, Grant
from support.tickets import conversation, threads
from support.tickets.models import Message, Ticket
from support.voice import promises
from window.api import fields
from window.api.views import Listing, View, repeatable


class WorkedTicketSerializer(serializers.ModelSerializer):
    """A ticket as it is worked on."""

    customer = serializers.CharField(source="customer.number")
    assignee = serializers.CharField(source="assignee.email", default=None, allow_null=True)
    fields_filled = serializers.DictField(source="fields", read_only=True, help_text="Values by the codes of their fields.")

    class Meta:
        model = Ticket
        fields = (
            "ref", "customer", "subject", "kind", "priority", "channel", "status", "outcome", "assignee", "opened_at",
            "touched_at", "due_at", "due_clock", "fields_filled",
        )  # fmt: skip
        read_only_fields = fields


class DecisionSerializer(serializers.Serializer):
    """What a rule says: allowed, or the code and the reason, and who could say yes."""

    allowed = serializers.BooleanField()
    code = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    approver = serializers.CharField(allow_blank=True)


class ProposalSerializer(serializers.Serializer):
    """A remedy worth offering; `fields` is what to send back to give it."""

    remedy = serializers.CharField(source="remedy.code")
    label = serializers.CharField(source="remedy.label")
    amount = serializers.SerializerMethodField()
    decision = DecisionSerializer()
    closing_text = serializers.CharField()
    fields_to_send = serializers.DictField(source="fields", child=serializers.CharField())

    @extend_schema(responses=fields.AmountShape)
    def get_amount(self, proposal: resolution.Proposal) -> dict[str, str]:
        return fields.told(proposal.amount)


class AskedSerializer(serializers.Serializer):
    """Which remedy, with the terms a proposal named."""

    remedy = serializers.CharField(max_length=40)
    terms = serializers.DictField(child=serializers.CharField(max_length=200), default=dict)
    resolve = serializers.BooleanField(default=True, help_text="Whether the ticket ends with it.")
    ask = serializers.BooleanField(default=False, help_text="Over your authority: true asks for approval (202), else 403.")


class GrantSerializer(serializers.ModelSerializer):
    """A remedy given, or waiting for approval: `status` says which."""

    ticket = serializers.CharField(source="ticket.ref")
    customer = serializers.CharField(source="customer.number")
    amount = fields.AmountField("amount_minor")
    document = serializers.CharField(source="document.ref", default=None, allow_null=True)
    decision = serializers.DictField()

    class Meta:
        model = Grant
        fields = ("ref", "ticket", "customer", "remedy", "status", "amount", "document", "asked_at", "granted_at", "decision")
        read_only_fields = fields


class StaffMessageSerializer(serializers.ModelSerializer):
    """A message just written."""

    class Meta:
        model = Message
        fields = ("id", "internal", "text", "sent_at")
        read_only_fields = fields


class WordSerializer(serializers.Serializer):
    """What a reply promises, and the last day on which it is kept in time."""

    what = serializers.CharField(max_length=200)
    due_on = serializers.DateField()


class StaffReplySerializer(serializers.Serializer):
    """An answer to the customer, or a note for colleagues."""

    text = serializers.CharField(max_length=10_000)
    internal = serializers.BooleanField(default=False)
    asks = serializers.BooleanField(default=False, help_text="We asked something: the ticket waits for the customer.")
    promise = WordSerializer(required=False, allow_null=True, default=None)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """A note promises the customer nothing."""
        if given["internal"] and given["promise"]:
            raise serializers.ValidationError({"promise": _("A note promises the customer nothing.")})
        return given


class ApprovalSerializer(serializers.ModelSerializer):
    """A remedy that waits for a decision."""

    grant = GrantSerializer()
    asked_by = serializers.CharField(source="grant.asked_by.email")

    class Meta:
        model = Approval
        fields = ("id", "status", "approver_level", "asked_at", "asked_by", "grant", "note", "decided_at")
        read_only_fields = fields


class AnswerSerializer(serializers.Serializer):
    """Yes, or no with a reason."""

    approve = serializers.BooleanField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class Queue(Listing):
    access = access.WORK_TICKETS
    serializer_class = WorkedTicketSerializer
    queryset = Ticket.objects.none()
    ordering = ("-opened_at", "-pk")

    @extend_schema(parameters=[OpenApiParameter("status", type=str, enum=Ticket.Status.values, description="Only these.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List tickets, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Ticket]:
        found = threads.visible_to(self.request.user).select_related("customer", "assignee")
        wanted = self.request.GET.get("status")
        return found.filter(status=wanted) if wanted else found


class Remedies(View):
    access = access.WORK_TICKETS
    serializer_class = ProposalSerializer

    @extend_schema(responses=ProposalSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Say what could be given on a ticket, the best first, and whether it is yours to give."""
        found = resolution.proposals(places.ticket(request, ref), request.user, timezone.now())
        return Response(self.get_serializer(found, many=True).data)


class Grants(View):
    access = access.GRANT_REMEDY
    serializer_class = GrantSerializer
    refused_as = 403

    @repeatable(request=AskedSerializer, responses={201: GrantSerializer, 202: GrantSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Give a remedy (201). Over your authority it is refused (403), or sent for approval (202) when you `ask`."""
        ticket, key = places.ticket(request, ref), self.repeat_key
        asked = self.read(AskedSerializer(data=request.data))
        named = {"ticket": ticket.ref} | asked["terms"]
        remedy, terms = resolution.read(asked["remedy"], named, key=key, resolve=asked["resolve"])
        given = {"remedy": remedy, "terms": terms, "may_ask": asked["ask"]}
        grant = resolution.grant(actor=request.user, ticket=ticket, at=timezone.now(), **given)
        done = grant.status == Grant.Status.GRANTED
        return Response(GrantSerializer(grant).data, status=status.HTTP_201_CREATED if done else status.HTTP_202_ACCEPTED)


class StaffReplies(View):
    access = access.WORK_TICKETS
    serializer_class = StaffMessageSerializer

    @repeatable(request=StaffReplySerializer, responses={201: StaffMessageSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Answer the customer, with a promise if you make one, or leave a note."""
        ticket, key = places.ticket(request, ref), self.repeat_key
        given = self.read(StaffReplySerializer(data=request.data))
        sent = {"actor": request.user, "ticket": ticket, "key": key, "at": timezone.now()}
        word, internal = given.pop("promise"), given.pop("internal")
        if word:
            message = promises.reply(word=promises.Word(**word), **sent, **given).message
        else:
            message = conversation.reply(internal=internal, **sent, **given)
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)


class Approvals(Listing):
    access = access.DECIDE_APPROVALS
    serializer_class = ApprovalSerializer
    queryset = Approval.objects.none()
    ordering = ("asked_at", "pk")

    def get_queryset(self) -> QuerySet[Approval]:
        return approvals.waiting_for(self.request.user, at=timezone.now()).select_related("grant__document")


class Decisions(View):
    access = access.DECIDE_APPROVALS
    serializer_class = ApprovalSerializer
    refused_as = 403

    @extend_schema(request=AnswerSerializer, responses=ApprovalSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Approve what a colleague asked for, or turn it down with a reason; the same answer again changes nothing."""
        approval = get_object_or_404(docket.visible_to(request.user), pk=pk)
        answer = self.read(AnswerSerializer(data=request.data))
        decided = approvals.decide(
            actor=request.user, approval=approval, approve=answer["approve"], note=answer["note"], at=timezone.now()
        )
        return Response(self.get_serializer(decided).data)
