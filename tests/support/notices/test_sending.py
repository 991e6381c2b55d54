"""Who is told: each person the activity concerns, once, and nobody who may not know."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail

from accounts.quality import changes
from accounts.timeline import delivery, recording
from accounts.timeline.models import Delivery
from support.channels import addresses
from support.notices import sending
from support.notices.models import Told
from support.tickets import conversation
from tests.factories import billing as money
from tests.factories import customers, people

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def opened(customer, member):
    return conversation.open_ticket(
        actor=member, customer=customer, subject="Billed twice", text="Please look.", kind="billing", key=uuid4(), at=NOON
    )


def told() -> set[str]:
    """Deliver what waits, and return who was mailed since the last time."""
    mail.outbox.clear()
    delivery.deliver_waiting(at=NOON + timedelta(minutes=1))
    return {address for message in mail.outbox for address in message.to}


def test_the_nearest_payer_hears_of_an_invoice_and_the_sister_does_not():
    tree = customers.helios()
    people.administrator(tree.group)
    people.payer(tree.us)
    payer = people.payer(tree.berlin)
    told()

    money.invoice(tree.berlin, 12000, at=NOON)

    assert told() == {payer.email}
    assert mail.outbox[0].subject.endswith(": 120.00 EUR, due 15 Jan 2026")


def test_the_other_administrators_hear_of_a_change_to_their_sign_in_and_who_made_it_does_not():
    tree = customers.helios()
    above = people.administrator(tree.group)
    chief, other = people.administrator(tree.berlin), people.administrator(tree.berlin)
    facts = {"name": "Helios ID", "changed": "certificates", "by": chief.email, "proven_anew": True}
    told()

    recording.record(tree.berlin, "accounts.provider_changed", actor=chief, at=NOON, facts=facts)
    beside = told()
    other.memberships.update(until=NOON.date())
    recording.record(tree.berlin, "accounts.provider_changed", actor=chief, at=NOON, facts=facts)

    assert (beside, told()) == ({other.email}, {above.email})
    assert "It is switched off until each mail domain is proven anew" in mail.outbox[0].body


def test_an_answer_of_ours_reaches_the_requester_and_theirs_the_agent():
    tree = customers.helios()
    agent, member = people.agent(), people.member(tree.berlin)
    ticket = opened(tree.berlin, member)
    told()

    conversation.reply(actor=agent, ticket=ticket, text="We are on it.", at=NOON, key=uuid4())
    to_customer = told()
    conversation.reply(actor=member, ticket=ticket, text="Thank you.", at=NOON, key=uuid4())

    assert (to_customer, told()) == ({member.email}, {agent.email})


def test_an_internal_note_is_told_to_nobody():
    tree = customers.helios()
    agent, member = people.agent(), people.member(tree.berlin)
    ticket = opened(tree.berlin, member)
    told()

    conversation.reply(actor=agent, ticket=ticket, text="Careful.", at=NOON, key=uuid4(), internal=True)

    assert told() == set()


def test_who_lost_sight_of_the_customer_is_not_told_any_more():
    tree = customers.helios()
    agent, member = people.agent(), people.member(tree.berlin)
    ticket = opened(tree.berlin, member)
    told()
    member.memberships.update(until=NOON.date())

    conversation.reply(actor=agent, ticket=ticket, text="Here is your answer.", at=NOON, key=uuid4())

    assert told() == set()


def test_a_person_is_told_once_when_an_activity_is_delivered_twice():
    tree = customers.helios()
    payer = people.payer(tree.berlin)
    money.invoice(tree.berlin, 12000, at=NOON)
    told()
    activity = Delivery.objects.get(activity__kind="billing.invoice_issued").activity
    mail.outbox.clear()

    sending.send(activity)

    assert mail.outbox == []
    assert Told.objects.filter(person=payer, sent_at__isnull=False).count() == 1


def test_a_mail_server_that_is_down_loses_nothing(monkeypatch: pytest.MonkeyPatch):
    tree = customers.helios()
    payer = people.payer(tree.berlin)
    money.invoice(tree.berlin, 12000, at=NOON)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _down)
        delivery.deliver_waiting(at=NOON)
    waiting = Delivery.objects.get(activity__kind="billing.invoice_issued")

    assert (waiting.status, "connection refused" in waiting.fault) == (Delivery.Status.WAITING, True)
    assert told() == {payer.email}


def test_the_invited_person_is_told_before_standing_anywhere():
    tree = customers.helios()
    guest = people.person("guest@helios.example", password=None)
    facts = {"email": guest.email, "role": "Member"}

    recording.record(tree.berlin, "accounts.member_invited", actor=None, at=NOON, facts=facts)

    assert told() == {"guest@helios.example"}


def test_an_address_leads_back_to_its_ticket_and_a_guessed_one_does_not():
    thread = addresses.Thread("T-1042", 17)

    address = addresses.reply_to(thread)

    assert addresses.thread_in(address.upper()) == thread
    assert addresses.thread_in(address.replace("T-1042", "T-1043")) is None
    assert addresses.thread_in(address.replace(".17.", ".18.")) is None


def _down(*args: object) -> int:
    raise ConnectionRefusedError("connection refused")


def test_a_change_of_details_that_waits_reaches_who_may_decide_and_its_outcome_who_asked():
    tree = customers.helios()
    chief, member = people.administrator(tree.group), people.member(tree.germany)
    told()
    asked = changes.ask(
        actor=member, customer=tree.germany, what="tax_id", effective_on=NOON.date(), at=NOON, tax_id="DE136695976"
    )
    to_decide = told()

    changes.refuse(actor=chief, request=asked, reason="It is our old one.", at=NOON)

    assert (to_decide, told()) == ({chief.email}, {member.email})
    assert "Why:\n\n> It is our old one." in mail.outbox[0].body


def test_a_change_of_details_that_needs_nobody_is_told_to_nobody():
    tree = customers.helios()
    people.administrator(tree.group)
    member = people.member(tree.germany)
    told()

    changes.ask(actor=member, customer=tree.germany, what="address", effective_on=NOON.date(), at=NOON, street="Allee 2")

    assert told() == set()
