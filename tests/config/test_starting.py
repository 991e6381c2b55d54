"""Starting on a machine where something is wrong: one clear line, status 1, nothing begun."""

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.launcher import schema

ROOT = Path(__file__).resolve().parents[2]


def start(place: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    known = kept | {"ACCORD_STATE": str(place), "ACCORD_VENV": sys.prefix} | environment
    return subprocess.run([ROOT / "run", *words], env=known, capture_output=True, text=True, timeout=120, check=False)


def test_port_that_somebody_else_listens_on_is_named(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = start(tmp_path, "--port", str(port))

    expected = f"accord: port {port} cannot be used (Address already in use); choose another one with --port\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)
    assert not (tmp_path / "pgdata").exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "postgres://accord@127.0.0.1:1/accord", "the database cannot be reached"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:1/0", "nobody answers at 127.0.0.1:1"),
        ("CACHE_URL", "redis://127.0.0.1:1/0", "nobody answers at 127.0.0.1:1"),
    ],
)
def test_server_that_is_down_is_named_before_anything_starts(tmp_path: Path, name: str, value: str, said: str):
    done = start(tmp_path, "--check", **{name: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f"accord: {name}: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("--port", "abc"), ("--port", "0"), ("--nonsense",)])
def test_wrong_usage_ends_with_status_2_and_says_how_to_call(tmp_path: Path, words: tuple[str, ...]):
    done = start(tmp_path, *words)

    assert done.returncode == 2
    assert done.stderr.startswith("usage: ./run")


def test_command_nobody_knows_ends_with_one_line(tmp_path: Path):
    done = start(tmp_path, "manage", "help", "no_such_command", DJANGO_SETTINGS_MODULE="config.settings.development")

    assert done.returncode == 1
    assert "no_such_command" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_starts_at_once_migrate_one_after_the_other_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    begun = []

    def migrate(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        begun.append(command)
        time.sleep(0.2)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setenv("ACCORD_STATE", str(tmp_path))
    monkeypatch.setattr(schema, "fingerprint", lambda: "as it is now")
    monkeypatch.setattr(schema.servers, "database_is_embedded", lambda: True)
    monkeypatch.setattr(schema.subprocess, "run", migrate)

    with ThreadPoolExecutor() as starts:
        for start_of_one in [starts.submit(schema.bring_up_to_date) for _ in range(2)]:
            start_of_one.result()

    assert len(begun) == 1
