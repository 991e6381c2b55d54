"""Where does Accord keep what belongs to this machine, and as whom do its servers run?

Everything lies below one folder: `ACCORD_STATE`, or `.accord/` in the checkout. Two cases need a folder elsewhere:
a Unix socket path may hold 107 bytes only, and servers started by root run as `nobody`, who must be able to walk to their files.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.launcher.words import Fault

CHECKOUT = Path(__file__).resolve().parents[2]
SERVER_USER = "nobody"
LONGEST_SOCKET_FOLDER = 85


def folder() -> Path:
    """Return the state folder, whether or not it exists yet."""
    return Path(os.environ.get("ACCORD_STATE") or CHECKOUT / ".accord").resolve()


def is_root() -> bool:
    return os.geteuid() == 0


def server_user() -> pwd.struct_passwd:
    """Return the account the database runs as: PostgreSQL refuses root, and every Debian has `nobody`."""
    return pwd.getpwnam(SERVER_USER) if is_root() else own_user()


def own_user() -> pwd.struct_passwd:
    return pwd.getpwuid(os.geteuid())


def server_can_reach(path: Path) -> bool:
    """Say whether the server's account may walk to `path`: a checkout below a folder of mode 0700 is out of its reach."""
    return not is_root() or all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents) if place.exists())


def fingerprint(path: Path) -> str:
    return "accord-" + hashlib.sha256(str(path).encode()).hexdigest()[:10]


def reachable_base(base: Path) -> Path:
    """Return `base`, or a folder under /var/lib that stands for it when the server's account cannot walk there."""
    return base if server_can_reach(base) else Path("/var/lib") / fingerprint(base)


def socket_folder(base: Path) -> Path:
    """Return the folder for Unix sockets below `base`, or a short one that stands for it."""
    wanted = base / "run"
    return wanted if len(str(wanted)) <= LONGEST_SOCKET_FOLDER else Path(tempfile.gettempdir()) / fingerprint(base)


def make_private(path: Path, owner: pwd.struct_passwd) -> None:
    """Create `path` for `owner` alone.

    Raises:
        Fault: the folder cannot be made, or someone else put it there.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _refuse_strangers(path, owner)
        if is_root():
            os.chown(path, owner.pw_uid, owner.pw_gid)
        path.chmod(0o700)
    except OSError as error:
        raise Fault(f"cannot prepare the folder {path}: {error.strerror}") from error


def _refuse_strangers(path: Path, owner: pwd.struct_passwd) -> None:
    if path.is_symlink() or path.lstat().st_uid not in (0, os.geteuid(), owner.pw_uid):
        raise Fault(f"the folder {path} belongs to someone else; remove it or set ACCORD_STATE to another folder")


def kept_secret(name: str) -> str:
    """Return the secret of this name from the state folder, made on first use; only its owner may read it."""
    path = folder() / name
    with locked(f"{name}.lock"):
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(64))
        return path.read_text()


@contextmanager
def locked(name: str, *, shared: bool = False) -> Iterator[int]:
    """Hold the lock file `name` of the state folder; many may hold it `shared`, one alone otherwise. Yields the open file."""
    handle = _open_lock(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def is_taken(name: str) -> bool:
    """Say whether somebody else holds the lock file `name` just now."""
    handle = _open_lock(name)
    try:
        return not is_last_holder(handle)
    finally:
        os.close(handle)


def _open_lock(name: str) -> int:
    try:
        folder().mkdir(parents=True, exist_ok=True)
        return os.open(folder() / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Fault(f"cannot write to the state folder {folder()}: {error.strerror}") from error


def is_last_holder(handle: int) -> bool:
    """Turn a shared lock into the only one, if nobody else holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
