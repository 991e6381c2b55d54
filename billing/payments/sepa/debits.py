"""Debits: what was ordered goes to the bank in one file, once, and the statement tells what became of it.

`make_file` takes every debit ordered for a seller, announces each to its payer and writes the file. `settle_told` finds the lines
that tell of debits: a block collected, a single one collected, a return with its reason. Amounts are cents.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog.models import LegalEntity
from billing.money import Money
from billing.payments import collecting, receiving, reopening
from billing.payments.bank import booking
from billing.payments.bank.models import BankLine
from billing.payments.gateways.direct_debit import DirectDebits
from billing.payments.models import Payment
from billing.payments.sepa import pain
from billing.payments.sepa.models import DebitFile, DirectDebit, Mandate

LEAST_NOTICE: Final = timedelta(days=2)
MOST_AHEAD: Final = timedelta(days=60)
FIRST, LATER = "FRST", "RCUR"
COLLECTED, RETURNED = "collected", "returned"
Status = DirectDebit.Status


class NothingToCollect(Refusal):
    """No debit waits for a file."""

    code = "nothing_to_collect"


class DayNotPossible(Refusal):
    """On this day nothing can be collected."""

    code = "day_not_possible"
    field = "collection_on"


class NotYours(Refusal):
    """Only finance sends debits to the bank."""

    code = "not_within_reach"


class AlreadyTold(Refusal):
    """What became of the debit is known."""

    code = "already_told"


def make_file(*, actor: User | None, seller: LegalEntity, collection_on: date, at: datetime) -> DebitFile:
    """Write the file that collects every debit ordered for `seller` on that day, and announce each to its payer.

    A debit goes into one file: calling again finds only what was ordered since.

    Raises:
        NothingToCollect: no debit waits.
        DayNotPossible: banks do not collect on that day, or payers would not know in time.
        UnusableJob: the seller's account or identifier cannot be right.
    """
    _finance_or_refuse(actor)
    _refuse_unless_possible(collection_on, at)
    with transaction.atomic():
        LegalEntity.objects.select_for_update().get(pk=seller.pk)
        waiting = DirectDebit.objects.filter(status=Status.ORDERED, mandate__seller=seller).select_related("mandate__customer")
        debits = list(waiting.select_for_update(of=("self",)).order_by("pk"))
        if not debits:
            raise NothingToCollect(_("No direct debit waits to be collected for {seller}.").format(seller=seller))
        made = _written(seller, debits, collection_on, actor, at)
        facts = {"debits": str(len(debits)), "amount": str(Money(made.total_minor, "EUR")), "seller": seller.name}
        recording.record(None, "billing.debit_file_made", actor=actor, at=at, about=made, facts=facts, internal=True)
        return made


def _finance_or_refuse(actor: User | None) -> None:
    if actor is not None and access.level_of(actor) not in access.KEEP_BOOKS.levels:
        raise NotYours(_("Only finance sends direct debits to the bank."))


def _refuse_unless_possible(on: date, at: datetime) -> None:
    today = local_day(at, pain.CALENDAR)
    if not today + LEAST_NOTICE <= on <= today + MOST_AHEAD:
        raise DayNotPossible(
            _("Choose a day between {first} and {last}, so that payers know before.").format(
                first=today + LEAST_NOTICE, last=today + MOST_AHEAD
            )
        )
    if not pain.is_bank_day(on):
        raise DayNotPossible(_("Banks do not collect on {on}: choose a working day.").format(on=on))


def _written(
    seller: LegalEntity, debits: Sequence[DirectDebit], collection_on: date, actor: User | None, at: datetime
) -> DebitFile:
    begun = _begun(debits)
    for debit in debits:
        debit.sequence = LATER if debit.mandate_id in begun else FIRST
        begun.add(debit.mandate_id)
        debit.status = Status.SENT
    ref = f"{seller.code[:12].upper()}-{at:%y%m%d}-{DebitFile.objects.filter(seller=seller).count() + 1}"
    content = pain.write(_job(ref, seller, debits, collection_on), at=at)
    made = DebitFile.objects.create(
        ref=ref, seller=seller, scheme=Mandate.Scheme.CORE, collection_on=collection_on, debits_count=len(debits),
        total_minor=sum(debit.amount_minor for debit in debits), content=content, made_at=at, made_by=actor,
    )  # fmt: skip
    for debit in debits:
        debit.file = made
        _announce(debit, made, at)
    DirectDebit.objects.bulk_update(debits, ["sequence", "status", "file"])
    return made


def _begun(debits: Sequence[DirectDebit]) -> set[int]:
    """Return the mandates under which the bank was asked to collect before."""
    asked = DirectDebit.objects.filter(mandate__in={debit.mandate_id for debit in debits}, file__isnull=False)
    return set(asked.values_list("mandate", flat=True))


def _job(ref: str, seller: LegalEntity, debits: Sequence[DirectDebit], collection_on: date) -> pain.Job:
    creditor = pain.Creditor(name=seller.name, iban=seller.iban, bic=seller.bic, creditor_id=seller.creditor_id)
    texts = _texts(debits)
    rows = [
        pain.Debit(
            name=debit.mandate.holder, iban=debit.mandate.iban, amount_minor=debit.amount_minor, mandate=debit.mandate.ref,
            signed=debit.mandate.signed_on, sequence=debit.sequence, end_to_end=debit.end_to_end,
            text=texts.get(debit.end_to_end, debit.end_to_end),
        )
        for debit in debits
    ]  # fmt: skip
    return pain.Job(ref, Mandate.Scheme.CORE, collection_on, creditor, rows)


def _texts(debits: Sequence[DirectDebit]) -> dict[str, str]:
    """Return what each payer reads: the invoices that are paid."""
    payments = Payment.objects.filter(ref__in=[debit.end_to_end for debit in debits]).prefetch_related("shares__document")
    return {
        payment.ref: ", ".join(str(share.document) for share in payment.shares.all())[:140] or payment.ref for payment in payments
    }


def _announce(debit: DirectDebit, made: DebitFile, at: datetime) -> None:
    payment = Payment.objects.filter(ref=debit.end_to_end).first()
    facts = {
        "amount": str(Money(debit.amount_minor, "EUR")), "on": made.collection_on.isoformat(), "mandate": debit.mandate.ref,
        "creditor_id": made.seller.creditor_id, "seller": made.seller.name,
    }  # fmt: skip
    about = payment or debit
    recording.record(debit.mandate.customer, "billing.debit_announced", actor=None, at=at, about=about, facts=facts)


def say_failed(*, actor: User, debit: DirectDebit, reason: str, at: datetime) -> Payment | None:
    """Say that the bank rejected a debit before it was collected: its payment is declined, for that reason.

    Raises:
        AlreadyTold: what became of it is known.
    """
    _finance_or_refuse(actor)
    with transaction.atomic():
        held = DirectDebit.objects.select_for_update().get(pk=debit.pk)
        if held.status not in {Status.ORDERED, Status.SENT}:
            raise AlreadyTold(
                _("The debit {held} is known already: {status}.").format(held=held, status=held.get_status_display().lower())
            )
        _fail(held, reason)
    _hear_all(at)
    return Payment.objects.filter(ref=debit.end_to_end).first()


def _fail(debit: DirectDebit, reason: str) -> None:
    debit.status, debit.reason = Status.FAILED, reason[:200]
    debit.save(update_fields=["status", "reason"])


def settle_told(*, at: datetime) -> int:
    """Find the lines that tell of debits, what was collected before what came back; return how many."""
    told = sum(_collected(line, at) for line in _lines(Q(amount_minor__gt=0)))
    _hear_all(at)
    told += sum(_returned(line, at) for line in _lines(Q(amount_minor__lt=0, is_reversal=True)))
    _hear_all(at)
    return told


def _lines(kind: Q) -> list[BankLine]:
    """Return the lines that wait and carry the name of a debit or of a block."""
    names = Q(end_to_end__in=DirectDebit.objects.values("end_to_end")) | ~Q(batch="")
    return list(BankLine.objects.waiting().filter(kind & names, currency="EUR").order_by("booked_on", "pk"))


def _hear_all(at: datetime) -> None:
    """Record the outcome of every payment whose debit has one, those left over by a process that died included."""
    known = DirectDebit.objects.filter(status__in=[Status.COLLECTED, Status.FAILED]).values("end_to_end")
    for payment in Payment.objects.filter(gateway=DirectDebits.code, ref__in=known).unresolved():
        collecting.hear(payment, at)


def _collected(line: BankLine, at: datetime) -> bool:
    """Take a line for what collected one debit, or a whole block of a file to the cent."""
    with transaction.atomic():
        held = _held(line)
        debits = _told_by(held) if held else []
        if held is None or not debits or sum(debit.amount_minor for debit in debits) != held.amount_minor:
            return False
        booking.book(held, at, cleared_at=DirectDebits.code)
        for debit in debits:
            debit.collected_by = held
            debit.status = Status.COLLECTED if debit.status == Status.SENT else debit.status
        DirectDebit.objects.bulk_update(debits, ["collected_by", "status"])
        _step(held, COLLECTED, f"It collected {len(debits)} direct debits of {debits[0].file}.", at)
        return True


def _told_by(line: BankLine) -> list[DirectDebit]:
    rejected = Q(status=Status.FAILED, returned_by=None)
    sent = DirectDebit.objects.filter(~rejected, file__isnull=False, collected_by=None).select_related("file")
    sent = sent.select_for_update(of=("self",))
    if single := list(sent.filter(end_to_end=line.end_to_end)) if line.end_to_end else []:
        return single
    ref, _dash, sequence = line.batch.rpartition("-")
    return list(sent.filter(file__ref=ref, sequence=sequence).order_by("pk"))


def _returned(line: BankLine, at: datetime) -> bool:
    """Take a line for the return of one debit: before it counted as paid it is declined, after that charged back."""
    known = DirectDebit.objects.filter(end_to_end=line.end_to_end, returned_by=None, amount_minor=-line.amount_minor)
    debit = known.exclude(file=None).first()
    if debit is None:
        return False
    try:
        with transaction.atomic():
            return _take_return(line, debit, at)
    except reopening.BeyondPayment:
        return False


def _take_return(line: BankLine, debit: DirectDebit, at: datetime) -> bool:
    payment = Payment.objects.filter(ref=debit.end_to_end, gateway=DirectDebits.code, status=Payment.Status.SUCCEEDED).first()
    if payment:
        receiving.charge_back(payment=payment, amount_minor=debit.amount_minor, key=line.ref, at=at)
    held = _held(line)
    if held is None:
        transaction.set_rollback(True)
        return False
    reason = line.return_reason or "The bank of the payer returned it."
    debit = DirectDebit.objects.select_for_update().get(pk=debit.pk)
    debit.returned_by, debit.reason = held, reason[:200]
    debit.status = Status.RETURNED if payment else Status.FAILED
    debit.save(update_fields=["returned_by", "reason", "status"])
    booking.book(held, at, cleared_at=DirectDebits.code)
    _step(held, RETURNED, f"Direct debit {debit} came back: {reason}", at)
    return True


def _held(line: BankLine) -> BankLine | None:
    held = BankLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    return held if held.status == BankLine.Status.WAITING else None


def _step(line: BankLine, rule: str, reason: str, at: datetime) -> None:
    line.status, line.rule, line.reason, line.decided_at = BankLine.Status.MATCHED, rule, reason[:300], at
    line.save(update_fields=["status", "rule", "reason", "decided_at"])
