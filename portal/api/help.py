"""Answers before contact, tickets, and thanks."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from portal import places
from portal.api.customers import SPAN
from support.knowledge import search
from support.tickets import conversation, field_values, filling, threads
from support.tickets.field_models import TicketField
from support.tickets.models import Message, Ticket
from support.voice import praise
from support.voice.models import Praise
from window.api.views import Listing, View, repeatable


class AnswerSerializer(serializers.Serializer):
    """An article that answers a question."""

    ref = serializers.CharField(source="article.ref")
    title = serializers.CharField(source="article.title")
    body = serializers.CharField(source="article.body", help_text="Markdown.")
    action = serializers.CharField(source="article.action", allow_blank=True, help_text="What solves the matter at once.")


class MessageSerializer(serializers.ModelSerializer):
    """One message of a conversation."""

    author = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ("id", "author", "from_staff", "internal", "text", "sent_at")
        read_only_fields = fields

    def get_author(self, message: Message) -> str:
        return str(message.author or "Accord")


class TicketSerializer(serializers.ModelSerializer):
    """A ticket."""

    customer = serializers.CharField(source="customer.number")
    document = serializers.CharField(source="document.ref", default=None, allow_null=True)

    class Meta:
        model = Ticket
        fields = (
            "ref", "customer", "subject", "kind", "priority", "channel", "status", "outcome", "document", "opened_at",
            "touched_at", "resolved_at",
        )  # fmt: skip
        read_only_fields = fields


class WholeTicketSerializer(TicketSerializer):
    """A ticket with its conversation, as far as the reader may know it."""

    fields_filled = serializers.SerializerMethodField()
    messages = serializers.SerializerMethodField()

    class Meta(TicketSerializer.Meta):
        fields = (*TicketSerializer.Meta.fields, "fields_filled", "messages")
        read_only_fields = fields

    @extend_schema(responses=serializers.DictField(help_text="What you see of its fields, by their codes."))
    def get_fields_filled(self, ticket: Ticket) -> dict[str, Any]:
        return {one.field.code: ticket.fields[one.field.code] for one in field_values.shown_on(ticket, staff=False)}

    @extend_schema(responses=MessageSerializer(many=True))
    def get_messages(self, ticket: Ticket) -> list[dict[str, Any]]:
        said = threads.messages_of(ticket, self.context["request"].user).select_related("author")
        messages: list[dict[str, Any]] = MessageSerializer(said, many=True).data
        return messages


class NewTicketSerializer(serializers.Serializer):
    """What it is about; with the document and the line of it that are in question."""

    subject = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=10_000)
    kind = serializers.ChoiceField(choices=Ticket.Kind.choices, default=Ticket.Kind.OTHER)
    document = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    line = serializers.IntegerField(min_value=1, max_value=100_000, required=False, allow_null=True, default=None)
    fields_filled = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True), default=dict,
        help_text="Fields of this kind of ticket by their codes; GET /ticket-fields/ names them.",
    )  # fmt: skip


class FilledSerializer(serializers.Serializer):
    """What is filled in, by the codes of the fields; an empty word takes a value off."""

    fields_filled = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True))


class TicketFieldSerializer(serializers.Serializer):
    """A field of tickets: of which kind (empty: of every kind), what it takes, and when it has to be filled in."""

    code = serializers.CharField()
    kind = serializers.CharField(allow_blank=True)
    label = serializers.CharField(source="name")
    help = serializers.CharField(allow_blank=True)
    type = serializers.ChoiceField(choices=TicketField.Type.choices)
    options = serializers.SerializerMethodField()
    you_fill_it = serializers.SerializerMethodField()
    needed = serializers.CharField(allow_blank=True)

    def get_options(self, asked: TicketField) -> dict[str, str]:
        return dict(asked.choices)

    def get_you_fill_it(self, asked: TicketField) -> bool:
        return asked.customers == TicketField.Customers.FILL


class ReplySerializer(serializers.Serializer):
    """One more message."""

    text = serializers.CharField(max_length=10_000)


class ThanksSerializer(serializers.Serializer):
    """What was good; `for_all`: the words may stand with the name on the wall that everybody who works there reads."""

    words = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")
    for_all = serializers.BooleanField(default=False)


class PraiseSerializer(serializers.ModelSerializer):
    """Thanks given for a ticket."""

    ticket = serializers.CharField(source="ticket.ref")

    class Meta:
        model = Praise
        fields = ("id", "ticket", "words")
        read_only_fields = fields


class Answers(View):
    access = access.SEE_CUSTOMER
    serializer_class = AnswerSerializer

    @extend_schema(
        parameters=[OpenApiParameter("q", type=str, required=True, description="A question in the customer's own words.")],
        responses=AnswerSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Answer a question with up to three articles, the best first; none when nothing fits."""
        question = request.GET.get("q", "").strip()[:1_000]
        found = search.answer(question, viewer=request.user) if question else []
        return Response(self.get_serializer(found, many=True).data)


