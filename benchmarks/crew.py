"""Crew: processes that work off a billing run side by side, as Celery's workers do, and say what it took them.

They are made before there is anything to be inherited, so that the memory of each is its own.
"""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.backends.postgresql.base import Cursor

from benchmarks import quote
from billing.invoices.running import carrying
from billing.invoices.running.models import BillingRun


@dataclass(frozen=True)
class Effort:
    """What a worker spent: seconds in which Python and its process of the database worked, statements, the most memory, in MB."""

    of_python: float
    of_database: float
    statements: int
    memory: float


class Crew:
    """Some workers, each waiting for a run to work off."""

    def __init__(self, workers: int) -> None:
        connections.close_all()
        self._crew: list[tuple[ForkProcess, Connection]] = []
        for _ in range(workers):
            ours, theirs = get_context("fork").Pipe()
            process = get_context("fork").Process(target=_wait_for_work, args=(theirs,), daemon=True)
            process.start()
            self._crew.append((process, ours))

    def get_ready(self) -> None:
        """Let each connect to the database in use and come to rest."""
        self._all(("connect", connection.settings_dict["NAME"]))

    def work_off(self, run: BillingRun) -> list[Effort]:
        """Let all work off the run at once; return what it took each."""
        return self._all(("work", run.pk))

    def send_home(self) -> None:
        """End the workers."""
        self._all(("leave", None))
        for process, _ in self._crew:
            process.join()

    def _all(self, order: tuple[str, Any]) -> list[Any]:
        for _, line in self._crew:
            line.send(order)
        return [line.recv() for _, line in self._crew]


def _wait_for_work(line: Connection) -> None:
    while True:
        what, about = line.recv()
        if what == "connect":
            connection.settings_dict["NAME"] = about
            connection.ensure_connection()
            line.send(None)
        elif what == "work":
            line.send(_work(about))
        else:
            connections.close_all()
            line.send(None)
            return


def _work(run: int) -> Effort:
    began, before = time.process_time(), of_database()
    with counted() as statements:
        carrying.work_off(BillingRun.objects.get(pk=run), at=quote.AT)
    worked = of_database() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Effort(time.process_time() - began, worked, next(statements), memory)


def of_database() -> float:
    """Return the seconds that the database's process for this connection has worked; nothing where that is elsewhere."""
    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1_000_000_000 if told.exists() else 0.0


@contextmanager
def counted() -> Iterator[Iterator[int]]:
    """Count the statements within, those of COPY too: yields what says their number when asked."""
    counter = count()

    class Counting(Cursor):
        def execute(self, *statement: Any) -> None:
            next(counter)
            super().execute(*statement)

        def copy_expert(self, *statement: Any) -> None:
            next(counter)
            super().copy_expert(*statement)

    connection.ensure_connection()
    usual, connection.connection.cursor_factory = connection.connection.cursor_factory, Counting
    try:
        yield counter
    finally:
        connection.connection.cursor_factory = usual
