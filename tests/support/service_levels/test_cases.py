"""Cases of the clock as others write them: answered, or refused in one sentence that says what to write."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.decisions import Refusal
from support.service_levels import cases
from tests.architecture.source import ROOT

EXAMPLES = ROOT.parent / "shared" / "data" / "sla" / "examples.json"
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def case(**changed):
    plain = {"id": "c", "timezone": "Europe/Vienna", "hours": WEEK, "start": "2025-10-24T16:00:00+02:00", "minutes": 60}
    return plain | {"holidays": [], "pauses": []} | changed


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the shared examples are not beside this checkout")
def test_examples_are_answered_as_expected():
    known = json.loads(EXAMPLES.read_text())["cases"]
    expected = [{name: each[name] for name in ("id", {"due": "due", "elapsed": "minutes"}[each["kind"]])} for each in known]

    assert [cases.answer(each) for each in known] == expected


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, {"due": "2025-10-24T17:00:00+02:00"}),
        ({"minutes": 90}, {"due": "2025-10-27T09:30:00+01:00"}),
        ({"minutes": 90, "holidays": ["2025-10-27"]}, {"due": "2025-10-28T09:30:00+01:00"}),
        ({"hours": "24x7", "minutes": "0.5"}, {"due": "2025-10-24T16:00:30+02:00"}),
        ({"start": "2025-10-24T16:00:00", "hours": {"Friday": [["9:00", "24:00"]]}}, {"due": "2025-10-24T17:00:00+02:00"}),
        ({"timezone": "UTC", "start": "2025-10-24T14:00:00Z"}, {"due": "2025-10-24T15:00:00Z"}),
        ({"pauses": [["2025-10-24T16:30:00+02:00", None]]}, {"due": None}),
        ({"end": "2025-10-27T09:00:30+01:00", "kind": "elapsed"}, {"minutes": 60.5}),
        ({"end": "2025-10-27T10:00:00+01:00", "pauses": [["2025-10-24T16:30:00+02:00", None]]}, {"minutes": 30}),
    ],
)
def test_case_is_answered(changed, told):
    assert cases.answer(case(**changed)) == {"id": "c"} | told


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "no IANA time zone"),
        ({"timezone": "../etc/passwd"}, "no IANA time zone"),
        ({"hours": {}}, "no hours at all"),
        ({"hours": None}, "Write hours as"),
        ({"hours": {"mo": []}}, "no weekday"),
        ({"hours": {"mon": [["08:00"]]}}, "A window is a list"),
        ({"hours": {"mon": [["08:00", "25:00"]]}}, "no time of day"),
        ({"hours": {"mon": [["08:00", "08:00"]]}}, "different times"),
        ({"start": "yesterday"}, "Write the start"),
        ({"minutes": None}, "Write the minutes"),
        ({"minutes": -5}, "zero minutes or more"),
        ({"minutes": 10**12}, "forty years"),
        ({"holidays": ["Christmas"]}, "Write holidays"),
        ({"holidays": "2025-12-25"}, "as a list"),
        ({"pauses": [["2025-10-24T18:00:00Z", "2025-10-24T17:00:00Z"]]}, "A pause ends"),
        ({"kind": "guess"}, "due or elapsed"),
        ({"start": "0001-01-01T00:00:00Z"}, "years 2 to 9900"),
    ],
)
def test_case_that_cannot_be_answered_is_refused_in_one_sentence(changed, words):
    with pytest.raises(Refusal, match=words):
        cases.answer(case(**changed))


LINES = f"{json.dumps(case())}\n{json.dumps(case(id='d'))}\n"


@pytest.mark.parametrize("text", [json.dumps({"cases": [case(), case(id="d")]}), LINES])
def test_command_reads_lines_and_a_list_of_cases(tmp_path: Path, text: str):
    (tmp_path / "cases").write_text(text)

    told = io.StringIO()
    call_command("sla_due", str(tmp_path / "cases"), stdout=told)

    assert [json.loads(line)["id"] for line in told.getvalue().splitlines()] == ["c", "d"]


def test_command_answers_what_it_can_and_ends_with_one_when_a_case_is_bad(tmp_path: Path):
    (tmp_path / "cases").write_text(f"{json.dumps(case(minutes=-1))}\n{json.dumps(case(id='d'))}\n")
    told, faults = io.StringIO(), io.StringIO()

    with pytest.raises(SystemExit):
        call_command("sla_due", str(tmp_path / "cases"), stdout=told, stderr=faults)

    assert [json.loads(line)["id"] for line in told.getvalue().splitlines()] == ["d"]
    assert faults.getvalue() == "case c: A clock is given zero minutes or more.\n"
