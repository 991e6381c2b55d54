"""The press: a small program that turns one page of HTML into PDF, in a process of its own.

It reads JSON {"html", "css", "identifier"} on standard input and writes the PDF to standard output. It knows no database
and no settings, has limits on memory and time, opens no connection, and fetches nothing but what the page carries in
itself. Started by rendering.py with SOURCE_DATE_EPOCH set, it prints the same bytes whenever and wherever it runs.
"""

import base64
import json
import os
import resource
import sys
from datetime import UTC, datetime
from typing import Final

from fontpkg_inter import ROOT
from weasyprint import CSS, HTML, Attachment
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
    xml = page.get("xml", "").encode()
    sys.stdout.buffer.write(printed(page["html"], page["css"], page["identifier"], xml, page.get("xmp", "")))


def refuse_the_outside(event: str, _: tuple[object, ...]) -> None:
    """Stop whatever would reach out of this process."""
    if event in FORBIDDEN:
        raise PermissionError(f"the press does not do {event}")


def printed(html: str, css: str, identifier: str, xml: bytes = b"", xmp: str = "") -> bytes:
    """Return the page as a tagged PDF in the house's font: PDF/UA-1, or with `xml` to carry along PDF/A-3a (Factur-X)."""
    fetcher = URLFetcher(allowed_protocols=["data"])
    fonts = FontConfiguration()
    sheets = [CSS(string=text, font_config=fonts, url_fetcher=fetcher) for text in (_faces(), css)]
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


def _faces() -> str:
    return "\n".join(
        f"@font-face {{ font-family: Inter; font-style: {style}; font-weight: 100 900;"
        f" src: url(data:font/ttf;base64,{base64.b64encode((ROOT / 'files' / file).read_bytes()).decode()}) }}"
        for style, file in FACES.items()
    )


if __name__ == "__main__":
    main()
