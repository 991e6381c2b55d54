"""Fingerprint: the hash that shows an issued document is still what was issued.

It covers every fact of the document and its lines that may never change, written as canonical JSON: sorted keys, amounts as
whole minor units, decimals without trailing zeros, days as ISO. What moves after issue (open amount, rendered file, how much
of a line was credited) stays outside.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from billing.invoices.models import Document, Line

_DOCUMENT = (
    "kind", "origin", "legal_entity_id", "series", "sequence", "ref", "customer_id", "receiver_id", "currency", "issued_on",
    "due_on", "subtotal_minor", "tax_minor", "total_minor", "corrects_id", "po_number", "reason", "address",
)  # fmt: skip
_LINE = (
    "position", "kind", "customer_id", "subscription_id", "product_id", "charge_code", "price_key", "description", "since",
    "until", "cycle_since", "cycle_until", "quantity", "unit_price", "amount_minor", "tax_rate", "tax_minor", "currency",
    "cost_centre", "po_number", "corrects_id", "derivation",
)  # fmt: skip


def of(document: Document, lines: Iterable[Line]) -> str:
    """Return the SHA-256 of the document with its lines, in hexadecimal."""
    facts = dict(zip(_DOCUMENT, _of_document(document), strict=True))
    told = [dict(zip(_LINE, _of_line(line), strict=True)) for line in sorted(lines, key=lambda line: line.position)]
    return hashlib.sha256(_CANONICAL.encode(facts | {"lines": told}).encode()).hexdigest()


def holds(document: Document) -> bool:
    """Say whether the stored document is still the one that was issued."""
    return document.content_hash == of(document, document.lines.all())


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no canonical form")


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_written)
_of_document, _of_line = attrgetter(*_DOCUMENT), attrgetter(*_LINE)
