"""Wording: how a finding says what it saw, in a sentence that agent and customer both understand."""

from datetime import date
from typing import Any

from billing.invoices import crediting
from billing.invoices.models import Line
from billing.money import Money
from billing.periods import last_day

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def days(since: date, until: date) -> str:
    """Write the days from `since` up to, not including, `until`: "1 to 31 Jan 2026"."""
    last = last_day(until)
    if last == since:
        return _day(since)
    if (since.year, since.month) == (last.year, last.month):
        return f"{since.day} to {_day(last)}"
    if since.year == last.year:
        return f"{since.day} {MONTHS[since.month - 1]} to {_day(last)}"
    return f"{_day(since)} to {_day(last)}"


def period_of(line: Line) -> str:
    """Write the days a line is for; a line without days says so."""
    return days(line.since, line.until) if line.since and line.until else "no period"


def amount_of(line: Line) -> Money:
    """Return what is left of a line, tax included."""
    return Money(crediting.left_of(line).gross_minor, line.currency)


def is_paid(line: Line) -> bool:
    """Say whether nothing is open on the line's document."""
    return line.document.open_minor == 0


def facts_of(line: Line) -> dict[str, Any]:
    """Return what evidence tells of a line, as plain JSON."""
    return {
        "line": line.pk,
        "document": line.document.ref,
        "position": line.position,
        "issued_on": str(line.document.issued_on),
        "description": line.description,
        "since": str(line.since),
        "until": str(line.until),
        "amount": str(amount_of(line)),
        "paid": is_paid(line),
        "imported": line.document.origin == line.document.Origin.LEGACY,
        "subscription": line.subscription.ref if line.subscription else "",
    }


def _day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
