"""Chats and call-backs as our own people work on them."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from accounts.people.models import User
from backoffice import places
from backoffice.api.tickets import StaffMessageSerializer
from support.channels import callbacks
from support.channels.callbacks import Window
from support.channels.chat import chats, presence
from support.channels.chat.models import MOST_AT_ONCE, Chat, Presence
from support.channels.models import CallBack
from window.api.views import Listing, View, repeatable


class DeskChatSerializer(serializers.ModelSerializer):
    """A chat that waits or goes on."""

    ticket = serializers.CharField(source="ticket.ref")
    customer = serializers.CharField(source="ticket.customer.number")
    person = serializers.CharField(source="person.email")
    agent = serializers.CharField(source="agent.email", default=None, allow_null=True)

    class Meta:
        model = Chat
        fields = ("id", "ticket", "customer", "person", "agent", "state", "ending", "started_at", "waiting_since", "ended_at")
        read_only_fields = fields


class DeskCallSerializer(serializers.ModelSerializer):
    """A call that is wanted of us."""

    ticket = serializers.CharField(source="ticket.ref")
    customer = serializers.CharField(source="ticket.customer.number")
    late = serializers.SerializerMethodField()

    class Meta:
        model = CallBack
        fields = (
            "id",
            "ticket",
            "customer",
            "phone",
            "topic",
            "since",
            "until",
            "state",
            "late",
            "tries",
            "asked_at",
            "ended_at",
        )
        read_only_fields = fields

    def get_late(self, callback: CallBack) -> bool:
        return callbacks.is_late(callback, timezone.now())


class PresenceSerializer(serializers.ModelSerializer):
    """Whether one takes chats, and how many at once."""

    state = serializers.ChoiceField(choices=Presence.State.choices)
    at_once = serializers.IntegerField(min_value=1, max_value=MOST_AT_ONCE)

    class Meta:
        model = Presence
        fields = ("state", "at_once", "seen_at")
        read_only_fields = ("seen_at",)


class WordsSerializer(serializers.Serializer):
    """What is said."""

    text = serializers.CharField(max_length=10_000)


class ColleagueSerializer(serializers.Serializer):
    """To whom, by the address they sign in with."""

    to = serializers.EmailField()


class ClosingSerializer(serializers.Serializer):
    """Closing words; with them the ticket is resolved, without it stays open."""

    words = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")


class SpokenSerializer(serializers.Serializer):
    """What was said on the phone."""

    words = serializers.CharField(max_length=10_000)


class AnotherTimeSerializer(serializers.Serializer):
    """Another window, or none: the same."""

    since = serializers.DateTimeField(required=False, allow_null=True, default=None)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class MyPresence(View):
    access = access.WORK_TICKETS
    serializer_class = PresenceSerializer

    @extend_schema(request=PresenceSerializer, responses=PresenceSerializer)
    def post(self, request: Request) -> Response:
        """Say whether you take chats and how many at once; sent again, it also says that you are still there."""
        said = self.read(PresenceSerializer(data=request.data))
        return Response(self.get_serializer(presence.declare(actor=request.user, at=timezone.now(), **said)).data)


class OpenChats(Listing):
    access = access.WORK_TICKETS
    serializer_class = DeskChatSerializer
    queryset = Chat.objects.none()
    ordering = ("waiting_since", "pk")

    def get_queryset(self) -> QuerySet[Chat]:
        return chats.visible_to(self.request.user).open()


class PickUps(View):
    access = access.WORK_TICKETS
    serializer_class = DeskChatSerializer

    @extend_schema(request=None, responses=DeskChatSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take a chat that waits. Of two at once one gets it; the other is told who has it."""
        taken = chats.pick_up(actor=request.user, chat=places.chat(request, pk), at=timezone.now())
        return Response(self.get_serializer(taken).data)


class Words(View):
    access = access.WORK_TICKETS
    serializer_class = StaffMessageSerializer

    @repeatable(request=WordsSerializer, responses={201: StaffMessageSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Say something in a chat you have."""
        chat, key = places.chat(request, pk), self.repeat_key
        given = self.read(WordsSerializer(data=request.data))
        message = chats.say(actor=request.user, chat=chat, key=key, at=timezone.now(), **given)
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)


class HandOvers(View):
    access = access.WORK_TICKETS
    serializer_class = DeskChatSerializer

    @extend_schema(request=ColleagueSerializer, responses=DeskChatSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Give a chat you have to a colleague who is there."""
        chat, given = places.chat(request, pk), self.read(ColleagueSerializer(data=request.data))
        to = User.objects.filter(email=given["to"], staff_profile__isnull=False).first()
        if to is None:
            raise serializers.ValidationError({"to": ["Nobody of us signs in with this address."]})
        handed = chats.hand_over(actor=request.user, chat=chat, to=to, at=timezone.now())
        return Response(self.get_serializer(handed).data)


class Endings(View):
    access = access.WORK_TICKETS
    serializer_class = DeskChatSerializer

    @extend_schema(request=ClosingSerializer, responses=DeskChatSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """End a chat you have; twice ends it once."""
        chat, given = places.chat(request, pk), self.read(ClosingSerializer(data=request.data))
        ended = chats.end(actor=request.user, chat=chat, words=given["words"], at=timezone.now())
        return Response(self.get_serializer(ended).data)


class WantedCalls(Listing):
    access = access.WORK_TICKETS
    serializer_class = DeskCallSerializer
    queryset = CallBack.objects.none()
    ordering = ("until", "pk")

    def get_queryset(self) -> QuerySet[CallBack]:
        return callbacks.waiting(self.request.user)


class Tries(View):
    access = access.WORK_TICKETS
    serializer_class = DeskCallSerializer

    @extend_schema(request=AnotherTimeSerializer, responses=DeskCallSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Note that you called and reached nobody, and when you try again."""
        found, given = places.callback(request, pk), self.read(AnotherTimeSerializer(data=request.data))
        window = Window(given["since"], given["until"]) if given["since"] and given["until"] else None
        tried = callbacks.try_again(actor=request.user, callback=found, at=timezone.now(), window=window)
        return Response(self.get_serializer(tried).data)


class CallsMade(View):
    access = access.WORK_TICKETS
    serializer_class = DeskCallSerializer

    @extend_schema(request=SpokenSerializer, responses=DeskCallSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Note that you spoke, and what was said: the customer reads it on the ticket."""
        found, given = places.callback(request, pk), self.read(SpokenSerializer(data=request.data))
        made = callbacks.done(actor=request.user, callback=found, words=given["words"], at=timezone.now())
        return Response(self.get_serializer(made).data)
