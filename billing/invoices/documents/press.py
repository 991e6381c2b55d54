"""The press: a small program that turns one page of HTML into PDF, in a process of its own.

It reads JSON {"html", "css", "identifier"} on standard input and writes the PDF to standard output. It knows no database
and no settings, has limits on memory and time, opens no connection, and fetches nothing but what the page carries in
itself. Started by rendering.py with SOURCE_DATE_EPOCH set, it prints the same bytes whenever and wherever it runs.
"""

import base64
import json
import resource
import sys
from typing import Final

from fontpkg_inter import ROOT
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

MOST_MEMORY: Final = 2 * 1024**3
MOST_SECONDS: Final = 120
FACES: Final = {"normal": "Inter[opsz,wght].ttf"}
FORBIDDEN: Final = frozenset({"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec"})


def main() -> None:
    """Print the page on standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    sys.addaudithook(refuse_the_outside)
    page = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(printed(page["html"], page["css"], page["identifier"]))


def refuse_the_outside(event: str, _: tuple[object, ...]) -> None:
    """Stop whatever would reach out of this process."""
    if event in FORBIDDEN:
        raise PermissionError(f"the press does not do {event}")


def printed(html: str, css: str, identifier: str) -> bytes:
    """Return the page as a tagged PDF (PDF/UA-1) in the house's font."""
    fetcher = URLFetcher(allowed_protocols=["data"])
    fonts = FontConfiguration()
    sheets = [CSS(string=text, font_config=fonts, url_fetcher=fetcher) for text in (_faces(), css)]
    page = HTML(string=html, url_fetcher=fetcher)
    return bytes(
        page.write_pdf(stylesheets=sheets, font_config=fonts, pdf_identifier=identifier.encode(), pdf_variant="pdf/ua-1")
    )


def _faces() -> str:
    return "\n".join(
        f"@font-face {{ font-family: Inter; font-style: {style}; font-weight: 100 900;"
        f" src: url(data:font/ttf;base64,{base64.b64encode((ROOT / 'files' / file).read_bytes()).decode()}) }}"
        for style, file in FACES.items()
    )


if __name__ == "__main__":
    main()
