"""A database in which a test really commits: for work in several transactions or connections at once.

Most tests run inside one transaction that is rolled back (`django_db`). Where that would hide the very thing under test,
ask for the fixture `committed` instead: what was written is emptied afterwards, the append-only tables included, and what
migrations brought in (kinds of customers, first service levels, the ladder for unpaid invoices) stays.
"""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.db import connection

NEVER_EMPTIED = {"auth_permission", "django_content_type", "django_migrations", "django_site"}
BROUGHT_IN_BY_MIGRATIONS = (
    "accounts_customerkind",
    "accounts_customerkind_allowed_parents",
    "accounts_relationkind",
    "accounts_stageexit",
    "accounts_stagerule",
    "accounts_survivorshiprule",
    "billing_dunningstep",
    "billing_taxrate",
    "support_declinereason",
    "support_issuedefinition",
    "support_ladderstep",
    "support_ledgermapping",
    "support_playbook",
    "support_playbookversion",
    "support_servicecalendar",
    "support_servicetarget",
)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Let the test commit for real, and empty the database after it."""
    if not str(connection.settings_dict["NAME"]).startswith("test_"):
        pytest.fail("this is no test database; nothing was touched")
    with django_db_blocker.unblock():
        brought_in = {table: _rows_of(table) for table in BROUGHT_IN_BY_MIGRATIONS}
        yield
        _empty(brought_in)


def _rows_of(table: str) -> StringIO:
    rows = StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" TO STDOUT', rows)
    return rows


def _empty(brought_in: dict[str, StringIO]) -> None:
    """Empty every table, and put back what migrations brought in: emptying takes along what refers to an emptied table."""
    names = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    tables = ", ".join(f'"{name}"' for name in sorted(names - NEVER_EMPTIED))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        for table, rows in brought_in.items():
            rows.seek(0)
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', rows)
        cursor.execute("SET session_replication_role = origin")
    connection.close()
