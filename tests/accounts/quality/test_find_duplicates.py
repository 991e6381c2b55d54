import json

import pytest
from django.core.management import CommandError, call_command

from benchmarks import duplicates as benchmark
from tests.factories.customers import below, group

GOALS = {"persons F1": 0.99, "persons_small F1": 0.99, "sites F1": 0.92, "organisations F1": 0.75}


def found(capsys, *options):
    call_command("find_duplicates", *options)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.skipif(not benchmark.FOLDER.exists(), reason="the sample data lie beside the checkout")
def test_duplicates_are_found_as_well_as_promised_on_labelled_records():
    figures = {figure.name: figure.value for figure in benchmark.measure(size=None)}

    assert {name: figures[name] >= goal for name, goal in GOALS.items()} == dict.fromkeys(GOALS, True)


def test_rows_of_a_file_come_out_with_score_and_reasons(tmp_path, capsys):
    file = tmp_path / "sites.csv"
    file.write_text("id,name,address,phone\n1,Nia Center,744 N Monticello,7220115\n2,NIA CENTER,744 North Monticello,7220115\n")

    [match] = found(capsys, "--csv", str(file), "--json")

    assert (match["a"], match["b"]) == ("1", "2")
    assert match["score"] > 0.99
    assert "same phone: 7220115" in match["why"]


def test_faulty_file_is_refused_and_nothing_is_printed(tmp_path, capsys):
    file = tmp_path / "broken.csv"
    file.write_text("id,name\n1,A\n1,B\n")

    with pytest.raises(CommandError, match='broken.csv: row 3: the id "1" appears already in row 2'):
        call_command("find_duplicates", csv=str(file))

    assert capsys.readouterr().out == ""


@pytest.mark.django_db
def test_customer_kept_twice_is_found(capsys):
    root = group("Helios Group")
    facts = {"country": "DE", "tax_id": "DE136695976", "city": "Berlin"}
    one = below(root, "Helios Germany GmbH", "legal_entity", **facts)
    other = below(group("Solar"), "Helios Germany", "legal_entity", **facts)

    [match] = found(capsys)

    assert {match["a"], match["b"]} == {one.number, other.number}
    assert "same number: DE136695976" in match["why"]


@pytest.mark.django_db
def test_departments_of_one_name_in_two_companies_are_not_duplicates(capsys):
    below(below(group("Alpha"), "A", "site"), "Accounting", "department")
    below(below(group("Omega"), "B", "site"), "Accounting", "department")

    assert found(capsys) == []
