"""What waited is mailed once however slow the mail server is, and one mail that cannot be sent holds up no other."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.timeline import delivery
from support.notices import digests, letters, preferences
from support.notices.models import Told
from support.tickets import conversation
from tests.factories import customers, people

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)
MORNING = NIGHT + timedelta(hours=7)
REALLY_SEND = EmailBackend.send_messages


@pytest.fixture
def tree():
    return customers.helios()


@pytest.fixture
def member(tree):
    return people.member(tree.berlin)


def opened(customer, member, subject="Billed twice"):
    return conversation.open_ticket(
        actor=member, customer=customer, subject=subject, text="Please look.", kind="billing", key=uuid4(), at=NIGHT
    )


def held_until_morning(tree, member, count):
    preferences.set_hours(person=member, quiet_since=time(22), quiet_until=time(7), digest_at=time(7), digest_on=0)
    for number in range(count):
        opened(tree.berlin, member, f"Question {number}")
    delivery.deliver_waiting(at=NIGHT + timedelta(minutes=1))
    mail.outbox.clear()


def daily(tree, member, count=1):
    preferences.choose(person=member, group="tickets", way="daily")
    for number in range(count):
        opened(tree.berlin, member, f"Question {number}")
    delivery.deliver_waiting(at=NIGHT + timedelta(minutes=1))
    mail.outbox.clear()


def send(at=MORNING):
    mail.outbox.clear()
    digests.send_due(now=lambda: at)
    return [message.subject for message in mail.outbox]


def test_slow_mail_server_and_a_second_worker_send_each_mail_once(tree, member, monkeypatch):
    held_until_morning(tree, member, 4)
    clock, second_worker = [MORNING], []

    def slowly(backend, messages):
        clock[0] += timedelta(minutes=3)  # within the lease of one mail, beyond that of a whole round
        if not second_worker:
            second_worker.append(True)
            digests.send_due(now=lambda: clock[0])
        return REALLY_SEND(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    for _ in range(4):
        digests.send_due(now=lambda: clock[0])

    assert sorted(message.subject for message in mail.outbox) == sorted({message.subject for message in mail.outbox})
    assert len(mail.outbox) == 4


def test_round_ends_so_that_a_slow_mail_server_holds_no_worker(tree, member, monkeypatch):
    held_until_morning(tree, member, 4)
    clock = [MORNING]

    def slowly(backend, messages):
        clock[0] += timedelta(minutes=1)
        return REALLY_SEND(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)

    assert digests.send_due(now=lambda: clock[0]) == 2


def test_entry_that_cannot_be_written_is_left_out_of_the_digest(tree, member, monkeypatch):
    daily(tree, member, count=3)
    broken = Told.objects.filter(person=member).order_by("pk").first()
    sound = letters.entry

    def entry(activity, person):
        if activity.pk == broken.activity_id:
            raise LookupError("its message is gone")
        return sound(activity, person)

    monkeypatch.setattr(letters, "entry", entry)

    assert send() == ["Your day in Accord: 2 things"]
    broken.refresh_from_db()
    assert (broken.sent_at, broken.tries, broken.fault) == (None, 1, "LookupError('its message is gone')")


def test_mail_that_fails_holds_up_nobody_else(tree, member, monkeypatch):
    other = people.member(tree.berlin, email="other@helios.example")
    daily(tree, member)
    daily(tree, other)

    def refused(backend, messages):
        if member.email in messages[0].to[0]:
            raise ConnectionRefusedError
        return REALLY_SEND(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refused)

    assert send() == ["Your day in Accord: 1 thing"]
    assert [message.to for message in mail.outbox] == [[letters._address(other)]]


def test_mail_refused_again_and_again_is_given_up_and_stays_news(tree, member, monkeypatch):
    daily(tree, member)
    monkeypatch.setattr(EmailBackend, "send_messages", lambda *_: (_ for _ in ()).throw(ConnectionRefusedError()))
    at = MORNING
    for _ in range(digests.MOST_TRIES):
        send(at)
        at += digests.LONGEST_PAUSE

    told = Told.objects.get(person=member)
    assert (told.way, told.due_at, told.tries, told.fault) == ("portal", None, 10, "ConnectionRefusedError()")


def test_mail_that_comes_late_in_quiet_hours_waits_for_their_end(tree, member):
    held_until_morning(tree, member, 1)
    next_night = MORNING + timedelta(hours=16)  # the mail server was away all day

    assert send(next_night) == []
    assert len(send(next_night + timedelta(hours=8))) == 1


@pytest.mark.parametrize(("tries", "minutes"), [(1, 5), (2, 10), (4, 40), (8, 360), (10, 360)])
def test_pauses_grow_up_to_six_hours(tries, minutes):
    assert digests.pause_after(tries) == timedelta(minutes=minutes)