class Tickets(Listing):
    access = access.SEE_CUSTOMER
    scope = keys.TICKETS
    serializer_class = TicketSerializer
    queryset = Ticket.objects.none()
    ordering = ("-touched_at", "-pk")

    @extend_schema(parameters=[SPAN])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the tickets of a customer and all below it, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Ticket]:
        node = places.node(self.request, self.kwargs["number"])
        customers = places.span(self.request, node, access.SEE_CUSTOMER).customers
        return Ticket.objects.for_customers(customers).standing().select_related("customer", "document")

    @repeatable(request=NewTicketSerializer, responses={201: WholeTicketSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Open a ticket."""
        node = places.node(request, number, access.ASK_FOR_HELP)
        given, key = self.read(NewTicketSerializer(data=request.data)), self.repeat_key
        document, line = places.matter(request, given.pop("document"), given.pop("line"))
        given |= {"actor": request.user, "customer": node, "document": document, "line": line, "key": key}
        ticket = conversation.open_ticket(fields=given.pop("fields_filled"), at=timezone.now(), **given)
        return Response(WholeTicketSerializer(ticket, context={"request": request}).data, status=status.HTTP_201_CREATED)


class OneTicket(View):
    access = access.SEE_CUSTOMER
    serializer_class = WholeTicketSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Return a ticket with its conversation."""
        return Response(self.get_serializer(places.ticket(request, ref)).data)


class Replies(View):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = MessageSerializer

    @repeatable(request=ReplySerializer, responses={201: MessageSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Add a message to a ticket; a resolved one is opened again."""
        ticket, key = places.ticket(request, ref), self.repeat_key
        given = self.read(ReplySerializer(data=request.data))
        message = conversation.reply(actor=request.user, ticket=ticket, key=key, at=timezone.now(), **given)
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)


class TicketFields(View):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = WholeTicketSerializer

    @extend_schema(request=FilledSerializer, responses=WholeTicketSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Fill in fields of a ticket; the same again changes nothing."""
        ticket, given = places.ticket(request, ref), self.read(FilledSerializer(data=request.data))
        filling.fill(actor=request.user, ticket=ticket, given=given["fields_filled"], at=timezone.now())
        return Response(self.get_serializer(places.ticket(request, ref)).data)


class FieldsAsked(View):
    access = access.SEE_CUSTOMER
    serializer_class = TicketFieldSerializer

    @extend_schema(responses=TicketFieldSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Name the fields of tickets that customers see, in their order."""
        asked = TicketField.objects.asked().exclude(customers=TicketField.Customers.NOTHING)
        return Response(self.get_serializer(asked, many=True).data)


class Praises(View):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = PraiseSerializer

    @extend_schema(request=ThanksSerializer, responses={201: PraiseSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Say thanks for a ticket; the words reach whoever helped. Once a ticket."""
        ticket, given = places.ticket(request, ref), self.read(ThanksSerializer(data=request.data))
        given_praise = praise.give(actor=request.user, ticket=ticket, at=timezone.now(), **given)
        return Response(self.get_serializer(given_praise).data, status=status.HTTP_201_CREATED)
