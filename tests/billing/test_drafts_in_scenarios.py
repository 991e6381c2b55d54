"""Drafts follow their contract until they are finalized; then they never change."""

import pytest

from billing.simulation import playing
from tests.billing.playing_book import documents, play, totals, world

pytestmark = pytest.mark.django_db

START = ("2026-01-01", "subscribe", {"plan": "P"})
PLANS = {"P": {"price": "31.00"}, "Q": {"price": "62.00"}}
DRAFTS = {"drafts": True}


def _statuses(told):
    return [(document["invoice_date"], document["status"], document["total"]) for document in documents(told)]


def test_draft_is_planned_anew_when_the_contract_changes():
    told = play(START, ("2026-01-16", "change_plan", {"plan": "Q"}), plans=PLANS, policy=DRAFTS)

    assert _statuses(told) == [("2026-01-01", "draft", "15.00"), ("2026-01-16", "draft", "32.00")]
    assert told["account_balance"] == {"ACCOUNT": "0.00"}


def test_finalized_invoice_is_owed_and_corrected_only_by_credits():
    events = [START, ("2026-01-05", "finalize", {"invoice": 1}), ("2026-01-16", "change_plan", {"plan": "Q"})]
    told = play(*events, plans=PLANS)

    assert _statuses(told) == [("2026-01-01", "overdue", "31.00"), ("2026-01-16", "draft", "16.00")]
    assert told["account_balance"] == {"ACCOUNT": "31.00"}


def test_every_cycle_has_a_draft_of_its_own():
    told = play(START, plans=PLANS, policy=DRAFTS, until="2026-03-01")

    assert totals(told) == [("2026-01-01", "31.00"), ("2026-02-01", "31.00"), ("2026-03-01", "31.00")]


@pytest.mark.parametrize(
    ("what", "args", "code"),
    [
        ("finalize", {"invoice": 1}, "already_final"),
        ("finalize", {"invoice": 3}, "earlier_draft"),
        ("finalize", {"invoice": 9}, "bad_scenario"),
        ("payment", {"invoice": 2}, "still_a_draft"),
        ("void", {"invoice": 2}, "still_a_draft"),
    ],
)
def test_what_does_not_fit_a_draft_is_refused_by_name(what, args, code):
    events = [START, ("2026-01-05", "finalize", {"invoice": 1}), ("2026-03-10", what, args)]
    told = playing.play(world(*events, plans=PLANS, until="2026-03-10"))

    assert [refused["code"] for refused in told["refused"]] == [code]
    assert [status for _, status, _ in _statuses(told)] == ["overdue", "draft", "draft"]
