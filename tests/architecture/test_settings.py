"""The parts the product runs on are the ones it was built for, and production starts only when it is safe."""

import importlib.util
import os
import subprocess
import sys
from importlib.metadata import version

import pytest
from django.conf import settings
from django.db import connection

from config import databases, env
from config.launcher import state

# Below these, faults are known that would break a promise of ours.
LOWEST_SAFE_VERSIONS = {"Django": "5.2.19", "djangorestframework": "3.18.2", "django-allauth": "65.21.1", "WeasyPrint": "70.0"}
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "n0t-a-real-one-but-long-enough-to-be-taken-for-a-key-0123456789",
    "ALLOWED_HOSTS": "accord.example",
    "SITE_URL": "https://accord.example",
    "DATABASE_URL": "postgres://accord@database.example/accord",
    "CELERY_BROKER_URL": "amqp://accord@broker.example/accord",
    "CACHE_URL": "redis://cache.example/1",
}
UNSAFE = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "short"),
    ("ALLOWED_HOSTS", ""),
    ("ALLOWED_HOSTS", "*"),
    ("DEBUG", "yes"),
    ("SITE_URL", "http://accord.example"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "postgres://accord@database.example"),
    ("DATABASE_URL", "postgres://accord@database.example/accord?sslmood=off"),
    ("CELERY_BROKER_URL", ""),
    ("CACHE_URL", ""),
]


def production(*words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run Python as production would, with some values of the environment changed."""
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, **changed}
    command = [sys.executable, *words]
    return subprocess.run(command, env=environment, cwd=state.CHECKOUT, capture_output=True, text=True, check=False)


def number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


@pytest.mark.django_db
def test_database_is_postgresql_15_or_newer():
    assert connection.vendor == "postgresql"
    assert connection.cursor().connection.server_version >= 150000


def test_driver_is_psycopg2_because_django_would_silently_prefer_psycopg_3():
    assert connection.Database.__name__ == "psycopg2"
    assert importlib.util.find_spec("psycopg") is None


@pytest.mark.parametrize(("package", "lowest"), LOWEST_SAFE_VERSIONS.items())
def test_installed_version_is_not_known_to_be_bad(package: str, lowest: str):
    assert number(version(package)) >= number(lowest)


def test_production_passes_the_deployment_check_without_a_warning():
    checked = production("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(("name", "value"), UNSAFE)
def test_production_does_not_start_when_a_value_is_unsafe(name: str, value: str):
    started = production("-c", "import config.settings.production", **{name: value})

    assert started.returncode == 1
    assert started.stderr.startswith(f"accord: {name}: ")
    assert len(started.stderr.splitlines()) == 1


def test_content_policy_allows_no_inline_code_and_no_foreign_source():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == ["'none'"]
    assert not [
        source for sources in directives.values() for source in sources if "unsafe" in str(source) or "http" in str(source)
    ]


def test_web_process_waits_2_seconds_for_a_lock_and_30_for_an_answer():
    described = databases.connection(env.DATABASE("postgres://u@h/d").parts, process="web", pooled=False)

    assert described["OPTIONS"]["options"] == "-c lock_timeout=2s -c statement_timeout=30s"


def test_pooled_database_gets_no_connection_option_because_pgbouncer_refuses_it():
    described = databases.connection(env.DATABASE("postgres://u@h/d").parts, process="web", pooled=True)

    assert "options" not in described["OPTIONS"]
    assert described["DISABLE_SERVER_SIDE_CURSORS"] is True
