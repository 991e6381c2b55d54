"""Reports finance reads: recurring revenue and its movements tie to the issued lines, ageing ties to the ledger, to the cent."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import Sum

from accounts.customers.models import Customer
from billing.contracts import events, state
from billing.contracts.models import Subscription
from billing.invoices import credit_notes, run, single
from billing.invoices.models import Line
from billing.ledger import balances
from billing.reports import ageing, recurring, revenue
from tests.factories import billing, customers, people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH, APRIL = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)
FIRST = date(2026, 1, 1)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def bill(customer, *days):
    for day in days:
        run.bill(payer=customer, on=day, at=noon(day))


def sold(name, price, interval="month", on=FIRST, **terms):
    return billing.subscribed(group(name), billing.version(price=price, interval=interval), on=on, **terms)


def change(subscription, what, on, **facts):
    events.add(actor=None, subscription=subscription, what=what, effective_on=on, at=noon(FIRST), **facts)


@pytest.fixture
def year():
    """One who grows, one who shrinks, one who comes, one who goes, one who pays by the year."""
    grows, shrinks, goes = sold("Grows", "10.00"), sold("Shrinks", "10.00", quantity=3), sold("Goes", "25.00")
    comes, yearly = sold("Comes", "40.00", on=date(2026, 2, 1)), sold("Yearly", "120.00", interval="year")
    change(grows, "set_quantity", date(2026, 2, 1), quantity=4)
    change(shrinks, "set_quantity", date(2026, 3, 1), quantity=1)
    change(goes, "cancel", date(2026, 3, 1))
    for subscription in (grows, shrinks, goes, comes, yearly):
        bill(subscription.customer, FIRST, date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
    return grows


def test_movements_lead_from_one_month_to_the_next_to_the_cent(year):
    moved = recurring.movements([JANUARY, FEBRUARY, MARCH, APRIL])

    amounts = [(m.before_minor, m.new_minor, m.expansion_minor, m.contraction_minor, m.churn_minor, m.after_minor) for m in moved]
    assert amounts == [
        (0, 0, 0, 0, 0, 7500),
        (7500, 4000, 3000, 0, 0, 14500),
        (14500, 0, 0, -2000, -2500, 10000),
        (10000, 0, 0, 0, 0, 10000),
    ]


def test_recurring_revenue_is_what_the_issued_lines_and_the_contracts_say(year):
    shares = recurring.shares(APRIL)

    billed = Line.objects.filter(since=date(2026, 4, 1), kind="recurring").aggregate(net=Sum("amount_minor"))["net"]
    running = [found for found in state.states_of(Subscription.objects.all(), APRIL).values() if found.status == state.ACTIVE]
    monthly = sum(found.per_period.amount_minor // (12 if found.cycle.days > 31 else 1) for found in running)
    assert sum(share.monthly_minor for share in shares) == recurring.movements([APRIL])[0].after_minor == billed + 1000 == monthly


def test_movements_by_channel_add_up_to_the_total_and_follow_who_agreed_last(year):
    for actor, quantity in ((people.administrator(year.customer), 6), (people.agent(), 8)):
        events.add(
            actor=actor,
            subscription=year,
            what="set_quantity",
            effective_on=APRIL.replace(day=1),
            at=noon(FIRST),
            quantity=quantity,
        )
    by_agent = recurring.movements_by_channel(JANUARY, APRIL)
    events.add(
        actor=people.administrator(year.customer), subscription=year, what="set_quantity", effective_on=APRIL.replace(day=2),
        at=noon(FIRST), quantity=9,
    )  # fmt: skip
    by_portal = recurring.movements_by_channel(JANUARY, APRIL)

    [total] = [movement for movement in recurring.movements([JANUARY, APRIL]) if movement.on == APRIL]
    assert [name for name, _movement in by_agent] == ["", "staff"]
    assert [(name, m.before_minor, m.expansion_minor) for name, m in by_portal] == [("", 6500, 0), ("portal", 1000, 3000)]
    for told in (by_agent, by_portal):
        for side in ("before_minor", "new_minor", "churn_minor", "after_minor"):
            assert sum(getattr(movement, side) for _name, movement in told) == getattr(total, side)


def test_movements_by_source_add_up_to_the_total_and_follow_what_was_agreed(year):
    beside = billing.subscribed(year.customer, billing.version("Beside", "2.50"), on=date(2026, 4, 1), under=year.contract)
    change(beside, "set_quantity", date(2026, 4, 2), quantity=2)
    bill(year.customer, date(2026, 4, 2))

    told = dict(recurring.movements_by_source(JANUARY, APRIL, offered=[]))
    order, more_of_it = beside.events.order_by("sequence")
    through_offer = dict(recurring.movements_by_source(JANUARY, APRIL, offered=[order.pk]))
    through_what_came_after = dict(recurring.movements_by_source(JANUARY, APRIL, offered=[more_of_it.pk]))

    [total] = [movement for movement in recurring.movements([JANUARY, APRIL]) if movement.on == APRIL]
    assert {name: (m.new_minor, m.expansion_minor, m.contraction_minor, m.churn_minor) for name, m in told.items()} == {
        "": (0, 0, 0, 0),
        "beside": (500, 0, 0, 0),
        "cancel": (0, 0, 0, -2500),
        "set_quantity": (0, 3000, -2000, 0),
        "start": (4000, 0, 0, 0),
    }
    assert (through_offer["offer"].new_minor, "beside" in through_offer) == (500, False)
    assert through_what_came_after == told, "what began in these months counts as begun, whatever came after"
    for side in ("before_minor", "churn_minor", "after_minor"):
        assert sum(getattr(movement, side) for movement in told.values()) == getattr(total, side)


def test_offer_taken_is_the_source_until_something_else_is_agreed(year):
    change(year, "set_quantity", date(2026, 4, 1), quantity=6)
    taken = year.events.get(quantity=4)

    after_another = dict(recurring.movements_by_source(JANUARY, APRIL, offered=[taken.pk]))
    as_last_word = dict(recurring.movements_by_source(JANUARY, MARCH, offered=[taken.pk]))

    assert "offer" not in after_another
    assert as_last_word["offer"].expansion_minor == 3000


@pytest.mark.parametrize("billing_of_it", ["in_advance", "in_arrears"])
def test_what_began_before_and_is_first_billed_within_the_span_is_new_as_begun(billing_of_it):
    tried = billing.version("Tried", "9.00", billing=billing_of_it, trial_months=2)
    newcomer, known = group("Newcomer"), sold("Known", "10.00").customer
    for customer in (newcomer, known):
        held = billing.subscribed(customer, tried, on=FIRST)
        change(held, "set_quantity", date(2026, 2, 15), quantity=2)
        bill(customer, FIRST, date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))

    told = dict(recurring.movements_by_source(JANUARY, APRIL, offered=[]))

    assert {name: movement.new_minor for name, movement in told.items()} == {"": 0, "beside": 1800, "start": 1800}


def test_what_began_before_and_is_billed_in_arrears_within_the_span_was_there_before():
    held = billing.subscribed(group("Late"), billing.version(price="31.00", billing="in_arrears"), on=date(2026, 1, 20))
    bill(held.customer, date(2026, 2, 1), date(2026, 3, 1))

    [(name, moved)] = recurring.movements_by_source(JANUARY, APRIL, offered=[])

    assert (name, moved.before_minor, moved.new_minor, moved.after_minor) == ("", 3100, 0, 3100)


def test_part_of_a_cycle_counts_as_the_whole_and_the_end_of_the_month_does_not_drift():
    held = sold("Late", "31.00", on=date(2026, 1, 31), alignment={"type": "anniversary"})
    begun = sold("Partly", "31.00", on=date(2026, 1, 16))
    for subscription in (held, begun):
        bill(subscription.customer, date(2026, 1, 31))

    assert sorted(share.monthly_minor for share in recurring.shares(JANUARY)) == [3100, 3100]


def test_what_was_retained_counts_those_who_were_there_before(year):
    ((name, moved),) = recurring.retention_by_segment(JANUARY, APRIL)

    assert (name, moved.retained) == ("", (7500 + 3000 - 2000 - 2500, 7500))


def test_revenue_of_a_month_and_what_is_deferred_come_from_the_ledger(year):
    months = revenue.months("EUR", first=FIRST, count=2)

    assert [(m.recognised_minor, m.deferred_minor) for m in months] == [
        (0, 7500 - 1000 + 12000),
        (0, 7500 - 1000 + 12000 + 13500),
    ]
    assert revenue.currencies() == ["EUR"]


def test_revenue_of_a_month_is_told_by_what_it_is_made_of(year):
    line = Line.objects.filter(corrects=None, kind="recurring").order_by("since", "pk")[0]
    on = date(2026, 12, 20)
    credit_notes.credit_line(actor=None, line=line, amount_minor=500, reason="Sorry", on=on, at=noon(on), key="sorry")
    single.charge(
        actor=None, customer=line.customer, legal_entity=billing.seller(), currency="EUR",
        lines=[billing.one_off(line.customer, 1800)], on=on, at=noon(on),
    )  # fmt: skip

    booked = revenue.booked("EUR", on)
    [month] = revenue.months("EUR", first=on, count=1)

    assert (booked.credited_minor, booked.at_once_minor) == (-500, 1800)
    assert booked.days_minor + booked.at_once_minor + booked.credited_minor == month.recognised_minor


@pytest.fixture
def owing():
    tree = customers.helios()
    billing.invoice(tree.berlin, 1000, on=date(2026, 1, 1), payment_term_days=0)
    billing.invoice(tree.berlin, 200, on=date(2026, 3, 1), payment_term_days=30)
    billing.invoice(tree.us, 30, on=date(2026, 3, 1), payment_term_days=0)
    return tree


def test_ageing_counts_a_node_with_everything_below_it(owing):
    on = date(2026, 3, 31)
    found = {row.customer.pk: row.parts for row in ageing.aged(Customer.objects.filter(tree_id=owing.group.tree_id), on)}

    assert found[owing.group.pk] == (200, 30, 0, 1000, 0)
    assert found[owing.berlin.pk] == (200, 0, 0, 1000, 0)
    assert found[owing.us.pk] == (0, 30, 0, 0, 0)


def test_ageing_ties_to_the_ledger_on_any_day(owing):
    roots = Customer.objects.filter(parent=None)

    assert ageing.together(ageing.aged(roots, date(2026, 1, 31))) == {"EUR": (0, 1000, 0, 0, 0)}
    whole = ageing.together(ageing.aged(roots, date(2026, 12, 31)))
    assert sum(whole["EUR"]) == balances.owed_by_subtree(owing.group)["EUR"] == 1230


def test_what_goes_on_and_is_not_billed_yet_neither_churns_nor_shrinks():
    ends_with_month = sold("Billed on the last day", "31.00", on=date(2026, 3, 31))
    goes, pauses = sold("Goes", "20.00", on=date(2026, 3, 30)), sold("Pauses", "5.00", on=date(2026, 3, 1))
    arrears = billing.subscribed(group("In arrears"), billing.version(price="7.00", billing="in_arrears"), on=FIRST)
    change(goes, "cancel", date(2026, 4, 30))
    change(pauses, "pause", date(2026, 4, 1))
    change(pauses, "resume", date(2026, 9, 1))
    for subscription in (ends_with_month, goes, pauses, arrears):
        bill(subscription.customer, FIRST, date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 30), MARCH, date(2026, 4, 1))

    march, april = recurring.movements([MARCH, APRIL])

    assert march.after_minor == 31_00 + 20_00 + 5_00 + 7_00
    assert (april.churn_minor, april.contraction_minor, april.after_minor) == (-25_00, 0, 38_00)
    assert sum(share.monthly_minor for share in recurring.shares(APRIL)) == 38_00
