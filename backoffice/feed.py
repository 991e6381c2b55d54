"""The finance inbox as it is shown: one page of rows, and how the day ties out."""

from collections import Counter
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from backoffice import remedies_shown
from billing.ledger.models import Entry, Posting
from billing.money import Money
from support.remedies import finance_feed, reversing, tie_out
from support.remedies.models import FeedRow
from support.remedies.tie_out import TieOut
from window.paging import page_of

SHOWN = {"new", "queried", "answered", "acknowledged", "all"}


def shown(request: HttpRequest, *, on: date) -> dict[str, object]:
    """Return the rows that the address asks for (`?show=`), newest first, and the day's tie-out."""
    chosen = request.GET.get("show", "new")
    chosen = chosen if chosen in SHOWN else "new"
    rows = finance_feed.visible_to(request.user).prefetch_related("messages__author")
    page = page_of(request, rows if chosen == "all" else rows.filter(status=chosen), newest_by="written_at")
    fresh = [row for row in page.rows if row.status == "new"]
    return {
        "chosen": chosen,
        "fresh": fresh if chosen == "new" else [],
        "fresh_totals": _totals(fresh),
        "rows": [
            {"row": row, "label": remedies_shown.label_of(row), "reversible": reversing.possible(row.grant).allowed}
            for row in page.rows
        ],
        "page": page,
        "on": on,
        "days": [_day(line) for line in tie_out.of_day(on)],
    }


def _totals(rows: list[FeedRow]) -> list[Money]:
    """Return what the rows come to, one amount a currency."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.currency] += row.amount_minor
    return [Money(minor, currency) for currency, minor in sorted(sums.items())]


def _day(line: TieOut) -> dict[str, object]:
    words = _("feed, documents and ledger agree") if line.ties else _("feed, documents and ledger differ")
    return {"amount": line.feed, "words": words, "tone": "good" if line.ties else "bad"}


def sides_of(entry: Entry) -> list[dict[str, object]]:
    """Return the postings of a journal entry, debits first, each with its amount on its side."""
    postings = entry.postings.select_related("customer", "document").order_by("-amount_minor", "pk")
    return [_side(posting, Money(posting.amount_minor, posting.currency)) for posting in postings]


def _side(posting: Posting, value: Money) -> dict[str, object]:
    debit = value.amount_minor > 0
    return {"posting": posting, "debit": value if debit else None, "credit": None if debit else -value}
