"""Many contract changes out of one file: each row at exactly its price, on its own, and once."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.people import invitations
from accounts.timeline.models import Activity
from billing.amendments import applying, quoting
from billing.amendments.bulk import carrying, reading, working
from billing.amendments.bulk.models import BulkChange, BulkChoice
from billing.amendments.models import OrderApproval, Quote
from billing.amendments.quoting import Change
from billing.contracts import state
from billing.contracts.models import ContractEvent, Subscription
from billing.invoices import proof, run
from billing.invoices.models import Document
from billing.ledger.models import Posting
from tests.factories import billing, customers, people, policies

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
    bulk = working.prepare(actor=actor, customer=customer, content=content, file_name="changes.csv", at=NOON)
    carrying.work_off(bulk, at=NOON)
    return bulk


def rows(bulk):
    return [(row.number, row.status) for row in bulk.rows.order_by("number")]


def make(actor, bulk, numbers=None, at=NOON):
    quotes = {number: quote for number, quote in working.ready(bulk).items() if numbers is None or number in numbers}
    chosen = working.choose(actor=actor, bulk=bulk, quotes=quotes, at=at)
    carrying.work_off(bulk, at=at)
    return list(bulk.rows.filter(pk__in=[row.pk for row in chosen.rows]).select_related("quote__document").order_by("number"))


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


@pytest.mark.parametrize("faulty", ["fly,,,now", "set_quantity,many,,now", "pause,,,yesterday", "pause,,"])
def test_row_that_can_never_be_made_blocks_no_later_one(berlin, member, faulty):
    one = running(berlin)

    bulk = prepared(member, berlin, f"{one.ref},{faulty}", f"{one.ref},set_quantity,5,,now")

    assert rows(bulk) == [(2, "refused"), (3, "ready")]
    assert "changes it too" not in bulk.rows.get(number=2).reason


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
    carrying.work_off(bulk, at=NOON)

    assert rows(bulk) == [(2, "ready")]


def test_prices_that_expired_are_refused_and_priced_anew(berlin, member):
    one, late = running(berlin), NOON + timedelta(minutes=31)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    assert [row.status for row in make(member, bulk, at=late)] == ["refused"]

    working.preview_again(actor=member, bulk=bulk, at=late)
    carrying.work_off(bulk, at=late)

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


@pytest.fixture
def two_sites(berlin):
    """A file of the group with a row for a site, which is closed to one of the group's people, and one for another site."""
    closed, other = customers.below(berlin, "Closed"), customers.below(berlin, "Open")
    outsider = people.member(berlin)
    people.joins(outsider, closed, effect="deny")
    return outsider, running(closed), running(other)


def test_rows_out_of_reach_are_neither_seen_nor_chosen_nor_priced_anew(berlin, member, two_sites):
    outsider, closed, other = two_sites
    bulk = prepared(member, berlin, f"{closed.ref},set_quantity,5,,now", f"{other.ref},set_quantity,5,,now", "S-NONE,pause,,,now")
    assert [row.number for row in working.rows_for(member, bulk)] == [2, 3, 4]

    assert [row.number for row in working.rows_for(outsider, bulk)] == [3]
    working.preview_again(actor=outsider, bulk=bulk, at=NOON)
    carrying.work_off(bulk, at=NOON)

    assert list(bulk.rows.order_by("number").values_list("status", "priced_for")) == [
        ("ready", member.pk), ("ready", outsider.pk), ("refused", member.pk)
    ]  # fmt: skip
    assert [row.number for row in make(outsider, bulk)] == [3]
    assert (quantity(closed), quantity(other)) == (2, 5)


def test_file_with_a_row_out_of_reach_says_no_more_than_that_it_is_none(berlin, two_sites):
    outsider, closed, other = two_sites
    bulk = prepared(outsider, berlin, f"{closed.ref},set_quantity,5,,now", f"{other.ref},set_quantity,5,,now")

    assert rows(bulk) == [(2, "refused"), (3, "ready")]
    assert bulk.rows.get(number=2).reason == f"'{closed.ref}' is no subscription or contract here."
    assert [row.number for row in working.rows_for(outsider, bulk)] == [2, 3], "they asked for the first themselves"


def test_same_file_of_somebody_who_reaches_more_prices_what_was_refused(berlin, member, two_sites):
    outsider, closed, other = two_sites
    lines = [f"{closed.ref},set_quantity,5,,now", f"{other.ref},set_quantity,5,,now"]
    prepared(outsider, berlin, *lines)

    bulk = prepared(member, berlin, *lines)

    assert rows(bulk) == [(2, "ready"), (3, "ready")]
    assert [row.number for row in working.rows_for(outsider, bulk)] == [3]


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


