"""`./run`: everything Accord needs on one machine, in the order it can stand, until it is told to stop."""

import hashlib
import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from config.celery import HEARTBEAT
from config.launcher import processes, schema, servers, state, translations
from config.launcher.words import Fault, progress, result

SECONDS_TO_ANSWER = 90
WEB_PROCESSES, WEB_THREADS = 2, 64


class Supervisor:
    """Starts the parts, tells where they are, watches them, and stops them in the opposite order."""

    def __init__(self, *, port: int, with_demo: bool, only_check: bool) -> None:
        self.port = port
        self.with_demo = with_demo
        self.only_check = only_check
        self.kept: list[processes.Kept] = []

    def run(self) -> int:
        """Run until interrupted, or until everything has answered when only checking.

        Raises:
            Fault: a part could not start, or ended by itself.
        """
        self.port = _free_port(self.port)
        with servers.held():
            schema.bring_up_to_date()
            translations.compile_changed()
            _collect_static()
            logins = _demo() if self.with_demo else ""
            try:
                self._start()
                self._wait_until_well()
                return self._finish(logins)
            finally:
                self._stop()

    def _start(self) -> None:
        progress("starting the web server, the worker and the beat")
        cache.delete(HEARTBEAT)  # so that health speaks of this beat, broker and worker, not of the last ones
        beat_memory = state.folder() / "beat"
        beat_memory.mkdir(exist_ok=True)
        celery = ("celery", "-A", "config.celery")
        self.kept = [
            processes.start("web server", *_web(self.port), kind="web"),
            processes.start(
                "worker", *celery, "worker", "--concurrency", "2", "--without-mingle", "--without-gossip", kind="worker"
            ),
            processes.start("beat", *celery, "beat", "--schedule", str(beat_memory / "schedule"), "--pidfile=", kind="worker"),
        ]

    def _wait_until_well(self) -> None:
        give_up = time.monotonic() + SECONDS_TO_ANSWER
        answer = ""
        while time.monotonic() < give_up:
            processes.refuse_ended(self.kept)
            status, answer = _health(self.port)
            if status == http.client.OK:
                return
            time.sleep(0.5)
        raise Fault(f"not everything answered within {SECONDS_TO_ANSWER} s: {answer or 'the web server says nothing'}")

    def _finish(self, logins: str) -> int:
        if self.only_check:
            result("all parts answered: database, broker, worker, beat, web server")
            return 0
        result(f"Accord runs at http://localhost:{self.port}/")
        if logins:
            result(f"\nDemo logins:\n{logins}")
        result(f"Mails and logs: {state.folder()}. Stop with Ctrl-C.")
        processes.wait_while_all_run(self.kept)
        return 0

    def _stop(self) -> None:
        progress("stopping")
        for kept in reversed(self.kept):
            processes.stop(kept)


def _free_port(wanted: int) -> int:
    """Return the port to listen on: the one wanted, or any free one for 0.

    Raises:
        Fault: somebody listens there already.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise Fault(f"port {wanted} cannot be used ({error.strerror}); choose another one with --port") from error
        return int(probe.getsockname()[1])


def _web(port: int) -> tuple[str, ...]:
    """Return the web server's command line. Each live stream holds a thread while its page is open, hence the many threads."""
    size = ("--worker-class", "gthread", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS))
    manners = ("--graceful-timeout", "3", "--timeout", "60", "--no-control-socket")
    return ("gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", *size, *manners)


def _health(port: int) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", "/healthz")
        answer = line.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        line.close()


def _collect_static() -> None:
    """Gather the static files for the web server, unless none has changed since the last time."""
    stamp = state.folder() / "collected"
    now = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    progress("collecting static files")
    _manage("collectstatic", "--no-input", "--clear", "--verbosity", "0")
    stamp.write_text(now)


def _static_fingerprint() -> str:
    files: list[Path] = sorted(path for path in (state.CHECKOUT / "static").rglob("*") if path.is_file())
    facts = [f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files]
    facts += [(state.CHECKOUT / "requirements.txt").read_text(), settings.STORAGES["staticfiles"]["BACKEND"]]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _demo() -> str:
    progress("making the demo world")
    return _manage("demo").strip()


def _manage(*words: str) -> str:
    """Run a management command and return what it printed."""
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=state.CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Fault(f"manage.py {words[0]} failed; the lines above say why")
    return done.stdout
