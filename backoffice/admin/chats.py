"""Chats, calls that were wanted, and who is there for chats: to look at. How long a chat waits is a value of policy."""

from django.contrib import admin

from backoffice.admin.base import LookingAdmin
from support.channels.chat.models import Chat, Presence
from support.channels.models import CallBack


@admin.register(Chat)
class ChatAdmin(LookingAdmin):
    """Every chat: who waited, who came, how it ended. Its words are the ticket's."""

    list_display = ("started_at", "ticket", "person", "agent", "state", "ending", "picked_up_at", "ended_at")
    list_filter = ("state", "ending")
    list_select_related = ("ticket", "person", "agent")
    fields = (
        "ticket",
        "person",
        "agent",
        "state",
        "ending",
        "started_at",
        "waiting_since",
        "picked_up_at",
        "ended_at",
        "seen_at",
    )
    ordering = ("-started_at", "-pk")


@admin.register(CallBack)
class CallBackAdmin(LookingAdmin):
    """Every call that was wanted, and what became of it."""

    list_display = ("asked_at", "ticket", "topic", "since", "until", "state", "tries", "called_by")
    list_filter = ("state",)
    list_select_related = ("ticket", "called_by")
    fields = (
        "ticket",
        "person",
        "phone",
        "topic",
        "since",
        "until",
        "state",
        "tries",
        "tried_at",
        "asked_at",
        "ended_at",
        "called_by",
    )
    ordering = ("-asked_at", "-pk")


@admin.register(Presence)
class PresenceAdmin(LookingAdmin):
    """Who is there for chats; each says so at their own desk."""

    list_display = ("agent", "state", "at_once", "changed_at", "seen_at")
    list_filter = ("state",)
    list_select_related = ("agent",)
    fields = ("agent", "state", "at_once", "changed_at", "seen_at")
    ordering = ("agent",)
