"""Posting: the only door to the books.

`post` writes one entry with its postings, once per key. Amounts are minor units, debit above zero, credit below; the
database proves of each statement that the postings it adds to an entry sum to zero per currency.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model

from accounts import copying
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.ledger.models import Entry, Posting

RECEIVABLE, REVENUE, TAX = Posting.Account.RECEIVABLE, Posting.Account.REVENUE, Posting.Account.TAX
CUSTOMER_CREDIT, CLEARING, CASH = Posting.Account.CUSTOMER_CREDIT, Posting.Account.CLEARING, Posting.Account.CASH
DEFERRED_REVENUE = Posting.Account.DEFERRED_REVENUE
GOODWILL, WRITE_OFF = Posting.Account.GOODWILL, Posting.Account.WRITE_OFF


class PostingLine(NamedTuple):
    """One side of an entry to be written. `detail` names a part of the account: a tax rate, a gateway, a seller."""

    account: str
    amount_minor: int
    currency: str
    customer: Customer | None = None
    document: Model | None = None
    detail: str = ""


class NewEntry(NamedTuple):
    """An entry to be written with many others: what `post` takes, its key not used before."""

    what: str
    about_ref: str
    key: str
    postings: Sequence[PostingLine]


class Unbalanced(Refusal):
    """The sides of the entry do not sum to zero in each currency."""

    code = "unbalanced"


class EmptyEntry(Refusal):
    """Nothing would be posted."""

    code = "empty_entry"


class KeyUsedForAnother(Refusal):
    """The key already posted something else."""

    code = "key_used_for_another"


def post(
    *,
    what: str,
    about_ref: str,
    key: str,
    postings: Sequence[PostingLine],
    on: date,
    at: datetime,
    reverses: Entry | None = None,
) -> Entry:
    """Write one entry about `about_ref`; sides of zero are left out. Repeating the call with the same key posts once.

    Raises:
        Unbalanced: the sides do not sum to zero per currency.
        EmptyEntry: no side is left.
        KeyUsedForAnother: `key` posted other sides before.
    """
    sides = [line for line in postings if line.amount_minor]
    _balanced_or_refuse(sides)
    with transaction.atomic():
        entry, created = Entry.objects.get_or_create(
            key=key, defaults={"what": what, "about_ref": about_ref, "posted_on": on, "posted_at": at, "reverses": reverses}
        )
        if not created:
            return _same_or_refuse(entry, what, about_ref, sides)
        Posting.objects.bulk_create([_posting(entry, line) for line in sides])
        return entry


def post_many(entries: Sequence[NewEntry], *, on: date, at: datetime) -> None:
    """Write many entries of one moment in three statements, in the caller's transaction; sides of zero are left out.

    Their keys must be new.

    Raises:
        Unbalanced: the sides of one do not sum to zero per currency.
        EmptyEntry: no side of one is left.
    """
    sides = [[line for line in entry.postings if line.amount_minor] for entry in entries]
    for lines in sides:
        _balanced_or_refuse(lines)
    (keys,) = copying.reserve((Entry, len(entries)))
    written = ((key, new.what, new.about_ref, on, at, new.key) for key, new in zip(keys, entries, strict=True))
    copying.add_values(Entry, ["id", "what", "about_ref", "posted_on", "posted_at", "key"], written)
    postings = (_values(key, line) for key, lines in zip(keys, sides, strict=True) for line in lines)
    names = ["entry_id", "account", "detail", "customer_id", "document_id", "amount_minor", "currency"]
    copying.add_values(Posting, names, postings)


def reverse(*, entry: Entry, key: str, on: date, at: datetime) -> Entry:
    """Write the entry that takes `entry` back side by side; an entry is reversed at most once (database)."""
    sides = [
        PostingLine(side.account, -side.amount_minor, side.currency, side.customer, side.document, side.detail)
        for side in entry.postings.select_related("customer", "document").order_by("pk")
    ]
    return post(what=f"{entry.what}_reversed", about_ref=entry.about_ref, key=key, postings=sides, on=on, at=at, reverses=entry)


def _balanced_or_refuse(sides: Sequence[PostingLine]) -> None:
    if not sides:
        raise EmptyEntry("An entry needs at least two sides.")
    sums: dict[str, int] = {}
    for side in sides:
        sums[side.currency] = sums.get(side.currency, 0) + side.amount_minor
    if any(sums.values()):
        raise Unbalanced(f"The sides of an entry must sum to zero per currency; these give {sums}.")


def _values(entry: int, line: PostingLine) -> tuple[Any, ...]:
    customer, document = line.customer, line.document
    about = customer.id if customer else None, document.pk if document else None
    return entry, line.account, line.detail, *about, line.amount_minor, line.currency


def _posting(entry: Entry, line: PostingLine) -> Posting:
    return Posting(
        entry=entry,
        account=line.account,
        detail=line.detail,
        customer_id=line.customer.pk if line.customer else None,
        document_id=line.document.pk if line.document else None,
        amount_minor=line.amount_minor,
        currency=line.currency,
    )


def _same_or_refuse(entry: Entry, what: str, about_ref: str, sides: Sequence[PostingLine]) -> Entry:
    wanted = sorted(_facts(_posting(entry, side)) for side in sides)
    posted = sorted(_facts(side) for side in entry.postings.all())
    if (entry.what, entry.about_ref) != (what, about_ref) or wanted != posted:
        raise KeyUsedForAnother(f"The key {entry.key} already posted {entry}.")
    return entry


def _facts(side: Posting) -> tuple[str, str, int, int, int, str]:
    return (side.account, side.detail, side.customer_id or 0, side.document_id or 0, side.amount_minor, side.currency)
