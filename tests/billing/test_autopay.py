"""Automatic payment: on its day, within its limit, once, and never for what is doubted."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.dunning import disputes, pausing
from billing.ledger import balances
from billing.money import Money
from billing.payments import autopay, collecting, methods
from billing.payments.autopay import Terms
from billing.payments.models import Autopay, GatewayCharge, Payment, PaymentShare
from tests.factories import people
from tests.factories.billing import invoice, seller
from tests.factories.customers import below, group, helios
from tests.factories.payments import DECLINED, GOOD, TIMES_OUT, pay

SET_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Invoices of the first of January are due on the fifteenth.
DUE = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture
def tree(db):
    return helios()


def order(customer, card=GOOD, **terms):
    methods.keep(actor=None, customer=customer, method=card, at=SET_AT, scope="subtree")
    return autopay.set_up(actor=None, customer=customer, terms=Terms(**terms), at=SET_AT)


def days(count):
    return timedelta(days=count)


def outcomes():
    return list(Payment.objects.order_by("pk").values_list("amount_minor", "status"))


def test_an_invoice_is_paid_on_its_due_day_and_not_before(tree):
    document = invoice(tree.berlin, 12000)
    made = order(tree.berlin)

    assert document.due_on == date(2026, 1, 15)
    assert autopay.pay_due(at=DUE - days(1)) == 0
    assert autopay.pay_due(at=DUE) == 1

    document.refresh_from_db()
    payment = Payment.objects.get()
    assert (document.open_minor, payment.autopay, payment.paid_by, payment.payer) == (0, made, None, tree.berlin)


def test_an_invoice_that_rests_is_paid_when_its_rest_is_over(tree):
    document = invoice(tree.berlin, 12000)
    order(tree.berlin)
    until = date(2026, 1, 25)
    pausing.pause(actor=people.finance(), document=document, until=until, reason="Extended", at=SET_AT, today=SET_AT.date())

    assert autopay.pay_due(at=DUE) == 0
    assert autopay.pay_due(at=DUE + days(10)) == 1


def test_a_chosen_day_pays_earlier_but_never_later_than_the_due_day(tree):
    early, late = invoice(tree.berlin, 100, on=date(2026, 1, 1)), invoice(tree.berlin, 200, on=date(2026, 1, 20))
    order(tree.berlin, day=10)

    autopay.pay_due(at=DUE.replace(day=9))
    assert outcomes() == []
    autopay.pay_due(at=DUE.replace(day=10))
    assert outcomes() == [(100, "succeeded")]

    assert late.due_on == date(2026, 2, 3)
    autopay.pay_due(at=DUE.replace(month=2, day=2))
    assert outcomes() == [(100, "succeeded")]
    autopay.pay_due(at=DUE.replace(month=2, day=3))
    assert outcomes() == [(100, "succeeded"), (200, "succeeded")]
    early.refresh_from_db()
    assert early.open_minor == 0


def test_a_chosen_day_on_which_nothing_ran_is_made_up_for(tree):
    invoice(tree.berlin, 100)
    order(tree.berlin, day=3)

    assert autopay.pay_due(at=DUE.replace(day=5)) == 1


def test_an_order_covers_what_is_below_except_where_one_of_its_own_holds(tree):
    for customer, amount_minor in ((tree.germany, 100), (tree.berlin, 200), (tree.lab, 400), (tree.us, 800)):
        invoice(customer, amount_minor)
    order(tree.germany, scope="subtree")
    order(tree.berlin, scope="node")

    assert autopay.pay_due(at=DUE) == 2

    assert outcomes() == [(500, "succeeded"), (200, "succeeded")]
    assert autopay.in_force_for(tree.lab).customer == tree.germany
    assert autopay.in_force_for(tree.us) is None


def test_an_order_for_one_customer_pays_for_it_alone(tree):
    invoice(tree.germany, 100)
    invoice(tree.berlin, 200)
    order(tree.germany, scope="node")

    autopay.pay_due(at=DUE)

    assert outcomes() == [(100, "succeeded")]


def test_the_limit_of_a_month_takes_the_earliest_due_and_tells_once_of_the_rest(tree):
    first = invoice(tree.berlin, 6000, on=date(2025, 12, 30))
    second = invoice(tree.berlin, 5000)
    order(tree.berlin, limit=Money(10000, "EUR"))

    autopay.pay_due(at=DUE)
    autopay.pay_due(at=DUE + days(1))

    assert outcomes() == [(6000, "succeeded")]
    told = Activity.objects.get(kind="billing.autopay_skipped")
    assert told.facts == {
        "document": second.ref, "reason": "it would take more than the limit of 100.00 EUR a month.", "amount": "50.00 EUR",
    }  # fmt: skip
    autopay.pay_due(at=DUE.replace(month=2, day=1))
    assert outcomes() == [(6000, "succeeded"), (5000, "succeeded")]
    assert first.due_on < second.due_on


def test_another_currency_is_left_alone_where_there_is_a_limit(tree):
    invoice(tree.berlin, 100, currency="USD")
    made = order(tree.berlin, limit=Money(10000, "EUR"))

    autopay.pay_due(at=DUE)
    assert made.skips.get().reason == "the limit is in EUR."
    autopay.set_up(actor=None, customer=tree.berlin, terms=Terms(), at=DUE)
    autopay.pay_due(at=DUE)

    assert outcomes() == [(100, "succeeded")]


def test_each_seller_and_currency_is_paid_apart(tree):
    invoice(tree.berlin, 100)
    invoice(tree.berlin, 200, currency="USD")
    invoice(tree.berlin, 400, legal_entity=seller("other"))
    order(tree.berlin)

    assert autopay.pay_due(at=DUE) == 3


def test_a_decline_is_tried_again_after_three_days_and_at_most_three_times(tree):
    document = invoice(tree.berlin, 100)
    order(tree.berlin, DECLINED)

    for day in range(30):
        autopay.pay_due(at=DUE + days(day))

    assert [payment.started_at.day for payment in Payment.objects.order_by("pk")] == [15, 18, 21]
    document.refresh_from_db()
    assert document.open_minor == 100
    assert Activity.objects.filter(kind="billing.payment_declined").count() == 3


def test_a_decline_does_not_stop_a_payment_by_hand(tree):
    document = invoice(tree.berlin, 100)
    order(tree.berlin, DECLINED)
    autopay.pay_due(at=DUE)

    assert pay(tree.berlin, document, at=DUE).status == "succeeded"


def test_an_unknown_outcome_holds_its_invoice_and_counts_against_the_limit(tree):
    invoice(tree.berlin, 6000)
    order(tree.berlin, TIMES_OUT, limit=Money(10000, "EUR"))
    autopay.pay_due(at=DUE)
    invoice(tree.berlin, 5000)

    autopay.pay_due(at=DUE)

    assert outcomes() == [(6000, "unknown")]
    collecting.ask_unknown(at=DUE + days(1))
    assert outcomes() == [(6000, "succeeded")]
    autopay.pay_due(at=DUE + days(1))
    assert outcomes() == [(6000, "succeeded")]


def test_an_invoice_in_dispute_waits(tree):
    document = invoice(tree.berlin, 100)
    order(tree.berlin)
    line = document.lines.select_related("document__customer").get()
    member = people.member(tree.berlin, "administrator")
    dispute = disputes.raise_one(actor=member, line=line, ticket_ref="T-1", at=SET_AT, today=SET_AT.date())

    assert autopay.pay_due(at=DUE) == 0

    disputes.withdraw(actor=member, dispute=dispute, at=DUE)
    assert autopay.pay_due(at=DUE) == 1


def test_the_default_pays_when_the_named_method_has_expired(tree):
    named = methods.keep(actor=None, customer=tree.berlin, method=TIMES_OUT, at=SET_AT)
    order(tree.berlin, GOOD, method=named)
    invoice(tree.berlin, 100)
    methods.forget(kept=named, at=SET_AT)

    autopay.pay_due(at=DUE)

    assert Payment.objects.get().method_label == "Visa •••• 4242"


def test_without_a_method_the_invoice_is_left_open_and_told(tree):
    document = invoice(tree.berlin, 100)
    made = order(tree.berlin)
    methods.forget(kept=methods.kept_for(tree.berlin)[0], at=SET_AT)

    assert autopay.pay_due(at=DUE) == 0

    assert made.skips.get().document == document
    assert made.skips.get().reason == "no valid card or account is kept to pay with."


def test_an_order_switched_off_pays_nothing_more(tree):
    invoice(tree.berlin, 100)
    made = order(tree.berlin)

    autopay.switch_off(actor=None, order=made, at=SET_AT)
    autopay.switch_off(actor=None, order=made, at=SET_AT)

    assert autopay.pay_due(at=DUE) == 0
    assert Activity.objects.filter(kind="billing.autopay_ended").count() == 1


def test_setting_the_same_terms_again_changes_nothing(tree):
    order(tree.berlin, day=3)
    order(tree.berlin, day=3)

    assert Autopay.objects.count() == 1
    assert Activity.objects.get(kind="billing.autopay_set").facts["terms"] == (
        "on day 3 of the month, or on the due day when that is earlier, with the default method."
    )


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"day": 29}, "Choose a day from 1 to 28"),
        ({"day": 0}, "Choose a day from 1 to 28"),
        ({"limit": Money(0, "EUR")}, "above zero in EUR"),
        ({"limit": Money(100, "USD")}, "above zero in EUR"),
    ],
)
def test_terms_that_make_no_sense_are_refused(tree, terms, reason):
    with pytest.raises(autopay.WrongTerms, match=reason):
        order(tree.berlin, **terms)


def test_an_order_needs_a_method_within_reach_and_somebody_who_may_pay(tree):
    foreign = methods.keep(actor=None, customer=tree.us, method=GOOD, at=SET_AT)

    with pytest.raises(autopay.NoMethod):
        autopay.set_up(actor=None, customer=tree.berlin, terms=Terms(), at=SET_AT)
    methods.keep(actor=None, customer=tree.berlin, method=GOOD, at=SET_AT)
    with pytest.raises(autopay.WrongTerms, match="cannot pay here"):
        autopay.set_up(actor=None, customer=tree.berlin, terms=Terms(method=foreign), at=SET_AT)
    with pytest.raises(Refusal):
        autopay.set_up(actor=people.member(tree.berlin, "reader"), customer=tree.berlin, terms=Terms(), at=SET_AT)


def test_what_was_declined_leaves_its_room_within_the_limit_to_the_next_invoice(tree):
    order(tree.berlin, card=DECLINED, limit=Money(1200, "EUR"))
    invoice(tree.berlin, 1000), invoice(tree.berlin, 500)

    for _again in range(3):
        autopay.pay_due(at=DUE)

    assert outcomes() == [(1000, "declined"), (500, "declined")]


def test_two_workers_at_once_pay_once(committed):
    berlin = below(group("Helios"), "Berlin")
    documents = [invoice(berlin, 100), invoice(berlin, 200, currency="USD")]
    order(berlin)

    def work():
        try:
            autopay.pay_due(at=DUE)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(outcomes()) == [(100, "succeeded"), (200, "succeeded")]
    assert GatewayCharge.objects.count() == 2
    for document in documents:
        document.refresh_from_db()
        assert document.open_minor == 0


LIVES = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), st.integers(1, 9000), st.integers(0, 40)),
        st.tuples(st.just("beat"), st.integers(0, 3), st.sampled_from([GOOD, DECLINED, TIMES_OUT])),
        st.tuples(st.just("ask"), st.just(0), st.just(0)),
        st.tuples(st.just("by hand"), st.integers(0, 5), st.just(0)),
    ),
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=25)
@given(life=LIVES, limit_minor=st.one_of(st.none(), st.integers(1, 20000)), day=st.one_of(st.none(), st.integers(1, 28)))
def test_whatever_happens_nothing_is_paid_twice_or_beyond_the_limit(life, limit_minor, day):
    berlin = below(group("Helios"), "Berlin")
    limit = None if limit_minor is None else Money(limit_minor, "EUR")
    world = SimpleNamespace(at=SET_AT, berlin=berlin, order=order(berlin, limit=limit, day=day), documents=[])

    for what, number, more in life:
        LIVED[what](world, number, more)
        _holds(world, limit_minor)


def _issue(world, amount_minor, days_ago):
    world.documents.append(invoice(world.berlin, amount_minor, on=world.at.date() - days(days_ago), at=world.at))


def _beat(world, days_on, card):
    world.at += days(days_on)
    methods.keep(actor=None, customer=world.berlin, method=card, at=world.at, scope="subtree")
    for _again in range(2):
        autopay.pay_due(at=world.at)
    now = PaymentShare.objects.filter(payment__autopay=world.order, payment__started_at=world.at)
    tried = list(now.values_list("document", flat=True))
    assert len(tried) == len(set(tried)), "a second beat in the same moment tries nothing again"


def _ask(world, *_):
    world.at += days(1)
    collecting.ask_unknown(at=world.at)


def _by_hand(world, index, _):
    if index < len(world.documents):
        try:
            pay(world.berlin, world.documents[index], at=world.at)
        except Refusal:
            return


LIVED = {"invoice": _issue, "beat": _beat, "ask": _ask, "by hand": _by_hand}


def _holds(world, limit_minor):
    for document in world.documents:
        document.refresh_from_db()
        taken = sum(document.payment_shares.exclude(payment__status="declined").values_list("amount_minor", flat=True))
        assert taken <= document.total_minor
    if limit_minor is not None:
        assert autopay.taken_this_month(world.order, world.at) <= limit_minor
    assert balances.credit_with(world.berlin, seller_code="accord", currency="EUR") == 0
