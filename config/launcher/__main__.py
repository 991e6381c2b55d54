"""python -m config.launcher run|manage|test: what `./run` and `./test` do once their Python environment stands."""

import os
import subprocess
import sys

from config.launcher import servers, state


def main(words: list[str]) -> int:
    what, arguments = words[0], words[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    try:
        return {"manage": manage, "test": test}[what](arguments)
    except state.Fault as fault:
        print(f"accord: {fault}", file=sys.stderr)
        return 1


def manage(arguments: list[str]) -> int:
    with servers.held():
        return subprocess.run([sys.executable, "manage.py", *arguments], cwd=state.CHECKOUT, check=False).returncode


def test(arguments: list[str]) -> int:
    os.environ["ACCORD_STATE"] = str(state.folder() / "test")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    with servers.held(durable=False):
        chosen = arguments or ["-n", "2"]
        return subprocess.run([sys.executable, "-m", "pytest", *chosen], cwd=state.CHECKOUT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
