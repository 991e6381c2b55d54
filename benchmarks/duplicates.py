"""Duplicates: precision, recall and F1 on labelled records, and the seconds it takes; `manage.py bench duplicates`.

The sets lie beside the checkout (../shared/data/dedupe) or where ACCORD_DEDUPE points; those that are absent are passed over.
Pairs labelled `unclear` count neither way. With `--size N` also N made-up customers are compared, to see how the work grows. The
floor of the seconds is reading the file.
"""

import csv
import os
import random
from pathlib import Path

from accounts.quality.matching import files, finding, records
from benchmarks.figures import Figure, timed

FOLDER = Path(os.environ.get("ACCORD_DEDUPE", Path(__file__).parents[2] / "shared" / "data" / "dedupe"))
SETS = ("persons", "persons_small", "sites", "organisations")
FIRST = [
    "Nord",
    "Alpen",
    "Rhein",
    "Weser",
    "Donau",
    "Elbe",
    "Spree",
    "Isar",
    "Neckar",
    "Main",
    "Saale",
    "Havel",
    "Oder",
    "Ems",
    "Inn",
    "Lahn",
    "Mosel",
    "Ruhr",
    "Aller",
    "Leine",
]
SECOND = [
    "Werk",
    "Bau",
    "Druck",
    "Licht",
    "Stahl",
    "Holz",
    "Glas",
    "Papier",
    "Textil",
    "Energie",
    "Wasser",
    "Technik",
    "Handel",
    "Logistik",
    "Medien",
    "Daten",
    "Netz",
]


def measure(*, size: int | None) -> list[Figure]:
    """Measure each labelled set that is there and, with `size`, so many made-up customers."""
    found = [figure for name in SETS if (FOLDER / f"{name}_records.csv.gz").exists() for figure in _set(name)]
    return found + (_many(size) if size else [])


def _set(name: str) -> list[Figure]:
    path = FOLDER / f"{name}_records.csv.gz"
    labels = {tuple(sorted((row["a"], row["b"]))): row["label"] for row in _rows(FOLDER / f"{name}_gold_pairs.csv")}
    right = {pair for pair, label in labels.items() if label == "duplicate"}
    unclear = set(labels) - right
    with path.open("rb") as stream:
        rows, kinds = files.read(stream)
    floor = timed(lambda: files.read(path.open("rb")))
    pairs: set[tuple[str, str]] = set()
    seconds = timed(lambda: pairs.update((match.a, match.b) for match in finding.find(rows, kinds)))
    pairs -= unclear
    hits = len(pairs & right)
    precision, recall = hits / max(1, len(pairs)), hits / max(1, len(right))
    f1 = 2 * hits / max(1, len(pairs) + len(right))
    shares = [Figure(f"{name} {what}", value, "") for what, value in (("precision", precision), ("recall", recall), ("F1", f1))]
    return [*shares, Figure(f"{name} seconds", seconds, "s", floor)]


def _many(size: int) -> list[Figure]:
    chance = random.Random(size)
    rows = [records.of_row(_company(chance, number), id=str(number)) for number in range(size)]
    return [Figure(f"{size} customers compared", timed(lambda: finding.find(rows, [records.ORGANISATIONS, records.SITES])), "s")]


def _company(chance: random.Random, number: int) -> dict[str, str]:
    name = f"{chance.choice(FIRST)}{chance.choice(FIRST).lower()} {chance.choice(SECOND)}{chance.choice(SECOND).lower()} GmbH"
    street, town = f"{chance.choice(FIRST)}{chance.choice(SECOND).lower()}straße", f"{chance.choice(FIRST)}{chance.choice(FIRST)}"
    address = {"street": f"{street} {chance.randrange(1, 200)}", "postcode": f"{chance.randrange(10_000, 99_999)}", "city": town}
    return {"name": name, "country": "DE", "phone": f"+49 30 {chance.randrange(10**6, 10**7)}", **address}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
