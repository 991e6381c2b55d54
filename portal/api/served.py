"""Whom a customer serves, and the tickets it raises for them. What was raised for another is read here and nowhere else."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.relation_models import Relation
from accounts.people import access, keys
from portal import places
from portal.api.help import ReplySerializer
from support.tickets import behalf, conversation
from support.tickets.models import Ticket
from window.api.views import Listing, View, repeatable


class ServedSerializer(serializers.ModelSerializer):
    """A customer that is served: its name and number, and whether tickets are raised for it."""

    kind = serializers.CharField(source="kind.label")
    number = serializers.CharField(source="other.number")
    name = serializers.CharField(source="other.name")
    raises_tickets = serializers.SerializerMethodField()

    class Meta:
        model = Relation
        fields = ("id", "kind", "number", "name", "raises_tickets", "since", "until")
        read_only_fields = fields

    def get_raises_tickets(self, relation: Relation) -> bool:
        return relation.kind.shows == relation.kind.Shows.TICKETS


class ForAnotherSerializer(serializers.Serializer):
    """What it is about."""

    subject = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=10_000)
    kind = serializers.ChoiceField(choices=Ticket.Kind.choices, default=Ticket.Kind.OTHER)


class SharedTicketSerializer(serializers.ModelSerializer):
    """A ticket raised for another, as who raised it sees it."""

    customer = serializers.CharField(source="customer.number")

    class Meta:
        model = Ticket
        fields = ("ref", "customer", "subject", "kind", "status", "opened_at", "touched_at")
        read_only_fields = fields


class SaidSerializer(serializers.Serializer):
    """One message; people of the other appear under its name, and of what we gave it is said only that we answered."""

    author = serializers.CharField(source="who")
    from_staff = serializers.BooleanField()
    text = serializers.CharField()
    sent_at = serializers.DateTimeField()


class WholeSharedTicketSerializer(SharedTicketSerializer):
    """A ticket raised for another, with its conversation."""

    messages = serializers.SerializerMethodField()

    class Meta(SharedTicketSerializer.Meta):
        fields = (*SharedTicketSerializer.Meta.fields, "messages")
        read_only_fields = fields

    @extend_schema(responses=SaidSerializer(many=True))
    def get_messages(self, ticket: Ticket) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = SaidSerializer(behalf.told(ticket, behalf.messages_of(ticket)), many=True).data
        return said


class Served(Listing):
    access = access.SEE_CUSTOMER
    serializer_class = ServedSerializer
    queryset = Relation.objects.none()
    ordering = ("-since", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List whom a customer serves today."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Relation]:
        node = places.node(self.request, self.kwargs["number"])
        held = access.relations_within_reach(self.request.user)
        return held.filter(customer__in=node.as_one()).select_related("kind", "other")


class ServedTickets(Listing):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = SharedTicketSerializer
    queryset = Ticket.objects.none()
    ordering = ("-touched_at", "-pk")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the tickets raised for a customer that is served."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Ticket]:
        return behalf.shared_with(self.request.user, self._relation()).select_related("customer")

    def _relation(self) -> Relation:
        node = places.node(self.request, self.kwargs["number"], access.ASK_FOR_HELP)
        return places.relation(self.request, node, self.kwargs["pk"])

    @repeatable(request=ForAnotherSerializer, responses={201: WholeSharedTicketSerializer})
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Raise a ticket for a customer that is served."""
        relation, key = self._relation(), self.repeat_key
        given = self.read(ForAnotherSerializer(data=request.data))
        asked = {"actor": request.user, "customer": behalf.customer_of(relation), "relation": relation}
        ticket = conversation.open_ticket(key=key, at=timezone.now(), **asked, **given)
        return Response(WholeSharedTicketSerializer(ticket).data, status=status.HTTP_201_CREATED)


class SharedTicketView(View):
    access = access.SEE_CUSTOMER
    serializer_class = WholeSharedTicketSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Return a ticket raised for another, with what was said on it."""
        return Response(self.get_serializer(places.shared_ticket(request, ref)).data)


class SharedReplies(View):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = WholeSharedTicketSerializer

    @repeatable(request=ReplySerializer, responses={201: WholeSharedTicketSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Add a message to a ticket raised for another."""
        ticket, key = places.shared_ticket(request, ref), self.repeat_key
        given = self.read(ReplySerializer(data=request.data))
        conversation.reply(actor=request.user, ticket=ticket, key=key, at=timezone.now(), **given)
        return Response(self.get_serializer(ticket).data, status=status.HTTP_201_CREATED)
