"""Prepared: what is asked again on a connection is planned there once, by PostgreSQL's PREPARE.

PostgreSQL plans most statements of a page for longer than it answers them. The driver writes each value into the words, so that
every statement is new to the database; a prepared one keeps its plan for the life of its connection, and PostgreSQL itself makes
the plan anew when a table was analysed or altered, or where a plan for these very values promises to be cheaper. A statement is
prepared when a connection asks it for the second time: one that lives for a single request pays nothing. What is the same in
every question stands in the words, so that an index over a part of a table still serves; only places become parameters.

Behind a pooler of transactions the next statement may meet another connection: there nothing is prepared.
"""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import AsIs

LONGEST_NAME: Final = 50  # with the number behind it below the 63 bytes of a name in PostgreSQL
MOST_BY_HAND: Final = 100
_numbers = count(1)
_by_hand: dict[str, "Prepared"] = {}


class Prepared:
    """One statement with its places; ask `words` what to send on a connection."""

    def __init__(self, name: str, sql: str, values: Sequence[Any], places: Sequence[int]) -> None:
        """`values` go into the words once and for all, but at the `places` (counted from 0), which are handed in each time."""
        self.name = f"{re.sub(r'[^a-z0-9]+', '_', name.lower())[-LONGEST_NAME:]}_{next(_numbers)}"
        self._sql, self._values, self._places = sql, tuple(values), tuple(places)

    def words(self, connection: BaseDatabaseWrapper, given: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
        """Return the statement and its parameters as `connection` is best asked now; `given` holds all of them, in order."""
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            return self._sql, tuple(given)
        known = _known_on(connection)
        if self.name not in known:
            known[self.name] = False
            return self._sql, tuple(given)
        if not known[self.name]:
            self.prepare(connection)
            known[self.name] = True
        return self._execute, tuple(given[place] for place in self._places)

    def prepare(self, connection: BaseDatabaseWrapper) -> None:
        """Have PostgreSQL read it, on this connection."""
        parameters = {place: AsIs(f"${number}") for number, place in enumerate(self._places, start=1)}
        values = tuple(parameters.get(place, value) for place, value in enumerate(self._values))
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            words = cursor.mogrify(self._sql, values).decode()
            cursor.execute(f"PREPARE {self.name} AS {words}")

    @property
    def _execute(self) -> str:
        places = ", ".join(["%s"] * len(self._places))
        return f"EXECUTE {self.name} ({places})" if places else f"EXECUTE {self.name}"


def fetch(connection: BaseDatabaseWrapper, name: str, sql: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement written by hand, with `%s` for each of the values `given`.

    Words that differ from question to question would fill a connection with plans: the first hundred are prepared.
    """
    if sql not in _by_hand and len(_by_hand) < MOST_BY_HAND:
        _by_hand[sql] = Prepared(name, sql, given, range(len(given)))
    prepared = _by_hand.get(sql)
    with connection.cursor() as cursor:
        cursor.execute(*(prepared.words(connection, given) if prepared else (sql, tuple(given))))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _known_on(connection: BaseDatabaseWrapper) -> dict[str, bool]:
    """Return what this connection was asked, and whether it was prepared; a new connection knows nothing."""
    connection.ensure_connection()
    raw, known = getattr(connection, "accord_prepared", (None, {}))
    if raw is not connection.connection:
        known = {}
        setattr(connection, "accord_prepared", (connection.connection, known))  # noqa: B010 # no attribute of Django's
    answer: dict[str, bool] = known
    return answer
