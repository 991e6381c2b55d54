"""python -m config.launcher.inside run|manage|test: the half that runs in the environment built for it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from config.launcher import schema, servers, state, translations
from config.launcher.supervisor import Supervisor
from config.launcher.words import progress, status_of

TWO_AT_A_TIME = ["-n", "2", "--dist", "loadfile"]
WITHOUT_TABLES = frozenset(
    {
        "",
        "help",
        "version",
        "check",
        "migrate",
        "makemigrations",
        "showmigrations",
        "sqlmigrate",
        "collectstatic",
        "dbshell",
        "spectacular",
    }
)


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    way, arguments = words[0], words[1:]
    return status_of(lambda: {"run": run, "manage": manage, "test": test}[way](arguments))


def run(arguments: list[str]) -> int:
    """Keep everything running until someone stops it; with "check" only until all of it has answered."""
    port, world, how_long = arguments
    if os.environ["DJANGO_SETTINGS_MODULE"] == "config.settings.development" and port != "0":
        os.environ.setdefault("SITE_URL", f"http://localhost:{port}")
    return Supervisor(port=int(port), with_demo=world == "demo", only_check=how_long == "check").run()


def manage(arguments: list[str]) -> int:
    """Run one management command; on the embedded database its tables are brought up to date first."""
    with servers.held():
        if (arguments or [""])[0] not in WITHOUT_TABLES and "--help" not in arguments and servers.database_is_embedded():
            schema.bring_up_to_date()
        return _python(str(state.CHECKOUT / "manage.py"), *arguments)


def test(arguments: list[str]) -> int:
    """Run pytest with servers of its own; a second run in the same state folder waits for the first."""
    os.environ["ACCORD_STATE"] = str(state.folder() / "test")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    translations.compile_changed()
    if state.is_taken("tests.lock"):
        progress("another ./test runs in this state folder; waiting for it")
    with state.locked("tests.lock"), servers.held(durable=False):
        return _python("-m", "pytest", *(arguments or TWO_AT_A_TIME), place=state.CHECKOUT)


def _python(*words: str, place: Path | None = None) -> int:
    return subprocess.run([sys.executable, *words], cwd=place, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
