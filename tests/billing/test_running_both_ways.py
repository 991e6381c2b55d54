"""A run of the whole book writes what billing payer after payer by the long way writes, whatever became of the contracts."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.segments.models import Condition
from billing.catalog import coupons
from billing.catalog.models import Coupon
from billing.contracts import events, redeeming
from billing.contracts.models import Subscription
from billing.invoices import credit_notes, plain, proof, run, single
from billing.invoices.models import Coverage, Document, Line
from billing.invoices.running import carrying
from billing.ledger import proof as ledger
from billing.ledger.models import Posting
from billing.money import Money
from tests.factories import billing, customers, people

FIRST, NOON = billing.FIRST_DAY, billing.NOON
ALIGNMENTS = [{"type": "anniversary"}, {"type": "bcd", "day": 1}, {"type": "bcd", "day": 31}, {"type": "calendar"}]
OF_DOCUMENT = (
    "customer_id", "receiver_id", "kind", "currency", "legal_entity_id", "subtotal_minor", "tax_minor", "total_minor",
    "open_minor", "issued_on", "due_on", "address", "po_number",
)  # fmt: skip
OF_LINE = (
    "kind", "customer_id", "subscription_id", "product_id", "charge_code", "price_key", "description", "since", "until",
    "cycle_since", "cycle_until", "quantity", "unit_price", "amount_minor", "tax_rate", "tax_minor", "cost_centre", "po_number",
    "credited_minor", "derivation", "corrects__amount_minor", "corrects__since",
)  # fmt: skip
OF_POSTING = ("entry__what", "entry__posted_on", "account", "amount_minor", "currency", "customer_id", "detail")

bought = st.tuples(
    st.integers(0, 2), st.sampled_from(["ADVANCE", "ARREARS", "WEEKS", "DOLLARS"]), st.integers(1, 5),
    st.integers(0, 40), st.sampled_from(ALIGNMENTS), st.sampled_from(["0", "0.19"]), st.sampled_from([None, None, "7.77", "0"]),
)  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from(["quantity", "cancel", "pause", "payer", "credit", "credit_line", "void", "coupon", "discount", "none"]),
        st.integers(0, 5), st.integers(0, 45), st.integers(-40, 20),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(st.lists(bought, min_size=1, max_size=4), steps)
def test_run_of_the_book_writes_what_the_long_way_writes(book, played):
    with transaction.atomic():
        held = _signed(book)

        together = _told_of(held, played, _whole_book)
        one_by_one = _told_of(held, played, _payer_after_payer)

        for kind, rows in together.items():
            assert rows == one_by_one[kind], kind
        transaction.set_rollback(True)


def _signed(book):
    group = customers.group("Group")
    buyers = [group, customers.below(group), customers.group("Other")]
    versions = {
        "ADVANCE": billing.version("ADVANCE", "62.00"), "ARREARS": billing.version("ARREARS", "9.99", billing="in_arrears"),
        "WEEKS": billing.version("WEEKS", "0.05", interval={"weeks": 2}),
        "DOLLARS": billing.version("DOLLARS", "31.00", currency="USD"),
    }  # fmt: skip
    coupons.define(actor=None, at=NOON, code="TENTH", name="Tenth", percent=Decimal(10), periods=2)
    held = [
        billing.subscribed(
            buyers[buyer], versions[code], quantity=quantity, on=FIRST + timedelta(days=later), alignment=alignment,
            tax_rate=rate, price_override=None if price is None else Decimal(price),
        )
        for buyer, code, quantity, later, alignment, rate, price in book
    ]  # fmt: skip
    return buyers, held, people.person(), people.person()


def _told_of(held, played, billed):
    """What stands in the books when the same steps are played with one way of billing; then all of it is taken back."""
    mark = transaction.savepoint()
    day, refused = FIRST, []
    billed(day)
    for step, which, later, shift in played:
        day += timedelta(days=later)
        try:
            with transaction.atomic():
                STEPS[step](held, which, day, day + timedelta(days=shift))
        except Refusal as refusal:
            refused.append(refusal.code)
        billed(day)
    assert (proof.faults(), ledger.faults()) == ([], [])
    told = {"refused": refused} | _books()
    transaction.savepoint_rollback(mark)
    return told


def _whole_book(day):
    assert not carrying.bill_due(on=day, at=NOON, judges=()).failures


def _payer_after_payer(day):
    with patch.object(plain, "_life_of", lambda history: None):
        for payer in Customer.objects.order_by("pk"):
            run.bill(payer=payer, on=day, at=NOON)


def _books():
    documents = []
    for document in Document.objects.values("pk", *OF_DOCUMENT):
        lines = Line.objects.filter(document=document.pop("pk")).order_by("position").values_list(*OF_LINE)
        documents.append((sorted(document.items()), list(lines)))
    return {
        "documents": sorted(documents, key=str),
        "coverage": sorted(Coverage.objects.values_list("subscription_id", "charge_code", "days", "line__amount_minor"), key=str),
        "postings": sorted(Posting.objects.values_list(*OF_POSTING), key=str),
        "next": sorted(Subscription.objects.values_list("pk", "next_due_on")),
    }


def _event(what):
    def add(held, which, day, meant_for):
        subscription = Subscription.objects.get(pk=held[1][which % len(held[1])].pk)
        facts = {"quantity": 1 + which} if what == "set_quantity" else {}
        events.add(actor=None, subscription=subscription, what=what, effective_on=meant_for, at=NOON, **facts)

    return add


def _payer(held, which, day, meant_for):
    group, below, _other = held[0]
    responsibilities.set_payer(actor=None, customer=below, payer=group if which % 2 else below, since=day, at=NOON)


def _credit(held, which, day, meant_for):
    amount = Money(100 + 977 * which, "EUR")
    single.give_credit(
        actor=None, customer=held[0][which % 3], legal_entity=billing.seller(), amount=amount, reason="Sorry", on=day, at=NOON
    )


def _newest(which):
    lines = Line.objects.filter(corrects=None, kind="recurring", document__status="issued", amount_minor__gt=0)
    found = list(lines.order_by("-since", "subscription_id", "-amount_minor")[: which + 1])
    return found[-1] if found else None


def _credit_line(held, which, day, meant_for):
    if line := _newest(which):
        amount = 1 + which if which % 2 else None
        credit_notes.credit_line(actor=None, line=line, amount_minor=amount, reason="Sorry", on=day, at=NOON, key=f"line-{day}")


def _void(held, which, day, meant_for):
    if line := _newest(which):
        credit_notes.credit_document(actor=None, document=line.document, reason="Void", on=day, at=NOON, key=f"void-{day}")


def _coupon(held, which, day, meant_for):
    contract = held[1][which % len(held[1])].contract
    redeeming.redeem(actor=None, coupon=Coupon.objects.get(code="TENTH"), contract=contract, on=day, at=NOON)


def _discount(held, which, day, meant_for):
    buyers, _held, asks, approves = held
    Condition.objects.create(
        pk=9_000_000 + Condition.objects.count(), kind="discount", value=str(5 * (which + 1)), since=FIRST, until=None,
        asked_by=asks, asked_at=NOON, approved_by=approves, approved_at=NOON, customer=buyers[which % 3],
    )  # fmt: skip


STEPS = {
    "quantity": _event("set_quantity"), "cancel": _event("cancel"), "pause": _event("pause"), "payer": _payer, "credit": _credit,
    "credit_line": _credit_line, "void": _void, "coupon": _coupon, "discount": _discount, "none": lambda *_: None,
}  # fmt: skip
