"""Scratch: a database of its own for benchmarks that must really commit; made before and dropped after them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def database() -> Iterator[None]:
    """Work in a new, migrated database beside the one in use."""
    name = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
