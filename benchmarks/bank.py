"""How much of other banks' statements is read right? Shares over sample files whose contents two other readers agree on.

`./run manage bench bank`. The samples lie beside the checkout; where a reader made no statement (null), none is counted.
"""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from billing.payments.bank import reading
from billing.payments.bank.statements import Entry, Statement, UnreadableStatement

SAMPLES = Path(__file__).parents[2] / "shared" / "data" / "bank"


def measure(*, size: int | None = None) -> list[Figure]:
    """Return the share read right of files, accounts, balances and entries; `size` takes only the first files."""
    asked, right = Counter[str](), Counter[str]()
    for row in (SAMPLES / "expected.jsonl").read_text(encoding="utf-8").splitlines()[:size]:
        for name, is_right in compared(json.loads(row)):
            asked[name] += 1
            right[name] += is_right
    return [Figure(f"{name} read right, of {asked[name]}", right[name] / asked[name], "share") for name in asked]


def compared(expected: dict[str, Any]) -> list[tuple[str, bool]]:
    """Return, for each thing that is stated of a sample file, what kind of thing it is and whether it was read so."""
    try:
        read = reading.read((SAMPLES / "files" / expected["file"]).read_bytes())
    except UnreadableStatement:
        return [("files", expected["must_fail"])]
    stated = expected["statements"] or []
    found = [("files", not expected["must_fail"] and len(stated) == len(read))]
    for said, statement in zip(stated, read, strict=False):
        found += _of_statement(said, statement)
    return found


def _of_statement(said: dict[str, Any], read: Statement) -> list[tuple[str, bool]]:
    found = [("accounts", said["account"] == read.account)] if said["account"] is not None else []
    balances = {"opening": read.opening, "closing": read.closing}
    found += [("balances", Decimal(said[name]) == amount) for name, amount in balances.items() if said[name] is not None]
    if said["entries"] is None:
        return found
    pairs = zip(said["entries"], read.entries, strict=False)
    missing = [("entries", False)] * abs(len(said["entries"]) - len(read.entries))
    return found + [("entries", _is_same(entry, got)) for entry, got in pairs] + missing


def _is_same(said: dict[str, Any], read: Entry) -> bool:
    """Whether amount, currency, days and ends agree; of a batch the samples name the end-to-end id of one payment only."""
    ends = {detail.end_to_end for detail in read.details}
    return (
        (Decimal(said["amount"]), said["currency"]) == (read.amount, read.currency)
        and said.get("value_date") in {None, read.valued and read.valued.written}
        and said.get("booked") in {None, read.booked and read.booked.written}
        and ends.issuperset(said.get("end_to_end") or [])
    )
