"""Rows that many tests of one module start from, built once: each test gets them as they were, whatever it does to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction


def once(build: Callable[[], Any]) -> Callable[..., Any]:
    """Return a fixture that gives what `build` made, built once for a module in a transaction around those of its tests."""

    @pytest.fixture(scope="module")
    def rows(django_db_setup: None, django_db_blocker) -> Iterator[Callable[[], Any]]:
        with django_db_blocker.unblock(), to_be_rolled_back():
            built = build()
            with django_db_blocker.block():
                yield lambda: deepcopy(built)

    return rows


@contextmanager
def to_be_rolled_back() -> Iterator[None]:
    """Take back at the end whatever happens inside."""
    around = transaction.atomic()
    around._from_testcase = True  # as Django's own: what insists on a transaction of its own may begin one inside
    with around:
        yield
        transaction.set_rollback(True)
