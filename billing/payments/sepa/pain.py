"""pain.008: the file by which a bank is asked to collect direct debits. Pure: the same job gives the same bytes.

The library sepaxml writes it, the schema of the standard judges it. Random ids and the clock are replaced, so that the file of a
job can be made again, and its payment blocks (`FILE-FRST`, `FILE-RCUR`) are known when the statement names them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import holidays
import sepaxml
from lxml import etree
from sepaxml import SepaDD
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError as NumberFault

from accounts.decisions import Refusal

SCHEMA: Final = "pain.008.001.02"
SEQUENCES: Final = ("FRST", "RCUR", "OOFF", "FNAL")
CALENDAR: Final = "Europe/Berlin"  # the days of TARGET, by which banks of the area collect, are those of Frankfurt
LARGEST_MINOR: Final = 99_999_999_999
_ID = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9+?/:().,' -]{1,35}(?<!/)")


class UnusableJob(Refusal):
    """A file cannot be made from what is given."""

    code = "unusable_job"


@dataclass(frozen=True)
class Creditor:
    """Who collects. `creditor_id` is the creditor identifier of the scheme."""

    name: str
    iban: str
    bic: str
    creditor_id: str


@dataclass(frozen=True)
class Debit:
    """One debit: from whom, how much in cents, under which mandate, and what the payer reads."""

    name: str
    iban: str
    amount_minor: int
    mandate: str
    signed: date
    sequence: str
    end_to_end: str
    text: str


@dataclass(frozen=True)
class Job:
    """What one file collects on one day."""

    ref: str
    scheme: str
    collection_on: date
    creditor: Creditor
    debits: Sequence[Debit]


def write(job: Job, *, at: datetime) -> str:
    """Return the file for the bank, valid against its schema.

    Raises:
        UnusableJob: an account, an identifier, an amount, a text or the day cannot be.
    """
    _refuse_unless_usable(job)
    config = {
        "name": job.creditor.name, "IBAN": ibans.compact(job.creditor.iban), "batch": True, "currency": "EUR",
        "creditor_id": at_02.compact(job.creditor.creditor_id), "instrument": job.scheme,
        "BIC": job.creditor.bic or "NOTPROVIDED",
    }  # fmt: skip
    writer = SepaDD(config, schema=SCHEMA, clean=True)
    for debit in job.debits:
        writer.add_payment({
            "name": debit.name, "IBAN": ibans.compact(debit.iban), "mandate_id": debit.mandate, "mandate_date": debit.signed,
            "amount": debit.amount_minor, "type": debit.sequence, "collection_date": job.collection_on,
            "endtoend_id": debit.end_to_end, "description": debit.text or debit.end_to_end,
        })  # fmt: skip
    return _with_own_ids(writer.export(validate=False), job, at)


def is_bank_day(on: date) -> bool:
    """Whether banks of the euro system settle on this day: no weekend and no holiday of TARGET."""
    return on.weekday() < 5 and on not in holidays.financial_holidays("ECB", years=on.year)


def block_id(ref: str, sequence: str) -> str:
    """Return the id of a payment block, by which the bank books what it collected."""
    return f"{ref}-{sequence}"


def _refuse_unless_usable(job: Job) -> None:
    if not job.debits:
        raise UnusableJob("There is nothing to collect.")
    if job.scheme not in {"CORE", "B2B"}:
        raise UnusableJob(f"The scheme is CORE or B2B, not {job.scheme!r}.")
    if not is_bank_day(job.collection_on):
        raise UnusableJob(f"{job.collection_on} is no day on which banks collect.")
    _number(ibans.validate, job.creditor.iban, "the account of the creditor")
    _number(at_02.validate, job.creditor.creditor_id, "the creditor identifier")
    if job.creditor.bic:
        _number(bics.validate, job.creditor.bic, "the BIC of the creditor")
    for debit in job.debits:
        _refuse_debit(debit, job)
    repeated = [ref for ref, times in Counter(debit.end_to_end for debit in job.debits).items() if times > 1]
    if repeated:
        raise UnusableJob(f"{repeated[0]} stands in the file twice.")


def _refuse_debit(debit: Debit, job: Job) -> None:
    of = f"the debit {debit.end_to_end}"
    _number(ibans.validate, debit.iban, f"the account of {of}")
    if not 0 < debit.amount_minor <= LARGEST_MINOR:
        raise UnusableJob(f"The amount of {of} is not between 0.01 and 999,999,999.99 EUR.")
    if debit.sequence not in SEQUENCES:
        raise UnusableJob(f"The sequence of {of} is one of {', '.join(SEQUENCES)}, not {debit.sequence!r}.")
    if debit.signed > job.collection_on:
        raise UnusableJob(f"The mandate of {of} was signed after the day of collection.")
    if not debit.name.strip():
        raise UnusableJob(f"The name of {of} is missing.")
    for what, given in (("end-to-end id", debit.end_to_end), ("mandate", debit.mandate)):
        if not _ID.fullmatch(given):
            raise UnusableJob(f"The {what} of {of} is not made of up to 35 letters, digits and plain signs: {given[:40]!r}.")


def _number(validate: Any, number: str, what: str) -> None:
    try:
        validate(number)
    except NumberFault as fault:
        raise UnusableJob(f"{what[0].upper()}{what[1:]} cannot be right: {number!r}.") from fault


def _with_own_ids(content: bytes, job: Job, at: datetime) -> str:
    """Put our own ids, the moment and a missing BIC into what the library wrote, and hold it against the schema."""
    root = etree.fromstring(content)
    space = {"p": root.nsmap[None]}
    for block in root.iterfind(".//p:PmtInf", space):
        sequence = block.findtext("p:PmtTpInf/p:SeqTp", namespaces=space)
        block.find("p:PmtInfId", space).text = block_id(job.ref, sequence)
    root.find(".//p:MsgId", space).text = job.ref
    root.find(".//p:CreDtTm", space).text = at.strftime("%Y-%m-%dT%H:%M:%S")
    for missing in [bic for bic in root.iterfind(".//p:BIC", space) if bic.text == "NOTPROVIDED"]:
        institution = missing.getparent()
        institution.remove(missing)
        other = etree.SubElement(institution, f"{{{space['p']}}}Othr")
        etree.SubElement(other, f"{{{space['p']}}}Id").text = "NOTPROVIDED"
    return _valid(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _valid(content: bytes) -> str:
    schema = _schema()
    if not schema.validate(etree.fromstring(content)):
        raise UnusableJob(f"The file would not be valid: {schema.error_log.last_error.message[:200]}")
    return content.decode()


@cache
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(Path(sepaxml.__file__).parent / "schemas" / f"{SCHEMA}.xsd"))
