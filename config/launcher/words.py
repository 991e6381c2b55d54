"""How the launcher speaks: progress and faults on standard error, results on standard output."""

import sys
from collections.abc import Callable


class Fault(Exception):
    """Something the operator can put right; its text is one line fit to show."""


def progress(words: str) -> None:
    sys.stderr.write(f"accord: {words}\n")
    sys.stderr.flush()


def result(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def status_of(work: Callable[[], int]) -> int:
    """Do `work` and return its exit status; a fault becomes its one line and status 1, an interruption status 130."""
    try:
        return work()
    except Fault as fault:
        progress(str(fault))
        return 1
    except KeyboardInterrupt:
        return 130
