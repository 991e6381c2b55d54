"""The processes the launcher keeps: started apart from the terminal, watched, stopped in order, never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.launcher import state
from config.launcher.words import Fault

SECONDS_TO_STOP = 20
LINES_SHOWN = 12
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Kept:
    """A process we keep, under the name people know it by, with the file its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def last_words(self) -> str:
        """Return the end of its output as one line."""
        lines = self.log.read_text(errors="replace").split("\n")[-LINES_SHOWN:]
        return " | ".join(line.strip() for line in lines if line.strip())


def start(name: str, *words: str, kind: str) -> Kept:
    """Start a Python module as a process of its own; it ends when we end, however that happens."""
    log = state.folder() / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=state.CHECKOUT,
            env=os.environ | {"ACCORD_PROCESS": kind},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509, we start no threads
        )
    return Kept(name, process, log)


def stop(kept: Kept) -> None:
    """Ask the process to end, and after a while end it."""
    if kept.has_ended():
        return
    kept.process.terminate()
    try:
        kept.process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(kept.process.pid, signal.SIGKILL)
        kept.process.wait()


def refuse_ended(all_kept: list[Kept]) -> None:
    """Raises:
    Fault: one of them has ended by itself.
    """
    for kept in all_kept:
        if kept.has_ended():
            raise Fault(f"the {kept.name} ended (status {kept.process.returncode}), see {kept.log}: {kept.last_words()}")


def wait_while_all_run(all_kept: list[Kept]) -> None:
    """Return never; an interruption or a fault ends the waiting."""
    while True:
        refuse_ended(all_kept)
        time.sleep(0.5)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
