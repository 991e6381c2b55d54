"""Mail opens or joins the right ticket, once; its headers prove nothing; what is not taken is kept with its reason."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core import mail as outbox

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import delivery
from accounts.timeline.models import Activity
from support.channels import addresses
from support.channels.mail import taking
from support.channels.models import Attachment, IncomingMail
from support.tickets import conversation
from support.tickets.models import Message, Ticket
from tests.factories import people, support

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def take(sender, *, subject="Hello", text="Please look.", headers="", to="help@accord.example", message_id=""):
    ident = f"Message-ID: {message_id}\n" if message_id else ""
    raw = f"From: {sender}\nTo: {to}\nSubject: {subject}\n{ident}{headers}\n{text}\n"
    return taking.take(raw.encode(), at=NOON)


def thread(ticket, person):
    return addresses.reply_to(addresses.Thread(ticket.ref, person.pk))


def test_mail_of_a_person_we_know_opens_a_ticket_where_they_stand(tree):
    member = people.member(tree.berlin)

    taken = take(
        f"Member <{member.email.upper()}>", subject="Billed twice", text="Please look.\n\nOn 1 Mar 2026, a wrote:\n> old"
    )

    ticket = taken.mail.ticket
    assert (taken.mail.outcome, ticket.customer, ticket.requester, ticket.channel) == ("opened", tree.berlin, member, "email")
    assert ticket.messages.get().text == "Please look."


def test_same_mail_again_changes_nothing(tree):
    member = people.member(tree.berlin)

    first, again = (take(member.email, message_id="<1@x>") for _ in range(2))

    assert (again.is_repeat, again.mail) == (True, first.mail)
    assert (Ticket.objects.count(), Message.objects.count(), IncomingMail.objects.count()) == (1, 1, 1)


def test_answer_to_our_mail_joins_its_ticket_with_any_subject_and_from_any_address(tree):
    member = people.member(tree.berlin)
    ticket = support.ticket(tree.berlin, by=member)

    by_address = take(member.email, subject="Something else", to=thread(ticket, member))
    reference = f"<activity-1.{addresses.signed(addresses.Thread(ticket.ref, member.pk))}@x>"
    by_reference = take(member.email, headers=f"References: {reference}\n", text="b")
    private = take("private@mail.example", to=thread(ticket, member), text="c")

    assert {one.mail.ticket for one in (by_address, by_reference, private)} == {ticket}
    assert [message.author for message in ticket.messages.order_by("pk")[1:]] == [member] * 3
    assert not Customer.objects.filter(stage="prospect").exists()


def test_forged_token_opens_no_ticket_of_somebody_else(tree):
    ticket = support.ticket(tree.berlin, by=people.member(tree.berlin))
    forged = thread(ticket, ticket.requester).replace(".", ".1", 1)

    taken = take("stranger@evil.example", to=forged, subject=f"Re: {ticket.ref}")

    assert taken.mail.ticket != ticket
    assert ticket.messages.count() == 1


def test_number_in_the_subject_joins_only_for_who_takes_part(tree):
    member, colleague = people.member(tree.berlin), people.member(tree.berlin)
    ticket = support.ticket(tree.berlin, by=member)

    theirs = take(member.email, subject=f"AW: [{ticket.ref}] Billed twice")
    other = take(colleague.email, subject=f"AW: [{ticket.ref}] Billed twice")

    assert theirs.mail.ticket == ticket
    assert other.mail.ticket != ticket


def test_second_mail_of_a_thread_joins_the_ticket_of_the_first(tree):
    member = people.member(tree.berlin)
    first = take(member.email, message_id="<first@x>")

    second = take(member.email, headers="In-Reply-To: <first@x>\n", text="One more thing.", message_id="<second@x>")
    stranger = take("stranger@x.example", headers="In-Reply-To: <first@x>\n", text="Me too.")

    assert (second.mail.outcome, second.mail.ticket) == ("added", first.mail.ticket)
    assert stranger.mail.ticket != first.mail.ticket


def test_unknown_sender_becomes_a_prospect_that_sees_only_itself(tree):
    taken = take("New Person <New@Prospect.example>", subject="An offer, please")

    customer, person = taken.mail.ticket.customer, User.objects.get(email="new@prospect.example")
    assert (customer.stage, customer.kind_id, customer.name) == ("prospect", "person", "New Person")
    assert list(access.customers_within_reach(person)) == [customer]
    again = take("new@prospect.example", text="Are you there?")
    assert again.mail.ticket.customer == customer
    assert Customer.objects.filter(stage="prospect").count() == 1


def test_our_answer_reaches_who_wrote_and_threads_back(tree, settings):
    settings.DEFAULT_FROM_EMAIL = "help@accord.example"
    taken = take("new@prospect.example", message_id="<q@x>")
    agent = people.agent()
    conversation.reply(
        actor=agent, ticket=taken.mail.ticket, text="Of course.", at=NOON, key=taking.uuid5(taking.NAMESPACE_OID, "x")
    )

    delivery.deliver_waiting(at=NOON)
    sent = [one for one in outbox.outbox if "new@prospect.example" in one.to[0] and "Of course." in one.body]
    answer = take("new@prospect.example", to=sent[0].reply_to[0], text="Thanks!")

    assert answer.mail.ticket == taken.mail.ticket


def test_our_answer_names_the_mail_it_answers(tree):
    member, agent = people.member(tree.berlin), people.agent()
    ticket = take(member.email, message_id="<first@x>").mail.ticket
    delivery.deliver_waiting(at=NOON)
    outbox.outbox.clear()

    conversation.reply(actor=agent, ticket=ticket, text="We are on it.", at=NOON, key=uuid4())
    delivery.deliver_waiting(at=NOON)

    headers = outbox.outbox[0].message()
    assert headers["In-Reply-To"] == "<first@x>"
    assert headers["References"].endswith(" <first@x>")


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [("Auto-Submitted: auto-replied\n", "auto_reply"), ("Precedence: list\n", "list"), ("X-Spam-Flag: YES\n", "spam"),
     ("X-Accord-Loop: 1\n", "loop")],
)  # fmt: skip
def test_automatic_mail_is_kept_with_its_reason_and_answered_by_nobody(tree, headers, outcome):
    member = people.member(tree.berlin)

    taken = take(member.email, headers=headers)

    assert (taken.mail.outcome, taken.mail.ticket) == (outcome, None)
    assert taken.mail.reason
    assert not Ticket.objects.exists()


def test_bounce_stands_on_the_timeline_of_who_did_not_get_our_mail(tree):
    member = people.member(tree.berlin)

    taken = take("MAILER-DAEMON@mx.example", subject="Undelivered", headers=f"X-Failed-Recipients: {member.email}\n")

    assert taken.mail.failed_addresses == [member.email]
    assert Activity.objects.get(kind="support.mail_bounced").customer == tree.berlin


def test_bounce_of_our_own_colleague_stands_on_no_timeline(tree):
    colleague = people.agent()

    take("MAILER-DAEMON@mx.example", subject="Undelivered", headers=f"X-Failed-Recipients: {colleague.email}\n")

    assert not Activity.objects.filter(kind="support.mail_bounced").exists()


@pytest.mark.parametrize("sender", ["", "nobody", "<>", "a b@", "@x.example"])
def test_mail_without_somebody_to_answer_is_refused(tree, sender):
    assert take(sender).mail.outcome in ("refused", "bounce")


def test_our_own_people_are_told_to_use_their_window(tree):
    assert take(people.agent().email).mail.outcome == "refused"


def test_agent_answers_by_the_address_a_notice_gave_them(tree):
    ticket, agent = support.ticket(tree.berlin), people.agent()

    taken = take(agent.email, to=thread(ticket, agent), text="We look into it.")

    assert (taken.mail.outcome, ticket.messages.latest("pk").from_staff) == ("added", True)


def test_who_lost_their_role_is_refused_and_nothing_leaks(tree):
    member = people.person()
    people.joins(member, tree.berlin, until=people.LONG_AGO)
    ticket = support.ticket(tree.berlin)

    assert take(member.email).mail.outcome == "refused"
    assert take(member.email, to=thread(ticket, member), text="b").mail.outcome == "refused"
    assert ticket.messages.count() == 1


def test_files_are_kept_by_what_they_are_and_programs_are_left_in_the_mail(tree):
    member = people.member(tree.berlin)
    parts = "".join(
        f'--x\nContent-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n\n{body}\n'
        for name, kind, body in (
            ("scan.pdf", "text/html", "%PDF-1.7"),
            ("../../run.exe", "image/png", "MZ"),
            ("a.svg", "image/svg+xml", "<svg/>"),
        )
    )
    headers = "Content-Type: multipart/mixed; boundary=x\n"

    take(member.email, headers=headers, text=f"--x\n\nSee the scan.\n{parts}--x--")

    assert list(Attachment.objects.values_list("name", "content_type")) == [("scan.pdf", "application/pdf")]
    assert b"run.exe" in bytes(IncomingMail.objects.get().raw)


def test_mail_too_large_is_refused_before_it_is_kept(tree, monkeypatch):
    monkeypatch.setattr(taking, "LARGEST", 100)

    taken = take(people.member(tree.berlin).email, text="a" * 200)

    assert (taken.mail.outcome, bytes(taken.mail.raw)) == ("too_large", b"")


def test_empty_mail_opens_nothing(tree):
    assert take(people.member(tree.berlin).email, text="").mail.outcome == "empty"
