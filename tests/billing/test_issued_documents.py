"""Issued documents: numbers without gaps, nothing that changes, no day billed twice, no line credited beyond itself."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import canonical
from billing.invoices import credit_notes, crediting, fingerprint, plain, run
from billing.invoices.models import Coverage, Document, Line
from billing.invoices.running import carrying
from tests.factories import billing, customers

FIRST = date(2026, 1, 1)

CHANGES = [
    "UPDATE billing_document SET total_minor = total_minor + 1, subtotal_minor = subtotal_minor + 1",
    "UPDATE billing_document SET status = 'draft'",
    "UPDATE billing_document SET address = '{}'",
    "DELETE FROM billing_document",
    "TRUNCATE billing_document CASCADE",
    "UPDATE billing_line SET amount_minor = amount_minor - 1",
    "DELETE FROM billing_line",
    "INSERT INTO billing_line (document_id, position, kind, customer_id, charge_code, price_key, description, quantity,"
    " unit_price, amount_minor, tax_rate, tax_minor, currency, cost_centre, po_number, credited_minor, derivation)"
    " SELECT document_id, 9, kind, customer_id, '', '', 'x', 1, 1, 1, 0, 0, currency, '', '', 0, '{}' FROM billing_line",
]


@pytest.mark.django_db
@pytest.mark.parametrize("sql", CHANGES)
def test_database_refuses_to_change_an_issued_document(sql):
    document = billing.invoice(customers.group("Berlin"), 12000)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert fingerprint.holds(Document.objects.get(pk=document.pk))


@pytest.fixture
def draft_beside():
    """A draft with 200 lines of its own, beside an issued document of one line."""
    issued = billing.invoice(customers.group("Berlin"), 12000)
    draft = Document.objects.create(
        kind="invoice", legal_entity=issued.legal_entity, customer=issued.customer, receiver=issued.customer, currency="EUR"
    )
    Line.objects.bulk_create([_plain_line(draft, place) for place in range(1, 201)])
    return draft, issued


def _plain_line(document, position):
    return Line(
        document=document, position=position, kind="one_off", customer=document.customer, description="x", amount_minor=1,
        currency="EUR",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("others", [0, 1, 300])
def test_database_refuses_a_line_for_an_issued_document_however_many_come_with_it(draft_beside, others):
    draft, issued = draft_beside
    added = [_plain_line(draft, 1000 + place) for place in range(others)]

    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Line.objects.bulk_create([*added, _plain_line(issued, 2)])
    assert (Line.objects.filter(document=draft).count(), issued.lines.count()) == (200, 1)


@pytest.mark.django_db
def test_database_refuses_to_move_lines_of_a_draft_to_an_issued_document(draft_beside):
    draft, issued = draft_beside

    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        draft.lines.filter(position=7).update(document=issued)
    assert draft.lines.filter(position__lt=9).update(amount_minor=3) == 8
    assert issued.lines.count() == 1


@pytest.mark.django_db
def test_rolled_back_document_leaves_no_gap():
    berlin = customers.group("Berlin")
    with transaction.atomic():
        billing.invoice(berlin)
        transaction.set_rollback(True)

    assert [billing.invoice(berlin).ref for _ in range(2)] == ["INV-000001", "INV-000002"]


def test_documents_issued_at_once_get_each_a_number_of_its_own(committed):
    payers = [customers.group(f"Group {number}") for number in range(6)]
    billing.seller()

    def issue(payer):
        try:
            return billing.invoice(payer).sequence
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=3) as pool:
        drawn = list(pool.map(issue, payers))
    assert sorted(drawn) == [1, 2, 3, 4, 5, 6]


def test_two_runs_at_once_bill_a_payer_once(committed):
    berlin = customers.group("Berlin")
    billing.subscribed(berlin)

    def bill(_):
        try:
            return len(run.bill(payer=berlin, on=FIRST, at=billing.NOON))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        issued = list(pool.map(bill, range(2)))
    assert sorted(issued) == [0, 1]


@pytest.mark.django_db
def test_database_refuses_to_bill_a_day_twice():
    berlin = customers.group("Berlin")
    subscription = billing.subscribed(berlin)
    run.bill(payer=berlin, on=FIRST, at=billing.NOON)
    other = billing.invoice(berlin, 100).lines.get()

    with pytest.raises(IntegrityError, match="no_day_of_a_charge_is_billed_twice"), transaction.atomic():
        Coverage.objects.create(
            subscription=subscription, charge_code="base", days=DateRange(date(2026, 1, 31), date(2026, 2, 2)), line=other
        )


@pytest.mark.django_db
def test_line_is_credited_in_parts_that_add_up_and_never_beyond_itself():
    document = billing.invoice(customers.group("Berlin"), 1000, tax_rate="0.19")
    line = document.lines.get()
    parts = [
        credit_notes.credit_line(
            actor=None, line=line, reason="x", on=FIRST, at=billing.NOON, key=str(amount), amount_minor=amount
        )
        for amount in (333, 334)
    ]
    last = credit_notes.credit_line(actor=None, line=line, reason="x", on=FIRST, at=billing.NOON, key="rest")

    assert sum(part.total_minor for part in [*parts, last]) == -1190
    with pytest.raises(credit_notes.NothingLeftToCredit):
        credit_notes.credit_line(actor=None, line=line, reason="x", on=FIRST, at=billing.NOON, key="more")


@pytest.mark.django_db
def test_crediting_more_than_is_left_is_refused_and_writes_nothing():
    line = billing.invoice(customers.group("Berlin"), 1000).lines.get()

    with pytest.raises(crediting.CreditedBeyondLine):
        credit_notes.credit_line(actor=None, line=line, reason="x", on=FIRST, at=billing.NOON, key="k", amount_minor=1001)
    assert Document.objects.count() == 1


@pytest.mark.django_db
def test_one_payer_that_cannot_be_billed_does_not_stop_the_others(monkeypatch):
    berlin, bonn = customers.group("Berlin"), customers.group("Bonn")
    berlins, _ = billing.subscribed(berlin), billing.subscribed(bonn)
    planned = plain.plan_for

    def fails_for_berlin(history, issued, *, up_to):
        if history.subscription == berlins.ref:
            raise crediting.NotACredit("This one cannot be billed.")
        return planned(history, issued, up_to=up_to)

    monkeypatch.setattr(plain, "plan_for", fails_for_berlin)
    result = carrying.bill_due(on=FIRST, at=billing.NOON)

    assert [(failure.payer, failure.reason) for failure in result.failures] == [(berlin.number, "This one cannot be billed.")]
    assert [document.customer for document in Document.objects.all()] == [bonn]


def hash_of_json(document, lines):
    """What a hash is made of, written by JSON's own writer from end to end."""
    said = {name: getattr(document, name) for name in fingerprint._DOCUMENT}
    said["lines"] = [{name: getattr(line, name) for name in fingerprint._LINE} for line in lines]
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=canonical.plainly)
    return hashlib.sha256(written.encode()).hexdigest()


texts, amounts = st.text(max_size=12), st.integers(-(2**63), 2**63 - 1)
decimals = st.decimals(-(10**9), 10**9, allow_nan=False, places=10)


@settings(max_examples=300)
@given(texts, amounts, st.none() | st.dates(), st.lists(st.tuples(texts, decimals, st.none() | st.dates()), max_size=3))
def test_hash_is_that_of_canonical_json(text, amount, day, told):
    address = {"seller": {"name": text, "é%": '"\\'}, "buyer": {}, "terms": {"days": 14}}
    document = Document(kind="invoice", ref=text, issued_on=day, total_minor=amount, reason=text, address=address)
    lines = [
        Line(
            position=place, kind=kind, quantity=quantity, unit_price=quantity, since=since, derivation={"b": kind, "a": [amount]}
        )
        for place, (kind, quantity, since) in enumerate(told)
    ]

    assert fingerprint.of(document, reversed(lines)) == hash_of_json(document, lines)
