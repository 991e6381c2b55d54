"""ERP file: what remedies booked on a day, posting by posting, with the account numbers of the accounting system.

One row a posting, in the order of the journal; a debit is above zero, a credit below. Amounts are written in the currency's own
decimals with a point. What has no number is named by its ledger account, so that nothing is left out.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.db.models import Q

from billing.ledger.models import Posting
from billing.money import Money
from support.remedies.books import mapping

HEAD: Final = (
    "entry", "posted_on", "account", "ledger_account", "detail", "customer", "document", "amount", "currency", "remedy", "ticket",
    "key",
)  # fmt: skip


def rows(day: date) -> Iterator[tuple[str, ...]]:
    """Yield the head and a row for each posting that remedies, given or taken back, booked on `day`."""
    yield HEAD
    numbers = mapping.numbers()
    of_remedies = Q(entry__feed_rows__isnull=False) | Q(entry__reversing_feed_rows__isnull=False)
    booked = Posting.objects.filter(of_remedies, entry__posted_on=day).distinct()
    related = ("entry", "customer", "document")
    rows_of = ("entry__feed_rows__grant__ticket", "entry__reversing_feed_rows__grant__ticket")
    for posting in booked.select_related(*related).prefetch_related(*rows_of).order_by("entry", "pk"):
        yield _row(posting, numbers)


def _row(posting: Posting, numbers: dict[str, str]) -> tuple[str, ...]:
    entry = posting.entry
    grants = [row.grant for row in (*entry.feed_rows.all(), *entry.reversing_feed_rows.all())]
    return (
        str(entry.pk), entry.posted_on.isoformat(), numbers.get(posting.account, posting.account), posting.account,
        posting.detail, posting.customer.number if posting.customer else "", str(posting.document or ""),
        Money(posting.amount_minor, posting.currency).number, posting.currency,
        ", ".join(grant.remedy for grant in grants), ", ".join(grant.ticket.ref for grant in grants), entry.key,
    )  # fmt: skip
