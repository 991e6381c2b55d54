"""Simulation: every scenario prints exactly the documents it expects, money acts do what they say, refusals are named."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.customers.models import Customer
from billing.invoices.models import Document
from billing.simulation import playing, scenario

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parent / "scenarios"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "scenarios"
SCENARIOS = [*sorted(HERE.glob("*.json")), *sorted(SHARED.glob("*.json"))]


def _world(*events, **more):
    plans = {"P": {"price": "100.00"}, "Q": {"price": "40.00"}}
    facts = {"id": "T", "currency": "EUR", "start": "2026-01-01", "until": "2026-01-31", "plans": plans}
    return facts | {"events": [{"date": on, "what": what, "args": args} for on, what, args in events]} | more


def _as_expected(told, wanted):
    return {key: value for key, value in told.items() if key in wanted}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_scenario_prints_exactly_its_documents(path):
    given = json.loads(path.read_text())
    told = playing.play(given)
    documents = sorted(told["invoices"] + told["credit_notes"], key=lambda document: document["invoice_date"])

    assert told["refused"] == []
    assert len(documents) == len(given["expect"])
    assert {name: told[name] for name in given.get("expect_balances", {})} == given.get("expect_balances", {})
    for document, wanted in zip(documents, given["expect"], strict=True):
        plain = {key: value for key, value in wanted.items() if key not in ("lines", "note")}
        assert _as_expected(document, plain) == plain
        assert [_as_expected(line, want) for line, want in zip(document["lines"], wanted["lines"], strict=True)] == wanted[
            "lines"
        ]


def test_nothing_of_a_scenario_is_left_when_it_was_played():
    playing.play(_world(("2026-01-01", "subscribe", {"plan": "P"})))

    assert (Customer.objects.count(), Document.objects.count()) == (0, 0)


def test_unknown_event_is_refused_by_name_and_the_rest_is_played():
    told = playing.play(_world(("2026-01-01", "subscribe", {"plan": "P"}), ("2026-01-02", "dance", {})))

    assert [(refused["event"], refused["code"]) for refused in told["refused"]] == [(1, "not_supported")]
    assert [document["total"] for document in told["invoices"]] == ["100.00"]


def test_unknown_detail_of_an_event_is_refused_and_changes_nothing():
    told = playing.play(_world(("2026-01-01", "subscribe", {"plan": "P", "discount": "5.00"})))

    assert [refused["reason"] for refused in told["refused"]] == ["subscribe knows no discount."]
    assert told["invoices"] == []


def test_refused_start_leaves_nothing_that_a_later_one_could_stumble_on():
    told = playing.play(_world(("2026-01-01", "subscribe", {"plan": "X"}), ("2026-01-01", "subscribe", {"plan": "P"})))

    assert [refused["event"] for refused in told["refused"]] == [0]
    assert [document["total"] for document in told["invoices"]] == ["100.00"]


@pytest.mark.parametrize("args", [{"plan": ["P"]}, {"plan": {"a": 1}}, {"plan": "P", "subscription": {}}])
def test_detail_of_another_shape_is_refused_in_one_line(args):
    with pytest.raises(scenario.BadScenario):
        playing.play(_world(("2026-01-01", "subscribe", args)))


@pytest.mark.parametrize("at", ["yesterday", "2026-02-30", "2026-01-05T25:00:00Z", 7])
def test_use_at_a_moment_that_does_not_exist_is_refused(at):
    charge = {"metric": "calls", "model": "standard", "params": {"unit_price": "1.00"}}
    used = ("2026-01-10", "usage", {"metric": "calls", "units": "1", "at": at})
    told = playing.play(_world(("2026-01-01", "subscribe", {"plan": "M"}), used, plans={"M": {"charges": [charge]}}))

    reason = f"at: {at!r} is neither a day such as 2026-01-31 nor a moment of one."
    assert [refused["reason"] for refused in told["refused"]] == [reason]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (("topup", {"credits": "-5", "price": "3"}), "Prepaid credit and its price are above zero."),
        (("refund", {"amount": "1.00"}), "There is no payment yet."),
        (
            ("adjust_line", {"invoice": 1, "line": 1, "amount": "150.00"}),
            "Of this line at most 100.00 EUR can be credited, not 150.00 EUR.",
        ),
    ],
)
def test_event_beyond_what_there_is_is_refused_in_plain_words(event, reason):
    told = playing.play(_world(("2026-01-01", "subscribe", {"plan": "P"}), ("2026-01-10", *event)))

    assert [refused["reason"] for refused in told["refused"]] == [reason]
    assert len(told["invoices"]) == 1


def test_scenario_that_ends_before_it_starts_is_refused_as_a_whole():
    with pytest.raises(scenario.BadScenario, match="cannot end on 2025-12-31, before it starts on 2026-01-01"):
        playing.play(_world(until="2025-12-31"))


def test_unknown_policy_is_refused_before_anything_is_played():
    told = playing.play(_world(("2026-01-01", "subscribe", {"plan": "P"}), policy={"proration": "second"}))

    assert [refused["event"] for refused in told["refused"]] == [None]
    assert told["invoices"] == []


@pytest.mark.parametrize("given", [[], {"id": "x"}, {"until": "2026-02-30", "events": []}, {"until": "2026-01-01", "weather": 1}])
def test_malformed_scenario_is_refused_as_a_whole(given):
    with pytest.raises(scenario.BadScenario):
        playing.play(given)


MONEY = [
    ([("payment", {"amount": "100.00"})], "0.00", "0.00"),
    ([("payment", {"amount": "130.00"})], "-30.00", "30.00"),
    ([("payment", {"amount": "40.00", "invoice": 1})], "60.00", "0.00"),
    ([("payment", {"amount": "100.00", "outcome": "declined"})], "100.00", "0.00"),
    ([("payment", {}), ("refund", {"amount": "30.00"})], "30.00", "0.00"),
    ([("payment", {}), ("refund", {"amount": "30.00", "adjust": True})], "0.00", "0.00"),
    ([("payment", {}), ("chargeback", {"amount": "100.00"})], "100.00", "0.00"),
    ([("payment", {}), ("chargeback", {}), ("chargeback_reversal", {})], "0.00", "0.00"),
    ([("adjust_line", {"invoice": 1, "line": 1, "amount": "25.00"})], "75.00", "0.00"),
    ([("payment", {}), ("credit_note", {"invoice": 1})], "-100.00", "100.00"),
    ([("payment", {}), ("credit_note", {"invoice": 1, "refund": True})], "0.00", "0.00"),
    ([("void", {"invoice": 1})], "0.00", "0.00"),
    ([("write_off", {"invoice": 1})], "0.00", "0.00"),
    ([("credit", {"amount": "20.00"})], "80.00", "0.00"),
    ([("payment", {}), ("credit", {"amount": "20.00"})], "-20.00", "20.00"),
    ([("one_off", {"amount": "15.50", "description": "Visit"})], "115.50", "0.00"),
    ([("topup", {"credits": "50.00", "price": "40.00"})], "90.00", "50.00"),
]


@pytest.mark.parametrize(("acts", "owed", "credit"), MONEY)
def test_money_acts_leave_the_balances_they_promise(acts, owed, credit):
    events = [("2026-01-01", "subscribe", {"plan": "P"})] + [
        (f"2026-01-{day:02d}", what, args) for day, (what, args) in enumerate(acts, start=10)
    ]
    told = playing.play(_world(*events))

    assert told["refused"] == []
    assert told["account_balance"] == {"ACCOUNT": owed}
    assert told["credit_balance"] == {"ACCOUNT": credit}
    assert told["states"][-1] == {"account_balance": {"ACCOUNT": owed}, "credit_balance": {"ACCOUNT": credit}}


def test_late_run_catches_up_on_one_document_when_only_listed_runs_bill():
    events = [("2026-01-01", "subscribe", {"plan": "P"}), ("2026-03-05", "bill_run", {})]
    told = playing.play(_world(*events, until="2026-04-01", runs="listed"))

    assert [(document["invoice_date"], document["total"]) for document in told["invoices"]] == [("2026-03-05", "300.00")]


def test_scheduled_change_is_undone_before_it_takes_effect():
    events = [
        ("2026-01-01", "subscribe", {"plan": "P"}),
        ("2026-01-10", "change_plan", {"plan": "Q", "policy": "end_of_term"}),
        ("2026-01-20", "undo", {"event": 1}),
    ]
    told = playing.play(_world(*events, until="2026-02-01"))

    assert [document["total"] for document in told["invoices"]] == ["100.00", "100.00"]


def test_new_price_reaches_those_who_have_the_plan_with_their_next_cycle():
    events = [
        ("2026-01-10", "subscribe", {"plan": "P"}),
        ("2026-01-15", "price_change", {"plan": "P", "price": "120.00", "for_existing_from": "2026-02-01"}),
    ]
    told = playing.play(_world(*events, until="2026-03-09"))

    assert [(d["invoice_date"], d["total"]) for d in told["invoices"]] == [("2026-01-10", "100.00"), ("2026-02-10", "120.00")]


def test_what_is_missing_to_the_minimum_is_billed_and_shrinks_when_late_usage_comes():
    charge = {"metric": "calls", "model": "standard", "params": {"unit_price": "1.00"}}
    plans = {"M": {"price": "10.00", "minimum_commitment": "50.00", "charges": [charge]}}
    events = [
        ("2026-01-01", "subscribe", {"plan": "M"}),
        ("2026-01-10", "usage", {"metric": "calls", "units": "30"}),
        ("2026-02-05", "usage", {"metric": "calls", "units": "7", "at": "2026-01-20"}),
    ]
    told = playing.play(_world(*events, plans=plans, until="2026-02-10", alignment={"type": "bcd", "day": 1}))
    lines = [(line["kind"], line["amount"]) for document in told["invoices"] for line in document["lines"]]

    assert lines[1:4] == [("usage", "30.00"), ("commitment_true_up", "10.00"), ("recurring", "10.00")]
    assert lines[4:] == [("true_up", "-7.00"), ("true_up", "7.00")]


def test_minimum_of_a_partial_cycle_is_shared_by_days():
    plans = {"M": {"minimum_commitment": "31.00"}}
    told = playing.play(_world(("2026-01-22", "subscribe", {"plan": "M"}), plans=plans, until="2026-02-01", alignment="calendar"))

    assert [document["total"] for document in told["invoices"]] == ["10.00"]


def test_parent_pays_from_the_day_an_account_is_attached():
    accounts = {"HQ": {}, "SITE": {}}
    events = [
        ("2026-01-01", "subscribe", {"plan": "P", "account": "SITE"}),
        ("2026-01-15", "attach", {"account": "SITE", "parent": "HQ"}),
        ("2026-02-15", "detach", {"account": "SITE"}),
    ]
    told = playing.play(_world(*events, accounts=accounts, until="2026-03-01"))

    assert told["refused"] == []
    assert [document["account"] for document in told["invoices"]] == ["SITE", "HQ", "SITE"]


def test_command_prints_one_object_a_line_and_fails_on_what_it_cannot_read(tmp_path, capsys):
    (tmp_path / "bad.json").write_text("{")

    with pytest.raises(SystemExit) as ended:
        call_command("simulate", str(HERE / "yen-has-no-cents.json"), str(tmp_path / "bad.json"))

    printed = capsys.readouterr()
    assert ended.value.code == 1
    assert [json.loads(line)["id"] for line in printed.out.splitlines()] == ["yen-has-no-cents"]
    assert "bad.json: This is not JSON." in printed.err


def test_command_says_which_scenario_cannot_be_played_and_plays_the_others(tmp_path, capsys, monkeypatch):
    good = json.loads((HERE / "yen-has-no-cents.json").read_text())
    (tmp_path / "two.json").write_text(json.dumps([{"id": "broken"}, good]))
    real = playing.play

    def play(scenario):
        if scenario["id"] == "broken":
            raise ValueError("year 10000 is out of range")
        return real(scenario)

    monkeypatch.setattr(playing, "play", play)
    with pytest.raises(SystemExit):
        call_command("simulate", str(tmp_path / "two.json"))

    printed = capsys.readouterr()
    assert "two.json: scenario broken cannot be played: year 10000 is out of range." in printed.err
    assert [json.loads(line)["id"] for line in printed.out.splitlines()] == ["yen-has-no-cents"]


def test_command_says_that_a_file_is_missing_or_nested_too_deeply(tmp_path, capsys):
    (tmp_path / "deep.json").write_text("[" * 100_000)

    with pytest.raises(SystemExit):
        call_command("simulate", str(tmp_path / "none.json"), str(tmp_path / "deep.json"))

    printed = capsys.readouterr().err
    assert "none.json: No such file or directory." in printed
    assert "deep.json: It is nested too deeply to be a scenario." in printed
