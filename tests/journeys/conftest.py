"""The running product for journeys: `./run` as a newcomer starts it, in a state folder of its own, and a browser to walk in."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "no-sandbox",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
)
OF_THE_TESTS = ("ACCORD_STATE", "DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST")
RUNS_AT = "Accord runs at "
RUNNING = "JOURNEYS_RUN_AT"  # where one runs already, with its state folder in ACCORD_STATE: walked as it stands, not started
PASSWORD_OF_ALL = "demo-world"
PATIENCE = 15_000  # milliseconds until something that is to appear counts as missing; budgets that matter are named where they do
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Accord:
    """The product as it runs: where, in which state folder, and the password all demo logins share."""

    address: str
    password: str
    environment: dict[str, str]

    def manage(self, *words: str, text: str = "") -> str:
        """Run a management command beside the running product and return what it printed."""
        command = [ROOT / "run", "manage", *words]
        done = subprocess.run(command, env=self.environment, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture(scope="session")
def accord() -> Iterator[Accord]:
    """Start everything on a free port, with the demo world; stop it at the end. One that runs already is left alone."""
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    if running := os.environ.get(RUNNING):
        state = Path(os.environ["ACCORD_STATE"]).parent  # ./test keeps what is the tests' own in a folder within
        yield Accord(running.rstrip("/"), PASSWORD_OF_ALL, kept | {"ACCORD_STATE": str(state), "ACCORD_VENV": sys.prefix})
        return
    state = Path(tempfile.mkdtemp(prefix="accord-journey-"))
    state.chmod(0o755)
    environment = kept | {"ACCORD_STATE": str(state), "ACCORD_VENV": sys.prefix, "REPLY_RESTS_SECONDS": "0"}
    log = state / "run.log"
    command = [ROOT / "run", "--port", str(_free_port())]
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=output, text=True)
        try:
            yield Accord(*_told(process, log), environment)
        finally:
            process.terminate()
            process.wait(60)
            shutil.rmtree(state, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _told(process: subprocess.Popen[str], log: Path) -> tuple[str, str]:
    """Read where it runs, and the password of the logins it prints."""
    address = password = ""
    for line in process.stdout or ():
        if line.startswith(RUNS_AT):
            address = line.removeprefix(RUNS_AT).strip().rstrip("/")
        if address and "@" in line:
            password = line.split()[1]
        if address and line.startswith("Mails"):
            return address, password
    pytest.fail(f"./run ended before it ran: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, kept for one file of journeys: its event loop must not outlive them, or Django refuses to work."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[f"--{flag}" for flag in FLAGS])
        yield chromium
        chromium.close()


@pytest.fixture
def signed_in(accord: Accord, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that signs a person in, in a browser window of their own, and hands back the page they land on."""
    contexts: list[BrowserContext] = []

    def sign_in(email: str, *, password: str = "", **options: object) -> Page:
        context = browser.new_context(base_url=accord.address, viewport={"width": 1440, "height": 900}, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(password or accord.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
