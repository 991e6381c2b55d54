"""/healthz says what is up and what is down, to anybody, and nothing more."""

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from config import celery, health


def kept(answer: bool):
    """A part that always answers the same."""
    return lambda: answer


def down() -> bool:
    raise OperationalError("connection to server at 10.0.0.7 failed: password 'hunter2'")


def ask(monkeypatch: pytest.MonkeyPatch, **parts):
    for name, part in parts.items():
        part.__name__ = name
    monkeypatch.setattr(health, "PARTS", tuple(parts.values()))
    return Client().get("/healthz")


def test_all_is_well_when_every_part_answers(monkeypatch: pytest.MonkeyPatch):
    answer = ask(monkeypatch, database=kept(True), worker=kept(True))

    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "worker": "ok"})


def test_one_part_that_is_down_is_named_and_the_others_still_asked(monkeypatch: pytest.MonkeyPatch):
    answer = ask(monkeypatch, database=down, worker=kept(True))

    assert (answer.status_code, answer.json()) == (503, {"database": "down", "worker": "ok"})
    assert "hunter2" not in answer.text


@pytest.mark.django_db
def test_database_and_migrations_answer_on_a_fresh_database():
    assert health.database()
    assert health.migrations()


def test_worker_counts_as_up_only_while_its_heartbeat_is_fresh():
    assert not health.worker()

    celery.heartbeat()

    assert health.worker()
    cache.clear()
    assert not health.worker()
