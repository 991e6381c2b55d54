"""Jobs: a direct debit file written down as JSON, for systems that bring their own debits.

`{"id", "scheme", "collection_date", "creditor": {"name", "iban", "bic", "creditor_id"}, "debits": [{"name", "iban", "amount",
"mandate", "signed", "sequence", "end_to_end", "text"}]}`; amounts are decimal strings in euros, days ISO.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.decisions import Refusal
from billing.money import Money
from billing.payments.sepa.pain import Creditor, Debit, Job, UnusableJob


def read(given: object) -> list[Job]:
    """Return the jobs of a file: an object with `jobs`, a list of them, or a single one.

    Raises:
        UnusableJob: a fact is missing or of the wrong kind.
    """
    if isinstance(given, Mapping):
        given = given.get("jobs", [given])
    if not isinstance(given, list) or not given:
        raise UnusableJob('Write {"jobs": [...]} with at least one job.')
    return [_job(_object(job, "A job")) for job in given]


def _job(job: Mapping[str, Any]) -> Job:
    ref = _text(job, "id")
    debits = job.get("debits")
    if not isinstance(debits, list):
        raise UnusableJob(f"Job {ref} has no list of debits.")
    creditor = _object(job.get("creditor"), f"The creditor of job {ref}")
    return Job(
        ref=ref,
        scheme=_text(job, "scheme", "CORE"),
        collection_on=_day(job, "collection_date"),
        creditor=Creditor(*(_text(creditor, name, default) for name, default in _CREDITOR)),
        debits=[_debit(_object(debit, f"A debit of job {ref}")) for debit in debits],
    )


_CREDITOR: tuple[tuple[str, str | None], ...] = (("name", None), ("iban", None), ("bic", ""), ("creditor_id", None))


def _debit(debit: Mapping[str, Any]) -> Debit:
    return Debit(
        name=_text(debit, "name"), iban=_text(debit, "iban"), amount_minor=_amount(debit), mandate=_text(debit, "mandate"),
        signed=_day(debit, "signed"), sequence=_text(debit, "sequence"), end_to_end=_text(debit, "end_to_end"),
        text=_text(debit, "text", ""),
    )  # fmt: skip


def _object(given: object, what: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise UnusableJob(f"{what} is an object with names and values.")
    return given


def _text(given: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise UnusableJob(f"{name} is missing, or is no text.")
    return value


def _amount(given: Mapping[str, Any]) -> int:
    try:
        return Money.of(_text(given, "amount"), "EUR").amount_minor
    except Refusal as refusal:
        raise UnusableJob(refusal.reason) from refusal


def _day(given: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(_text(given, name))
    except ValueError as fault:
        raise UnusableJob(f"{name} is a day such as 2027-03-15.") from fault
