"""Bring the database's tables up to date, without asking Django when no migration file has changed since the last time."""

import hashlib
import subprocess
import sys
from pathlib import Path

from config.launcher import postgres, servers, state
from config.launcher.words import Fault, progress

STAMP = "migrated"
LOCK = "migrating.lock"


def bring_up_to_date() -> None:
    """Apply the migrations that are not applied yet; two who start at once do it one after the other.

    Raises:
        Fault: a migration failed.
    """
    stamp = state.folder() / STAMP
    now = fingerprint()
    if _stands(stamp, now):
        return
    if state.is_taken(LOCK):
        progress("another start brings the database up to date; waiting for it")
    with state.locked(LOCK):
        if not _stands(stamp, now):
            _migrate(stamp, now)


def _stands(stamp: Path, now: str) -> bool:
    return stamp.exists() and stamp.read_text() == now


def _migrate(stamp: Path, now: str) -> None:
    progress("bringing the database up to date")
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "1"]
    done = subprocess.run(command, cwd=state.CHECKOUT, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode:
        raise Fault("the migrations failed; the lines above say why")
    if servers.database_is_embedded():
        stamp.write_text(now)


def fingerprint() -> str:
    """Return a hash over our migrations, the pinned packages (they bring migrations too) and the database it all goes into."""
    files = sorted(state.CHECKOUT.glob("*/migrations/*.py"))
    content = b"".join(file.read_bytes() for file in (*files, state.CHECKOUT / "requirements.txt"))
    return hashlib.sha256(content + postgres.identity().encode()).hexdigest()
