"""Numbering: the next number of a seller's series, without gaps and without repeats.

The number is drawn in the transaction that issues the document: its row stays locked until that transaction ends, and a
rolled back document gives its number back. Draw it last, so that others wait as short as can be.
"""

import re

from django.db import connection

from billing.catalog.models import LegalEntity

INVOICES, CREDIT_NOTES = "INV", "CN"
_DRAWN = re.compile(rf"(?:{INVOICES}|{CREDIT_NOTES})-(?:[0-9]{{6}}|[1-9][0-9]{{6,}})$", re.ASCII)


def draw(legal_entity: LegalEntity, series: str) -> int:
    """Return the next number of the seller's `series`, counted from 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_numberseries (legal_entity_id, code, last_number) VALUES (%s, %s, 1)"
            " ON CONFLICT (legal_entity_id, code) DO UPDATE SET last_number = billing_numberseries.last_number + 1"
            " RETURNING last_number",
            [legal_entity.pk, series],
        )
        return int(cursor.fetchone()[0])


def ref_of(legal_entity: LegalEntity, series: str, number: int) -> str:
    """Return the number as people quote it, such as "INV-000123"; unique over all sellers by their prefix."""
    return f"{legal_entity.ref_prefix}{series}-{number:06d}"


def is_drawn(ref: str) -> bool:
    """Whether `ref` is one of the numbers that a seller's own series have drawn or will draw."""
    prefixes = LegalEntity.objects.values_list("ref_prefix", flat=True)
    found = _DRAWN.search(ref)
    return found is not None and ref[: found.start()] in set(prefixes)
