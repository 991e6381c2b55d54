"""Settling: what becomes of a bank line: it pays invoices, is kept as credit, is set aside, or waits; and back again.

`settle_waiting` asks the rules and settles what is sure, line by line, each in a transaction of its own under the locks of
those it concerns; what a line teaches (who pays from which account) counts for the next. People do the rest. A line that is
matched stands in the books as cash, and its payment as what it settled and what is left as credit; undone, neither does.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.catalog.models import LegalEntity
from billing.invoices.models import PLAIN_REF, Document
from billing.ledger import locking
from billing.money import EXPONENTS, Money
from billing.payments import receiving
from billing.payments.bank import book, booking, matching, references
from billing.payments.bank.matching import Book, Proposal
from billing.payments.bank.models import BankLine
from billing.payments.models import Payment

CHANNEL: Final = "bank"
TOGETHER: Final = 200
BY_HAND: Final = "by_hand"
CREDIT: Final = "credit"


class NotWaiting(Refusal):
    """The line was dealt with before."""

    code = "not_waiting"


class NothingSuggested(Refusal):
    """No rule suggests anything for the line."""

    code = "nothing_suggested"


class NoSuchInvoice(Refusal):
    """A number stands for no issued invoice that this line could pay."""

    code = "no_such_invoice"


class NotMatchable(Refusal):
    """Only money that came in, in a currency in use, pays something."""

    code = "not_matchable"


class NotYours(Refusal):
    """Only finance deals with bank lines."""

    code = "not_within_reach"


def settle_waiting(*, actor: User | None, at: datetime) -> int:
    """Ask the rules for every line that waits, settle what is sure and keep the other proposals; return how many were settled.

    Rounds go on until one settles nothing, because a line that is matched may teach who pays from its account.
    """
    settled = 0
    while settled_now := sum(_settle_some(lines, actor, at) for lines in _groups()):
        settled += settled_now
    return settled


def _groups() -> list[list[BankLine]]:
    """Return the lines that wait, those of each account holder apart, at most some hundred together."""
    waiting = BankLine.objects.waiting().filter(amount_minor__gt=0, currency__in=EXPONENTS).select_related("seller")
    lines = list(waiting.order_by("seller", "booked_on", "pk"))
    groups: list[list[BankLine]] = []
    for line in lines:
        if groups and len(groups[-1]) < TOGETHER and groups[-1][0].seller_id == line.seller_id:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _settle_some(lines: Sequence[BankLine], actor: User | None, at: datetime) -> int:
    known = book.for_lines(lines, lines[0].seller)
    settled = 0
    for line in _most_certain_first(lines, known):
        proposal = matching.propose(line, known)
        if proposal and proposal.sure and _settle(line, proposal, actor, at):
            settled += 1
        else:
            _keep(line, proposal)
    return settled


def _most_certain_first(lines: Sequence[BankLine], known: Book) -> list[BankLine]:
    """Return the lines by the rule that has an answer, so that a line that names its invoice comes before one that may fit it."""
    rank = {rule: place for place, rule in enumerate(("reference", "number"))}
    asked = [(line, matching.propose(line, known)) for line in lines]
    return [line for line, found in sorted(asked, key=lambda pair: rank.get(pair[1].rule, 2) if pair[1] else 3)]


def _keep(line: BankLine, proposal: Proposal | None) -> None:
    told = _as_json(proposal) if proposal else {}
    if line.proposal != told:
        line.proposal = told
        line.save(update_fields=["proposal"])


def _as_json(proposal: Proposal) -> dict[str, Any]:
    return {
        "rule": proposal.rule,
        "reason": proposal.reason,
        "invoices": [invoice.ref for invoice in proposal.invoices],
        "payer": proposal.payer_id,
    }


def _settle(line: BankLine, proposal: Proposal, actor: User | None, at: datetime) -> bool:
    documents = Document.objects.select_related("legal_entity").in_bulk([invoice.pk for invoice in proposal.invoices])
    named = [documents[invoice.pk] for invoice in proposal.invoices]
    payer = Customer.objects.get(pk=proposal.payer_id)
    paid = _pay(line=line, documents=named, payer=payer, rule=proposal.rule, reason=proposal.reason, actor=actor, at=at)
    for invoice, document in zip(proposal.invoices, named, strict=True):
        document.refresh_from_db(fields=["open_minor"])
        invoice.open_minor = document.open_minor
    return paid is not None


def accept(*, actor: User, line: BankLine, at: datetime) -> Payment:
    """Settle a line as a rule suggests.

    Raises:
        NothingSuggested: no rule does.
        NotWaiting: the line was dealt with before.
    """
    if not line.proposal:
        raise NothingSuggested(_("Nothing is suggested for {line}.").format(line=line))
    return match(actor=actor, line=line, numbers=line.proposal["invoices"], at=at, rule=line.proposal["rule"])


def match(*, actor: User, line: BankLine, numbers: Iterable[str], at: datetime, rule: str = BY_HAND) -> Payment:
    """Have a line pay the invoices with these numbers, in this order; what they do not take becomes credit.

    Raises:
        NoSuchInvoice: a number stands for no invoice of the holder of the account, in the line's currency.
        NotWaiting: the line was dealt with before.
    """
    documents = _named(line, list(numbers))
    for document in documents:
        access.decide(actor, access.KEEP_BOOKS, document.customer).or_refuse()
    reason = f"{actor} matched it with {', '.join(str(document) for document in documents)}."
    payer = documents[0].customer
    paid = _pay(line=line, documents=documents, payer=payer, rule=rule, reason=reason, actor=actor, at=at)
    return _or_refuse(paid, line)


def keep_as_credit(*, actor: User, line: BankLine, customer: Customer, at: datetime) -> Payment:
    """Keep what a line brought as credit of `customer`, who paid for no invoice yet.

    Raises:
        NotWaiting: the line was dealt with before.
    """
    access.decide(actor, access.KEEP_BOOKS, customer).or_refuse()
    reason = f"{actor} kept it as credit of {customer}."
    return _or_refuse(_pay(line=line, documents=[], payer=customer, rule=CREDIT, reason=reason, actor=actor, at=at), line)


def _or_refuse(paid: Payment | None, line: BankLine) -> Payment:
    if paid is None:
        raise NotWaiting(_("{line} was dealt with before. Look at it again.").format(line=line))
    return paid


def _named(line: BankLine, numbers: list[str]) -> list[Document]:
    """Return the invoices behind the numbers a person typed, each in whatever manner."""
    plain = list(dict.fromkeys(references.plain(number) for number in numbers if number.strip()))
    rows = Document.objects.issued().invoices().select_related("customer", "legal_entity").filter(currency=line.currency)
    rows = rows.filter(legal_entity=line.seller) if line.seller_id else rows
    found = {references.plain(str(row.ref)): row for row in rows.annotate(plain=PLAIN_REF).filter(plain__in=plain)}
    missing = [number for number in plain if number not in found]
    if missing or not plain:
        said = ", ".join(missing) or "no number"
        raise NoSuchInvoice(_("There is no issued invoice in {currency} with {said}.").format(currency=line.currency, said=said))
    return [found[number] for number in plain]


def _pay(
    *,
    line: BankLine,
    documents: Sequence[Document],
    payer: Customer,
    rule: str,
    reason: str,
    actor: User | None,
    at: datetime,
) -> Payment | None:
    """Turn a line that waits into a payment and settle with it; None when it was dealt with meanwhile."""
    if line.amount_minor <= 0 or line.currency not in EXPONENTS:
        raise NotMatchable(_("{line} brought no money that could pay something.").format(line=line))
    with transaction.atomic():
        locking.lock_payers([payer.pk, *(document.customer_id for document in documents)])
        held = BankLine.objects.select_for_update(of=("self",)).select_related("seller", "statement").get(pk=line.pk)
        if held.status != BankLine.Status.WAITING:
            return None
        was_paid = bool(documents) and not any(_is_open(document) for document in documents)
        booking.book(held, at)
        payment = receiving.receive(
            actor=None, payer=payer, amount=Money(held.amount_minor, held.currency), seller=_seller(held, documents),
            key=_key(held), at=at, documents=documents, channel=CHANNEL,
        )  # fmt: skip
        over_minor = payment.amount_minor - sum(payment.settlements.values_list("amount_minor", flat=True))
        over = "" if rule == CREDIT or not over_minor else BankLine.Over.DOUBLE if was_paid else BankLine.Over.OVERPAID
        facts = {"payment": payment, "over": over, "over_minor": over_minor if over else 0, "over_settled_at": None}
        _step(held, BankLine.Status.MATCHED, rule, reason, actor, at, **facts)
        return payment


def _is_open(document: Document) -> bool:
    document.refresh_from_db(fields=["open_minor"])
    return document.open_minor > 0


def _seller(line: BankLine, documents: Sequence[Document]) -> LegalEntity:
    if line.seller:
        return line.seller
    return documents[0].legal_entity if documents else LegalEntity.objects.order_by("pk")[0]


def _key(line: BankLine) -> UUID:
    return uuid5(NAMESPACE_OID, f"accord bank line {line.ref} {line.turn}")


def set_aside(*, actor: User, line: BankLine, reason: str, at: datetime) -> BankLine:
    """Say that a line concerns no customer, such as interest: it waits no more. Undone like a match.

    Raises:
        NotWaiting: the line was dealt with before.
    """
    return _by_person(actor, line, lambda held: _step(held, BankLine.Status.IGNORED, "set_aside", reason, actor, at))


def undo(*, actor: User, line: BankLine, at: datetime) -> BankLine:
    """Have a line wait again: the payment it became is taken back by counter-postings.

    Raises:
        NotWaiting: it waits already, or what became of it cannot be undone here.
        NotToBeUndone: what the payment left was given back or used since.
    """
    with transaction.atomic():
        _finance_or_refuse(actor)
        if line.payment:
            locking.lock_payers([line.payment.payer_id, *line.payment.shares.values_list("document__customer_id", flat=True)])
        held = BankLine.objects.select_for_update(of=("self",)).select_related("payment").get(pk=line.pk)
        if held.status == BankLine.Status.MATCHED and held.payment:
            receiving.take_back(payment=held.payment, key=f"{held.ref}:{held.turn}", at=at, actor=actor)
            booking.unbook(held, at)
        elif held.status != BankLine.Status.IGNORED:
            raise NotWaiting(
                _("{held} is {status}: there is nothing to undo.").format(held=held, status=held.get_status_display().lower())
            )
        facts = {"payment": None, "over": "", "over_minor": 0, "over_settled_at": None, "turn": held.turn + 1}
        return _step(held, BankLine.Status.WAITING, "", "", actor, at, **facts)


def _by_person(actor: User, line: BankLine, work: Callable[[BankLine], BankLine]) -> BankLine:
    with transaction.atomic():
        _finance_or_refuse(actor)
        held = BankLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        if held.status != BankLine.Status.WAITING:
            raise NotWaiting(_("{held} is {status} already.").format(held=held, status=held.get_status_display().lower()))
        return work(held)


def _finance_or_refuse(actor: User) -> None:
    if access.level_of(actor) not in access.KEEP_BOOKS.levels:
        raise NotYours(_("Only finance deals with bank lines."))


def _step(line: BankLine, status: str, rule: str, reason: str, actor: User | None, at: datetime, **facts: object) -> BankLine:
    """Store what became of a line and record it where it was paid."""
    before = line.payment
    changed = {"status": status, "rule": rule, "reason": reason[:300], "decided_by": actor, "decided_at": at, **facts}
    for name, value in changed.items():
        setattr(line, name, value)
    line.save(update_fields=list(changed))
    told = {"amount": _amount(line), "outcome": plain(line, "status")}
    payment = line.payment or before
    whose = payment.payer if payment else None
    recording.record(whose, "billing.bank_line_settled", actor=actor, at=at, about=line, facts=told, internal=True)
    return line


def _amount(line: BankLine) -> str:
    return str(Money(line.amount_minor, line.currency)) if line.currency in EXPONENTS else f"{line.amount_minor} {line.currency}"
