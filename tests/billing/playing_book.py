"""Scenarios for tests, and what came of them in short."""

from typing import Any

from billing.simulation import playing


def world(*events: tuple[str, str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A scenario with the plans P (100.00) and Q (40.00) a month; events are (day, what, args), `more` overrides its parts."""
    plans = {"P": {"price": "100.00"}, "Q": {"price": "40.00"}}
    facts = {"id": "T", "currency": "EUR", "start": "2026-01-01", "until": "2026-01-31", "plans": plans}
    return facts | {"events": [{"date": on, "what": what, "args": args} for on, what, args in events]} | more


def play(*events: tuple[str, str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Play such a scenario; nothing of it may be refused."""
    told = playing.play(world(*events, **more))
    assert told["refused"] == []
    return told


def documents(told: dict[str, Any]) -> list[dict[str, Any]]:
    """All documents by their day, credit notes first."""
    return sorted(told["credit_notes"] + told["invoices"], key=lambda document: document["invoice_date"])


def totals(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Day and total of every document."""
    return [(document["invoice_date"], document["total"]) for document in documents(told)]


def lines(told: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """Kind and amount of every line, document by document."""
    return [[(line["kind"], line["amount"]) for line in document["lines"]] for document in documents(told)]
