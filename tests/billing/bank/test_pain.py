"""The file for the bank: valid, the same for the same job, and refused in a sentence when something cannot be."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from billing.payments.sepa import pain
from billing.payments.sepa.pain import Creditor, Debit, Job

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CREDITOR = Creditor("Muster Versorgung GmbH", "DE89370400440532013000", "COBADEFFXXX", "DE98ZZZ09999999999")
ANNA = Debit(
    "Anna Beispiel", "NL91ABNA0417164300", 2990, "M-1001", date(2026, 1, 5), "RCUR", "INV-2027-0001", "Invoice 2027-0001"
)
JOB = Job("ACCORD-260302-1", "CORE", date(2027, 3, 15), CREDITOR, [ANNA])


def read(job):
    root = etree.fromstring(pain.write(job, at=NOON).encode())
    for element in root.iter():
        element.tag = etree.QName(element).localname
    return root


def test_file_says_who_collects_what_from_whom_and_when():
    root = read(JOB)

    assert [root.findtext(f".//{name}") for name in ("MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "ReqdColltnDt", "SeqTp")] == [
        *("ACCORD-260302-1", "2026-03-02T12:00:00", "1", "29.90", "2027-03-15", "RCUR"),
    ]
    assert [root.findtext(f".//{name}") for name in ("EndToEndId", "InstdAmt", "MndtId", "DtOfSgntr", "Ustrd")] == [
        *("INV-2027-0001", "29.90", "M-1001", "2026-01-05", "Invoice 2027-0001"),
    ]
    assert root.findtext(".//DbtrAcct/Id/IBAN") == "NL91ABNA0417164300"
    assert root.findtext(".//CdtrSchmeId//Othr/Id") == "DE98ZZZ09999999999"


def test_same_job_gives_the_same_file():
    assert pain.write(JOB, at=NOON) == pain.write(JOB, at=NOON)


def test_first_and_later_debits_stand_in_blocks_of_their_own():
    boris = replace(ANNA, name="Boris", end_to_end="E-2", sequence="FRST", amount_minor=100)
    root = read(replace(JOB, debits=[ANNA, boris]))

    blocks = {block.findtext("PmtInfId"): block.findtext("CtrlSum") for block in root.iter("PmtInf")}
    assert blocks == {"ACCORD-260302-1-RCUR": "29.90", "ACCORD-260302-1-FRST": "1.00"}


def test_creditor_without_a_bic_is_written_without_one():
    root = read(replace(JOB, creditor=replace(CREDITOR, bic="")))

    assert root.findtext(".//CdtrAgt/FinInstnId/Othr/Id") == "NOTPROVIDED"


UNUSABLE = {
    "account": (replace(JOB, debits=[replace(ANNA, iban="NL92ABNA0417164300")]), "The account of the debit INV-2027-0001"),
    "amount of zero": (replace(JOB, debits=[replace(ANNA, amount_minor=0)]), "is not between"),
    "amount too large": (replace(JOB, debits=[replace(ANNA, amount_minor=10**11)]), "is not between"),
    "sequence": (replace(JOB, debits=[replace(ANNA, sequence="NOW")]), "sequence"),
    "mandate": (replace(JOB, debits=[replace(ANNA, mandate="M" * 36)]), "mandate"),
    "end-to-end id": (replace(JOB, debits=[replace(ANNA, end_to_end="ä")]), "end-to-end id"),
    "name": (replace(JOB, debits=[replace(ANNA, name=" ")]), "name"),
    "signed later": (replace(JOB, debits=[replace(ANNA, signed=date(2027, 3, 16))]), "signed after"),
    "twice": (replace(JOB, debits=[ANNA, ANNA]), "twice"),
    "nothing": (replace(JOB, debits=[]), "nothing to collect"),
    "scheme": (replace(JOB, scheme="COR1"), "scheme"),
    "weekend": (replace(JOB, collection_on=date(2027, 3, 14)), "no day"),
    "holiday": (replace(JOB, collection_on=date(2027, 3, 26)), "no day"),
    "creditor": (replace(JOB, creditor=replace(CREDITOR, creditor_id="DE97ZZZ09999999999")), "creditor identifier"),
    "creditor's account": (replace(JOB, creditor=replace(CREDITOR, iban="X")), "account of the creditor"),
    "creditor's bic": (replace(JOB, creditor=replace(CREDITOR, bic="NOBIC")), "BIC"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_job_that_cannot_be_is_refused_in_a_sentence(case):
    job, said = UNUSABLE[case]

    with pytest.raises(pain.UnusableJob, match=said):
        pain.write(job, at=NOON)
