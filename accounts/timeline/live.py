"""Live: hear of each activity the moment it is committed, wherever it was recorded.

One thread of the process listens to PostgreSQL for all who hear; it starts with the first of them and ends after the last.
A notice says only that something happened: who shows it asks first whether the viewer may know. When the line to
the database breaks it is mended, and all get `MISSED`, because notices may have passed unheard. Listening needs a line of
its own: through a pooler in transaction mode nothing is heard. There is no HTTP here.
"""

import asyncio
import json
import queue
import select
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import psycopg2
import structlog
from django.db import connection
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from accounts.timeline.recording import LIVE_CHANNEL

SECONDS_BETWEEN_LOOKS: Final = 1
SECONDS_BEFORE_MENDING: Final = 2
MOST_WAITING: Final = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Notice:
    """Something happened to a customer: the note that recording.py sent, with the ids of customer, tree and activity."""

    kind: str
    customer: int | None = None
    tree: int | None = None
    about_ref: str = ""
    activity: int = 0


MISSED: Final = Notice(kind="missed")
Receiver = Callable[[Notice], None]


class Hub:
    """Tells all receivers of this process what its one listening thread hears."""

    def __init__(self) -> None:
        self._receivers: set[Receiver] = set()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @contextmanager
    def telling(self, receiver: Receiver) -> Iterator[None]:
        """Tell `receiver` every notice until the block ends. A receiver is called in the listening thread and must not wait."""
        with self._lock:
            self._receivers.add(receiver)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="accord-live", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._receivers.discard(receiver)

    def _listen(self) -> None:
        mended = False
        while self._is_wanted():
            try:
                with closing(_line()) as line:
                    self._hear(line, mended=mended)
            except psycopg2.Error as fault:
                log.warning("live_line_broken", fault=str(fault).strip())
                mended = True
                time.sleep(SECONDS_BEFORE_MENDING)

    def _hear(self, line: Any, *, mended: bool) -> None:
        with line.cursor() as cursor:
            cursor.execute(f"LISTEN {LIVE_CHANNEL}")
        if mended:
            self._tell(MISSED)
        while self._is_wanted():
            if any(select.select([line], [], [], SECONDS_BETWEEN_LOOKS)):
                line.poll()
            while line.notifies:
                self._tell(_read(line.notifies.pop(0).payload))

    def _is_wanted(self) -> bool:
        """Say whether anybody hears; when nobody does, the thread gives up its place under the same lock."""
        with self._lock:
            if not self._receivers:
                self._thread = None
            return bool(self._receivers)

    def _tell(self, notice: Notice) -> None:
        with self._lock:
            receivers = list(self._receivers)
        for receiver in receivers:
            receiver(notice)


HUB: Final = Hub()


def hear(*, silence: int, seconds: int) -> Iterator[Notice | None]:
    """Yield each notice as it comes, and None whenever `silence` seconds passed without one; end after `seconds`."""
    waiting: queue.Queue[Notice] = queue.Queue(MOST_WAITING)
    end = time.monotonic() + seconds
    with HUB.telling(_into(waiting.put_nowait, queue.Full)):
        while time.monotonic() < end:
            try:
                yield waiting.get(timeout=silence)
            except queue.Empty:
                yield None


async def hear_async(*, silence: int, seconds: int) -> AsyncIterator[Notice | None]:
    """Do what `hear` does, for a server that runs an event loop."""
    waiting: asyncio.Queue[Notice] = asyncio.Queue(MOST_WAITING)
    put, loop = _into(waiting.put_nowait, asyncio.QueueFull), asyncio.get_running_loop()
    end = time.monotonic() + seconds
    with HUB.telling(lambda notice: _in_loop(loop, put, notice)):
        while time.monotonic() < end:
            try:
                yield await asyncio.wait_for(waiting.get(), timeout=silence)
            except TimeoutError:
                yield None


def _into(put: Receiver, full: type[Exception]) -> Receiver:
    """Return a receiver that lets a notice go when its reader is too far behind: the next one refreshes the page all the same."""

    def receive(notice: Notice) -> None:
        with suppress(full):
            put(notice)

    return receive


def _in_loop(loop: asyncio.AbstractEventLoop, put: Receiver, notice: Notice) -> None:
    """Hand a notice to an event loop, unless it has just ended."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(put, notice)


def _line() -> Any:
    """Open a connection of its own to the database that Django uses."""
    line = psycopg2.connect(**connection.get_connection_params())
    line.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return line


def _read(payload: str) -> Notice:
    """Return the notice in `payload`; one that cannot be read counts as missed."""
    try:
        return Notice(**json.loads(payload))
    except (ValueError, TypeError):
        log.warning("live_payload_unreadable", payload=payload[:200])
        return MISSED
