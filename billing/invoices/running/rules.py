"""Rules: what looks so wrong about a payer's next documents that a person should see them before they are issued.

Each rule is a function from one payer's draft to reasons; the first words of a reason say what was found, the rest where.
A rule is named for what it finds. To add one: write the function and put its name into RULES.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from billing import money
from billing.contracts.models import Subscription
from billing.invoices import newline
from billing.invoices.drafting import Draft
from billing.invoices.newline import NewLine
from billing.invoices.planning import Issued
from billing.invoices.running.book import Book
from billing.money import Money
from billing.rating.history import History

JUMP_PERCENT: Final = 200  # a charge may cost three times what it did, day for day, before a person looks
JUMP_FROM_MAJOR: Final = 50  # smaller differences are nobody's time
SHORTER_MONTH: Final = timedelta(days=3)
EXPLAINED: Final = ("intro_end", "trial_end")
ENDINGS: Final = ("cancel", "pause", "change_plan")


@dataclass(frozen=True)
class Judged:
    """One payer's draft, with what its rules need: the histories behind it and which lines stand elsewhere already."""

    draft: Draft
    histories: Mapping[Subscription, History]
    on: date
    elsewhere: Mapping[int, str]

    def lines(self) -> Iterator[tuple[NewLine, str]]:
        """Yield every line with the currency of its document."""
        for document in self.draft.documents:
            for line in document.lines:
                yield line, document.currency

    def before(self, line: NewLine) -> Issued | None:
        """Return the line that billed the days just before this one's for the same charge."""
        lines = self.draft.issued.get(line.subscription.id, ()) if line.subscription else ()
        return next(
            (old for old in lines if old.charge_code == line.charge_code and old.covers and old.remaining_until == line.since),
            None,
        )


Rule = Callable[[Judged], Iterator[str]]


def covered_twice(judged: Judged) -> Iterator[str]:
    """Days that an imported document, or another subscription of the same contract, bills already for the same product."""
    for line, _ in judged.lines() if judged.elsewhere else ():
        if id(line) in judged.elsewhere:
            yield f"Covered twice: {line.description} from {line.since} is on {judged.elsewhere[id(line)]} already."


def jump(judged: Judged) -> Iterator[str]:
    """A charge that costs far more a day than in its last cycle."""
    for line, currency in judged.lines():
        old = judged.before(line)
        if old is None or not line.covers or line.derivation.get("begun_by") in EXPLAINED or not old.billed_minor > 0:
            continue
        was = old.billed_minor * _days(line.since, line.until)
        now = line.amount_minor * _days(old.since, old.remaining_until)
        small = JUMP_FROM_MAJOR * 10 ** money.exponent(currency)
        if now * 100 > was * (100 + JUMP_PERCENT) and line.amount_minor - old.billed_minor > small:
            amounts = f"{Money(line.amount_minor, currency)} after {Money(old.billed_minor, currency)}"
            yield f"Jump over {JUMP_PERCENT} %: {line.description}, {amounts}."


def missing(judged: Judged) -> Iterator[str]:
    """Usage that was billed for the last cycle, and of which nothing was measured in the one that ended."""
    told = {(line.subscription.id, line.charge_code) for line, _ in judged.lines() if line.subscription}
    for subscription, history in judged.histories.items():
        last = _last_usage(judged.draft.issued.get(subscription.id, ()))
        if not last or any(event.what in ENDINGS for event in history.events):
            continue
        for code, old in last.items():
            ended = old.remaining_until + (old.cycle.until - old.cycle.since) - SHORTER_MONTH
            if old.billed_minor > 0 and ended <= judged.on and (subscription.pk, code) not in told:
                yield f"Missing: {subscription.ref} used nothing since {old.remaining_until}, but did before."


def negative(judged: Judged) -> Iterator[str]:
    """More given back than charged."""
    sums: dict[str, int] = defaultdict(int)
    for document in judged.draft.documents:
        sums[document.currency] += document.total_minor
    for currency, total in sorted(sums.items()):
        if total < 0:
            yield f"Negative: {Money(total, currency)} in all."


