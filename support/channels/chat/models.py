"""Chats on tickets, and which of our people are there to take them.

Chats are written by support/channels/chat/chats.py and tending.py, presence by presence.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_AT_ONCE = 10


class ChatQuerySet(models.QuerySet["Chat"]):
    def open(self) -> "ChatQuerySet":
        """Chats that go on: nobody took them yet, or somebody is in them."""
        return self.exclude(state=Chat.State.ENDED)

    def waiting(self) -> "ChatQuerySet":
        """Chats nobody took yet, who came first at the top."""
        return self.filter(state=Chat.State.WAITING).order_by("waiting_since", "pk")


class Chat(models.Model):
    """The stretch of a ticket's conversation that is held live; its words are the ticket's messages.

    Written by support/channels/chat/chats.py, tending.py and reading.py. Steps: STEPS in chats.py.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for somebody")
        LIVE = "live", _("Going on")
        ENDED = "ended", _("Ended")

    class Ending(models.TextChoices):
        AGENT = "agent", _("We ended it")
        CUSTOMER = "customer", _("The customer ended it")
        ABANDONED = "abandoned", _("The customer went away before anybody came")
        NOBODY = "nobody", _("Nobody came in time")
        SILENT = "silent", _("The customer went away")
        RESOLVED = "resolved", _("The ticket was resolved")

    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="chats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    started_at = models.DateTimeField()
    waiting_since = models.DateTimeField(help_text="Since when it waits for somebody, or waited last.")
    picked_up_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(help_text="When the customer's page last showed a sign of life.")
    knows_to = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="The last message that the person has read, or was told of by mail, having left.",
    )

    objects = ChatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=~Q(state="ended"), name="one_open_chat_per_ticket"),
            models.UniqueConstraint(fields=["person"], condition=~Q(state="ended"), name="one_open_chat_per_person"),
            models.CheckConstraint(condition=~Q(state="live") | Q(agent__isnull=False), name="live_chat_has_its_agent"),
            models.CheckConstraint(condition=~Q(state="waiting") | Q(agent=None), name="waiting_chat_has_no_agent"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) & ~Q(ending="")
                | ~Q(state="ended") & Q(ended_at=None, ending=""),
                name="chat_that_ended_says_when_and_how",
            ),
        ]
        indexes = [
            models.Index(fields=["waiting_since", "id"], condition=Q(state="waiting"), name="chat_waiting"),
            models.Index(fields=["agent"], condition=Q(state="live"), name="chat_live_by_agent"),
            models.Index(fields=["seen_at"], name="chat_by_sign_of_life"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: chat of {self.started_at:%Y-%m-%d %H:%M}"


class Presence(models.Model):
    """Whether one of our people takes chats now, and how many at once. Written by support/channels/chat/presence.py."""

    class State(models.TextChoices):
        AVAILABLE = "available", _("Available")
        BUSY = "busy", _("Busy")
        AWAY = "away", _("Away")

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="presence")
    state = models.CharField(max_length=10, choices=State, default=State.AWAY)
    at_once = models.PositiveSmallIntegerField(default=3)
    changed_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "presences"
        constraints = [
            models.CheckConstraint(condition=Q(at_once__gte=1, at_once__lte=MOST_AT_ONCE), name="agent_takes_some_chats_at_once")
        ]

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.state}"
