"""Presses that stay: many documents printed one after the other, by several presses at once, and kept like every other.

Starting a press takes longer than printing a page, so a worker that prints what a run issued keeps its presses until it is
through. Each prints the same bytes as a press of its own; after some pages it makes room for a fresh one. While they print,
the next page is written.
"""

import json
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import IO, Final, Self

from billing.invoices.documents import rendering
from billing.invoices.documents.rendering import PressFailed
from billing.invoices.documents.wording import language_of
from billing.invoices.documents.writing import sheet_of
from billing.invoices.models import Document

PAGES_A_PRESS: Final = 200
ANSWER: Final = re.compile(rb"(?P<word>printed|failed) (?P<length>\d{1,10})\n")


class Press:
    """A press that stays while it is used: it takes a page in, and hands it out as PDF."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pages = 0
        self._name = ""
        self._stop = threading.Timer(0, print)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None) -> None:
        self._send_home()

    def take_in(self, page: Mapping[str, str], *, name: str, on: date) -> None:
        """Begin to print `page` (html, css, identifier) as of the day `on`; messages call it by `name`."""
        process = self._running(on)
        self._pages, self._name = self._pages + 1, name
        self._stop = threading.Timer(rendering.PRESS_SECONDS, process.kill)
        self._stop.start()
        with suppress(OSError):  # a press that has stopped is noticed when the page is handed out
            _pipe(process.stdin).write(json.dumps({**page, "epoch": rendering.epoch(on)}).encode() + b"\n")
            _pipe(process.stdin).flush()

    def hand_out(self) -> bytes:
        """Return the page that was taken in as PDF.

        Raises:
            PressFailed: it was not printed; the next page is, by a fresh press.
        """
        printed = _pipe(self._process.stdout if self._process else None)
        told = ANSWER.fullmatch(printed.readline())
        content = printed.read(int(told["length"])) if told else b""
        self._stop.cancel()
        whole = told is not None and len(content) == int(told["length"])  # a press that is stopped may have begun to answer
        if told and whole and told["word"] == b"printed" and content.startswith(b"%PDF"):
            return content
        self._send_home()
        why = (
            content.decode(errors="replace") if whole else ""
        ) or f"the press stopped, or took longer than {rendering.PRESS_SECONDS} seconds"
        raise PressFailed(f"{self._name} was not printed: {why}")

    def _running(self, on: date) -> subprocess.Popen[bytes]:
        if self._pages >= PAGES_A_PRESS:
            self._send_home()
        if self._process is None:
            self._process, self._pages = _started(on), 0
        return self._process

    def _send_home(self) -> None:
        self._stop.cancel()
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._process = None


@dataclass
class PrintRun:
    """How many documents were printed and kept, and why others were not, by their number."""

    kept: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def print_all(documents: Iterable[Document], language: str = "", *, presses: int = 1) -> PrintRun:
    """Print issued documents in `language` (each receiver's own, if not said), on so many presses at once, and keep them.

    One that cannot be printed is told and stops no other.
    """
    told = PrintRun()
    with ExitStack() as room:
        idle = [room.enter_context(Press()) for _ in range(presses)]
        printing: deque[tuple[Press, Document, str]] = deque()
        for document in documents:
            chosen = language_of(language or document.receiver.language)
            page = rendering.page_of(sheet_of(document, chosen), document.content_hash)
            if not idle:
                idle.append(_kept_first(printing, told))
            press = idle.pop()
            press.take_in(page, name=str(document.ref), on=document.issued_on or date.min)
            printing.append((press, document, chosen))
        while printing:
            _kept_first(printing, told)
    return told


def _kept_first(printing: deque[tuple[Press, Document, str]], told: PrintRun) -> Press:
    """Keep what the press that began first has printed, and return that press."""
    press, document, language = printing.popleft()
    try:
        rendering.keep(document, language, press.hand_out())
        told.kept += 1
    except PressFailed as fault:
        told.failed[str(document.ref)] = str(fault)
    return press


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise PressFailed("The press took no page in.")
    return pipe


def _started(on: date) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", str(rendering.PRESS), "--stay"]
    return subprocess.Popen(  # noqa: S603, our own program, our own Python
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=rendering.environment(on),
    )
