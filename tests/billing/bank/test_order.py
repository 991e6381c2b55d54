"""Whatever the order, the overlap and the repetition in which banks' files come, the books end the same, and right."""

from datetime import date

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.invoices import proof as documents
from billing.ledger import proof as ledger
from billing.ledger.models import Posting
from billing.payments import proof as payments
from billing.payments.bank import proof as bank
from billing.payments.bank.models import BankLine
from tests.factories.bank import ANNA, BORIS, bring, camt, mt940, paying, row
from tests.factories.billing import invoice, seller
from tests.factories.customers import group

pytestmark = pytest.mark.django_db

# What may stand on a statement: which invoice it is for (None: nobody can say), how much, from whose account, on which day.
told = st.tuples(
    st.sampled_from([0, 1, 2, None]), st.integers(1, 9000), st.sampled_from([ANNA, BORIS]), st.sampled_from([3, 4]), st.booleans()
)


def _books():
    """The sums of every account per customer, the open invoices left out of account: what money came in and whose it is."""
    sums = Posting.objects.values_list("account", "customer__name", "currency").annotate(total=Sum("amount_minor"))
    lines = BankLine.objects.values_list("amount_minor", "iban", "booked_on", "remittance", "status", "over_minor")
    return sorted(map(str, sums)), sorted(map(str, lines.values_list("amount_minor", "iban", "booked_on", "status")))


def _faults():
    return ledger.faults() + documents.faults() + payments.faults() + bank.faults()


def _statements(rows, write, invoices):
    """The rows in three statements, the first and the last of which overlap the one between."""
    entries = [
        paying(invoices[meant], amount, iban=iban, on=date(2026, 3, day)) if structured and meant is not None
        else row(amount, f"{invoices[meant].ref} thanks" if meant is not None else "no words", iban=iban, on=date(2026, 3, day))
        for meant, amount, iban, day, structured in rows
    ]  # fmt: skip
    half = len(entries) // 2
    return [write(*part, ref=f"S-{place}") for place, part in enumerate([entries, entries[:half], entries[half:]])]


def _after(order, rows, write):
    with transaction.atomic():
        seller()
        invoices = [invoice(group(name), amount) for name, amount in [("One", 5000), ("Two", 3000), ("Three", 12000)]]
        files = _statements(rows, write, invoices)
        for place in order:
            bring(files[place])
        books, faults = _books(), _faults()
        transaction.set_rollback(True)
    return books, faults


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(told, min_size=1, max_size=6), st.permutations([0, 1, 2]), st.lists(st.sampled_from([0, 1, 2]), max_size=2))
def test_books_are_the_same_in_any_order_and_repetition(rows, order, again):
    once = _after([0], rows, camt)
    any_order = _after([*order, *again], rows, camt)

    assert any_order == once
    assert once[1] == []


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(told, min_size=1, max_size=5), st.permutations([0, 1]))
def test_books_are_the_same_whether_camt_or_mt940_came_first(rows, order):
    with_refs = [(meant or 0, *rest) for meant, *rest in rows]

    def both(*entries, ref):
        return (camt, mt940)[order[0]](*entries, ref=ref)

    assert _after([0, 1, 2], with_refs, both)[0][0] == _after([0], with_refs, mt940)[0][0]
