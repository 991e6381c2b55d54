"""What every test may count on: a real PostgreSQL, an empty cache, an empty mailbox, and no clock but the one it is handed."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation

from tests.committed import committed as committed


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Have a test database even where no test that was chosen carries the mark that makes pytest-django set one up."""
    if str(connection.settings_dict["NAME"]).startswith("test_"):
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _plain_language() -> None:
    """Start each test in the language of the settings: a page asked for in German leaves its thread speaking it."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Start each test with nothing remembered, so that rate limits of one test never meet another."""
    cache.clear()
    yield
