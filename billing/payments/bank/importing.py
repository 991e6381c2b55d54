"""Importing: store what a bank's file tells, once, and settle what can be settled.

A line is known by what the bank tells of it; lines that look the same in one file are told apart by their occurrence, so a file
imported twice, or a statement that overlaps another, adds nothing. A day told both in camt and in MT940 is stored once: of
lines with the same day and amount only those count that the other format did not bring. Only booked lines of statements are
money; reports and notifications (camt.052, camt.054) and announced entries are noted and wait for their statement.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog.models import LegalEntity
from billing.money import EXPONENTS, LARGEST_MINOR
from billing.payments.bank import accounts_of_ours, mt940, reading, references, settling, transfers
from billing.payments.bank.models import BankLine, BankStatement
from billing.payments.bank.statements import Detail, Entry, Statement, UnreadableStatement
from billing.payments.sepa import debits

BOOKS: Final = frozenset({mt940.KIND, "camt.053"})
NOT_A_STATEMENT: Final = "Only announced: it counts when the statement tells it."
_OUT: Final = "Money that went out."
_NOTHING: Final = "No money moved."


@dataclass
class ToldEntry:
    """One entry of a file as it is stored: its lines (several for a batch), and which of them are new."""

    entry: Entry
    lines: list[BankLine] = field(default_factory=list)
    new: set[int] = field(default_factory=set)


@dataclass
class Stored:
    """What one file told: its statements with their entries."""

    statements: list[tuple[BankStatement, list[ToldEntry]]] = field(default_factory=list)
    new_statements: int = 0

    @property
    def entries(self) -> list[ToldEntry]:
        """All entries in the order of the file."""
        return [entry for _statement, entries in self.statements for entry in entries]


@dataclass
class _Known:
    """What earlier imports stored on the days and accounts of a file, and what this file has named of it so far."""

    by_identity: dict[tuple[str, int], BankLine]
    of_other_kinds: dict[tuple[str, ...], list[BankLine]]
    seen: Counter[str] = field(default_factory=Counter)


def import_file(*, content: bytes, file_name: str, actor: User | None, at: datetime) -> Stored:
    """Read a bank's file, store its statements and lines, all or nothing, and settle what is sure; what is known stays as it is.

    Raises:
        UnreadableStatement: the file cannot be read whole, or holds an amount that cannot be booked.
    """
    statements = list(dict.fromkeys(reading.read(content)))
    sellers = list(LegalEntity.objects.order_by("pk"))
    with transaction.atomic():
        _one_at_a_time()
        stored = Stored()
        rows = [_row(statement, sellers, file_name, actor, at) for statement in statements]
        known = _known([(row, statement) for row, statement, _entries in rows])
        for row, statement, is_new in rows:
            stored.statements.append((row, [_stored(entry, row, known, at) for entry in statement.entries]))
            stored.new_statements += is_new
        if stored.new_statements:
            facts = {"file": file_name, "lines": str(sum(len(entry.new) for entry in stored.entries))}
            recording.record(None, "billing.statement_imported", actor=actor, at=at, facts=facts, internal=True)
    settling.settle_waiting(actor=actor, at=at)
    transfers.settle_outgoing(at=at)
    debits.settle_told(at=at)
    return _as_they_stand(stored)


def _as_they_stand(stored: Stored) -> Stored:
    """Load the lines anew, as settling left them, with what they paid for."""
    ids = [line.pk for entry in stored.entries for line in entry.lines]
    lines = BankLine.objects.select_related("payment", "statement").prefetch_related("payment__shares__document").in_bulk(ids)
    for entry in stored.entries:
        entry.lines = [lines[line.pk] for line in entry.lines]
    return stored


def _one_at_a_time() -> None:
    """Let one import store at a time, so that two files that tell the same never both find it new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accord bank statements', 0))")


def _row(
    statement: Statement, sellers: Sequence[LegalEntity], file_name: str, actor: User | None, at: datetime
) -> tuple[BankStatement, Statement, bool]:
    holder = accounts_of_ours.holder_of(statement.account, sellers)
    row, is_new = BankStatement.objects.get_or_create(
        digest=_digest(statement),
        defaults={
            "account": (holder.iban if holder else statement.account)[:60], "seller": holder, "ref": statement.ref[:60],
            "number": statement.number[:40], "kind": statement.kind, "currency": statement.currency,
            "opening_minor": _balance(statement.opening, statement), "closing_minor": _balance(statement.closing, statement),
            "adds_up": statement.adds_up, "entries": len(statement.entries), "file_name": file_name[:200],
            "imported_at": at, "imported_by": actor,
        },
    )  # fmt: skip
    return row, statement, is_new


def _digest(statement: Statement) -> str:
    return hashlib.sha256(repr(statement).encode()).hexdigest()


