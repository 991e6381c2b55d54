"""Mail from a mailbox and from a provider: taken once, marked after, and nothing taken from who cannot prove itself."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from support.channels.mail import fetching, taking
from support.channels.models import IncomingMail
from support.tickets.models import Ticket

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = "mailgun-signing-key"


def raw(number=1):
    return (
        f"From: Ada <ada{number}@outside.example>\r\nTo: help@accord.example\r\nSubject: Question {number}\r\n"
        f"Message-ID: <{number}@outside.example>\r\n\r\nHow do I change seats?\r\n"
    ).encode()


class Mailbox:
    """A mail server with one folder: the part of IMAP that is spoken to."""

    def __init__(self, *mails):
        self.mails = {str(number): mail for number, mail in enumerate(mails, 1)}
        self.seen, self.asked, self.client = set(), [], self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Nothing to close."""

    def uids(self, criteria):
        return [uid for uid in self.mails if uid not in self.seen]

    def uid(self, command, uid, what):
        self.asked.append((command, what))
        mail = self.mails[uid]
        return ("OK", [None] if mail is None else [(b"1 (BODY[]<0> {n}", mail), b")"])

    def flag(self, uid, flag, value):
        self.seen.add(uid)


def test_unread_mail_opens_a_ticket_and_is_marked(settings):
    box = Mailbox(raw(1), raw(2))

    assert fetching.fetch(lambda: box, at=NOON) == 2
    assert fetching.fetch(lambda: box, at=NOON) == 0
    assert (Ticket.objects.count(), box.seen) == (2, {"1", "2"})
    assert all("PEEK" in what for _, what in box.asked)


def test_worker_that_died_before_marking_takes_nothing_twice():
    box = Mailbox(raw())
    fetching.fetch(lambda: box, at=NOON)
    box.seen.clear()

    fetching.fetch(lambda: box, at=NOON)

    assert (Ticket.objects.count(), IncomingMail.objects.count(), box.seen) == (1, 1, {"1"})


def test_mail_that_breaks_the_intake_stays_unread_and_the_next_is_taken(monkeypatch):
    box, take = Mailbox(b"broken", raw(2)), taking.take
    monkeypatch.setattr(
        taking, "take", lambda mail, **facts: take(mail, **facts) if mail != b"broken" else (_ for _ in ()).throw(ValueError())
    )

    assert fetching.fetch(lambda: box, at=NOON) == 1
    assert box.seen == {"2"}


def broken_intake(monkeypatch, fault="no such charset"):
    take = taking.take

    def failing(mail, **facts):
        if mail.startswith(b"broken"):
            raise ValueError(fault)
        return take(mail, **facts)

    monkeypatch.setattr(taking, "take", failing)


def test_mails_that_cannot_be_taken_do_not_stop_the_mailbox(monkeypatch):
    broken_intake(monkeypatch)
    box = Mailbox(b"broken 1", b"broken 2", raw(3))

    assert [fetching.fetch(lambda: box, at=NOON, limit=2) for _ in range(4)] == [0, 0, 2, 1]
    assert (Ticket.objects.count(), box.seen) == (1, {"1", "2", "3"})


def test_mail_given_up_is_kept_as_it_came_with_the_reason(monkeypatch):
    broken_intake(monkeypatch)
    box = Mailbox(b"broken, and of use to somebody")

    for _ in range(3):
        fetching.fetch(lambda: box, at=NOON)

    kept = IncomingMail.objects.get()
    assert (kept.outcome, bytes(kept.raw)) == ("refused", b"broken, and of use to somebody")
    assert kept.reason == "It could not be read: ValueError('no such charset')"


def test_mail_whose_keeping_fails_too_stays_unread(monkeypatch):
    broken_intake(monkeypatch)
    monkeypatch.setattr(taking, "refuse", lambda *_, **__: (_ for _ in ()).throw(OSError()))
    box = Mailbox(b"broken while the database is away")

    for _ in range(4):
        fetching.fetch(lambda: box, at=NOON)

    assert box.seen == set()


def test_mail_that_was_moved_meanwhile_is_passed_over():
    box = Mailbox(None, raw(2))

    assert (fetching.fetch(lambda: box, at=NOON), Ticket.objects.count()) == (1, 1)


def test_server_that_is_away_is_a_fault_and_takes_nothing():
    with pytest.raises(ConnectionRefusedError):
        fetching.fetch(fetching.opener(urlsplit("imaps://ada:secret@127.0.0.1:9/INBOX")), at=NOON)
    assert not IncomingMail.objects.exists()


@pytest.fixture(autouse=True)
def nothing_remembered():
    cache.clear()


def posted(settings, *, key=KEY, number=1, token="t" * 50, age=0):
    settings.MAIL_WEBHOOK, settings.MAIL_WEBHOOK_SECRET = "mailgun", KEY
    moment = str(int(timezone.now().timestamp()) - age)
    signature = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    sent = {"timestamp": moment, "token": token, "signature": signature, "recipient": "help@accord.example"}
    return Client(enforce_csrf_checks=True).post("/webhooks/mail/", sent | {"body-mime": raw(number).decode(), "sender": "x"})


def test_mail_a_provider_signed_is_taken_once_however_often_it_is_posted(settings):
    answers = [posted(settings, token=token).status_code for token in ("one", "two", "three")]

    assert (answers, Ticket.objects.count()) == ([200, 200, 200], 1)


def test_signed_post_is_good_once(settings):
    answers = [posted(settings, number=number).status_code for number in (1, 2)]

    assert (answers, Ticket.objects.count()) == ([200, 400], 1)


@pytest.mark.parametrize("age", [301, -310])
def test_signed_post_is_good_for_five_minutes(settings, age):
    assert (posted(settings, age=age).status_code, IncomingMail.objects.count()) == (400, 0)


def test_post_that_could_not_be_kept_may_be_made_again(settings, monkeypatch):
    with monkeypatch.context() as away:
        away.setattr(taking, "take", lambda *_, **__: (_ for _ in ()).throw(OSError()))
        with pytest.raises(OSError):
            posted(settings)

    assert (posted(settings).status_code, Ticket.objects.count()) == (200, 1)


def test_mail_with_a_forged_signature_is_refused(settings):
    assert (posted(settings, key="guessed").status_code, IncomingMail.objects.count()) == (400, 0)


def test_without_a_provider_there_is_no_such_address(settings):
    settings.MAIL_WEBHOOK = ""

    assert Client().post("/webhooks/mail/", {}).status_code == 404


def test_parser_that_signs_in_wrongly_is_refused(settings):
    settings.MAIL_WEBHOOK, settings.MAIL_WEBHOOK_SECRET = "sendgrid", "parser:secret"
    sent = {"email": raw().decode(), "to": "help@accord.example", "envelope": '{"to": ["help@accord.example"], "from": "x@y.z"}'}

    wrong = Client(headers={"Authorization": "Basic cGFyc2VyOndyb25n"}).post("/webhooks/mail/", sent)
    right = Client(headers={"Authorization": "Basic cGFyc2VyOnNlY3JldA=="}).post("/webhooks/mail/", sent)

    assert (wrong.status_code, right.status_code, Ticket.objects.count()) == (400, 200, 1)