def test_rows_are_written_first_and_priced_by_a_worker(berlin, member):
    content = f"{HEAD}{running(berlin).ref},set_quantity,5,,now\n".encode()

    bulk = working.prepare(actor=member, customer=berlin, content=content, file_name="x.csv", at=NOON)

    assert (rows(bulk), Quote.objects.count(), list(carrying.unfinished(NOON))) == ([(2, "waiting")], 0, [bulk])
    assert carrying.work_off(bulk, at=NOON)
    assert (rows(bulk), Quote.objects.count(), list(carrying.unfinished(NOON))) == ([(2, "ready")], 1, [])


def test_nothing_is_made_before_a_worker_comes_by(berlin, member):
    one = running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")

    working.choose(actor=member, bulk=bulk, quotes=working.ready(bulk), at=NOON)

    assert (quantity(one), rows(bulk), list(carrying.unfinished(NOON))) == (2, [(2, "chosen")], [bulk])
    carrying.work_off(bulk, at=NOON)
    assert (quantity(one), rows(bulk), BulkChoice.objects.get().finished_at) == (5, [(2, "applied")], NOON)


def test_some_rows_at_a_time_make_room_for_others(berlin, member):
    lines = [f"{running(berlin).ref},set_quantity,5,,now" for _ in range(3)]
    bulk = working.prepare(actor=member, customer=berlin, content=(HEAD + "\n".join(lines)).encode(), file_name="x.csv", at=NOON)

    assert not carrying.work_off(bulk, at=NOON, most=2)

    assert rows(bulk) == [(2, "ready"), (3, "ready"), (4, "waiting")]
    assert carrying.work_off(bulk, at=NOON, most=2)


@pytest.mark.parametrize("dies_before", [True, False])
def test_killed_worker_loses_nothing_and_nothing_happens_twice(berlin, member, monkeypatch, dies_before):
    one, later = running(berlin), NOON + carrying.LEASE
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    working.choose(actor=member, bulk=bulk, quotes=working.ready(bulk), at=NOON)
    with monkeypatch.context() as dying:
        dying.setattr(carrying.applying if dies_before else carrying, "apply" if dies_before else "_settle", killed)
        with pytest.raises(KeyboardInterrupt):
            carrying.work_off(bulk, at=NOON)

    carrying.work_off(bulk, at=NOON)
    assert rows(bulk) == [(2, "chosen")]
    carrying.work_off(bulk, at=later)

    assert (rows(bulk), quantity(one), one.events.filter(what="set_quantity").count()) == ([(2, "applied")], 5, 1)
    assert proof.faults() == []


def killed(*args, **facts):
    raise KeyboardInterrupt


def test_row_that_fails_again_and_again_is_given_up_and_stops_no_other(berlin, member, monkeypatch):
    one, two = running(berlin), running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now", f"{two.ref},set_quantity,3,,now")
    apply, broken = applying.apply, bulk.rows.get(number=2).quote_id
    monkeypatch.setattr(applying, "apply", lambda **facts: 1 / 0 if facts["token"] == broken else apply(**facts))
    working.choose(actor=member, bulk=bulk, quotes=working.ready(bulk), at=NOON)

    for turn in range(carrying.MOST_TRIES + 1):
        carrying.work_off(bulk, at=NOON + turn * carrying.LEASE)

    assert (rows(bulk), bulk.rows.get(number=2).reason) == ([(2, "refused"), (3, "applied")], carrying.GAVE_UP)


def test_row_is_made_and_told_together_or_not_at_all(berlin, member, monkeypatch):
    one = running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    working.choose(actor=member, bulk=bulk, quotes=working.ready(bulk), at=NOON)
    with monkeypatch.context() as failing:
        failing.setattr(carrying, "_settle", lambda *args: 1 / 0)
        carrying.work_off(bulk, at=NOON)

    assert (rows(bulk), quantity(one)) == ([(2, "chosen")], 2)
    carrying.work_off(bulk, at=NOON + carrying.LEASE)
    assert (rows(bulk), quantity(one)) == ([(2, "applied")], 5)


