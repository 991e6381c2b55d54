"""Chats and call-backs: the same as on the pages, for programs that show them elsewhere."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access, keys
from portal import places
from portal.api.customers import SPAN
from portal.api.help import MessageSerializer, ReplySerializer
from support.channels import callbacks
from support.channels.callbacks import Window, Wish
from support.channels.chat import chats
from support.channels.chat.models import Chat
from support.channels.models import CallBack
from support.tickets import conversation
from window.api.views import Listing, View, repeatable

AFTER = OpenApiParameter("after", type=int, description="The id of the last message you have.")
LONGEST_NUMBER = 18  # digits


class ChatSerializer(serializers.ModelSerializer):
    """A chat: the stretch of a ticket's conversation that is held live."""

    ticket = serializers.CharField(source="ticket.ref")
    agent = serializers.SerializerMethodField(help_text="Who of us is in it; empty while it waits.")

    class Meta:
        model = Chat
        fields = ("id", "ticket", "state", "ending", "agent", "started_at", "waiting_since", "picked_up_at", "ended_at")
        read_only_fields = fields

    def get_agent(self, chat: Chat) -> str:
        return str(chat.agent or "")


class BegunSerializer(serializers.Serializer):
    """What became of the first words: a ticket, and the chat on it where somebody is there (null: answered on the ticket)."""

    ticket = serializers.CharField()
    chat = ChatSerializer(allow_null=True)
    answer_by = serializers.DateTimeField(allow_null=True, help_text="By when the ticket is answered where no chat began.")


class NewChatSerializer(serializers.Serializer):
    """What it is about, and the document in question."""

    subject = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=10_000)
    document = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class WindowSerializer(serializers.Serializer):
    """From when until when."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class CallBackSerializer(serializers.ModelSerializer):
    """A call that is or was wanted."""

    ticket = serializers.CharField(source="ticket.ref")
    late = serializers.SerializerMethodField(help_text="Whether its window passed before we called.")

    class Meta:
        model = CallBack
        fields = (
            "id",
            "ticket",
            "phone",
            "topic",
            "since",
            "until",
            "state",
            "late",
            "tries",
            "tried_at",
            "asked_at",
            "ended_at",
        )
        read_only_fields = fields

    def get_late(self, callback: CallBack) -> bool:
        return callbacks.is_late(callback, timezone.now())


class NewCallBackSerializer(WindowSerializer):
    """Which number, about what and when; with a ticket, the call is about that one."""

    phone = serializers.CharField(max_length=60)
    topic = serializers.CharField(max_length=200)
    ticket = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class Chats(View):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = BegunSerializer

    @repeatable(request=NewChatSerializer, responses={201: BegunSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Begin a chat; where nobody is there the words open a ticket, and `answer_by` says by when it is answered."""
        node = places.node(request, number, access.ASK_FOR_HELP)
        given, key, at = self.read(NewChatSerializer(data=request.data)), self.repeat_key, timezone.now()
        document, _line = places.matter(request, given.pop("document"), None)
        about: dict[str, Any] = {"document": document} if document else {}
        ticket = chats.start(actor=request.user, customer=node, key=key, at=at, **given, **about)
        chat = chats.open_on(ticket)
        begun = {"ticket": ticket.ref, "chat": chat, "answer_by": None if chat else chats.standing(node, at).answer_by}
        return Response(self.get_serializer(begun).data, status=status.HTTP_201_CREATED)


class OneChat(View):
    access = access.SEE_CUSTOMER
    serializer_class = ChatSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Return the last chat about a ticket, whether it goes on or not."""
        return Response(self.get_serializer(_chat(request, ref)).data)


class ChatMessages(View):
    access = access.SEE_CUSTOMER
    scope = keys.TICKETS
    serializer_class = MessageSerializer

    @extend_schema(parameters=[AFTER], responses=MessageSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Return what was said after a message, oldest first: who was away reads on exactly there."""
        last = request.GET.get("after", "0")
        if not (last.isascii() and last.isdecimal() and len(last) <= LONGEST_NUMBER):
            raise serializers.ValidationError({"after": [_("Send the id of a message.")]})
        said = chats.said_after(places.ticket(request, ref), request.user, int(last)).select_related("author")
        return Response(self.get_serializer(said, many=True).data)

    @repeatable(request=ReplySerializer, responses={201: MessageSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Say something in the chat; after its end the words are a reply on the ticket."""
        ticket, key = places.ticket(request, ref), self.repeat_key
        if not access.decide(request.user, access.ASK_FOR_HELP, ticket.customer).allowed:
            raise Http404
        given = self.read(ReplySerializer(data=request.data)) | {"actor": request.user, "key": key, "at": timezone.now()}
        chat = chats.open_on(ticket)
        message = chats.say(chat=chat, **given) if chat else conversation.reply(ticket=ticket, **given)
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)


class ChatEndings(View):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = ChatSerializer

    @extend_schema(request=None, responses=ChatSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """End the chat; the ticket stays. Ending it twice ends it once."""
        ended = chats.end(actor=request.user, chat=_chat(request, ref), at=timezone.now())
        return Response(self.get_serializer(ended).data)


class CallWindows(View):
    access = access.SEE_CUSTOMER
    serializer_class = WindowSerializer

    @extend_schema(responses=WindowSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Return the next windows in which we call, within our hours."""
        return Response(self.get_serializer(callbacks.windows(places.node(request, number), timezone.now()), many=True).data)


class CallBacks(Listing):
    access = access.SEE_CUSTOMER
    scope = keys.TICKETS
    serializer_class = CallBackSerializer
    queryset = CallBack.objects.none()
    ordering = ("-asked_at", "-pk")

    @extend_schema(parameters=[SPAN])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the calls wanted by a customer and all below it, the latest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[CallBack]:
        node = places.node(self.request, self.kwargs["number"])
        customers = places.span(self.request, node, access.SEE_CUSTOMER).customers
        return callbacks.visible_to(self.request.user).filter(ticket__customer__in=customers)

    @repeatable(request=NewCallBackSerializer, responses={201: CallBackSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Ask to be called within our hours."""
        node = places.node(request, number, access.ASK_FOR_HELP)
        given, key = self.read(NewCallBackSerializer(data=request.data)), self.repeat_key
        wish = Wish(given["phone"], given["topic"], Window(given["since"], given["until"]))
        asked = {"actor": request.user, "wish": wish, "key": key, "at": timezone.now()}
        if given["ticket"]:
            callback = callbacks.ask_on(ticket=places.ticket(request, given["ticket"]), **asked)
        else:
            callback = callbacks.ask(customer=node, **asked)
        return Response(self.get_serializer(callback).data, status=status.HTTP_201_CREATED)


class CallBackWithdrawals(View):
    access = access.ASK_FOR_HELP
    scope = keys.TICKETS
    serializer_class = CallBackSerializer

    @extend_schema(request=None, responses=CallBackSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take the wish for a call back; twice does it once."""
        found = callbacks.withdraw(actor=request.user, callback=places.callback(request, pk), at=timezone.now())
        return Response(self.get_serializer(found).data)


def _chat(request: Request, ref: str) -> Chat:
    ticket = places.ticket(request, ref)
    found = Chat.objects.filter(ticket=ticket).select_related("ticket__customer", "agent", "person")
    latest = found.order_by("-started_at", "-pk")[:1]
    return get_object_or_404(found.filter(pk__in=latest.values("pk")))
