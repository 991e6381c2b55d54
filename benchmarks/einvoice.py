"""How well e-invoices are judged: documents exactly as expected, fields as expected, single rules that must fire or hold.

./run manage bench einvoice
"""

import gzip
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from billing.invoices.einvoice import validation

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "einvoice"
FIELDS = ("syntax", "number", "type", "issued", "due", "currency", "seller", "buyer", "net", "tax", "gross", "payable", "lines")


@dataclass
class Judged:
    """How many were judged, and which not as expected."""

    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, name: str, *, is_right: bool) -> None:
        """Count one judgement."""
        self.asked += 1
        if not is_right:
            self.wrong.append(name)

    @property
    def share(self) -> float:
        """How many of a hundred were right."""
        return 100 * (self.asked - len(self.wrong)) / self.asked if self.asked else 100.0


def documents(folder: Path) -> tuple[Judged, Judged]:
    """Judge whole documents: the rules they break exactly, and their main fields."""
    rules, fields = Judged(), Judged()
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected = json.loads(line)
        report = validation.validate((folder / "documents" / expected["file"]).read_bytes())
        broken = {finding.rule for finding in report.findings if finding.severity == validation.FATAL}
        is_right = broken == set(expected["en16931_violations"]) and report.valid == expected["valid"]
        rules.count(expected["file"], is_right=is_right)
        told = {"syntax": report.syntax, **report.summary}
        for name in FIELDS:
            if expected.get(name) is not None:
                fields.count(f"{expected['file']} {name}", is_right=_same(told.get(name), expected[name]))
    return rules, fields


def single_rules(folder: Path) -> Judged:
    """Judge tiny documents of which each must break one rule or keep it."""
    judged = Judged()
    with gzip.open(folder / "rule_tests.jsonl.gz", "rt", encoding="utf-8") as rows:
        for row in rows:
            case = json.loads(row)
            broken = validation.broken_rules(case["xml"].encode())
            judged.count(case["id"], is_right=set(case["fires"]) <= broken and not set(case["holds"]) & broken)
    return judged


def _same(told: Any, expected: Any) -> bool:
    return str(told) == str(expected) or " ".join(str(told).split()) == " ".join(str(expected).split())


def measure(*, size: int | None = None) -> list[Figure]:
    """Return the shares judged as expected, and documents a second once the rules are compiled; `size` is how many rounds."""
    rules, fields = documents(DATA)
    started = time.perf_counter()
    for _ in range(size or 1):
        documents(DATA)
    seconds = (time.perf_counter() - started) / (size or 1)
    single = single_rules(DATA)
    return [
        Figure(f"documents judged exactly ({rules.asked})", rules.share, "%"),
        Figure(f"main fields ({fields.asked})", fields.share, "%"),
        Figure(f"single rules ({single.asked})", single.share, "%"),
        Figure("judging", rules.asked / seconds, "documents/s"),
    ]
