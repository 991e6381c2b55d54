"""Merged tickets are one conversation in which nothing is lost, and stand apart again as they were."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from accounts.people.models import Membership
from accounts.timeline.models import Activity
from support.channels import addresses, files
from support.channels.addresses import Thread as MailThread
from support.channels.mail import taking
from support.desk import linking, merging, splitting
from support.desk.models import TicketMerge
from support.measures import first_contact
from support.remedies.models import Grant
from support.tickets import conversation, deadlines, pledges, queue, threads
from support.tickets.models import Message, Ticket
from support.voice import satisfaction
from tests.factories import people, support
from tests.factories.customers import below, group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def now(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def two():
    """Two tickets of one person, and the agent."""
    customer = group()
    member = people.member(customer)
    return (*(support.ticket(customer, by=member, text=words, kind="other") for words in ("First.", "Second.")), people.agent())


def merged():
    kept, retired, agent = two()
    merging.merge(actor=agent, retired=retired, survivor=kept, at=NOON)
    return now(kept), now(retired), agent


def said(ticket, viewer):
    return [message.text for message in threads.messages_of(ticket, viewer)]


def answer(actor, ticket, text="Here.", **facts):
    return conversation.reply(actor=actor, ticket=ticket, text=text, at=NOON, key=uuid4(), **facts)


def test_customer_reads_one_thread_when_two_tickets_are_merged():
    kept, retired, _agent = merged()

    assert said(kept, kept.requester) == ["First.", "Second."]
    assert (retired.status, retired.outcome, retired.merged_into) == ("resolved", "merged", kept)


def test_reply_to_a_merged_ticket_arrives_on_its_survivor_and_opens_it():
    kept, retired, agent = merged()
    conversation.resolve(actor=agent, ticket=kept, outcome="answered", text="Done.", at=NOON)

    answer(retired.requester, retired, "Not done.")

    assert said(kept, agent)[-1] == "Not done."
    assert (now(kept).status, now(retired).status) == ("open", "resolved")
    assert Activity.objects.filter(kind="support.message_sent").latest("pk").about_ref == kept.ref


@pytest.mark.parametrize("which", [0, 1])
def test_mail_to_either_thread_arrives_in_one_conversation(which):
    tickets = merged()
    person = tickets[0].requester
    to = addresses.reply_to(MailThread(tickets[which].ref, person.pk))
    raw = f"From: {person.email}\r\nTo: {to}\r\nSubject: Again\r\nMessage-ID: <m{which}@x>\r\n\r\nBy mail.\r\n".encode()

    taken = taking.take(raw, at=NOON)

    assert taken.mail.outcome == "added"
    assert said(tickets[0], person)[-1] == "By mail."


def test_merging_twice_is_one_merge():
    kept, retired, agent = two()

    made = [merging.merge(actor=agent, retired=retired, survivor=kept, at=NOON) for _ in range(2)]

    assert made[0] == made[1]
    assert TicketMerge.objects.count() == 1


def test_unmerged_tickets_stand_as_they_stood_and_keep_what_was_written_to_each():
    kept, retired, agent = merged()
    answer(retired.requester, retired, "To the second.")

    merging.undo(actor=agent, retired=retired, at=NOON)

    assert (now(retired).status, now(retired).outcome, now(retired).merged_into) == ("open", "", None)
    assert said(kept, agent) == ["First."]
    assert said(retired, agent) == ["Second.", "To the second."]
    assert now(retired).due_at is not None


def test_survivor_takes_over_the_matter_and_gives_it_back():
    case = support.case()
    kept = support.ticket(case.customer, by=case.ticket.requester, kind="other")
    Ticket.objects.filter(pk=case.ticket.pk).update(tags=["double"])

    merging.merge(actor=case.agent, retired=case.ticket, survivor=kept, at=NOON)
    with_it = now(kept)
    merging.undo(actor=case.agent, retired=case.ticket, at=NOON)

    assert (with_it.finding, with_it.document, with_it.tags) == (case.ticket.finding, case.ticket.document, ["double"])
    assert (now(kept).finding, now(kept).document, now(kept).tags) == (None, None, [])


def test_remedy_asked_for_on_a_merged_ticket_is_given_on_the_survivor():
    support.limit()
    case = support.case()
    kept = support.ticket(case.customer, by=case.ticket.requester, kind="other")
    merging.merge(actor=case.agent, retired=case.ticket, survivor=kept, at=NOON)

    grant = case.grant()

    assert grant.ticket == kept
    assert Grant.objects.count() == 1


def test_open_promise_on_a_merged_ticket_keeps_its_survivor_from_ending():
    kept, retired, agent = two()
    support.promise(retired)
    merging.merge(actor=agent, retired=retired, survivor=kept, at=NOON)

    with pytest.raises(pledges.PromiseOpen):
        conversation.resolve(actor=agent, ticket=kept, outcome="answered", text="Done.", at=NOON)
    with pytest.raises(IntegrityError, match="has an open promise"), transaction.atomic():
        Ticket.objects.filter(pk=kept.pk).update(status="resolved", resolved_at=NOON)


def test_clocks_of_the_survivor_count_from_the_first_word_of_either():
    customer = group()
    member = people.member(customer)
    early = support.ticket(customer, by=member, at=NOON.replace(hour=8))
    late = support.ticket(customer, by=member, at=NOON)

    merging.merge(actor=people.agent(), retired=early, survivor=late, at=NOON)

    assert deadlines.sheet_of(now(late), NOON).clocks[0].run.since == NOON.replace(hour=8)
    assert now(early).due_at is None


def test_merged_tickets_are_one_issue_and_each_word_a_contact():
    kept, retired, agent = merged()
    Message.objects.create(ticket=retired, author=retired.requester, text="Hello?", sent_at=NOON.replace(hour=14))
    conversation.resolve(actor=agent, ticket=kept, outcome="answered", text="Done.", at=NOON.replace(hour=15))

    issue = first_contact.of_ticket(now(kept), at=NOON.replace(year=2027))

    assert issue.tickets == [kept]
    assert issue.solved is False
    assert satisfaction.ask(at=NOON.replace(hour=18)) == 1


def test_ticket_of_a_stranger_is_not_merged_and_nothing_is_shown():
    kept, stranger, agent = support.ticket(), support.ticket(group("Other"), text="Secret."), people.agent()

    with pytest.raises(Refusal, match="so they stay apart") as refused:
        merging.merge(actor=agent, retired=stranger, survivor=kept, at=NOON)

    assert refused.value.code == "not_the_same_customer"
    assert said(kept, kept.requester) == ["We were billed twice."]


def test_ticket_of_a_sister_is_not_merged_when_its_requester_could_not_read_on():
    root = group()
    one, sister = below(root, "One"), below(root, "Sister")

    with pytest.raises(Refusal, match="so they stay apart"):
        merging.merge(actor=people.agent(), retired=support.ticket(one), survivor=support.ticket(sister), at=NOON)


def test_others_of_the_customer_read_only_what_is_within_their_reach_in_a_merged_thread():
    root = group()
    site = below(root)
    head = people.member(root)
    kept, retired = support.ticket(root, by=head, text="Root."), support.ticket(site, by=head, text="Site.")
    only_root = people.member(root, scope=Membership.Scope.NODE)

    merging.merge(actor=people.agent(), retired=retired, survivor=kept, at=NOON)

    assert said(kept, head) == ["Root.", "Site."]
    assert said(kept, only_root) == ["Root."]


def test_customer_merges_nothing():
    kept, retired, _agent = two()

    with pytest.raises(Refusal):
        merging.merge(actor=kept.requester, retired=retired, survivor=kept, at=NOON)


def test_ticket_merged_on_takes_with_it_what_it_had_and_brings_it_back():
    first, second, agent = merged()
    third = support.ticket(first.customer, by=first.requester, text="Third.")

    merging.merge(actor=agent, retired=first, survivor=third, at=NOON)
    together = said(third, agent)
    merging.undo(actor=agent, retired=first, at=NOON)

    assert together == ["First.", "Second.", "Third."]
    assert said(now(first), agent) == ["First.", "Second."]
    assert said(third, agent) == ["Third."]
    assert now(second).merged_into == first


def test_person_of_an_earlier_merge_keeps_a_later_one_from_taking_the_thread_away():
    root = group()
    north, south = below(root), below(root)
    head, of_both = people.member(root), people.member(north)
    people.joins(of_both, root, scope=Membership.Scope.NODE)
    middle, third = support.ticket(root, by=head, text="Root."), support.ticket(south, by=head, text="South.")
    first, agent = support.ticket(north, by=of_both, text="North."), people.agent()
    merging.merge(actor=agent, retired=first, survivor=middle, at=NOON)

    for retired, survivor in ((middle, third), (third, middle)):
        with pytest.raises(Refusal, match="so they stay apart"):
            merging.merge(actor=agent, retired=now(retired), survivor=now(survivor), at=NOON)
    assert sorted(said(now(middle), of_both)) == ["North.", "Root."]


def test_who_reads_one_customer_only_keeps_it_from_being_merged_with_what_holds_another():
    root = group()
    head, only_root = people.member(root), people.member(root, scope=Membership.Scope.NODE)
    middle, first = support.ticket(root, by=head, text="Root."), support.ticket(below(root), by=head, text="Site.")
    other, agent = support.ticket(root, by=only_root, text="Also root."), people.agent()
    merging.merge(actor=agent, retired=first, survivor=middle, at=NOON)

    with pytest.raises(Refusal, match="may read what was merged into them"):
        merging.merge(actor=agent, retired=other, survivor=now(middle), at=NOON)


def chain_of(case, **facts_of_last):
    """The ticket of a case, merged into one that lacks its matter, which is merged into a third."""
    middle, last = (support.ticket(case.customer, by=case.ticket.requester, kind="other") for _ in range(2))
    Ticket.objects.filter(pk=case.ticket.pk).update(tags=["double"])
    Ticket.objects.filter(pk=last.pk).update(**facts_of_last)
    merging.merge(actor=case.agent, retired=case.ticket, survivor=middle, at=NOON)
    merging.merge(actor=case.agent, retired=now(middle), survivor=now(last), at=NOON)
    return middle, last


def test_matter_taken_over_twice_goes_back_from_both():
    case = support.case()
    middle, last = chain_of(case)
    with_it = now(last)

    merging.undo(actor=case.agent, retired=case.ticket, at=NOON)

    assert (with_it.document, with_it.tags) == (case.ticket.document, ["double"])
    assert [(now(each).document, now(each).tags) for each in (middle, last)] == [(None, []), (None, [])]
    assert now(middle).merged_into == last


def test_matter_the_last_one_had_itself_stays_with_it():
    case = support.case()
    middle, last = chain_of(case, document=case.ticket.document, tags=["double"])

    merging.undo(actor=case.agent, retired=case.ticket, at=NOON)

    assert (now(last).document, now(last).tags) == (case.ticket.document, ["double"])
    assert (now(middle).document, now(middle).tags) == (None, [])


def test_ticket_in_the_middle_takes_back_all_that_came_by_way_of_it():
    kept, retired, agent = merged()
    third, fourth = (support.ticket(kept.customer, by=kept.requester, text=words) for words in ("Third.", "Fourth."))
    merging.merge(actor=agent, retired=kept, survivor=third, at=NOON)
    merging.merge(actor=agent, retired=now(third), survivor=fourth, at=NOON)

    merging.undo(actor=agent, retired=now(third), at=NOON)

    assert {now(kept).merged_into, now(retired).merged_into} == {third}
    assert said(now(fourth), agent) == ["Fourth."]


@pytest.mark.parametrize("waits", ["approval"])
def test_ticket_whose_remedy_is_being_decided_is_not_merged(waits):
    kept, retired, agent = two()
    Ticket.objects.filter(pk=retired.pk).update(status=waits)

    with pytest.raises(Refusal, match="waits for an approval"):
        merging.merge(actor=agent, retired=retired, survivor=kept, at=NOON)


def test_database_refuses_a_circle_of_merged_tickets():
    kept, retired, _agent = merged()

    with pytest.raises(IntegrityError, match="merged itself"), transaction.atomic():
        Ticket.objects.filter(pk=kept.pk).update(merged_into=retired, status="resolved", outcome="merged", resolved_at=NOON)


def test_undoing_what_is_not_merged_is_refused():
    kept, _retired, agent = two()

    with pytest.raises(merging.NotMerged):
        merging.undo(actor=agent, retired=kept, at=NOON)


def test_merged_ticket_stands_in_no_list_of_agents():
    kept, retired, agent = merged()
    conversation.resolve(actor=agent, ticket=kept, outcome="answered", text="Done.", at=NOON)

    assert queue.page(agent, "resolved").tickets == [kept]
    assert all(retired not in queue.page(agent, view).tickets for view in queue.VIEWS)


def test_message_split_off_is_a_ticket_of_its_writer_with_its_files():
    ticket, agent = support.ticket(kind="other"), people.agent()
    message = answer(ticket.requester, ticket, "And another thing.")
    files.attach(message, [files.File("scan.pdf", b"%PDF-1.7")])

    made = [splitting.split(actor=agent, message=message, subject="Another thing", key=KEY, at=NOON) for _ in range(2)]

    assert made[0] == made[1] != ticket
    assert (made[0].requester, made[0].customer, said(made[0], agent)) == (
        ticket.requester,
        ticket.customer,
        ["And another thing."],
    )
    assert [file.name for file in made[0].messages.get().attachments.all()] == ["scan.pdf"]
    assert "And another thing." in said(ticket, agent)


KEY = uuid4()


def test_words_of_ours_are_not_split_off():
    ticket, agent = support.ticket(), people.agent()

    with pytest.raises(splitting.NotToSplit):
        splitting.split(actor=agent, message=answer(agent, ticket), subject="No", key=uuid4(), at=NOON)


def test_ticket_does_not_end_before_the_tickets_below_it():
    above, child, agent = two()
    linking.put_below(actor=agent, ticket=child, parent=above, at=NOON)

    with pytest.raises(conversation.ChildOpen, match=child.ref):
        conversation.resolve(actor=agent, ticket=above, outcome="answered", text="Done.", at=NOON)
    conversation.resolve(actor=agent, ticket=child, outcome="answered", text="Done.", at=NOON)
    conversation.resolve(actor=agent, ticket=above, outcome="answered", text="Done.", at=NOON)

    assert now(above).status == "resolved"


def test_ticket_stands_below_none_of_another_group_nor_itself_nor_one_below():
    above, child, agent = two()
    linking.put_below(actor=agent, ticket=child, parent=above, at=NOON)

    for ticket, parent in ((child, support.ticket(group("Other"))), (above, above), (above, child)):
        with pytest.raises(linking.CannotStandBelow):
            linking.put_below(actor=agent, ticket=ticket, parent=parent, at=NOON)
