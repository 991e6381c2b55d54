"""Finance sees every remedy at once, asks back, and the day ties out in three independent sums."""

from datetime import timedelta

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.money import Money
from support.remedies import finance_feed, tie_out
from support.remedies.finance_feed import AcknowledgedAlready, QuestionMissing
from support.remedies.models import FeedRow
from support.remedies.tie_out import TieOut
from support.tickets.models import Message
from tests.factories import people, support
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 100000, 1000000)


def row_of(amount=12000, **facts):
    return support.case(amount, **facts).grant().feed_row


def acknowledge(row, actor=None):
    return finance_feed.acknowledge(actor=actor or people.finance(), row=row, at=NOON)


def query(row, question="Why?", actor=None):
    return finance_feed.query(actor=actor or people.finance(), row=row, question=question, at=NOON)


def test_every_status_stands_in_the_table_of_steps():
    assert set(finance_feed.STEPS) == set(FeedRow.Status.values)


def test_row_stands_in_the_inbox_newest_first():
    first = row_of()
    second = support.case().grant(at=NOON + timedelta(minutes=1)).feed_row

    inbox = finance_feed.inbox(people.finance())

    assert inbox == [second, first]
    assert finance_feed.inbox(people.finance(), before=second) == [first]


@pytest.mark.parametrize(("level", "sees"), [("agent", 0), ("key_account", 0), ("finance", 1), ("supervisor", 1), ("manager", 1)])
def test_rows_are_shown_to_those_who_see_the_books(level, sees):
    row_of()

    assert finance_feed.visible_to(people.staff(level)).count() == sees


def test_acknowledging_takes_the_row_out_once():
    row, finance = row_of(), people.finance()

    acknowledge(row, finance)
    again = acknowledge(row, people.finance())

    assert (again.status, again.acknowledged_by) == ("acknowledged", finance)
    assert finance_feed.inbox(finance) == []
    assert Activity.objects.filter(kind="finance.row_acknowledged").count() == 1


def test_rows_looked_at_together_are_acknowledged_once_and_what_was_asked_about_stays_open():
    first, asked, finance = row_of(), row_of(), people.finance()
    query(asked)

    taken = [finance_feed.acknowledge_all(actor=finance, rows=[asked, first], at=NOON) for _press in range(2)]

    assert taken == [[first], []]
    assert list(FeedRow.objects.order_by("pk").values_list("status", flat=True)) == ["acknowledged", "queried"]


@pytest.mark.parametrize("level", ["agent", "supervisor", "manager"])
def test_only_finance_acknowledges_and_asks(level):
    row, actor = row_of(), people.staff(level)

    together = {"actor": actor, "rows": [row], "at": NOON}
    for act in (
        lambda: acknowledge(row, actor),
        lambda: query(row, actor=actor),
        lambda: finance_feed.acknowledge_all(**together),
    ):
        with pytest.raises(Refusal):
            act()

    assert FeedRow.objects.get().status == "new"


def test_question_becomes_a_note_on_the_ticket_once():
    row, finance = row_of(), people.finance()

    query(row, "Which contract is this?", finance)
    query(row, "Which contract is this?", finance)

    notes = [message.text for message in Message.objects.filter(internal=True)]
    assert notes == [f"Finance asks about {row.grant}: Which contract is this?"]
    assert Activity.objects.filter(kind="finance.row_queried").count() == 1


def test_asking_nothing_or_about_what_is_settled_is_refused():
    row = row_of()

    with pytest.raises(QuestionMissing):
        query(row, " \x00 ")
    acknowledge(row)
    with pytest.raises(AcknowledgedAlready):
        query(row)


def test_day_ties_out_by_currency():
    row_of(12000)
    row_of(5000, tax_rate="0.19")
    support.limit("agent", 100000, 100000, currency="CHF")
    row_of(700, currency="CHF")

    chf, eur = Money(700, "CHF"), Money(12000 + 5950, "EUR")
    assert tie_out.of_day(TODAY) == [TieOut(TODAY, chf, chf, chf), TieOut(TODAY, eur, eur, eur)]
    assert all(line.ties for line in tie_out.of_day(TODAY))


def test_day_does_not_tie_out_when_a_row_says_another_amount():
    row = row_of(12000)
    FeedRow.objects.filter(pk=row.pk).update(amount_minor=12001)

    assert [line.ties for line in tie_out.of_day(TODAY)] == [False]


def test_day_without_remedies_has_no_lines():
    row_of()

    assert tie_out.of_day(TODAY - timedelta(days=1)) == []
