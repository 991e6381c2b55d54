"""The commands of billing: what they print, and how they say no."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from billing.invoices.models import Document
from tests.factories import billing, customers


def _lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_price_prints_the_exact_amount_and_its_breakdown(capsys):
    call_command("price", "--model", "package", "--params", '{"package_price": "1.50", "package_size": 10}', "--units", "25")

    assert _lines(capsys)[0]["amount"] == "4.5"


def test_price_reads_cases_and_tells_the_faulty_ones(capsys, monkeypatch):
    good = {"id": "a", "model": "standard", "params": {"unit_price": "0.3333"}, "input": {"units": "3"}}
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{json.dumps(good)}\nno\n" + '{"id": "b", "model": "gold"}\n'))

    with pytest.raises(SystemExit):
        call_command("price")

    printed = capsys.readouterr()
    assert [json.loads(line)["amount"] for line in printed.out.splitlines()] == ["0.9999"]
    assert [line.split(":")[0] for line in printed.err.splitlines()] == ["line 2", "line 3"]


def test_price_refuses_units_below_zero():
    with pytest.raises(CommandError, match="below zero"):
        call_command("price", "--model", "standard", "--params", '{"unit_price": "1"}', "--units", "-1")


def test_price_of_a_quantity_without_a_model_is_wrong_usage(capsys):
    with pytest.raises(CommandError, match="--model") as refused:
        call_command("price", "--units", "1")

    assert (refused.value.returncode, capsys.readouterr().out) == (2, "")


@pytest.mark.django_db
def test_billing_run_bills_what_is_due_once(capsys):
    berlin = customers.group("Berlin")
    billing.subscribed(berlin)
    call_command("billing_run", "--on", "2026-01-01", "--json")
    call_command("billing_run", "--on", "2026-01-01", "--json")

    first, second = _lines(capsys)
    assert (first["invoices"], first["lines"], first["amounts"]) == (1, 1, {"EUR": "62.00"})
    assert (second["invoices"], second["amounts"], second["failures"]) == (0, {}, [])


@pytest.mark.django_db
def test_dry_run_tells_the_amounts_and_issues_nothing(capsys):
    berlin = customers.group("Berlin")
    billing.subscribed(berlin)
    call_command("billing_run", "--on", "2026-01-01", "--dry-run", "--json")

    assert _lines(capsys)[0]["amounts"] == {"EUR": "62.00"}
    assert Document.objects.count() == 0


def test_two_workers_bill_every_payer_once(committed, capsys):
    for name in ("Berlin", "Bonn", "Köln"):
        billing.subscribed(customers.group(name), under=None)
    call_command("billing_run", "--on", "2026-01-01", "--workers", "2", "--json")

    assert _lines(capsys)[0]["invoices"] == 3
    assert sorted(Document.objects.values_list("sequence", flat=True)) == [1, 2, 3]


def test_billing_run_refuses_a_day_too_far_ahead(capsys):
    with pytest.raises(CommandError, match="more than five years ahead") as refused:
        call_command("billing_run", "--on", "9999-12-31")

    assert refused.value.returncode == 1


@pytest.mark.parametrize("options", [["--on", "soon"], ["--on", "2026-01-01", "--workers", "0"]])
def test_billing_run_refuses_wrong_usage(options):
    with pytest.raises(CommandError) as refused:
        call_command("billing_run", *options)

    assert refused.value.returncode == 2
