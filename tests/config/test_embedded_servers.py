"""The embedded servers start on any machine, come back after a kill, and stop with their last holder."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.launcher import state

ASK = """
import psycopg2, sys
from config.launcher import postgres, servers
with servers.held(durable=False):
    with psycopg2.connect(postgres.url()) as line, line.cursor() as cursor:
        cursor.execute(sys.argv[1])
        print(cursor.fetchone()[0] if cursor.description else "done")
"""
HOLD = """
import sys
from config.launcher import servers
with servers.held(durable=False):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A state folder of its own, below a short path that the servers' account can walk to."""
    folder = Path(tempfile.mkdtemp(prefix="accord-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    forget(folder)


def forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(Path("/var/lib") / state.fingerprint(folder), ignore_errors=True)


def surroundings(folder: Path) -> dict[str, str]:
    ours = {"DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {"ACCORD_STATE": str(folder)}


def ask(folder: Path, question: str) -> str:
    command = [sys.executable, "-c", ASK, question]
    return subprocess.run(
        command, env=surroundings(folder), cwd=state.CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.strip()


def hold(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD]
    holder = subprocess.Popen(
        command, env=surroundings(folder), cwd=state.CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def let_go(holder: subprocess.Popen[str]) -> None:
    holder.communicate("")


def server_of(folder: Path) -> int:
    return int((folder / "pgdata" / "postmaster.pid").read_text().split()[0])


def is_gone(folder: Path) -> bool:
    return not (folder / "pgdata" / "postmaster.pid").exists()


def test_data_outlives_the_servers(place: Path):
    ask(place, "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('this')")

    assert is_gone(place)
    assert ask(place, "SELECT what FROM kept") == "this"


def test_servers_stop_when_their_last_holder_leaves_and_not_before(place: Path):
    first, second = hold(place), hold(place)

    let_go(first)
    assert not is_gone(place)

    let_go(second)
    assert is_gone(place)


def test_database_comes_back_when_it_was_killed(place: Path):
    holder = hold(place)
    os.kill(server_of(place), signal.SIGKILL)
    holder.kill()
    holder.wait()

    assert ask(place, "SELECT 1") == "1"


def test_holder_that_is_killed_leaves_servers_that_the_next_one_takes_over(place: Path):
    holder = hold(place)
    before = server_of(place)
    holder.kill()
    holder.wait()

    second = hold(place)

    assert server_of(place) == before
    let_go(second)
    assert is_gone(place)


def test_many_may_start_at_once_and_all_are_served(place: Path):
    command = [sys.executable, "-c", ASK, "SELECT 1"]
    askers = [
        subprocess.Popen(command, env=surroundings(place), cwd=state.CHECKOUT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    assert [asker.communicate()[0].strip() for asker in askers] == ["1"] * 4


def test_sockets_move_to_a_short_folder_when_their_path_would_be_too_long(place: Path):
    deep = place / ("d" * 60) / ("e" * 60)

    assert ask(deep, "SELECT 1") == "1"
    for base in (deep, deep / "valkey"):
        shutil.rmtree(state.socket_folder(base))


@pytest.mark.skipif(not state.is_root(), reason="only root starts servers as somebody else")
def test_data_moves_when_the_servers_account_cannot_walk_to_the_state_folder(place: Path):
    place.chmod(0o700)

    assert ask(place, "SELECT 1") == "1"
    assert (Path("/var/lib") / state.fingerprint(place) / "pgdata").exists()


@pytest.mark.skipif(not state.is_root(), reason="only root starts servers as somebody else")
def test_database_never_runs_as_root(place: Path):
    holder = hold(place)
    owner = Path(f"/proc/{server_of(place)}").stat().st_uid

    let_go(holder)

    assert owner == state.server_user().pw_uid != 0


def test_folder_of_a_stranger_is_refused(place: Path):
    (place / "run").symlink_to("/tmp")

    started = subprocess.run(
        [sys.executable, "-c", ASK, "SELECT 1"],
        env=surroundings(place),
        cwd=state.CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "belongs to someone else" in started.stderr
