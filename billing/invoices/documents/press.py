"""The press: a small program that turns pages of HTML into PDF, in a process of its own.

It reads JSON {"html", "css", "identifier"} on standard input and writes the PDF to standard output. It knows no database
and no settings, has limits on memory and time, opens no connection, and fetches nothing but the house's font and what the
page carries in itself. Started by rendering.py with SOURCE_DATE_EPOCH set, it prints the same bytes whenever and wherever
it runs. With --stay (presses.py) it takes one page a line, each with its "epoch", and answers each with a line that says how
many bytes follow, "printed 1234" or "failed 56", and those bytes.
"""

import base64
import json
import os
import resource
import sys
from datetime import UTC, datetime
from functools import cache
from typing import Final

from fontpkg_inter import ROOT
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

MOST_MEMORY: Final = 2 * 1024**3
MOST_SECONDS: Final = 120
FONT: Final = ROOT / "files" / "Inter[opsz,wght].ttf"
FONT_ADDRESS: Final = "house:font"
FACE: Final = f"@font-face {{ font-family: Inter; font-style: normal; font-weight: 100 900; src: url({FONT_ADDRESS}) }}"
FORBIDDEN: Final = frozenset({"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec"})


def main() -> None:
    """Print the page, or with --stay every page, on standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.addaudithook(refuse_the_outside)
    if "--stay" in sys.argv:
        stay()
    else:
        allow_seconds()
        sys.stdout.buffer.write(_printed(json.load(sys.stdin.buffer)))


def stay() -> None:
    """Print page after page until there is no more; one that cannot be printed is told and stops no other."""
    for line in sys.stdin.buffer:
        allow_seconds()
        page = json.loads(line)
        os.environ["SOURCE_DATE_EPOCH"] = page["epoch"]
        try:
            word, content = "printed", _printed(page)
        except Exception as fault:  # noqa: BLE001, whatever a page did, the next one is printed
            word, content = "failed", repr(fault).encode(errors="replace")[:2000]
        sys.stdout.buffer.write(f"{word} {len(content)}\n".encode() + content)
        sys.stdout.buffer.flush()


def allow_seconds() -> None:
    """Let the page to come take its time, and no more, beside what earlier ones took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + MOST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _printed(page: dict[str, str]) -> bytes:
    return printed(page["html"], page["css"], page["identifier"], page.get("xml", "").encode(), page.get("xmp", ""))


class HouseFetcher(URLFetcher):  # type: ignore[misc] # weasyprint is untyped
    """Hands out the house's font and what a page carries in itself; anything else is refused."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return what stands at `url`."""
        if url == FONT_ADDRESS:
            return URLFetcherResponse(url, _font(), {"Content-Type": "font/ttf"})
        return super().fetch(url, headers)


@cache
def _font() -> bytes:
    return bytes(FONT.read_bytes())


def refuse_the_outside(event: str, _: tuple[object, ...]) -> None:
    """Stop whatever would reach out of this process."""
    if event in FORBIDDEN:
        raise PermissionError(f"the press does not do {event}")


def printed(html: str, css: str, identifier: str, xml: bytes = b"", xmp: str = "") -> bytes:
    """Return the page as a tagged PDF in the house's font: PDF/UA-1, or with `xml` to carry along PDF/A-3a (Factur-X)."""
    fetcher = HouseFetcher(allowed_protocols=["data"])
    fonts = FontConfiguration()
    sheets = [CSS(string=text, font_config=fonts, url_fetcher=fetcher) for text in (FACE, css)]
    page = HTML(string=html, url_fetcher=fetcher)
    carried: dict[str, object] = {"pdf_variant": "pdf/ua-1"}
    if xml:
        carried = {"pdf_variant": "pdf/a-3a", "attachments": [_attached(xml, fetcher)], "xmp_metadata": [_as_address(xmp)]}
    return bytes(
        page.write_pdf(stylesheets=sheets, font_config=fonts, pdf_identifier=identifier.encode(), pdf_tags=True, **carried)
    )


def _attached(xml: bytes, fetcher: URLFetcher) -> Attachment:
    """Name the file as Factur-X asks; its moments are the document's own."""
    at = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    return Attachment(
        string=xml, name="factur-x.xml", description="Factur-X invoice", relationship="Alternative", created=at, modified=at,
        url_fetcher=fetcher,
    )  # fmt: skip


def _as_address(xmp: str) -> str:
    return f"data:application/xml;base64,{base64.b64encode(xmp.encode()).decode()}"


if __name__ == "__main__":
    main()
