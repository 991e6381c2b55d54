"""Numbering: the next number of a seller's series, without gaps and without repeats.

The number is drawn in the transaction that issues the document: its row stays locked until that transaction ends, and a
rolled back document gives its number back. Draw it last, so that others wait as short as can be.
"""

import re
from collections.abc import Mapping

from django.db import connection

from billing.catalog.models import LegalEntity

INVOICES, CREDIT_NOTES = "INV", "CN"
_DRAWN = re.compile(rf"(?:{INVOICES}|{CREDIT_NOTES})-(?:[0-9]{{6}}|[1-9][0-9]{{6,}})$", re.ASCII)


def draw(legal_entity: LegalEntity, series: str) -> int:
    """Return the next number of the seller's `series`, counted from 1."""
    return draw_many({(legal_entity.pk, series): 1})[legal_entity.pk, series][0]


def draw_many(wanted: Mapping[tuple[int, str], int]) -> dict[tuple[int, str], range]:
    """Return the next numbers of several series, so many of each as asked for, by seller's key and series."""
    asked = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_numberseries (legal_entity_id, code, last_number)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[])"
            " ON CONFLICT (legal_entity_id, code)"
            " DO UPDATE SET last_number = billing_numberseries.last_number + excluded.last_number"
            " RETURNING legal_entity_id, code, last_number",
            [[seller for seller, _ in asked], [series for _, series in asked], [wanted[key] for key in asked]],
        )
        last = {(seller, series): number for seller, series, number in cursor.fetchall()}
    return {key: range(last[key] - wanted[key] + 1, last[key] + 1) for key in asked}


def ref_of(legal_entity: LegalEntity, series: str, number: int) -> str:
    """Return the number as people quote it, such as "INV-000123"; unique over all sellers by their prefix."""
    return f"{legal_entity.ref_prefix}{series}-{number:06d}"


def is_drawn(ref: str) -> bool:
    """Whether `ref` is one of the numbers that a seller's own series have drawn or will draw."""
    prefixes = LegalEntity.objects.values_list("ref_prefix", flat=True)
    found = _DRAWN.search(ref)
    return found is not None and ref[: found.start()] in set(prefixes)
