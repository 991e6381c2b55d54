"""The Python environment and the system libraries Accord runs with, built on first use.

Only the standard library is needed here: this runs before anything is installed. The environment is `.venv` in the checkout,
filled by uv from the hash-locked requirements; `ACCORD_VENV` names another one, used as it is. A second start finds the
stamp of the first and installs nothing.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.launcher import state
from config.launcher.words import Fault, progress

VENV = state.CHECKOUT / ".venv"
STAMP = VENV / "accord-stamp.json"
INSTALL = ("apt-get", "install", "-y", "-q", "--no-install-recommends")


@dataclass(frozen=True)
class Needs:
    """What one way of running asks for: its requirements file, shared libraries and programs with the Debian package of each."""

    requirements: str
    libraries: dict[str, str]
    programs: dict[str, str]


PDF_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
RUNNING = Needs("requirements.txt", PDF_LIBRARIES, {})
TEST_PROGRAMS = {"chromium": "chromium", "pdftotext": "poppler-utils"}
TESTING = Needs("requirements-dev.txt", PDF_LIBRARIES | {"libatomic.so.1": "libatomic1"}, TEST_PROGRAMS)


def prepare(needs: Needs) -> Path:
    """Return the Python to run with, once all it needs is there.

    Raises:
        Fault: something is missing that we may not or could not install.
    """
    _have_system_parts(needs)
    if own := os.environ.get("ACCORD_VENV"):
        return _existing(Path(own).absolute())
    with _alone():
        if not _has_what(needs):
            _build(needs)
    return _python(VENV)


def _existing(venv: Path) -> Path:
    if not _python(venv).exists():
        raise Fault(f"ACCORD_VENV: there is no Python environment in {venv}")
    return _python(venv)


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _have_system_parts(needs: Needs) -> None:
    missing = _missing_packages(needs)
    if not missing:
        return
    line = " ".join((*INSTALL, *missing))
    if not state.is_root() or not shutil.which("apt-get"):
        raise Fault(f"system parts are missing; install them with: apt-get update && {line}")
    progress(f"installing system packages: {' '.join(missing)}")
    _apt(missing)
    if still := _missing_packages(needs):
        raise Fault(f"these system packages did not bring what is needed: {' '.join(still)}")


def _missing_packages(needs: Needs) -> list[str]:
    missing = [package for library, package in needs.libraries.items() if not _loads(library)]
    missing += [package for program, package in needs.programs.items() if not shutil.which(program)]
    if not os.environ.get("ACCORD_VENV") and importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    return missing


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _apt(packages: list[str]) -> None:
    """Install the packages, with a fresh list of them only when the one at hand is not good enough."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    first = subprocess.run([*INSTALL, *packages], env=quiet, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if first.returncode:
        _do(["apt-get", "update", "-q"], "apt-get update", env=quiet)
        _do([*INSTALL, *packages], "apt-get install", env=quiet)


def _has_what(needs: Needs) -> bool:
    """Say whether the environment is the one this checkout would build; the tests' environment also serves running."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return stamp in (_stamp(needs), _stamp(TESTING)) and _works()


def _stamp(needs: Needs) -> dict[str, str]:
    """Return what an environment depends on: the requirements and the place it was made for."""
    content = (state.CHECKOUT / needs.requirements).read_bytes()
    return {"requirements": needs.requirements, "hash": hashlib.sha256(content).hexdigest(), "place": str(VENV)}


def _build(needs: Needs) -> None:
    progress("building the Python environment (first start only)")
    STAMP.unlink(missing_ok=True)
    if not _works():
        _empty()
        _do([sys.executable, "-m", "venv", VENV], "making .venv")
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        _install_uv()
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", _python(VENV), state.CHECKOUT / needs.requirements]
    _do(sync, f"installing {needs.requirements}", env=os.environ | {"UV_NO_CONFIG": "1"})
    STAMP.write_text(json.dumps(_stamp(needs)))


def _works() -> bool:
    """Say whether `.venv` holds a Python that is new enough and knows its place; an interrupted or moved one is made anew."""
    ask = "import sys; print(sys.version_info >= (3, 11), sys.prefix)"
    try:
        answer = subprocess.run([_python(VENV), "-c", ask], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == f"True {VENV}"


def _empty() -> None:
    """Clear the environment's folder but for the lock that guards it."""
    for entry in VENV.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()


def _install_uv() -> None:
    """Let pip install the uv our lock names, hashes checked."""
    lines = (state.CHECKOUT / RUNNING.requirements).read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("uv=="))
    last = next(number for number in range(first, len(lines)) if not lines[number].endswith("\\"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pinned:
        pinned.write("\n".join(lines[first : last + 1]) + "\n")
        pinned.flush()
        pip = [_python(VENV), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
        _do([*pip, "--require-hashes", "-r", pinned.name], "installing uv")


def _do(command: list[str | Path], what: str, *, env: dict[str, str] | None = None) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-600:]
        raise Fault(f"{what} failed: {said}")


@contextmanager
def _alone() -> Iterator[None]:
    """Keep two starts of one checkout from building its environment at the same time."""
    try:
        VENV.mkdir(exist_ok=True)
        lock = open(VENV / "lock", "w")  # noqa: SIM115, closed by the block below
    except OSError as error:
        raise Fault(f"cannot write to {VENV}: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
