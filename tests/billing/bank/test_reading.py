"""Reading banks' files: what other readers agree on is read the same, and what cannot be read whole is refused in a sentence."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import bank
from billing.payments.bank import reading
from billing.payments.bank.statements import BankDay, UnreadableStatement

SAMPLES = bank.SAMPLES
EXPECTED = [json.loads(row) for row in (SAMPLES / "expected.jsonl").read_text().splitlines()] if SAMPLES.exists() else []

MT940 = """:20:STARTUMS
:25:10020030/1234567
:28C:5/1
:60F:C260302EUR100,00
:61:2603020302CR120,00NTRFNONREF//55555
:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Rechnung INV-000001 vi?22elen Dank?31DE89370400440532013000?32ANNA BEI?33SPIEL
:62F:C260302EUR220,00
-
"""
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">220.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">120.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="EUR">50.00</Amt>
<RltdPties><Dbtr><Pty><Nm>Anna Beispiel</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>
<Cdtr><Pty><Nm>Accord GmbH</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>INV-000001</Ustrd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>E-2</EndToEndId></Refs><Amt Ccy="EUR">70.00</Amt><RmtInf><Strd><CdtrRefInf>
<Ref>RF18 5390 0754 7034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.skipif(not EXPECTED, reason="the sample files do not lie beside this checkout")
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["file"])
def test_sample_is_read_as_other_readers_agree(expected):
    wrong = [name for name, is_right in bank.compared(expected) if not is_right]

    assert wrong == []


def test_mt940_tells_payer_reference_and_words_of_a_structured_purpose():
    statement = reading.read(MT940.encode())[0]
    entry = statement.entries[0]
    detail = entry.parts[0]

    assert (statement.account, statement.number, statement.opening, statement.closing) == ("10020030/1234567", "5/1", 100, 220)
    assert (entry.amount, entry.currency, entry.booked, entry.bank_ref) == (120, "EUR", BankDay.of(2026, 3, 2), "55555")
    assert (detail.name, detail.iban, detail.end_to_end) == ("ANNA BEISPIEL", "DE89370400440532013000", "E-1")
    assert detail.remittance.startswith("Rechnung INV-000001")
    assert statement.adds_up is True


@pytest.mark.parametrize(
    ("mark", "amount", "is_reversal"),
    [("C", 120, False), ("D", -120, False), ("RC", -120, True), ("RD", 120, True), ("CR", 120, False)],
)
def test_mt940_knows_the_side_of_an_entry_by_its_mark(mark, amount, is_reversal):
    entry = reading.read(MT940.replace("0302CR120", f"0302{mark}120").encode())[0].entries[0]

    assert (entry.amount, entry.is_reversal) == (amount, is_reversal)


def test_mt940_entry_of_new_year_is_booked_in_the_year_nearest_to_its_value_day():
    entry = reading.read(MT940.replace("2603020302", "2601011231").encode())[0].entries[0]

    assert (entry.valued.written, entry.booked.written) == ("2026-01-01", "2025-12-31")


def test_mt940_in_another_encoding_keeps_its_letters():
    statement = reading.read(MT940.replace("ANNA BEI", "ANNA MÜL").encode("cp1252"))[0]

    assert statement.entries[0].parts[0].name == "ANNA MÜLSPIEL"


def test_mt940_of_a_dutch_bank_names_its_parts():
    named = "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J JANSEN/REMI/INV-000001/EREF/NOTPROVIDED"
    old = MT940[MT940.index(":86:") : MT940.index(":62F:")]
    detail = reading.read(MT940.replace(old, f":86:{named}\n").encode())[0].entries[0].parts[0]

    assert (detail.iban, detail.name, detail.remittance, detail.end_to_end) == (
        "NL91ABNA0417164300",
        "J JANSEN",
        "INV-000001",
        "",
    )


@pytest.mark.parametrize(("code", "sign"), [("166", "?"), ("020", "~"), ("020", "^"), ("000", ">"), ("", "?")])
def test_mt940_purpose_is_parted_by_whatever_sign_the_bank_uses(code, sign):
    old = MT940[MT940.index(":86:") : MT940.index(":62F:")]
    parted = f"{code}?00TRANSFER?20INV-000001 and thanks?31NL91ABNA0417164300?32J JANSEN".replace("?", sign)
    detail = reading.read(MT940.replace(old, f":86:{parted}\n").encode())[0].entries[0].parts[0]

    assert (detail.iban, detail.name, detail.remittance) == ("NL91ABNA0417164300", "J JANSEN", "INV-000001 and thanks")


def test_camt_batch_is_told_apart_by_payment_when_its_payments_add_up():
    parts = reading.read(CAMT.encode())[0].entries[0].parts

    assert [(part.amount, part.end_to_end) for part in parts] == [(50, ""), (70, "E-2")]
    assert (parts[0].name, parts[0].iban, parts[0].remittance) == ("Anna Beispiel", "DE89370400440532013000", "INV-000001")
    assert parts[1].reference == "RF18539007547034"


def test_camt_batch_that_does_not_add_up_stays_one_payment():
    parts = reading.read(CAMT.replace(">70.00<", ">71.00<").encode())[0].entries[0].parts

    assert [part.amount for part in parts] == [Decimal(120)]


REFUSED = {
    "empty": (b" \n", "empty"),
    "no text": (b"\x00\x01\x02", "no text"),
    "something else": (b"a;b;c\n1;2;3\n", "holds no bank statement"),
    "another xml": (b"<html><body/></html>", "holds no bank statement"),
    "cut off xml": (CAMT.encode()[:900], "damaged or cut off"),
    "cut off mt940": (MT940.encode()[:150], "cut off"),
    "wrong encoding": (CAMT.replace("Anna", "Ännå").encode("latin-1"), "encoding"),
    "doctype": (CAMT.replace("<Document", '<!DOCTYPE x [<!ENTITY a "b">]><Document', 1).encode(), "DOCTYPE"),
    "hidden doctype": ('<?xml version="1.0"?><!DOCTYPE x []><Document/>'.encode("utf-16"), "DOCTYPE"),
    "amount of letters": (CAMT.replace(">120.00<", ">12O.OO<").encode(), "amount that cannot be read"),
    "amount below zero": (CAMT.replace(">120.00<", ">-120.00<").encode(), "amount that cannot be read"),
    "no currency": (CAMT.replace('<Ntry><Amt Ccy="EUR">', "<Ntry><Amt>").encode(), "currency that cannot be read"),
    "no side": (CAMT.replace("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>").encode(), "credited or debited"),
    "no such day": (CAMT.replace("2026-03-02", "2026-13-02").encode(), "does not exist"),
    "mt940 amount": (MT940.replace("CR120,00N", "CR12x,00N").encode(), "entry that cannot be read"),
    "mt940 balance": (MT940.replace("EUR100,00", "EUR1.0.0,00").encode(), "balance that cannot be read"),
    "mt940 without account": (MT940.replace(":25:10020030/1234567\n", "").encode(), "names no account"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_file_that_cannot_be_read_whole_is_refused_in_a_sentence(case):
    content, said = REFUSED[case]

    with pytest.raises(UnreadableStatement, match=said):
        reading.read(content)


def test_file_that_is_too_large_is_refused_unread(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 100)

    with pytest.raises(UnreadableStatement, match="larger than"):
        reading.read(MT940.encode())


@given(st.binary(max_size=400), st.integers(0, len(MT940)), st.sampled_from([MT940, CAMT]))
def test_whatever_the_bytes_a_file_is_read_or_refused(noise, place, sample):
    content = sample.encode()

    try:
        statements = reading.read(content[:place] + noise + content[place + len(noise) :])
    except UnreadableStatement as refusal:
        assert refusal.reason.endswith(".")
    else:
        assert statements
