"""How well real mail is read: the share of each field that comes out as expected, over the messages of a folder.

    ./run manage bench email

The folder holds `raw/*.eml` with `expected.jsonl`, and `quoted_replies.jsonl`; a null in the expectation makes no statement.
"""

import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from support.channels.mail import automatic, letters, quotations

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "email"


@dataclass
class Share:
    """How many were asked, how many were right, and which were not."""

    asked: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, name: str, *, is_right: bool) -> None:
        """Count one answer."""
        self.asked += 1
        self.right += is_right
        if not is_right:
            self.wrong.append(name)


def compared(folder: Path) -> dict[str, Share]:
    """Read every message of the folder and compare what was read with what was expected."""
    shares: dict[str, Share] = {}
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected = json.loads(line)
        letter = letters.read((folder / "raw" / expected["file"]).read_bytes())
        for what, (wanted_value, found) in _answers(expected, letter).items():
            if wanted_value is not None:
                shares.setdefault(what, Share()).count(expected["file"], is_right=wanted_value == found)
    return shares


def wanted(reply: dict[str, Any]) -> str:
    """Return the new text expected of a reply or a forwarded mail."""
    return str(reply.get("reply", reply.get("top", "")))


def _answers(expected: dict[str, Any], letter: letters.Letter) -> dict[str, tuple[Any, Any]]:
    verdict = automatic.verdict(letter)
    words = expected["body_words"]
    subject = expected["subject"] if expected["subject"] is None else " ".join(expected["subject"].split())
    return {
        "sender": (expected["from_address"], letter.sender),
        "subject": (subject, letter.subject),
        "text": (words or None, re.findall(r"\w+", letter.text)[: len(words or [])]),
        "attachments": (expected["attachments"], [attachment.name for attachment in letter.attachments]),
        "message_id": (expected["message_id"], letter.message_id),
        "in_reply_to": (expected["in_reply_to"], next(iter(letter.in_reply_to), "")),
        "automatic": (expected["automatic"], verdict is not None),
        "failed": (_failed(expected), sorted(verdict.failed) if verdict else []),
        "bounce": (expected["bounce"], verdict is not None and verdict.kind == automatic.BOUNCE),
    }


def _failed(expected: dict[str, Any]) -> list[str] | None:
    failed = expected.get("failed")
    return sorted(address.lower() for address in failed) if expected["bounce"] and failed is not None else None


def measure(*, size: int | None = None) -> list[Figure]:
    """Return the share of each field that was read as expected, and messages a second; `size` is how often all are read."""
    started = time.perf_counter()
    for _ in range(size or 1):
        shares = compared(DATA)
    seconds = (time.perf_counter() - started) / (size or 1)
    replies = [json.loads(line) for line in (DATA / "quoted_replies.jsonl").read_text(encoding="utf-8").splitlines()]
    told = Share()
    for reply in replies:
        told.count(reply["id"], is_right=quotations.new_text(reply["text"]).split() == wanted(reply).split())
    figures = [Figure(f"{what} ({share.asked})", 100 * share.right / share.asked, "%") for what, share in shares.items()]
    messages = len(list((DATA / "raw").iterdir()))
    new_text = Figure(f"new text ({told.asked})", 100 * told.right / told.asked, "%")
    return [*figures, new_text, Figure("reading and judging", messages / seconds, "messages/s")]
