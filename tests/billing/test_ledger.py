"""The ledger: what the database itself refuses, and what posting promises."""

import pytest
from django.db import IntegrityError, connection, transaction

from billing.invoices.models import Document
from billing.ledger import balances, posting
from billing.ledger.models import Entry, Posting
from billing.ledger.posting import NewEntry, PostingLine
from tests.factories import billing, customers

ENTRY = "INSERT INTO billing_entry (what, about_ref, posted_on, posted_at, key) VALUES ('x', 'x', '2026-01-01', now(), 'x')"


def _posted(key="k", amount=100):
    berlin = customers.group("Berlin")
    sides = [PostingLine(posting.RECEIVABLE, amount, "EUR", berlin), PostingLine(posting.REVENUE, -amount, "EUR", berlin)]
    return posting.post(what="test", about_ref="T", key=key, postings=sides, on=billing.FIRST_DAY, at=billing.NOON)


def _proved(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


FORBIDDEN = [
    "UPDATE billing_posting SET amount_minor = amount_minor + 1",
    "DELETE FROM billing_posting",
    "TRUNCATE billing_posting CASCADE",
    "UPDATE billing_entry SET what = 'other'",
    "DELETE FROM billing_entry",
    "TRUNCATE billing_entry CASCADE",
    ENTRY,
    f"WITH e AS ({ENTRY} RETURNING id) INSERT INTO billing_posting (entry_id, account, detail, amount_minor, currency)"
    " SELECT id, 'cash', '', 5, 'EUR' FROM e",
]


@pytest.mark.django_db
@pytest.mark.parametrize("sql", FORBIDDEN)
def test_database_refuses_to_change_empty_or_unbalance_the_books(sql):
    _posted()

    with (
        pytest.raises(Exception, match="never|cannot|Cannot|sum to zero|removed|transaction of their entry"),
        transaction.atomic(),
    ):
        _proved(sql)
    assert sorted(Posting.objects.values_list("amount_minor", flat=True)) == [-100, 100]


def test_database_refuses_a_posting_in_a_later_transaction_than_its_entry(committed):
    entry = _posted()

    with pytest.raises(IntegrityError, match="transaction of their entry"):
        Posting.objects.create(entry=entry, account="cash", amount_minor=1, currency="EUR")


def _added(entry, *amounts):
    rows = ", ".join(f"({entry.pk}, 'cash', '', {amount}, '{currency}')" for amount, currency in amounts)
    _proved(f"INSERT INTO billing_posting (entry_id, account, detail, amount_minor, currency) VALUES {rows}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "amounts",
    [
        [(1, "EUR")],
        [(1, "EUR"), (-1, "USD")],
        [(5, "EUR"), (-5, "EUR")] * 300 + [(1, "EUR")],
    ],
)
def test_database_refuses_one_or_many_postings_that_unbalance_an_entry_proved_already(amounts):
    entry = _posted()
    _proved("SELECT 1")

    with pytest.raises(IntegrityError, match="do not sum to zero"), transaction.atomic():
        _added(entry, *amounts)
    assert Posting.objects.count() == 2


@pytest.mark.django_db
def test_database_finds_the_one_entry_out_of_balance_among_many_added_at_once(monkeypatch):
    monkeypatch.setattr(posting, "_balanced_or_refuse", lambda sides: None)
    berlin, seven = customers.group("Berlin"), []
    for number in range(120):
        amounts = (7, -7) if number != 60 else (7, -6)
        sides = [PostingLine(posting.RECEIVABLE, amounts[0], "EUR", berlin), PostingLine(posting.REVENUE, amounts[1], "EUR")]
        seven.append(NewEntry("t", "T", f"k{number}", sides))

    with pytest.raises(IntegrityError, match="do not sum to zero"), transaction.atomic():
        posting.post_many(seven, on=billing.FIRST_DAY, at=billing.NOON)
    posting.post_many([*seven[:60], *seven[61:]], on=billing.FIRST_DAY, at=billing.NOON)

    _proved("SELECT 1")
    assert (Entry.objects.count(), Posting.objects.count()) == (119, 238)


@pytest.mark.django_db
def test_database_refuses_postings_of_an_entry_that_is_not_there():
    with pytest.raises(IntegrityError, match="transaction of their entry"), transaction.atomic():
        _proved(
            "INSERT INTO billing_posting (entry_id, account, detail, amount_minor, currency)"
            " SELECT 999999, 'cash', '', amount, 'EUR' FROM unnest(ARRAY[5, -5]) AS amount"
        )
    assert not Posting.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("stored", ["not at all", "as a draft"])
def test_database_refuses_postings_about_a_document_that_is_not_issued(stored):
    seller, berlin, key = billing.seller(), customers.group("Berlin"), 999_999
    if stored == "as a draft":
        draft = Document(kind="invoice", legal_entity=seller, customer=berlin, receiver=berlin, currency="EUR")
        draft.save()
        key = draft.pk

    with pytest.raises(IntegrityError, match=f"documents that are issued, not {key}"), transaction.atomic():
        _proved(
            f"WITH e AS ({ENTRY} RETURNING id)"
            " INSERT INTO billing_posting (entry_id, account, detail, document_id, amount_minor, currency)"
            f" SELECT id, 'cash', '', {key}, amount, 'EUR' FROM e, unnest(ARRAY[5, -5]) AS amount"
        )
    assert not Posting.objects.exists()


@pytest.mark.django_db
def test_posting_refuses_sides_that_do_not_sum_to_zero():
    with pytest.raises(posting.Unbalanced):
        posting.post(
            what="t",
            about_ref="T",
            key="k",
            postings=[PostingLine(posting.CASH, 1, "EUR")],
            on=billing.FIRST_DAY,
            at=billing.NOON,
        )


@pytest.mark.django_db
def test_posting_twice_with_one_key_posts_once():
    berlin = customers.group("Berlin")
    sides = [PostingLine(posting.RECEIVABLE, 7, "EUR", berlin), PostingLine(posting.REVENUE, -7, "EUR", berlin)]
    facts = {"what": "t", "about_ref": "T", "key": "k", "on": billing.FIRST_DAY, "at": billing.NOON}

    assert posting.post(postings=sides, **facts) == posting.post(postings=sides, **facts)
    assert balances.owed_by(berlin) == {"EUR": 7}


@pytest.mark.django_db
def test_an_entry_is_reversed_at_most_once():
    entry = _posted()
    posting.reverse(entry=entry, key="r1", on=billing.FIRST_DAY, at=billing.NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        posting.reverse(entry=entry, key="r2", on=billing.FIRST_DAY, at=billing.NOON)
    assert Entry.objects.count() == 2
