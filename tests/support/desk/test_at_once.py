"""What several people and workers do to the same tickets at once ends as if one came after the other."""

from threading import Thread
from uuid import uuid4

from django.db import connection

from accounts.decisions import Refusal
from support.desk import bulk, merging
from support.desk.changes import Change
from support.desk.models import TicketMerge
from support.tickets.models import Message, Ticket
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON


def at_once(*works):
    """Do the works at the same time, each on a connection of its own; return the codes of refusals."""
    refusals = []

    def run(work):
        try:
            work()
        except Refusal as refusal:
            refusals.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[work]) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return refusals


def test_two_merges_crosswise_leave_one_survivor(committed):
    customer = group()
    member, agent = people.member(customer), people.agent()
    one, other = (support.ticket(customer, by=member) for _ in range(2))

    refusals = at_once(
        lambda: merging.merge(actor=agent, retired=one, survivor=other, at=NOON),
        lambda: merging.merge(actor=agent, retired=other, survivor=one, at=NOON),
    )

    assert refusals == ["merged_already"]
    assert TicketMerge.objects.count() == Ticket.objects.exclude(merged_into=None).count() == 1


def test_three_workers_do_each_row_of_a_bulk_once(committed):
    agent = people.agent()
    tickets = [support.ticket(), support.ticket()]
    made = bulk.begin(actor=agent, tickets=tickets, change=Change(text="Once."), key=uuid4(), at=NOON)

    at_once(*[lambda: bulk.work_off(made, at=NOON)] * 3)

    assert Message.objects.filter(text="Once.").count() == 2
    assert set(bulk.rows_of(made).values_list("status", flat=True)) == {"done"}
