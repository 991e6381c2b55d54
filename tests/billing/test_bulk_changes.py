"""Many contract changes out of one file: each row at exactly its price, on its own, and once."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.people import invitations
from billing.amendments.bulk import reading, working
from billing.amendments.bulk.models import BulkChange
from billing.contracts import state
from billing.contracts.models import ContractEvent, Subscription
from billing.invoices import proof, run
from billing.invoices.models import Document
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
FIRST, NOON = billing.FIRST_DAY, billing.NOON
HEAD = "contract,action,quantity,plan,effective\n"


@pytest.fixture
def berlin():
    return customers.group("Berlin")


@pytest.fixture
def member(berlin):
    return people.administrator(berlin)


def running(customer, quantity=2):
    subscription = billing.subscribed(customer, billing.version(price="62.00"), quantity=quantity, on=FIRST)
    run.bill(payer=customer, on=FIRST, at=NOON)
    return subscription


def prepared(actor, customer, *lines, head=HEAD):
    content = (head + "".join(f"{line}\n" for line in lines)).encode()
    return working.prepare(actor=actor, customer=customer, content=content, file_name="changes.csv", at=NOON)


def rows(bulk):
    return [(row.number, row.status) for row in bulk.rows.order_by("number")]


def make(actor, bulk, numbers=None, at=NOON):
    return working.carry_out(actor=actor, bulk=bulk, numbers=numbers, at=at)


def quantity(subscription, on=FIRST):
    return state.as_of(subscription, on).quantity


def test_preview_changes_nothing_and_all_rows_are_made_at_their_price(berlin, member):
    one, two = running(berlin), running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now", f"{two.ref},set_quantity,3,,now")
    assert (rows(bulk), quantity(one)) == ([(2, "ready"), (3, "ready")], 2)
    billed = Document.objects.count()

    made = make(member, bulk)

    assert [row.status for row in made] == ["applied", "applied"]
    assert (quantity(one), quantity(two), Document.objects.count()) == (5, 3, billed + 2)
    assert all(row.quote.document.total_minor == row.quote.outcome["total_minor"] for row in made)
    assert proof.faults() == []


def test_chosen_rows_only_are_made_and_making_again_makes_nothing_twice(berlin, member):
    one, two = running(berlin), running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now", f"{two.ref},set_quantity,3,,now")

    for _ in range(3):
        make(member, bulk, [3])

    assert (quantity(one), quantity(two), rows(bulk)) == (2, 3, [(2, "ready"), (3, "applied")])
    assert ContractEvent.objects.filter(what="set_quantity").count() == 1


def test_same_file_is_the_same_bulk_change_and_adds_nothing_twice(berlin, member):
    contract = running(berlin).contract
    line = f"{contract.ref},add,1,PRO,{FIRST}"
    make(member, prepared(member, berlin, line))
    again = prepared(member, berlin, line)

    make(member, again)

    assert (BulkChange.objects.count(), Subscription.objects.filter(contract=contract).count()) == (1, 2)
    assert rows(again) == [(2, "applied")]


def test_row_that_is_refused_stops_no_other(berlin, member):
    one = running(berlin)
    bulk = prepared(
        member, berlin, "S-NONE,pause,,,now", f"{one.ref},set_quantity,2,,now", f"{one.ref},fly,,,now", f"{one.ref},pause,,,now",
    )  # fmt: skip

    assert [row.status for row in bulk.rows.order_by("number")] == ["refused"] * 4
    reasons = [row.reason for row in bulk.rows.order_by("number")]
    assert reasons[0] == "'S-NONE' is no subscription or contract here."
    assert reasons[1] == "The subscription has 2 already."
    assert reasons[3] == "Row 3 changes it too: make that first, then ask for new prices."


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{ref},set_quantity,0,,now", "A quantity is a whole number"), ("{ref},set_quantity,-3,,now", "A quantity"),
        ("{ref},set_quantity,1e3,,now", "A quantity"), ("{ref},set_quantity,\u0663,,now", "A quantity"),
        ("{ref},set_quantity,3,,yesterday", "does not say when"), ("{ref},set_quantity,3,,2026-02-30", "does not say when"),
        ("{ref},set_quantity,3,,2000-01-01", "today or later"), ("{ref},change_plan,,,now", "The new plan is missing."),
        ("{ref},change_plan,,NONE,now", "is not a plan of"), (",pause,,,now", "is no subscription"),
        ("{ref},pause,,", "It has 4 cells"),
    ],
)  # fmt: skip
def test_row_that_makes_no_sense_says_why(berlin, member, line, told):
    bulk = prepared(member, berlin, line.format(ref=running(berlin).ref))

    row = bulk.rows.get()
    assert row.status == "refused"
    assert told in row.reason
    assert make(member, bulk) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"), (b"contract,action\n", "The column effective is missing"), (HEAD.encode(), "no row below it"),
        (b"contract,action,effective,colour\n", "'colour' is not known"), (b"\xff\xfe", "not in UTF-8"),
        (b"contract,contract\n", "more than once"), (b"x" * (reading.MOST_BYTES + 1), "larger than"),
        (HEAD.encode() + b"S-1,pause,,,now\n" * 501, "at most 500"), (HEAD.encode() + b'S-1,"pause\n', "no CSV"),
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_is_refused_whole(berlin, member, content, told):
    with pytest.raises(reading.FileUnusable, match=told):
        working.prepare(actor=member, customer=berlin, content=content, file_name="x.csv", at=NOON)
    assert not BulkChange.objects.exists()


def test_semicolons_and_a_byte_order_mark_are_read(berlin, member):
    one = running(berlin)
    content = f"\ufeffcontract;action;effective\r\n{one.ref.lower()};pause;now\r\n".encode()

    bulk = working.prepare(actor=member, customer=berlin, content=content, file_name="x.csv", at=NOON)

    assert rows(bulk) == [(2, "ready")]


def test_prices_that_expired_are_refused_and_priced_anew(berlin, member):
    one, late = running(berlin), NOON + timedelta(minutes=31)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    assert [row.status for row in make(member, bulk, at=late)] == ["refused"]

    working.preview_again(actor=member, bulk=bulk, at=late)

    assert [row.status for row in make(member, bulk, at=late)] == ["applied"]


def test_over_the_own_limit_a_row_waits_for_approval(berlin):
    held = people.joins(people.person(), berlin)
    invitations.limit_orders(actor=None, membership=held, limit_minor=0, at=NOON)
    bulk = prepared(held.user, berlin, f"{running(berlin).ref},set_quantity,5,,now")

    assert [row.status for row in make(held.user, bulk)] == ["asked"]


def test_nobody_changes_contracts_of_others_by_a_file(berlin, member):
    stranger = customers.group("Others")
    other = running(stranger)

    bulk = prepared(member, berlin, f"{other.ref},pause,,,now", f"{other.contract.ref},add,1,PRO,{FIRST}")

    assert rows(bulk) == [(2, "refused"), (3, "refused")]
    with pytest.raises(Refusal):
        prepared(people.member(berlin, "reader"), berlin, f"{other.ref},pause,,,now")
    with pytest.raises(Refusal):
        make(people.member(stranger), bulk)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    quantities=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    chosen=st.lists(st.lists(st.integers(2, 6), max_size=4), max_size=4),
)
def test_whatever_is_chosen_in_whatever_order_each_row_is_made_once(quantities, chosen):
    berlin = customers.group("Berlin")
    member, held = people.administrator(berlin), [running(berlin) for _ in quantities]
    lines = [f"{one.ref},set_quantity,{wanted},,now" for one, wanted in zip(held, quantities, strict=True)]
    bulk = prepared(member, berlin, *lines)
    possible = {row.number for row in bulk.rows.filter(status="ready")}

    for numbers in chosen:
        make(member, bulk, numbers)

    done = possible & {number for numbers in chosen for number in numbers}
    assert {row.number for row in bulk.rows.filter(status="applied")} == done
    for number, (one, wanted) in enumerate(zip(held, quantities, strict=True), start=2):
        assert quantity(one) == (wanted if number in done else 2)
        assert one.events.filter(what="set_quantity").count() == (number in done)
    assert proof.faults() == []