def test_row_that_is_given_up_although_it_was_made_is_told_as_made(berlin, member):
    one = running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    working.choose(actor=member, bulk=bulk, quotes=working.ready(bulk), at=NOON)
    applying.apply(actor=member, token=bulk.rows.get().quote_id, at=NOON, today=FIRST)
    bulk.rows.update(tries=carrying.MOST_TRIES)

    carrying.work_off(bulk, at=NOON)

    assert (rows(bulk), bulk.rows.get().reason) == ([(2, "applied")], "")


def test_price_that_could_not_be_kept_is_still_an_alarm(berlin, member):
    one = running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    quote = bulk.rows.get().quote
    quote.outcome |= {"total_minor": 1}
    quote.save(update_fields=["outcome"])

    assert [row.status for row in make(member, bulk)] == ["refused"]
    assert (quantity(one), Activity.objects.filter(kind="billing.price_differed").count()) == (2, 1)


def test_every_row_has_a_whole_lease_however_long_the_ones_before_took(berlin, member, monkeypatch):
    lines = [f"{running(berlin).ref},set_quantity,5,,now" for _ in range(2)]
    bulk = working.prepare(actor=member, customer=berlin, content=(HEAD + "\n".join(lines)).encode(), file_name="x.csv", at=NOON)
    moments = [NOON, NOON + timedelta(minutes=4), NOON + timedelta(minutes=8)]
    ticking, leases = iter(moments), []
    monkeypatch.setattr(carrying, "_do", lambda row, at: leases.append(row.claimed_until))

    carrying.work_off(bulk, at=NOON, most=2, clock=lambda: next(ticking))

    assert leases == [moment + carrying.LEASE for moment in moments[:2]]


def test_row_priced_anew_at_another_price_is_not_made_and_says_what_changed(berlin, member):
    one, two = running(berlin), running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now", f"{two.ref},set_quantity,3,,now")
    seen = working.ready(bulk)
    other = quoting.quote(actor=member, subscription=one, change=Change("set_quantity", quantity=5), at=NOON, today=FIRST)
    other.outcome |= {"per_period_after_minor": 99900}
    other.save(update_fields=["outcome"])
    bulk.rows.filter(number=2).update(quote=other)

    chosen = working.choose(actor=member, bulk=bulk, quotes=seen, at=NOON)
    carrying.work_off(bulk, at=NOON)

    assert ([row.number for row in chosen.rows], [row.number for row in chosen.changed]) == ([3], [2])
    assert (rows(bulk), quantity(one)) == ([(2, "ready"), (3, "applied")], 2)
    assert "the price per period is 999.00 EUR instead of 310.00 EUR" in bulk.rows.get(number=2).reason


def test_row_priced_anew_at_the_same_price_is_made(berlin, member):
    one = running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    seen = working.ready(bulk)
    working.preview_again(actor=people.administrator(berlin), bulk=bulk, at=NOON)
    carrying.work_off(bulk, at=NOON)
    assert working.ready(bulk) != seen

    working.choose(actor=member, bulk=bulk, quotes=seen, at=NOON)
    carrying.work_off(bulk, at=NOON)

    assert (rows(bulk), quantity(one)) == ([(2, "applied")], 5)


def test_quote_of_something_else_makes_nothing(berlin, member):
    bulk = prepared(member, berlin, f"{running(berlin).ref},set_quantity,5,,now")

    chosen = working.choose(actor=member, bulk=bulk, quotes={2: uuid4()}, at=NOON)

    assert (chosen.rows, rows(bulk)) == ([], [(2, "ready")])
    assert "it was priced anew" in bulk.rows.get().reason


def test_chosen_row_keeps_its_price_whoever_asks_for_new_ones(berlin, member):
    one = running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,5,,now")
    seen = working.ready(bulk)
    working.choose(actor=member, bulk=bulk, quotes=seen, at=NOON)

    working.preview_again(actor=member, bulk=bulk, at=NOON)
    carrying.work_off(bulk, at=NOON + quoting.GOOD_FOR - timedelta(seconds=1))

    assert (rows(bulk), bulk.rows.get().quote_id) == ([(2, "applied")], seen[2])


def test_rows_just_below_the_limit_are_one_commitment(berlin):
    held = people.joins(people.person(), berlin)
    one, two = running(berlin), running(berlin)
    lines = [f"{one.ref},set_quantity,3,,now", f"{two.ref},set_quantity,3,,now"]
    invitations.limit_orders(actor=None, membership=held, limit_minor=6200, at=NOON)

    together = make(held.user, prepared(held.user, berlin, *lines))

    assert [row.status for row in together] == ["asked", "asked"]
    assert (quantity(one), OrderApproval.objects.count()) == (2, 2)
    assert "this commits you to 124.00\u00a0EUR" in OrderApproval.objects.first().reason


