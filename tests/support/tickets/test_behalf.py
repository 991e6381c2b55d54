"""Tickets raised for another: both sides see their part, and every way round it is shut."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.customers import tree
from accounts.decisions import Refusal
from accounts.people import access, relations
from support.channels import files
from support.desk import merging
from support.notices import letters, sending
from support.notices.table import NOTICES
from support.remedies import reversing
from support.tickets import behalf, conversation, threads
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.customers import NOON, below, group
from tests.factories.relations import raised, serves

pytestmark = pytest.mark.django_db


@pytest.fixture
def relation():
    """Lanternway serves Oxbow Foods."""
    return serves(group("Lanternway"), group("Oxbow Foods"))


def test_both_see_the_ticket_and_the_reseller_nothing_else_of_the_other(relation):
    reseller, served = people.member(relation.customer), people.member(relation.other)
    own = support.ticket(relation.other, by=served)

    ticket = raised(relation, by=reseller)

    assert ticket.customer == relation.other
    assert set(threads.visible_to(served)) == {own, ticket}
    assert set(behalf.shared_with(reseller)) == {ticket}
    assert not threads.visible_to(reseller).exists()
    assert not access.customers_within_reach(reseller).filter(pk=relation.other.pk).exists()


def test_served_customer_sees_nothing_of_who_serves_it(relation):
    raised(relation)
    served = people.administrator(relation.other)
    words = {"subject": "S", "text": "T", "kind": "other", "key": uuid4(), "at": NOON}

    assert not access.customers_within_reach(served).filter(pk=relation.customer.pk).exists()
    assert not behalf.shared_with(served).exists()
    with pytest.raises(Refusal):
        conversation.open_ticket(actor=served, customer=relation.customer, relation=relation, **words)


def test_ticket_is_raised_only_for_whom_the_relation_names(relation):
    reseller, sister = people.member(relation.customer), below(relation.other)

    for customer in (sister, group()):
        with pytest.raises(Refusal):
            conversation.open_ticket(
                actor=reseller, customer=customer, relation=relation, subject="S", text="T", kind="other", key=uuid4(), at=NOON
            )


def test_relation_of_somebody_else_raises_nothing(relation):
    with pytest.raises(Refusal):
        raised(relation, by=people.administrator(group()))


def test_kind_that_shows_a_name_raises_nothing():
    reselling = serves(group(), kind="resells")

    with pytest.raises(Refusal):
        raised(reselling)


def test_relation_that_ended_shows_and_raises_nothing_any_more(relation):
    reseller = people.member(relation.customer)
    ticket = raised(relation, by=reseller)

    relations.end(actor=None, relation=relation, on=timezone.now().date(), at=timezone.now())

    assert not behalf.shared_with(reseller).exists()
    for act in (lambda: raised(relation, by=reseller), lambda: reply(reseller, ticket)):
        with pytest.raises(Refusal):
            act()


def reply(actor, ticket, text="One more thing.", **facts):
    return conversation.reply(actor=actor, ticket=ticket, text=text, key=uuid4(), at=NOON, **facts)


def test_people_of_the_served_customer_appear_under_its_name(relation):
    reseller, agent = people.member(relation.customer), people.agent()
    served = people.member(relation.other, email="secret@oxbow.example")
    ticket = raised(relation, by=reseller)
    reply(served, ticket)
    reply(agent, ticket)
    reply(agent, ticket, internal=True)

    said = behalf.told(ticket, behalf.messages_of(ticket))

    assert [row.who for row in said] == [reseller.email, "Oxbow Foods", agent.email]


def test_people_who_stand_elsewhere_by_now_are_not_named_either(relation):
    office = below(relation.other)
    ticket = raised(relation, by=people.member(relation.customer))
    Ticket.objects.filter(pk=ticket.pk).update(customer=office)
    reply(people.member(relation.other, email="secret@oxbow.example"), Ticket.objects.get(pk=ticket.pk))
    tree.place(office, group("Elsewhere"))

    moved = Ticket.objects.get(pk=ticket.pk)

    assert [row.who for row in behalf.told(moved, behalf.messages_of(moved))] == [ticket.requester.email, office.name]


def test_ticket_merged_with_one_of_the_others_own_opens_nothing_of_it(relation):
    reseller = people.member(relation.customer)
    own, ticket = support.ticket(relation.other), raised(relation, by=reseller)
    reply(people.agent(), own, "For your eyes.")

    merging.merge(actor=people.agent(), retired=ticket, survivor=own, at=NOON)

    assert set(behalf.shared_with(reseller).values_list("ref", flat=True)) == {ticket.ref}
    assert "For your eyes." not in [row.text for row in behalf.told(ticket, behalf.messages_of(ticket))]
    with pytest.raises(Refusal):
        reply(reseller, own)


def test_own_ticket_is_not_merged_into_the_one_that_was_raised_for_it(relation):
    own, ticket = support.ticket(relation.other, text="Our bank details."), raised(relation)

    with pytest.raises(Refusal) as refusal:
        merging.merge(actor=people.agent(), retired=own, survivor=ticket, at=NOON)

    assert refusal.value.code == "raised_for_another"
    assert str(refusal.value) == (
        f"{ticket.ref} was raised for Oxbow Foods by another, who reads what is said on it. Merge it into {own.ref} instead."
    )


def test_two_tickets_raised_under_one_relation_are_merged(relation):
    reseller = people.member(relation.customer)
    first, again = raised(relation, by=reseller), raised(relation, by=reseller)

    merging.merge(actor=people.agent(), retired=again, survivor=first, at=NOON)

    assert set(behalf.shared_with(reseller).filter(merged_into=first)) == {again}


def test_ticket_that_took_in_one_of_the_others_own_is_not_merged_into_another_raised_one(relation):
    own, first, again = support.ticket(relation.other), raised(relation), raised(relation)
    merging.merge(actor=people.agent(), retired=first, survivor=own, at=NOON)

    with pytest.raises(Refusal) as refusal:
        merging.merge(actor=people.agent(), retired=own, survivor=again, at=NOON)

    assert refusal.value.code == "raised_for_another"


def test_tickets_raised_by_two_resellers_stay_apart(relation):
    first, others = raised(relation), raised(serves(group("Windfall"), relation.other))

    with pytest.raises(Refusal) as refusal:
        merging.merge(actor=people.agent(), retired=others, survivor=first, at=NOON)

    assert refusal.value.code == "raised_for_another"


def test_files_of_the_shared_ticket_are_open_and_those_of_others_are_not(relation):
    reseller = people.member(relation.customer)
    own, ticket = support.ticket(relation.other), raised(relation, by=reseller)
    for one in (own, ticket):
        files.attach(one.messages.get(), [files.File("scan.pdf", b"%PDF-1.7")])
    note = reply(people.agent(), ticket, internal=True)
    files.attach(note, [files.File("ours.pdf", b"%PDF-1.7 ours")])

    seen = files.visible_to(reseller)

    assert [file.message.ticket for file in seen] == [ticket]


def test_notes_are_not_written_by_who_raised_it(relation):
    reseller = people.member(relation.customer)
    ticket = raised(relation, by=reseller)

    with pytest.raises(conversation.NotesAreForStaff):
        reply(reseller, ticket, internal=True)


def test_who_raised_it_is_told_of_our_answer_and_of_nothing_else(relation):
    reseller = people.member(relation.customer)
    ticket, own = raised(relation, by=reseller), support.ticket(relation.other)
    reply(people.agent(), ticket)

    told = {
        (activity.kind, activity.about_ref): sending.may_know(reseller, activity)
        for activity in relation.other.activities.filter(about_kind="ticket")
    }

    assert told["support.message_sent", ticket.ref] is True
    assert told["support.ticket_assigned", ticket.ref] is False
    assert told["support.ticket_opened", own.ref] is False


def test_people_of_who_is_served_are_told_by_whom_it_was_raised_and_who_raised_it_is_not(relation):
    chief, member = people.administrator(relation.other), people.member(relation.other)
    payer, reseller = people.payer(relation.other), people.member(relation.customer)
    ticket = raised(relation, by=reseller)
    activity = relation.other.activities.get(kind="support.ticket_raised_for", about_ref=ticket.ref)

    told = sending.recipients(activity)
    mail = letters.write(NOTICES[activity.kind], activity, chief)

    assert set(told) == {chief, member}
    assert payer not in told and reseller not in told
    assert mail.subject == f"{relation.customer.name} asked us on your behalf: More seats ({ticket.ref})"
    assert "Our customer needs more seats." in mail.body


def test_ticket_that_the_customer_raised_itself_says_nothing_of_others(relation):
    support.ticket(relation.other)

    assert not relation.other.activities.filter(kind="support.ticket_raised_for").exists()


def put_right(relation, reseller, *, resolve):
    """What Oxbow Foods was billed twice is credited on the ticket that the reseller raised about it."""
    support.limit()
    support.billed_twice(relation.other)
    case = support.Case(relation.other, raised(relation, by=reseller, kind="billing"), people.agent())
    return case.grant(resolve=resolve)


@pytest.mark.parametrize("resolve", [True, False])
def test_what_was_granted_is_read_by_the_served_customer_and_not_by_who_raised_it(relation, resolve):
    reseller, served = people.member(relation.customer), people.member(relation.other)

    ticket = put_right(relation, reseller, resolve=resolve).ticket

    read = [row.text for row in behalf.told(ticket, behalf.messages_of(ticket))]
    assert read == ["Our customer needs more seats.", "We answered Oxbow Foods."]
    assert "We have credited" in threads.messages_of(ticket, served).last().text


def test_mail_of_what_was_granted_says_to_who_raised_it_that_we_answered(relation):
    reseller = people.member(relation.customer)

    ticket = put_right(relation, reseller, resolve=True).ticket

    [ended] = relation.other.activities.filter(kind="support.ticket_resolved", about_ref=ticket.ref)
    theirs, own = (letters.write(NOTICES[ended.kind], ended, reader).body for reader in (reseller, people.member(relation.other)))
    assert sending.may_know(reseller, ended)
    assert "We answered Oxbow Foods." in theirs and "credited" not in theirs
    assert "We have credited" in own


def test_remedy_given_by_a_rule_or_taken_back_is_not_read_by_who_raised_it(relation):
    reseller = people.member(relation.customer)
    given = put_right(relation, reseller, resolve=False)
    conversation.resolve_by_policy(ticket=given.ticket, outcome="remedied", text="Credited by a rule.", at=NOON)

    reversing.reverse(actor=people.finance(), grant=given, reason="Given twice.", at=NOON)

    read = [row.text for row in behalf.told(given.ticket, behalf.messages_of(given.ticket))]
    assert read[1:] == ["We answered Oxbow Foods."] * 3


def test_file_of_what_we_wrote_to_the_served_customer_alone_is_not_handed_to_the_reseller(relation):
    reseller = people.member(relation.customer)
    ticket = put_right(relation, reseller, resolve=True).ticket
    files.attach(ticket.messages.get(confidential=True), [files.File("note.pdf", b"%PDF-1.7")])

    assert not files.visible_to(reseller).exists()
    assert files.visible_to(people.member(relation.other)).count() == 1


def test_raising_twice_with_one_key_is_one_ticket(relation):
    reseller, key = people.member(relation.customer), uuid4()

    first, again = raised(relation, by=reseller, key=key), raised(relation, by=reseller, key=key)

    assert first == again
    assert behalf.shared_with(reseller).count() == 1


def test_relation_of_days_gone_by_raises_nothing():
    relation = serves(group(), since=date(2020, 1, 1), until=date(2021, 1, 1))

    with pytest.raises(Refusal):
        raised(relation)
