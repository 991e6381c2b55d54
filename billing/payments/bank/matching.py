"""Matching: which invoices a line pays, and by which rule. Pure: it looks at a line and a book that was loaded before.

Rules are asked in order; the first with an answer gives the proposal. A proposal that is `sure` is settled at once, any other
waits for a person with its reason. Amounts are minor units of the line's currency; only money that came in is matched.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Final, Protocol

from billing.payments.bank import references

MOST_TOGETHER: Final = 6
MOST_COMPARED: Final = 14


class Told(Protocol):
    """What a rule looks at of a line."""

    amount_minor: int
    currency: str
    reference: str
    end_to_end: str
    remittance: str
    name: str
    iban: str


@dataclass
class Candidate:
    """An issued invoice that may be meant; `open_minor` goes down as lines of the same import are settled."""

    pk: int
    ref: str
    customer_id: int
    customer_name: str
    currency: str
    total_minor: int
    open_minor: int
    due_on: date


@dataclass(frozen=True)
class Book:
    """The invoices and payers that some lines may mean: by plain number, payers by account, open invoices by customer."""

    by_number: dict[str, list[Candidate]] = field(default_factory=dict)
    payers: dict[str, list[int]] = field(default_factory=dict)
    open_of: dict[int, list[Candidate]] = field(default_factory=dict)
    by_amount: dict[tuple[str, int], list[Candidate]] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """What a line pays: invoices in the order they are settled, who paid, by which rule, and whether that is certain."""

    rule: str
    reason: str
    invoices: Sequence[Candidate]
    payer_id: int
    sure: bool


Rule = Callable[[Told, Book], Proposal | None]


def propose(line: Told, book: Book) -> Proposal | None:
    """Return what the first rule that has an answer makes of `line`; None when no rule has."""
    if line.amount_minor <= 0:
        return None
    return next((found for rule in RULES if (found := rule(line, book))), None)


def by_reference(line: Told, book: Book) -> Proposal | None:
    """The creditor reference printed on the invoice; its check digits make any amount certain."""
    meant = references.creditor_references(line.reference, line.end_to_end, line.remittance)
    found = _named(meant, line, book)
    if len(found) != 1 or len(found[0]) != 1:
        return None
    invoice = found[0][0]
    return Proposal("reference", f"It carries the payment reference of {invoice.ref}.", [invoice], invoice.customer_id, True)


def by_number(line: Told, book: Book) -> Proposal | None:
    """Invoice numbers among the payer's words: one for any amount, several for exactly their sum."""
    found = _named(references.numbers(line.reference, line.end_to_end, line.remittance), line, book)
    if not found or any(len(invoices) > 1 for invoices in found):
        return None
    invoices = sorted(dict.fromkeys((invoices[0].due_on, invoices[0].pk) for invoices in found))
    named = [next(group[0] for group in found if group[0].pk == pk) for _, pk in invoices]
    is_exact = sum(invoice.open_minor for invoice in named) == line.amount_minor
    refs = ", ".join(invoice.ref for invoice in named)
    payer = _one_payer(named, line, book)
    return Proposal("number", f"It names {refs}.", named, payer, len(named) == 1 or is_exact)


def by_payer_and_amount(line: Told, book: Book) -> Proposal | None:
    """The account of somebody who paid before, and exactly what is open on an invoice of theirs; the oldest of several."""
    for payer, theirs in _of_payers(line, book):
        for invoice in theirs:
            if invoice.open_minor == line.amount_minor:
                reason = f"{invoice.customer_name} paid from this account before, and owes exactly this on {invoice.ref}."
                return Proposal("payer_and_amount", reason, [invoice], payer, True)
    return None


def by_sum(line: Told, book: Book) -> Proposal | None:
    """The account of somebody who paid before, and exactly the sum of several open invoices of theirs."""
    for payer, theirs in _of_payers(line, book):
        sums = _summing_to(line.amount_minor, theirs)
        if sums:
            refs = ", ".join(invoice.ref for invoice in sums[0])
            reason = f"{sums[0][0].customer_name} paid from this account before, and {refs} come to exactly this."
            return Proposal("sum", reason, sums[0], payer, len(sums) == 1)
    return None


def by_name_and_amount(line: Told, book: Book) -> Proposal | None:
    """The name of the customer and exactly what is open; names repeat, so a person decides."""
    return _alone("name_and_amount", "The name and the amount are those of {0}.", line, book, lambda one: _same_name(one, line))


def by_amount(line: Told, book: Book) -> Proposal | None:
    """Exactly what is open on one invoice of the whole book; amounts repeat, so a person decides."""
    return _alone("amount", "Of all open invoices only {0} has this amount.", line, book, lambda one: True)


RULES: Final[tuple[Rule, ...]] = (by_reference, by_number, by_payer_and_amount, by_sum, by_name_and_amount, by_amount)


def _named(numbers: Iterable[str], line: Told, book: Book) -> list[list[Candidate]]:
    """Return the invoices behind each number; a number of digits only counts beside the right amount."""
    found = []
    for number in sorted(numbers):
        meant = [invoice for invoice in book.by_number.get(number, []) if invoice.currency == line.currency]
        if references.is_only_digits(number):
            meant = [one for one in meant if line.amount_minor in {one.open_minor, one.total_minor}]
        if meant:
            found.append(meant)
    return found


def _one_payer(named: Sequence[Candidate], line: Told, book: Book) -> int:
    known = book.payers.get(line.iban, [])
    owing = [invoice.customer_id for invoice in named]
    return next((payer for payer in known if payer in owing), owing[0])


def _of_payers(line: Told, book: Book) -> list[tuple[int, list[Candidate]]]:
    """Return who paid from this account before, each with their open invoices in the line's currency, oldest first."""
    found = []
    for payer in book.payers.get(line.iban, []) if line.iban else []:
        theirs = [one for one in book.open_of.get(payer, []) if one.open_minor and one.currency == line.currency]
        found.append((payer, sorted(theirs, key=lambda one: (one.due_on, one.pk))))
    return found


def _summing_to(amount_minor: int, invoices: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return up to two ways in which several of `invoices` come to the amount: all of them, or few of the oldest."""
    if len(invoices) > 1 and sum(one.open_minor for one in invoices) == amount_minor:
        return [list(invoices)]
    found: list[list[Candidate]] = []
    oldest = invoices[:MOST_COMPARED]
    for count in range(2, min(MOST_TOGETHER, len(oldest)) + 1):
        for few in combinations(oldest, count):
            if sum(one.open_minor for one in few) == amount_minor:
                found.append(list(few))
                if len(found) > 1:
                    return found
    return found


def _alone(rule: str, reason: str, line: Told, book: Book, fits: Callable[[Candidate], bool]) -> Proposal | None:
    same = [one for one in book.by_amount.get((line.currency, line.amount_minor), []) if one.open_minor == line.amount_minor]
    fitting = [one for one in same if fits(one)]
    if len(fitting) != 1:
        return None
    return Proposal(rule, reason.format(fitting[0].ref), fitting, fitting[0].customer_id, False)


def _same_name(invoice: Candidate, line: Told) -> bool:
    return bool(line.name) and references.plain(invoice.customer_name) == references.plain(line.name)
