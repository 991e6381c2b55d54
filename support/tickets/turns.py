"""Turns: one at a time, and a clear answer for who would have to wait too long.

A turn is named, taken inside a transaction and kept until it ends. Web processes wait two seconds for any lock
(config/databases.py); within `patience` that ends in a refusal instead of an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from accounts.decisions import Refusal

LOCK_NOT_AVAILABLE: Final = "55P03"


class Busy(Refusal):
    """Somebody else is changing the same thing, for longer than one may wait."""

    code = "busy"


def take(name: str) -> None:
    """Wait for the turn called `name` and keep it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"support {name}"])


@contextmanager
def patience() -> Iterator[None]:
    """Turn a lock that could not be had in time into a refusal.

    Raises:
        Busy: somebody else held it; nothing was changed.
    """
    try:
        yield
    except OperationalError as fault:
        if getattr(fault.__cause__, "pgcode", "") == LOCK_NOT_AVAILABLE:
            raise Busy(_("Someone else is working on this right now. Nothing was changed; try again.")) from fault
        raise
