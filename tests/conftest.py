"""What every test may count on: a real PostgreSQL, an empty cache, an empty mailbox, and no clock but the one it is handed."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.committed import committed as committed


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Start each test with nothing remembered, so that rate limits of one test never meet another."""
    cache.clear()
    yield
