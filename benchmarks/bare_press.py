"""The floor of `bench pdf`: WeasyPrint on bare pages, in a warm process of its own; no tags, no archive form, nothing kept.

Reads a folder, then pages as lines of JSON, from standard input, prints them with the house's font and stylesheet, and
answers with the seconds that took once WeasyPrint stood ready.
"""

import json
import sys
import time


def main() -> None:
    """Print all pages and say how long that took."""
    sys.path.insert(0, sys.stdin.readline().strip())
    from press import FACE, HouseFetcher  # noqa: PLC0415, the folder was just told
    from weasyprint import CSS, HTML  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    def bare(page: dict[str, str]) -> bytes:
        fonts, fetcher = FontConfiguration(), HouseFetcher(allowed_protocols=["data"])
        sheets = [CSS(string=text, font_config=fonts, url_fetcher=fetcher) for text in (FACE, page["css"])]
        return bytes(HTML(string=page["html"], url_fetcher=fetcher).write_pdf(stylesheets=sheets, font_config=fonts))

    pages = [json.loads(line) for line in sys.stdin]
    bare(pages[0])
    started = time.perf_counter()
    for page in pages:
        bare(page)
    sys.stdout.write(str(time.perf_counter() - started))


if __name__ == "__main__":
    main()
