"""Duplicates: which of our customers are likely to be kept twice.

Customers of one kind are compared. A name alone joins only what carries legal data (groups, legal entities) or stands under the
same parent: every company has a Sales. What stands above or below the other is never its duplicate.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from accounts.customers.models import Customer, CustomerKind
from accounts.quality.matching import finding, records
from accounts.quality.matching.evidence import CANDIDATE, Match
from accounts.quality.matching.records import ORGANISATIONS, PERSONS, SITES, Record

PERSON: Final = "person"
COMPARED: Final = ("name", "legal_name", "country", "tax_id", "lei", "email", "phone", "street", "postcode", "city")
READ: Final = ("number", "pk", "parent_id", "tree_id", "lft", "rght", "kind_id", *COMPARED)


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer as it is compared, and where it stands."""

    pk: int
    parent: int | None
    tree: int
    lft: int
    rght: int
    kind: str
    record: Record


def find(*, at_least: float = CANDIDATE) -> list[Match]:
    """Return the pairs of customer numbers that are likely one, the likeliest first."""
    return among(_standing(Customer.objects.current().order_by("pk").values(*READ).iterator(chunk_size=5_000)), at_least=at_least)


def among(standing: Iterable[Standing], *, at_least: float = CANDIDATE) -> list[Match]:
    """Return the pairs among these customers that are likely one, the likeliest first."""
    by_kind: dict[str, dict[str, Standing]] = {}
    for one in standing:
        by_kind.setdefault(one.kind, {})[one.record.id] = one
    by_name = set(CustomerKind.objects.filter(carries_legal_data=True).values_list("pk", flat=True)) | {"group"}
    found: list[Match] = []
    for kind, known in by_kind.items():
        compared = finding.find((one.record for one in known.values()), _as(kind), at_least=at_least)
        found += [match for match in compared if _may_be_one(known[match.a], known[match.b], kind in by_name)]
    return sorted(found, key=lambda match: (-match.score, match.a, match.b))


def of_rows(rows: Iterable[dict[str, Any]]) -> list[Standing]:
    """Return customers as they are compared, out of rows with the columns READ."""
    return list(_standing(rows))


def _standing(rows: Iterable[dict[str, Any]]) -> Iterator[Standing]:
    for row in rows:
        record = records.of_row({name: row[name] for name in COMPARED}, id=row["number"])
        yield Standing(row["pk"], row["parent_id"], row["tree_id"], row["lft"], row["rght"], row["kind_id"], record)


def _as(kind: str) -> tuple[str, ...]:
    return (PERSONS,) if kind == PERSON else (ORGANISATIONS, SITES)


def _may_be_one(a: Standing, b: Standing, by_name: bool) -> bool:
    if a.tree == b.tree and (a.lft <= b.lft <= a.rght or b.lft <= a.lft <= b.rght):
        return False
    return by_name or a.parent == b.parent or _share_more_than_a_name(a.record, b.record)


def _share_more_than_a_name(a: Record, b: Record) -> bool:
    shared = (a.phone and a.phone == b.phone, a.email and a.email == b.email, a.tax_ids & b.tax_ids)
    return any(shared) or bool(a.house and a.house == b.house and set(a.street) & set(b.street))
