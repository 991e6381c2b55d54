"""Meaning: texts as directions in space, so that questions that mean the same lie close together whatever their words.

A text's direction is the mean of the directions of its word pieces, brought to length one; the likeness of two texts is the
product of theirs (1: the same, about 0: nothing in common). The directions of 32,000 word pieces come with the package
`wordllama`, of which two files are read and no code is run. Where that package cannot be installed `DIRECTIONS` is 0 and the
search goes by words alone. Nothing leaves the machine.
"""

import importlib.util
import json
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

PACKAGE: Final = "wordllama"
WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
PIECES: Final = "tokenizers/l2_supercat_tokenizer_config.json"
START_OF_WORD: Final = "▁"
LONGEST_WORD: Final = 60
WORDS_KEPT: Final = 50_000


@dataclass(frozen=True)
class Model:
    """The directions of all word pieces, the number of each piece, and which two pieces are joined before which others."""

    directions: Vectors
    pieces: dict[str, int]
    joins: dict[tuple[str, str], int]


def known() -> bool:
    """Say whether meanings can be told on this machine."""
    return _model() is not None


def of(texts: Sequence[str]) -> Vectors:
    """Return the direction of each text as a row; a text without a word lies nowhere (all zero).

    Call it only where `known()`.
    """
    model = _model()
    if model is None:
        raise LookupError(f"{PACKAGE} is not installed")
    rows = np.zeros((len(texts), model.directions.shape[1]), dtype=np.float32)
    for number, text in enumerate(texts):
        if numbers := _pieces_of(text):
            rows[number] = model.directions[numbers].sum(axis=0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1)
    return rows


@cache
def _model() -> Model | None:
    """Read the package's files. Read once per process."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    home = Path(found.origin).parent
    words = json.loads((home / PIECES).read_text(encoding="utf-8"))["model"]
    joins = {tuple(pair.split(" ")): rank for rank, pair in enumerate(words["merges"])}
    return Model(_matrix(home / WEIGHTS), words["vocab"], joins)


def _matrix(file: Path) -> Vectors:
    """Read the one matrix of a safetensors file: eight bytes that say how long the description is, the description, numbers."""
    raw = file.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    described = json.loads(raw[8 : 8 + length])
    told = next(about for name, about in described.items() if name != "__metadata__")
    since, until = told["data_offsets"]
    kind = {"F16": np.float16, "F32": np.float32}[told["dtype"]]
    numbers = np.frombuffer(raw[8 + length + since : 8 + length + until], dtype=kind)
    return numbers.reshape(told["shape"]).astype(np.float32)


def _pieces_of(text: str) -> list[int]:
    words = unicodedata.normalize("NFKC", text).lower().split()
    return [number for word in words for number in _pieces_of_word(word[:LONGEST_WORD])]


@lru_cache(maxsize=WORDS_KEPT)
def _pieces_of_word(word: str) -> tuple[int, ...]:
    """Join letters to the pieces the model knows, those that belong together most first (byte pair encoding)."""
    model = _model()
    if model is None:
        return ()
    parts = [START_OF_WORD, *word]
    while len(parts) > 1:
        ranks = [(model.joins[pair], at) for at, pair in enumerate(zip(parts, parts[1:], strict=False)) if pair in model.joins]
        if not ranks:
            break
        _, at = min(ranks)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return tuple(number for part in parts for number in _numbers(part, model.pieces))


def _numbers(part: str, pieces: dict[str, int]) -> Iterable[int]:
    """Return the number of a piece; of a letter the model does not know, those of its bytes."""
    if part in pieces:
        return (pieces[part],)
    return (pieces[f"<0x{byte:02X}>"] for byte in part.encode("utf-8", "surrogatepass"))
