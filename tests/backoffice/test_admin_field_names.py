"""Names of fields in the administration: as managers call them, in their language, with no migration behind them."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.test import Client

from tests.factories import people, policies

pytestmark = pytest.mark.django_db


def page(address, language):
    client = Client()
    client.force_login(people.manager())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client.get(address).content.decode()


def test_manager_reads_fields_in_their_language():
    policies.policy("credit-policy")

    german, english = (page("/admin/accounts/policyversion/add/", language) for language in ("de", "en"))

    assert "Gilt ab" in german and "Wesentlich" in german
    assert "Effective on" in english and "Material" in english


def test_columns_of_a_list_are_called_alike():
    policies.policy("credit-policy")

    assert "Wieder lesen am" in page("/admin/accounts/policy/", "de")


def test_names_ask_for_no_migration():
    found = MigrationAutodetector(MigrationLoader(None).project_state(), ProjectState.from_apps(apps))

    assert found.changes(graph=MigrationLoader(None).graph) == {}
