"""What migrations keep: while a release rolls out, processes of the old one still write rows of the new schema."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField, CreateModel

from tests.architecture.source import DOMAIN

pytestmark = pytest.mark.django_db
WITHOUT_DEFAULT = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'
      AND is_identity = 'NO'
"""
FILLED_FROM_THE_SUBSCRIPTION = {("billing_quote", "contract_id"), ("billing_quote", "customer_id")}  # keys have no default


def columns_added_later():
    """Columns that a migration added to a table of an earlier one, as far as they are still there."""
    found = set()
    for (app, _name), migration in MigrationLoader(None).disk_migrations.items():
        if app not in DOMAIN:
            continue
        made_here = {operation.name_lower for operation in migration.operations if isinstance(operation, CreateModel)}
        added = [operation for operation in migration.operations if isinstance(operation, AddField)]
        for operation in added:
            if operation.model_name_lower not in made_here:
                found |= column_of(app, operation)
    return found


def column_of(app, operation):
    try:
        field = apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
    except (LookupError, FieldDoesNotExist):
        return set()
    return {(field.model._meta.db_table, field.column)}


def test_what_a_release_adds_has_a_default_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_DEFAULT)
        old_code_cannot_fill = columns_added_later() & set(cursor.fetchall()) - FILLED_FROM_THE_SUBSCRIPTION

    assert columns_added_later() > {("support_told", "way"), ("accounts_changerequest", "effects")}
    assert old_code_cannot_fill == set()
