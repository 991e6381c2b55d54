"""The environment the tests run in is the one the product is built for."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_database_is_a_real_postgresql():
    assert connection.vendor == "postgresql"
