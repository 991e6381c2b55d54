"""What a crawl sees: every kind of page a person can reach by links, in both themes, on a desk and on a phone.

A kind of page is one route of the site with the names of what its address asks for; one page stands for its kind. What a
link leads to that is no page (a file) is fetched and must answer; links out of the product are left alone.
"""

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import ConsoleMessage, Error, Page

from tests.journeys.walking import AXE, DESK, MOMENT, PHONE, TWICE

THEMES = ("light", "dark")
COLOURS_ONLY = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
ALL_RULES = {"resultTypes": ["violations"]}
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
PLACES = "[...document.querySelectorAll('[id], a[name]')].map((place) => place.id || place.name)"
PER_KIND = 3  # further links of a kind whose answer is asked for, without a look at the page
UNTIL_THERE = 60_000  # milliseconds; an archive of many files is made while one waits
A_FILE = "Download is starting"  # what the browser says instead of showing it
LEAVES = re.compile(r"^/(accounts/logout|language|api/v1/docs)/")


@dataclass
class Crawl:
    """One person's walk: what is still to be seen, what was seen, and what is wrong, by page."""

    page: Page
    address: str
    waiting: deque[tuple[str, str]] = field(default_factory=deque)
    kinds: dict[str, int] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def walk(self, start: str) -> list[str]:
        """Follow every link from `start` on and return a line for each fault."""
        self.waiting.append((urljoin(self.address, start), "the start"))
        while self.waiting:
            self._visit(*self.waiting.popleft())
        return self.faults

    def _visit(self, url: str, found_on: str) -> None:
        kind = kind_of(url)
        seen = self.kinds.get(kind, 0)
        self.kinds[kind] = seen + 1
        if not seen:
            self._look(url, found_on)
        elif seen <= PER_KIND:
            self._ask(url, found_on)

    def _ask(self, url: str, found_on: str) -> None:
        """Note an address that does not answer; what it answers is not looked at."""
        try:
            self._hold(self.page.request.get(url, timeout=UNTIL_THERE).status, url, found_on)
        except Error as error:
            self.faults.append(f"{error.message.splitlines()[0]} at {_short(url)}, linked from {found_on}")

    def _hold(self, status: int, url: str, found_on: str) -> None:
        if status != 200:
            self.faults.append(f"{status} at {_short(url)}, linked from {found_on}")

    def _look(self, url: str, found_on: str) -> None:
        """Open the page and note what is wrong with it, what its scripts and its console complain of included."""
        with _complaints_of(self.page) as complaints:
            try:
                self.page.set_viewport_size(DESK)
                answer = self.page.goto(url, timeout=UNTIL_THERE)
                assert answer
                self._hold(answer.status, url, found_on)
                if answer.status != 200:
                    complaints.clear()  # the browser's own word on the same answer
                elif answer.headers.get("content-type", "").startswith("text/html"):
                    self.page.wait_for_timeout(MOMENT)
                    self.faults += [f"{_short(url)}: {fault}" for fault in faults_of(self.page)]
                    self._remember_links(_short(url))
            except Error as error:
                if A_FILE in error.message:
                    self._ask(url, found_on)
                else:
                    self.faults.append(f"{_short(url)}: {error.message.splitlines()[0]}")
        self.faults += [f"{_short(url)}: script: {complaint}" for complaint in complaints]

    def _remember_links(self, found_on: str) -> None:
        here, places = urldefrag(self.page.url)[0], self.page.evaluate(PLACES)
        for link in self.page.evaluate(LINKS):
            url, place = urldefrag(link)
            if url == here and place and place not in places:
                self.faults.append(f"{found_on}: a link to #{place}, which is not there")
            if url.startswith(self.address) and url not in self.asked and not LEAVES.match(urlsplit(url).path):
                self.asked.add(url)
                self.waiting.append((url, found_on))


def kind_of(url: str) -> str:
    """Name the route an address belongs to, with what it asks for; the administration's filters count as one."""
    parts = urlsplit(url)
    try:
        route = resolve(parts.path).route
    except Resolver404:
        return parts.path
    return route if route.startswith("admin/") else f"{route}?{'&'.join(sorted(parse_qs(parts.query)))}"


def faults_of(page: Page) -> Iterator[str]:
    """Tell what is wrong with the page that stands open, at both widths and in both themes."""
    if twice := page.evaluate(TWICE):
        yield f"ids twice: {sorted(set(twice))}"
    for width, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.wait_for_timeout(MOMENT)
            rules = ALL_RULES if theme == "light" else COLOURS_ONLY
            for fault in AXE.run(page, options=rules).response["violations"]:
                yield f"{width}, {theme}: {fault['id']} at {[node['target'] for node in fault['nodes']][:3]}"
        wide, room = page.evaluate(WIDTHS)
        if wide > room:
            yield f"{width}: {wide - room} px wider than the window"


@contextmanager
def _complaints_of(page: Page) -> Iterator[list[str]]:
    """Collect what scripts end with and what the browser calls an error in its console: a missing file, a piece that fails."""
    complaints: list[str] = []

    def of_script(error: Error) -> None:
        complaints.append(str(error).splitlines()[0])

    def of_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text.splitlines()[0]} ({message.location['url']})")

    page.on("pageerror", of_script)
    page.on("console", of_console)
    try:
        yield complaints
    finally:
        page.remove_listener("pageerror", of_script)
        page.remove_listener("console", of_console)


def _short(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
