"""python -m config.launcher run|manage|test: read the command line, prepare the environment, hand over to the Python in it.

This half needs nothing but a bare Python 3.11; the other half is `inside.py`.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from config import env
from config.launcher import environment
from config.launcher.words import status_of

RUN = """Start Accord: database, broker, web server, worker and beat, with the demo world.

./run manage ARGS… runs one management command in the same environment instead (./run manage help lists them).
All state lives in .accord/, or in the folder that ACCORD_STATE names; docs/how-to/operate.md lists every variable."""
TEST = """Run the tests on a real PostgreSQL, in the browser too.

Arguments go to pytest; without any, all tests run, two at a time.

usage: ./test [pytest args]
"""


def main(words: list[str]) -> int:
    way, arguments = words[0], words[1:]
    if way == "test" and arguments in (["--help"], ["-h"]):
        sys.stdout.write(TEST)
        return 0
    if way == "run":
        way, arguments = _read_run(arguments)
    return status_of(lambda: _hand_over(way, arguments))


def _read_run(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the way to go and its arguments; wrong usage ends the program with status 2."""
    if arguments[:1] == ["manage"]:
        return "manage", arguments[1:]
    parser = argparse.ArgumentParser("./run", description=RUN, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--port", type=_port, help="where the web server listens on this machine (8000; with --check any free one)"
    )
    parser.add_argument("--no-demo", action="store_true", help="leave the database as it is")
    parser.add_argument("--check", action="store_true", help="start everything, wait until all of it answers, stop")
    chosen = parser.parse_args(arguments)
    port = chosen.port if chosen.port is not None else 0 if chosen.check else 8000
    return "run", [str(port), "bare" if chosen.no_demo else "demo", "check" if chosen.check else "stay"]


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise argparse.ArgumentTypeError("must be a number from 1 to 65535")
    return int(value)


def _hand_over(way: str, arguments: list[str]) -> int:
    _keep_folders(env.read())
    python = environment.prepare(environment.TESTING if way == "test" else environment.RUNNING)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    os.execv(python, [str(python), "-P", "-m", "config.launcher.inside", way, *arguments])  # noqa: S606, hands over for good


def _keep_folders(values: dict[str, Any]) -> None:
    """Pass folders on as whole paths: the processes we start work in another folder than the one we were called from."""
    for name, value in values.items():
        if isinstance(value, Path):
            os.environ[name] = str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
