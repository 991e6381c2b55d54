"""`manage.py direct_debit_file`: jobs as JSON become files; what cannot be is one sentence and nothing is written."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

EXAMPLE = Path(__file__).resolve().parents[4] / "shared" / "data" / "sepa" / "example_job.json"
JOB = {
    "id": "J1", "scheme": "CORE", "collection_date": "2027-03-15",
    "creditor": {
        "name": "Muster GmbH", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX", "creditor_id": "DE98ZZZ09999999999",
    },
    "debits": [{
        "name": "Anna Beispiel", "iban": "NL91ABNA0417164300", "amount": "29.90", "mandate": "M-1001", "signed": "2026-01-05",
        "sequence": "RCUR", "end_to_end": "INV-1", "text": "Invoice 1",
    }],
}  # fmt: skip


def run(tmp_path, given, *more):
    path = tmp_path / "jobs.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given))
    call_command("direct_debit_file", str(path), *more)


def debit(**changes):
    return JOB | {"debits": [JOB["debits"][0] | changes]}


def test_job_is_printed_as_a_file(tmp_path, capsys):
    run(tmp_path, {"jobs": [JOB]})

    root = etree.fromstring(capsys.readouterr().out.strip().encode())
    assert root.findtext(".//{*}InstdAmt") == "29.90"


def test_files_are_written_into_a_folder(tmp_path, capsys):
    run(tmp_path, [JOB, JOB | {"id": "J2"}], "--out", str(tmp_path / "out"))

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["J1.xml", "J2.xml"]
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["debits"], one["total_minor"]) for one in told] == [(1, 2990), (1, 2990)]


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the sample does not lie beside this checkout")
def test_sample_job_becomes_a_file(capsys):
    call_command("direct_debit_file", str(EXAMPLE))

    assert "<EndToEndId>INV-2027-0001</EndToEndId>" in capsys.readouterr().out


UNUSABLE = {
    "no json": ("{", "no JSON"),
    "nothing": ({"jobs": []}, "at least one job"),
    "no object": (["x"], "A job is an object"),
    "no debits": (JOB | {"debits": None}, "no list of debits"),
    "amount": (debit(amount="29,90"), "is not an amount"),
    "amount of three decimals": (debit(amount="29.901"), "is not an amount"),
    "number for text": (debit(amount=29.9), "amount is missing, or is no text"),
    "account": (debit(iban="NL92ABNA0417164300"), "cannot be right"),
    "day": (JOB | {"collection_date": "15.03.2027"}, "is a day"),
    "creditor": (JOB | {"creditor": "Muster"}, "is an object"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_job_that_cannot_be_is_one_sentence(tmp_path, case):
    given, said = UNUSABLE[case]

    with pytest.raises(CommandError, match=said):
        run(tmp_path, given, "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_missing_file_is_said_to_be_missing():
    with pytest.raises(CommandError, match="No such file"):
        call_command("direct_debit_file", "/nowhere/jobs.json")
