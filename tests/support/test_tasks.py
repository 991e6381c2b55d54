"""What the worker does for support by the clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.timeline.models import Activity
from support.channels.chat.models import Chat
from support.tasks import tend_chats, watch_the_clock
from support.tickets.models import Ticket
from tests.factories import chats, support

pytestmark = pytest.mark.django_db


def test_worker_lets_tickets_climb_tells_of_broken_promises_and_does_it_once():
    at = timezone.now() - timedelta(days=60)
    late, promised = support.ticket(at=at), support.ticket(at=at)
    support.promise(promised, due_on=at.date() + timedelta(days=1), at=at)
    Ticket.objects.filter(pk=late.pk).update(reckoned_at=None, next_step_at=None, due_at=None)

    watch_the_clock()
    watch_the_clock()

    told = Activity.objects.filter(kind__in=["support.ticket_escalated", "support.promise_broken"]).order_by("kind", "pk")
    assert told.filter(kind="support.promise_broken").count() == 1
    assert "80 % of the target for “First response” are used up" in [each.facts.get("why") for each in told]
    assert Ticket.objects.get(pk=late.pk).due_clock == "first_response"
    assert told.filter(about_ref=late.ref).count() == len({each.facts["why"] for each in told.filter(about_ref=late.ref)})


def test_worker_makes_a_ticket_of_a_chat_nobody_took():
    chats.waiting(at=timezone.now() - timedelta(hours=1))

    tend_chats()
    tend_chats()

    assert Chat.objects.get().ending == "abandoned"
    assert Activity.objects.filter(kind="support.chat_missed").count() == 1
