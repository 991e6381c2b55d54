import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.quality import staging
from accounts.quality.models import StagedImport
from tests.factories import people
from tests.factories.customers import NOON

pytestmark = pytest.mark.django_db

POOR = "ref,parent_ref,name,kind,country\nG,,Helios,group,\nE,G,Helios GmbH,legal_entity,DE\n"
GOOD = (
    "ref,parent_ref,name,kind,country,tax_id,street,postcode,city,email\n"
    "G,,Helios,group,,,,,,\n"
    "E,G,Helios GmbH,legal_entity,DE,DE136695976,Weg 1,10115,Berlin,office@helios.example\n"
)


def imported(tmp_path, capsys, text, *options):
    file = tmp_path / "customers.csv"
    file.write_text(text)
    call_command("import_customers", str(file), "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_import_below_its_gate_is_staged_and_nothing_goes_live(tmp_path, capsys):
    told = imported(tmp_path, capsys, POOR, "--gate", "90")

    assert (told["staged"], told["quality"]) == (True, 76.0)
    assert not Customer.objects.exists()
    staged = StagedImport.objects.get()
    assert (staged.name, staged.faults[0]) == (
        "customers.csv",
        ["tax_id.required", "tax_id is missing: invoices within the EU need it", 1, {"row": 3}],
    )


def test_import_that_reaches_its_gate_goes_live(tmp_path, capsys):
    told = imported(tmp_path, capsys, GOOD, "--gate", "90")

    assert (told["staged"], told["quality"], told["created"]) == (False, 100.0, 2)
    assert not StagedImport.objects.exists()


def test_refused_rows_keep_an_import_below_its_gate(tmp_path, capsys):
    told = imported(tmp_path, capsys, GOOD.replace("DE136695976", "DE136695967"), "--gate", "90")

    assert (told["staged"], told["quality"]) == (True, 50.0)
    assert told["faults"][0]["rule"] == "tax_id.check_digit"


def test_dry_run_at_the_gate_stages_nothing(tmp_path, capsys):
    assert imported(tmp_path, capsys, POOR, "--gate", "90", "--dry-run")["staged"] is True

    assert not StagedImport.objects.exists()


def test_supervisor_lets_a_staged_import_go_live(tmp_path, capsys):
    imported(tmp_path, capsys, POOR, "--gate", "90")

    result = staging.release(actor=people.supervisor(), staged=StagedImport.objects.get(), at=NOON)

    assert result.created == 2
    assert Customer.objects.get(ref="E").parent.ref == "G"
    with pytest.raises(staging.AlreadyDecided):
        staging.drop(actor=people.supervisor(), staged=StagedImport.objects.get(), at=NOON)


def test_agent_does_not_decide_on_staged_imports(tmp_path, capsys):
    imported(tmp_path, capsys, POOR, "--gate", "90")

    with pytest.raises(Refusal, match="A supervisor or manager"):
        staging.drop(actor=people.agent(), staged=StagedImport.objects.get(), at=NOON)


def test_what_keeps_an_import_down_is_told_in_the_language_of_the_reader(tmp_path, capsys):
    imported(tmp_path, capsys, POOR.replace("G,,Helios,group,", "G,,Helios,group,XX") + "L,NOPE,Lost,site,\n", "--gate", "90")
    staged = StagedImport.objects.get()

    with translation.override("de"):
        told = [(one.row, one.rule, one.words) for one in staging.told(staged)]

    assert (2, "country.format", '"XX" is no country') not in told
    assert any(rule == "country.format" and "Ländercode" in words for _row, rule, words in told)
    assert (4, "parent.unknown") in [(row, rule) for row, rule, _words in told]
    assert (3, "tax_id.required") in [(row, rule) for row, rule, _words in told]


def test_agent_does_not_stage_an_import():
    with pytest.raises(Refusal, match="A supervisor or manager"):
        staging.stage(actor=people.agent(), rows=[], gate=90, name="a.csv", default_kind="", at=NOON)


def test_gate_that_is_no_score_is_refused(tmp_path, capsys):
    with pytest.raises(CommandError, match="--gate: write a score from 0 to 100"):
        imported(tmp_path, capsys, GOOD, "--gate", "101")
