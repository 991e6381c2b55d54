"""The database of a test run: a copy of one whose tables the migrations made once.

Migrating takes a minute, copying a second. The original carries the state of the migrations in its name, stays in the
state folder from run to run, and is made anew when a migration or a pinned package changed. Workers of one run that
arrive at the same moment wait for the first of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.launcher import schema

ORIGINAL = "accord_tables_"


@contextmanager
def copied() -> Iterator[None]:
    """Connect to a fresh copy of the tables until the end, then drop it."""
    ours, name = str(connection.settings_dict["NAME"]), connection.creation._get_test_db_name()
    original = f"{ORIGINAL}{schema.fingerprint()[:16]}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [ORIGINAL])
        if original not in _originals(cursor):
            _make(cursor, original)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [ORIGINAL])
    _connect(name)
    yield
    _connect(ours)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _originals(cursor) -> list[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [ORIGINAL])
    return [name for (name,) in cursor.fetchall()]


def _make(cursor, original: str) -> None:
    """Migrate under a passing name, so that a run that was killed leaves nothing that looks complete."""
    unfinished = f"{ORIGINAL}unfinished"
    for old in _originals(cursor):
        cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    _connect(unfinished)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{original}"')


def _connect(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