def order_number_missing(judged: Judged) -> Iterator[str]:
    """A charge under a contract that wants an order number on everything, and has none."""
    without = {
        line.subscription.contract.ref
        for line, _ in judged.lines()
        if line.subscription and line.corrects is None and line.subscription.contract.po_required and not line.po_number
    }
    for ref in sorted(without):
        yield f"Order number missing: {ref} wants one on its invoices."


RULES: Final[Sequence[Rule]] = (covered_twice, jump, missing, negative, order_number_missing)


def judge(drafts: Mapping[int, Draft], book: Book, judges: Sequence[Rule]) -> dict[int, tuple[list[str], list[dict[str, Any]]]]:
    """Return for each payer whose draft a rule objects to, by key, the reasons and the documents as they would have been."""
    if not judges:
        return {}
    elsewhere = _elsewhere(drafts.values()) if covered_twice in judges else {}
    found = {}
    for payer, draft in drafts.items():
        judged = Judged(draft, book.groups[payer], book.on, elsewhere)
        if reasons := [reason for rule in judges for reason in rule(judged)]:
            found[payer] = (reasons, told(draft))
    return found


def told(draft: Draft) -> list[dict[str, Any]]:
    """Return the documents of a draft as facts fit for JSON: what a person sees, and what a release must reproduce."""
    return [
        {
            "payer": document.payer.pk, "kind": str(document.kind), "currency": document.currency,
            "subtotal_minor": document.subtotal_minor, "tax_minor": document.tax_minor, "total_minor": document.total_minor,
            "lines": [
                {
                    "description": line.description, "since": str(line.since), "until": str(line.until),
                    "amount_minor": line.amount_minor, "subscription": line.subscription.ref if line.subscription else "",
                }
                for line in document.lines
            ],
        }
        for document in draft.documents
    ]  # fmt: skip


_ELSEWHERE: Final = """
SELECT DISTINCT ON (new.place) new.place, document.ref
FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[], %s::date[], %s::date[])
    AS new(place, customer_id, product_id, subscription_id, contract_id, is_first, since, until)
JOIN billing_line old ON old.customer_id = new.customer_id AND old.product_id = new.product_id
    AND old.since < new.until AND old.until > new.since AND old.corrects_id IS NULL AND old.credited_minor < old.amount_minor
    AND old.subscription_id IS DISTINCT FROM new.subscription_id
JOIN billing_document document ON document.id = old.document_id AND document.status = 'issued'
LEFT JOIN billing_subscription other ON other.id = old.subscription_id
WHERE document.origin = 'legacy' OR (new.is_first AND other.contract_id = new.contract_id AND old.kind = 'recurring')
ORDER BY new.place, old.id
"""


def _elsewhere(drafts: Iterable[Draft]) -> dict[int, str]:
    """Return by line (its identity) the document on which its days stand already, asked for all drafts in one statement."""
    lines = [told for draft in drafts for told in _recurring(draft)]
    if not lines:
        return {}
    facts = [list(column) for column in zip(*(asked for _, asked in lines), strict=True)]
    columns: list[list[Any]] = [list(range(len(lines))), *facts]
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE, columns)
        return {id(lines[place][0]): ref for place, ref in cursor.fetchall()}


def _recurring(draft: Draft) -> Iterator[tuple[NewLine, tuple[Any, ...]]]:
    """Yield the lines that charge a subscription for days, with what `_ELSEWHERE` asks about each."""
    for document in draft.documents:
        for line in document.lines:
            bought = line.subscription
            if line.kind == newline.RECURRING and bought:
                first = not draft.issued.get(bought.id)
                keys = (line.customer.id, bought.product_id, bought.id, bought.contract_id)
                yield line, (*keys, first, line.since, line.until)


def _last_usage(issued: Iterable[Issued]) -> dict[str, Issued]:
    used = [line for line in issued if line.covers and line.kind == "usage"]
    return {line.charge_code: line for line in sorted(used, key=lambda line: line.since)}


def _days(since: date | None, until: date | None) -> int:
    return (until - since).days if since and until else 1
