"""What of a payment is still unused credit: followed from posting to posting, first in, first out."""

from hypothesis import given
from hypothesis import strategies as st

from billing.payments.credit_followed import Move, left_by_payment

FIRST, SECOND = 1, 2


def paid(payment, amount):
    return Move(amount, f"P-{payment}", payment)


def given_for_nothing(amount):
    return Move(amount, "CN-1")


def used(amount):
    return Move(-amount, "INV-1")


def refunded(payment, amount, ref="R1"):
    return Move(-amount, f"P-{payment}-{ref}", payment)


def test_what_is_used_is_what_came_first():
    assert left_by_payment([paid(FIRST, 100), paid(SECOND, 50), used(120)]) == {SECOND: 30}


def test_goodwill_given_after_an_overpayment_was_used_is_no_overpayment():
    assert left_by_payment([paid(FIRST, 500), used(500), given_for_nothing(200)]) == {None: 200}


def test_goodwill_that_came_first_is_used_first():
    assert left_by_payment([given_for_nothing(200), paid(FIRST, 500), used(300)]) == {FIRST: 400}


def test_refund_takes_what_its_payment_brought_and_then_what_no_payment_brought():
    moves = [paid(FIRST, 10), paid(SECOND, 40), given_for_nothing(30), refunded(SECOND, 60)]

    assert left_by_payment(moves) == {FIRST: 10, None: 10}


def test_refund_that_did_not_go_out_stands_again_where_it_was_taken():
    moves = [paid(FIRST, 40), given_for_nothing(30), refunded(FIRST, 60), Move(60, "P-1-R1", FIRST)]

    assert left_by_payment(moves) == {FIRST: 40, None: 30}


def test_part_of_a_charge_back_that_was_won_stands_again():
    assert left_by_payment([paid(FIRST, 100), Move(-70, "P-1", FIRST), Move(20, "P-1", FIRST)]) == {FIRST: 50}


def test_money_that_comes_back_for_what_was_paid_otherwise_meanwhile_is_the_payment_s():
    assert left_by_payment([Move(120, "P-1", FIRST)]) == {FIRST: 120}


def test_credit_taken_before_it_was_given_is_made_good_by_what_comes():
    assert left_by_payment([used(30), paid(FIRST, 100)]) == {FIRST: 70}


PAYMENTS = st.integers(1, 3)
AMOUNTS = st.integers(1, 500)
MOVES = st.lists(
    st.one_of(
        st.builds(paid, PAYMENTS, AMOUNTS), st.builds(given_for_nothing, AMOUNTS), st.builds(used, AMOUNTS),
        st.builds(refunded, PAYMENTS, AMOUNTS, st.sampled_from(["R1", "R2"])),
        st.builds(lambda payment, amount: Move(amount, f"P-{payment}-R1", payment), PAYMENTS, AMOUNTS),
        st.builds(lambda payment, amount: Move(-amount, f"P-{payment}", payment), PAYMENTS, AMOUNTS),
    ),
    max_size=25,
)  # fmt: skip


@given(MOVES)
def test_what_is_left_is_the_credit_held_and_of_no_payment_more_than_it_brought(moves):
    left = left_by_payment(moves)

    held = sum(move.amount_minor for move in moves)
    brought = {key: sum(m.amount_minor for m in moves if m.payment == key and m.amount_minor > 0) for key in (None, 1, 2, 3)}
    assert sum(left.values()) == held if held >= 0 else sum(left.values()) == 0
    assert all(0 < amount <= brought[payment] for payment, amount in left.items())


@given(MOVES, AMOUNTS)
def test_what_is_given_for_nothing_adds_to_no_payment(moves, amount):
    before = left_by_payment(moves)

    after = left_by_payment([*moves, given_for_nothing(amount)])

    assert {key: value for key, value in after.items() if key} == {key: value for key, value in before.items() if key}