def _balance(amount: Decimal | None, statement: Statement) -> int | None:
    return None if amount is None else minor(amount, statement.currency)


def minor(amount: Decimal, currency: str) -> int:
    """Return an amount in minor units; a currency that has left circulation has two decimals.

    Raises:
        UnreadableStatement: it has more decimals than its currency, or does not fit what can be stored.
    """
    units = amount.scaleb(EXPONENTS.get(currency, 2))
    if units != int(units) or abs(units) > LARGEST_MINOR:
        raise UnreadableStatement(
            _("The file has an amount that cannot be booked: {amount} {currency}.").format(amount=amount, currency=currency)
        )
    return int(units)


def major(amount_minor: int, currency: str) -> str:
    """Return an amount in major units as text; the counterpart of `minor`."""
    return format(Decimal(amount_minor).scaleb(-EXPONENTS.get(currency, 2)), "f")


def _known(told: Sequence[tuple[BankStatement, Statement]]) -> _Known:
    accounts = {row.account for row, _statement in told}
    days = {_booked(entry) for _row, statement in told for entry in statement.entries}
    lines = BankLine.objects.filter(account__in=accounts, booked_on__in=days).select_related("statement", "payment")
    known = _Known({}, defaultdict(list))
    for line in lines.order_by("occurrence", "pk"):
        known.by_identity[line.identity, line.occurrence] = line
        if line.statement.kind in BOOKS and line.status != BankLine.Status.NOTED:
            for kind in BOOKS - {line.statement.kind}:
                known.of_other_kinds[_day_and_amount(kind, line)].append(line)
    return known


def _day_and_amount(kind: str, line: BankLine) -> tuple[str, ...]:
    return (kind, line.account, line.currency, str(line.booked_on), str(line.amount_minor))


def _booked(entry: Entry) -> date:
    day = entry.booked or entry.valued
    if day is None:
        raise UnreadableStatement(_("The file has an entry without a day."))
    return day.on


def _stored(entry: Entry, row: BankStatement, known: _Known, at: datetime) -> ToldEntry:
    told = ToldEntry(entry)
    for line in _lines(entry, row):
        known.seen[line.identity] += 1
        line.occurrence = known.seen[line.identity]
        earlier = known.by_identity.get((line.identity, line.occurrence)) or _told_otherwise(line, row.kind, known)
        if earlier is None:
            line.ref = numbering.next_ref("B")
            line.save()
            told.new.add(line.pk)
        told.lines.append(earlier or line)
    return told


def _told_otherwise(line: BankLine, kind: str, known: _Known) -> BankLine | None:
    """Return the line by which the other format told the same, each taken once."""
    others = known.of_other_kinds.get(_day_and_amount(kind, line))
    return others.pop(0) if others and line.status != BankLine.Status.NOTED else None


def _lines(entry: Entry, row: BankStatement) -> Iterator[BankLine]:
    for part in entry.parts:
        status, reason = _standing(entry, part, row.kind)
        line = BankLine(
            statement=row, seller=row.seller, account=row.account, booked_on=_booked(entry),
            valued_on=entry.valued.on if entry.valued else None, valued_as_written=entry.valued.written if entry.valued else "",
            amount_minor=minor(part.amount or Decimal(0), entry.currency), currency=entry.currency, bank_ref=entry.bank_ref[:60],
            end_to_end=part.end_to_end[:70], reference=part.reference[:60], remittance=(part.remittance or entry.text)[:1000],
            name=part.name[:140], iban=references.plain(part.iban)[:60], mandate=part.mandate[:35], batch=part.batch[:35],
            return_reason=part.return_reason[:200], is_reversal=entry.is_reversal, status=status, reason=reason,
        )  # fmt: skip
        line.identity = _identity(line, row.kind)
        yield line


def _standing(entry: Entry, part: Detail, kind: str) -> tuple[str, str]:
    """Return whether a line waits to be matched, or why it is only noted."""
    if not part.amount:
        return BankLine.Status.NOTED, _NOTHING
    if kind not in BOOKS or not entry.is_booked:
        return BankLine.Status.NOTED, NOT_A_STATEMENT
    if part.amount < 0 and not entry.is_reversal:
        return BankLine.Status.NOTED, _OUT
    return BankLine.Status.WAITING, ""


def _identity(line: BankLine, kind: str) -> str:
    """Return what makes a line this one: the account, the day, the amount, and all that was told of it."""
    told = (
        line.account, line.booked_on, line.amount_minor, line.currency, line.bank_ref, line.end_to_end, line.reference,
        line.remittance, line.name, line.iban, line.valued_as_written, line.reason == NOT_A_STATEMENT, kind in BOOKS,
    )  # fmt: skip
    return hashlib.sha256(repr(told).encode()).hexdigest()
