"""Fingerprint: the hash that shows an issued document is still what was issued.

It covers every fact of the document and its lines that may never change, written as canonical JSON: sorted keys, amounts as
whole minor units, decimals without trailing zeros, days as ISO. What moves after issue (open amount, rendered file, how much
of a line was credited) stays outside.
"""

import hashlib
from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import Final

from accounts import canonical
from billing.invoices.models import Document, Line

_DOCUMENT = (
    "address", "corrects_id", "currency", "customer_id", "due_on", "issued_on", "kind", "legal_entity_id", "origin", "po_number",
    "reason", "receiver_id", "ref", "sequence", "series", "subtotal_minor", "tax_minor", "total_minor",
)  # fmt: skip
_LINE = (
    "amount_minor", "charge_code", "corrects_id", "cost_centre", "currency", "customer_id", "cycle_since", "cycle_until",
    "derivation", "description", "kind", "po_number", "position", "price_key", "product_id", "quantity", "since",
    "subscription_id", "tax_minor", "tax_rate", "unit_price", "until",
)  # fmt: skip
_of_document, _of_line = itemgetter(*_DOCUMENT), itemgetter(*_LINE)


def of(document: Document, lines: Iterable[Line]) -> str:
    """Return the SHA-256 of the document with its lines, in hexadecimal."""
    return of_written(document, written(lines))


def of_written(document: Document, lines: str) -> str:
    """Return the SHA-256 of the document whose lines are `written` already."""
    facts = canonical.all_written(_of_document(document.__dict__))
    return hashlib.sha256((_DOCUMENT_TOLD % (*facts[:_LINES], lines, *facts[_LINES:])).encode()).hexdigest()


def written(lines: Iterable[Line]) -> str:
    """Write the lines as the hash of their document covers them."""
    return ",".join([_LINE_TOLD % canonical.all_written(_of_line(line.__dict__)) for line in sorted(lines, key=_POSITION)])


def holds(document: Document) -> bool:
    """Say whether the stored document is still the one that was issued."""
    return document.content_hash == of(document, document.lines.all())


def _form(names: Sequence[str]) -> str:
    """Return the object with these facts, a gap for each."""
    return "{" + ",".join(f'"{name}":%s' for name in names) + "}"


_POSITION: Final = attrgetter("position")
_LINES: Final = sum(name < "lines" for name in _DOCUMENT)
_LINE_TOLD: Final = _form(_LINE)
_DOCUMENT_TOLD: Final = _form([*_DOCUMENT[:_LINES], "lines", *_DOCUMENT[_LINES:]]).replace('"lines":%s', '"lines":[%s]')
