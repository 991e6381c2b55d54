"""Webhooks from registering to arriving: who may, what is told, what is kept from whom, and what is done when nothing arrives."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from accounts.people import invitations, keys
from accounts.people.models import Membership
from accounts.timeline import delivery, recording
from accounts.timeline.models import Activity, Delivery
from accounts.webhooks import addresses, endpoints, queueing, sending, signing
from accounts.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from tests.factories import people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://erp.example/hooks"


@pytest.fixture
def world(monkeypatch):
    """The world outside: what was sent there, and what it answers (a status, or nothing at all)."""
    world = type("World", (), {"sent": [], "answers": 200})()

    def post(url, body, headers):
        world.sent.append((url, json.loads(body), headers))
        if world.answers is None:
            raise addresses.Unreachable("no answer")
        return addresses.Answer(world.answers)

    monkeypatch.setattr(addresses, "post", post)
    return world


def registered(customer, by=None, **facts):
    facts = {"url": URL, "topics": ["invoices"], "at": NOON} | facts
    return endpoints.register(actor=by or people.administrator(customer), customer=customer, **facts)[0]


def happens(customer, kind="billing.invoice_issued", internal=False, **facts):
    told = {"amount": "EUR 1.00", "due_on": "2026-04-01"} | facts
    return recording.record(customer, kind, actor=None, at=NOON, facts=told, internal=internal)


def told(world):
    delivery.deliver_waiting(at=NOON)
    sending.send_waiting(at=NOON + timedelta(days=300))
    return [body["data"]["id"] for _, body, _ in world.sent]


def test_signature_is_the_one_of_the_published_example():
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    signed = signing.signature(key=key, message="msg_p5jXN8AQM9LWM0D4loKWxJek", moment="1614265330", body=b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_happens_below_arrives_signed(tree, world):
    endpoint = registered(tree.germany)
    activity = happens(tree.berlin)

    told(world)

    url, body, headers = world.sent[0]
    message = WebhookMessage.objects.get()
    assert (url, headers["webhook-id"], message.status) == (URL, str(message.pk), "delivered")
    assert (body["type"], body["data"]["id"]) == ("billing.invoice_issued", activity.pk)
    assert body["data"]["customer"] == tree.berlin.number
    assert signing.secret_of(endpoint.seed).startswith("whsec_")


def test_nothing_of_parents_sisters_and_strangers_and_nothing_internal_is_told(tree, world):
    registered(tree.germany)
    for customer in (tree.europe, tree.us, tree.group, group("Others")):
        happens(customer)
    happens(tree.berlin, internal=True)
    own = happens(tree.germany)

    assert told(world) == [own.pk]


def test_only_what_was_chosen_is_told(tree, world):
    registered(tree.germany, topics=["payments"])
    registered(tree.germany, topics=[], kinds=["billing.invoice_issued"])
    happens(tree.berlin)

    told(world)

    assert len(world.sent) == 1


def test_what_was_queued_is_dropped_when_the_membership_ends(tree, world):
    person = people.administrator(tree.germany)
    endpoint = registered(tree.germany, by=person)
    happens(tree.berlin)
    delivery.deliver_waiting(at=NOON)
    held = Membership.objects.get(user=person)
    invitations.revoke(actor=people.administrator(tree.group), membership=held, at=NOON)

    assert told(world) == []
    endpoint.refresh_from_db()
    assert endpoint.disabled_at
    assert set(WebhookMessage.objects.values_list("status", flat=True)) == {"dropped"}


def test_denied_customer_below_is_not_told_of(tree, world):
    person = people.administrator(tree.germany)
    registered(tree.germany, by=person)
    happens(tree.lab)
    delivery.deliver_waiting(at=NOON)
    people.joins(person, tree.lab, "reader", effect="deny")
    own = happens(tree.germany)

    assert told(world) == [own.pk]


def test_program_whose_key_is_revoked_is_told_nothing_more(tree, world):
    boss = people.administrator(tree.germany)
    key, _ = keys.make(actor=boss, customer=tree.germany, name="ERP", scopes=["people"], at=NOON)
    registered(tree.germany, by=key.user)
    keys.revoke(actor=boss, key=key, at=NOON)
    happens(tree.berlin)

    assert told(world) == []


@pytest.mark.parametrize("role", ["member", "payer", "reader"])
def test_only_who_manages_people_registers(tree, role):
    with pytest.raises(Refusal):
        registered(tree.germany, by=people.member(tree.germany, role))
    with pytest.raises(Refusal):
        registered(tree.europe, by=people.administrator(tree.germany))


@pytest.mark.parametrize(
    "wrong", [{"topics": []}, {"topics": ["weather"]}, {"kinds": ["billing.nothing"]}, {"url": "https://10.0.0.1/"}]
)
def test_registering_what_makes_no_sense_is_refused(tree, wrong):
    with pytest.raises(Refusal):
        registered(tree.germany, **wrong)
    assert not WebhookEndpoint.objects.exists()


def test_groups_without_webhooks_queue_nothing(tree):
    registered(group("Others"))
    happens(tree.berlin)

    assert not Delivery.objects.filter(reader=queueing.READER, activity__kind="billing.invoice_issued").exists()


def test_activity_told_twice_by_the_timeline_is_one_message(tree):
    registered(tree.germany)
    activity = happens(tree.berlin)
    queueing.queue(activity)
    queueing.queue(Activity.objects.get(pk=activity.pk))

    assert WebhookMessage.objects.count() == 1


def test_one_message_per_activity_holds_in_the_database(tree):
    endpoint, activity = registered(tree.germany), happens(tree.berlin)
    queueing.queue(activity)

    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookMessage.objects.create(endpoint=endpoint, activity=activity, queued_at=NOON, due_at=NOON)


def test_message_that_does_not_arrive_waits_longer_each_time_and_is_given_up(tree, world):
    registered(tree.germany)
    happens(tree.berlin)
    delivery.deliver_waiting(at=NOON)
    WebhookMessage.objects.update(due_at=NOON)
    world.answers, now, pauses = 500, NOON, []

    while (message := WebhookMessage.objects.get()).status == "waiting":
        now = message.due_at
        sending.send_waiting(at=now)
        pauses.append(WebhookMessage.objects.get().due_at - now)

    assert pauses[:-1] == list(sending.PAUSES)
    assert (WebhookMessage.objects.get().status, WebhookAttempt.objects.count()) == ("failed", 10)
    assert set(WebhookAttempt.objects.values_list("answered", flat=True)) == {500}


def test_worker_killed_between_sending_and_noting_sends_again_with_the_same_id(tree, world, monkeypatch):
    registered(tree.germany)
    happens(tree.berlin)
    delivery.deliver_waiting(at=NOON)
    WebhookMessage.objects.update(due_at=NOON)
    with monkeypatch.context() as dying:
        dying.setattr(sending, "_note", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            sending.send_waiting(at=NOON)

    assert sending.send_waiting(at=NOON + timedelta(minutes=1)) == 0
    assert sending.send_waiting(at=NOON + sending.LEASE) == 1
    assert len({headers["webhook-id"] for _, _, headers in world.sent}) == 1


def test_endpoint_that_just_failed_is_not_asked_again_in_the_same_round(tree, world):
    registered(tree.germany)
    for _ in range(5):
        happens(tree.berlin)
    world.answers = None

    told(world)

    assert len(world.sent) == 1
    assert list(WebhookMessage.objects.order_by("-tries").values_list("tries", flat=True)) == [1, 0, 0, 0, 0]


def test_endpoint_is_switched_off_after_five_days_with_a_notice(tree, world):
    endpoint = registered(tree.germany)
    happens(tree.berlin)
    delivery.deliver_waiting(at=NOON)
    world.answers = None
    WebhookEndpoint.objects.update(failing_since=NOON - sending.PATIENCE)
    WebhookMessage.objects.update(due_at=NOON)

    sending.send_waiting(at=NOON)

    endpoint.refresh_from_db()
    assert endpoint.disabled_why == "Nothing has arrived there since 2026-02-25 12:00 UTC."
    assert Delivery.objects.filter(activity__kind="accounts.webhook_disabled", reader="notice").exists()


def test_endpoint_that_says_it_is_gone_is_switched_off_at_once_and_on_again_by_hand(tree, world):
    boss = people.administrator(tree.germany)
    endpoint = registered(tree.germany, by=boss)
    happens(tree.berlin)
    world.answers = 410
    told(world)
    with pytest.raises(endpoints.SwitchedOff):
        endpoints.try_out(actor=boss, endpoint=endpoint, at=NOON)

    endpoints.enable(actor=boss, endpoint=endpoint, at=NOON)
    world.answers = 200
    assert endpoints.redeliver(actor=boss, endpoint=endpoint, at=NOON) == 1
    sending.send_waiting(at=NOON)

    assert WebhookMessage.objects.get().status == "delivered"


def test_changed_secret_overlaps_for_a_day(tree, world):
    boss = people.administrator(tree.germany)
    endpoint = registered(tree.germany, by=boss)
    before = endpoint.seed
    endpoint, secret = endpoints.rotate(actor=boss, endpoint=endpoint, at=NOON)

    body, message = b"{}", str(uuid4())
    both = signing.headers(message=message, at=NOON, body=body, seeds=endpoint.seeds(NOON))
    later = signing.headers(message=message, at=NOON, body=body, seeds=endpoint.seeds(NOON + endpoints.OVERLAP))

    assert secret != signing.secret_of(before)
    assert len(both["webhook-signature"].split()) == 2
    assert later["webhook-signature"] == both["webhook-signature"].split()[0]


def test_message_to_another_endpoint_is_not_sent_again_from_here(tree, world):
    boss = people.administrator(tree.germany)
    mine, other = registered(tree.germany, by=boss), registered(tree.us)
    happens(tree.us)
    told(world)

    foreign = WebhookMessage.objects.get(endpoint=other).pk
    assert endpoints.redeliver(actor=boss, endpoint=mine, messages=[foreign], at=NOON) == 0
    with pytest.raises(Refusal):
        endpoints.redeliver(actor=boss, endpoint=other, at=NOON)


def test_old_messages_are_forgotten_with_their_attempts(tree, world):
    registered(tree.germany)
    happens(tree.berlin)
    told(world)
    WebhookMessage.objects.update(settled_at=NOON)

    assert sending.forget_old(at=NOON + sending.KEPT_FOR) == 0
    assert sending.forget_old(at=NOON + sending.KEPT_FOR + timedelta(seconds=1)) == 1
    assert not WebhookAttempt.objects.exists()


def test_endpoints_take_turns_so_that_none_waits_behind_the_many_of_another(tree, world):
    registered(tree.germany, url="https://many.example/hooks")
    for _ in range(3):
        happens(tree.germany)
    registered(tree.us, url="https://few.example/hooks")
    happens(tree.us)

    told(world)

    assert [url.split("/")[2] for url, _, _ in world.sent] == ["many.example", "few.example", "many.example", "many.example"]


def test_a_failure_puts_off_all_that_waits_for_its_endpoint(tree, world):
    registered(tree.germany)
    for _ in range(3):
        happens(tree.germany)
    world.answers = None

    told(world)

    assert len(world.sent) == 1
    assert not WebhookMessage.objects.filter(due_at__lte=NOON + timedelta(days=300)).exists()


def test_what_nobody_foresaw_counts_as_a_try_and_holds_up_no_other(tree, world, monkeypatch):
    bad = registered(tree.germany, url="https://bad.example/hooks")
    happens(tree.germany)
    registered(tree.us, url="https://good.example/hooks")
    happens(tree.us)
    post = addresses.post
    monkeypatch.setattr(addresses, "post", lambda url, *rest: 1 / 0 if "bad" in url else post(url, *rest))

    told(world)

    assert [url for url, _, _ in world.sent] == ["https://good.example/hooks"]
    assert bad.messages.get().tries == 1
    assert WebhookAttempt.objects.get(message__endpoint=bad).fault == "ZeroDivisionError"


def test_the_webhook_of_a_program_ends_with_its_key(tree, world):
    key, _ = keys.make(
        actor=None, customer=tree.germany, name="ERP", scopes=["people", "read"], at=NOON, expires_at=NOON + timedelta(days=1)
    )
    registered(tree.germany, by=key.user)
    happens(tree.germany)

    told(world)

    assert world.sent == []


def test_the_timeline_names_no_more_of_an_address_than_its_host(tree):
    registered(tree.germany, url="https://hooks.example/services/T000/secret?token=1")

    assert "secret" not in str(Activity.objects.filter(kind__startswith="accounts.webhook").values_list("facts", flat=True))