def test_one_commitment_is_one_for_who_approves_its_parts(berlin):
    asker, lower, higher = (people.joins(people.person(), berlin, role=role) for role in ("member", *["administrator"] * 2))
    for membership, limit in ((asker, 1), (lower, 20000), (higher, 100000)):
        invitations.limit_orders(actor=None, membership=membership, limit_minor=limit, at=NOON)
    lines = [f"{running(berlin).ref},set_quantity,4,,now" for _ in range(3)]
    make(asker.user, prepared(asker.user, berlin, *lines))
    first = OrderApproval.objects.order_by("pk")[0]

    with pytest.raises(Refusal, match="commits you to"):
        applying.decide(actor=lower.user, approval=first, approve=True, note="", at=NOON, today=FIRST)
    applying.decide(actor=higher.user, approval=first, approve=True, note="", at=NOON, today=FIRST)

    assert [one.status for one in OrderApproval.objects.order_by("pk")] == ["approved", "waiting", "waiting"]


def test_row_within_the_limit_is_made_when_chosen_alone(berlin):
    held = people.joins(people.person(), berlin)
    bulk = prepared(held.user, berlin, *[f"{running(berlin).ref},set_quantity,3,,now" for _ in range(2)])
    invitations.limit_orders(actor=None, membership=held, limit_minor=6200, at=NOON)

    assert [row.status for row in make(held.user, bulk, [2])] == ["applied"]


def test_what_is_chosen_at_once_is_asked_of_the_credit_limit_together(berlin, member):
    one, two = running(berlin), running(berlin)
    bulk = prepared(member, berlin, f"{one.ref},set_quantity,3,,now", f"{two.ref},set_quantity,3,,now")
    policies.published({"orders.credit_limit": "350.00 EUR"}, at=NOON - timedelta(days=9))

    with pytest.raises(Refusal, match=r"is 350\.00\sEUR"):
        working.choose(actor=member, bulk=bulk, quotes=working.ready(bulk), at=NOON)

    assert rows(bulk) == [(2, "ready"), (3, "ready")]
    assert [row.status for row in make(member, bulk, [2])] == ["applied"]


@pytest.mark.parametrize(
    ("promise", "facts"),
    [
        ("row_of_a_bulk_change_has_its_quote_once_it_is_ready", {"quote": None}),
        ("row_that_waits_for_its_price_says_for_whom", {"status": "waiting", "priced_for": None}),
        ("chosen_row_has_its_choice", {"status": "chosen"}),
    ],
)
def test_database_keeps_no_row_that_cannot_be_worked_off(berlin, member, promise, facts):
    bulk = prepared(member, berlin, f"{running(berlin).ref},set_quantity,5,,now")

    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        bulk.rows.update(**facts)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(
        st.sampled_from([("set_quantity", 1), ("set_quantity", 5), ("set_quantity", 9), ("pause", None)]), max_size=4
    ),
    rate=st.sampled_from(["0", "0.19"]),
)
def test_books_after_a_file_are_those_of_the_same_single_changes(changes, rate):
    by_file, singly = customers.group("File"), customers.group("Single")
    held = [(taxed(by_file, rate), taxed(singly, rate)) for _ in changes]
    lines = [f"{one.ref},{what},{number or ''},,now" for (one, _), (what, number) in zip(held, changes, strict=True)]

    if lines:
        actor = people.administrator(by_file)
        make(actor, prepared(actor, by_file, *lines))
    actor = people.administrator(singly)
    for (_, other), (what, number) in zip(held, changes, strict=True):
        asked = quoting.quote(actor=actor, subscription=other, change=Change(what, quantity=number), at=NOON, today=FIRST)
        applying.apply(actor=actor, token=asked.pk, at=NOON, today=FIRST)

    assert booked(by_file) == booked(singly)
    assert proof.faults() == []


def taxed(customer, rate):
    subscription = billing.subscribed(customer, billing.version(price="62.00"), quantity=2, on=FIRST, tax_rate=Decimal(rate))
    run.bill(payer=customer, on=FIRST, at=NOON)
    return subscription


def booked(customer):
    sides = Posting.objects.filter(customer=customer).order_by("pk")
    documents = Document.objects.filter(customer=customer).order_by("pk")
    return (
        list(sides.values_list("entry__what", "account", "detail", "amount_minor")),
        list(documents.values_list("kind", "total_minor", "open_minor")),
    )
