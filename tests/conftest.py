"""What every test may count on: a real PostgreSQL, an empty cache, an empty mailbox, and no clock but the one it is handed."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import tables
from tests.committed import committed as committed
from tests.factories.customers import Helios, helios

# Nothing is judged by how long it takes, for the machine may be busy; a test with a database works in it example after example.
settings.register_profile(
    "accord", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("accord")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker) -> Iterator[None]:
    """Give each worker a copy of the migrated tables, also where no chosen test carries the mark that asks for one."""
    with django_db_blocker.unblock(), tables.copied(), django_db_blocker.block():
        yield


@pytest.fixture(autouse=True)
def _plain_language() -> None:
    """Start each test in the language of the settings: a page asked for in German leaves its thread speaking it."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Start each test with nothing remembered, so that rate limits of one test never meet another."""
    cache.clear()
    yield


@pytest.fixture
def tree() -> Helios:
    """The group of the demo world, from the group down to a laboratory, and its sister overseas."""
    return helios()
