"""How a person is told: what they chose, what nobody can switch off, one click to end it, digests that lose nothing."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.decisions import Refusal
from accounts.timeline import delivery
from support.notices import digests, news, preferences
from support.notices.models import NoticeChoice, Told
from support.notices.preferences import AlwaysTold, HoursIncomplete, NoSuchChoice, NoSuchLink
from support.tickets import conversation
from tests.factories import billing as money
from tests.factories import customers, people

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def tree():
    return customers.helios()


@pytest.fixture
def member(tree):
    return people.member(tree.berlin)


def opened(customer, member, at=NOON):
    """A ticket of a member, whose receipt is a notice of the group "tickets"."""
    return conversation.open_ticket(
        actor=member, customer=customer, subject="Billed twice", text="Please look.", kind="billing", key=uuid4(), at=at
    )


def mailed(at=LATER):
    mail.outbox.clear()
    delivery.deliver_waiting(at=at)
    return len(mail.outbox)


def digested(at):
    mail.outbox.clear()
    digests.send_due(now=lambda: at)
    return [message.subject for message in mail.outbox]


def test_without_a_choice_mail_comes_at_once(tree, member):
    opened(tree.berlin, member)

    assert mailed() == 1


def test_news_only_sends_no_mail_and_stands_in_the_portal(tree, member):
    preferences.choose(person=member, group="tickets", way="portal")
    opened(tree.berlin, member)

    assert mailed() == 0
    assert [told.way for told in news.of(member)] == ["portal"]


def test_day_comes_as_one_mail_once(tree, member):
    preferences.choose(person=member, group="tickets", way="daily")
    for _ in range(3):
        opened(tree.berlin, member)
    assert mailed() == 0

    morning = NOON + timedelta(hours=18)  # seven in Berlin
    assert digested(morning - timedelta(minutes=1)) == []
    assert digested(morning) == ["Your day in Accord: 3 things"]
    assert digested(morning + timedelta(days=1)) == []


def test_weekly_digest_waits_for_its_day(tree, member):
    preferences.choose(person=member, group="tickets", way="weekly")
    preferences.set_hours(person=member, quiet_since=None, quiet_until=None, digest_at=time(9), digest_on=4)
    opened(tree.berlin, member)
    mailed()

    assert digested(NOON + timedelta(days=3)) == []
    assert digested(datetime(2026, 3, 6, 8, tzinfo=UTC)) == ["Your week in Accord: 1 thing"]


def test_choice_at_a_customer_goes_before_the_one_for_everything(tree):
    boss = people.administrator(tree.germany)
    preferences.choose(person=boss, group="tickets", way="portal")
    preferences.choose(person=boss, group="tickets", way="mail", customer=tree.berlin)

    assert preferences.way_for(boss, "tickets", tree.germany) == "portal"
    assert preferences.way_for(boss, "tickets", tree.lab) == "mail"
    preferences.choose(person=boss, group="tickets", way="", customer=tree.berlin)
    assert preferences.way_for(boss, "tickets", tree.lab) == "portal"


def test_choice_at_a_customer_out_of_reach_is_refused(tree, member):
    with pytest.raises(Refusal):
        preferences.choose(person=member, group="tickets", way="portal", customer=tree.us)


@pytest.mark.parametrize("group", ["security", "legal"])
def test_what_must_be_told_is_told_whatever_was_tried(tree, group):
    payer = people.payer(tree.berlin)
    with pytest.raises(AlwaysTold):
        preferences.choose(person=payer, group=group, way="portal")
    with pytest.raises(NoSuchLink):
        preferences.unsubscribe(token=preferences.token_of(payer, group))
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeChoice.objects.create(person=payer, group=group, way="portal")

    money.invoice(tree.berlin, 12000, at=NOON)

    assert mailed() == 1
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


@pytest.mark.parametrize(("group", "way"), [("weather", "mail"), ("tickets", "pigeon")])
def test_choice_that_does_not_exist_is_refused(member, group, way):
    with pytest.raises(NoSuchChoice):
        preferences.choose(person=member, group=group, way=way)


def test_mail_in_quiet_hours_comes_in_the_morning_in_full(tree, member):
    preferences.set_hours(person=member, quiet_since=time(22), quiet_until=time(7), digest_at=time(7), digest_on=0)
    night = datetime(2026, 3, 2, 23, tzinfo=UTC)
    opened(tree.berlin, member, at=night)

    assert mailed(night) == 0
    assert digested(night + timedelta(hours=6)) == []
    assert len(digested(night + timedelta(hours=7))) == 1
    assert "Billed twice" in mail.outbox[0].subject


@pytest.mark.parametrize(("since", "until"), [(time(22), None), (None, time(7)), (time(7), time(7))])
def test_half_of_quiet_hours_is_refused(member, since, until):
    with pytest.raises(HoursIncomplete):
        preferences.set_hours(person=member, quiet_since=since, quiet_until=until, digest_at=time(7), digest_on=0)


def test_who_lost_sight_meanwhile_reads_nothing_of_it_in_the_digest(tree, member):
    preferences.choose(person=member, group="tickets", way="daily")
    opened(tree.berlin, member)
    mailed()
    people.joins(member, tree.berlin, "reader", effect="deny")

    assert digested(NOON + timedelta(days=2)) == []
    assert not Told.objects.filter(person=member).exists()


def test_mail_server_that_is_down_loses_nothing(tree, member, monkeypatch):
    preferences.choose(person=member, group="tickets", way="daily")
    opened(tree.berlin, member)
    mailed()
    morning = NOON + timedelta(days=1)
    with monkeypatch.context() as down:
        down.setattr(EmailBackend, "send_messages", lambda *_: (_ for _ in ()).throw(ConnectionRefusedError()))
        assert digested(morning) == []

    assert digested(morning) == []
    assert digested(morning + digests.LEASE) == ["Your day in Accord: 1 thing"]


def test_one_click_of_the_mail_program_ends_mails_of_the_kind(tree, member):
    opened(tree.berlin, member)
    mailed()
    headers = mail.outbox[0].extra_headers
    address = headers["List-Unsubscribe"].strip("<>").partition("://")[2].partition("/")[2]

    looked = Client().get(f"/{address}")
    assert not NoticeChoice.objects.exists()
    posted = Client(enforce_csrf_checks=True).post(f"/{address}", {"List-Unsubscribe": "One-Click"})

    assert (headers["List-Unsubscribe-Post"], looked.status_code, posted.status_code) == ("List-Unsubscribe=One-Click", 200, 200)
    opened(tree.berlin, member)
    assert mailed() == 0


def test_one_click_also_ends_what_was_chosen_at_a_customer(tree, member):
    preferences.choose(person=member, group="tickets", way="mail", customer=tree.berlin)

    preferences.unsubscribe(token=preferences.token_of(member, "tickets"))

    assert preferences.way_for(member, "tickets", tree.berlin) == "portal"


def test_one_click_also_ends_what_waits_for_its_digest(tree, member):
    preferences.choose(person=member, group="tickets", way="weekly")
    opened(tree.berlin, member)
    mailed()

    preferences.unsubscribe(token=preferences.token_of(member, "tickets"))

    assert digested(NOON + timedelta(days=14)) == []
    assert [told.way for told in news.of(member)] == ["portal"]


@pytest.mark.parametrize("token", ["x", "1-tickets", "1-tickets:forged", "-:", "\x00"])
def test_forged_link_ends_nothing(member, token):
    with pytest.raises(NoSuchLink):
        preferences.unsubscribe(token=token)
    assert Client().post(f"/no-more-mails/{token}/").status_code == 404
