"""Who the tests of the back office sign in."""

import pytest
from django.test import Client

from tests.factories import people
from tests.portal.visiting import browser_of


@pytest.fixture
def manager(db: None) -> Client:
    """The browser of a manager."""
    return browser_of(people.manager())
