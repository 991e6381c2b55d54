"""HTML made text: paragraphs and lines as a reader sees them, quotations marked like those of plain mails.

Only the standard parser is used, which knows no network and runs nothing; scripts, styles and hidden heads are left out.
"""

import re
from html.parser import HTMLParser
from typing import Final

BLOCKS: Final = {
    "address", "article", "blockquote", "br", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
LEFT_OUT: Final = {"script", "style", "head", "title", "template", "noscript", "object", "svg"}
DEEPEST: Final = 20
LONGEST: Final = 2_000_000  # letters of the source
DECLARATION: Final = re.compile(r"<[!?][^<>]{0,1000}>")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.left_out, self.quoted = 0, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LEFT_OUT:
            self.left_out += 1
        if tag in BLOCKS:
            self._break()
        if tag == "blockquote":
            self.quoted = min(self.quoted + 1, DEEPEST)

    def handle_endtag(self, tag: str) -> None:
        if tag in LEFT_OUT:
            self.left_out = max(self.left_out - 1, 0)
        if tag in BLOCKS:
            self._break()
        if tag == "blockquote":
            self.quoted = max(self.quoted - 1, 0)

    def handle_data(self, data: str) -> None:
        if self.left_out:
            return
        words = re.sub(r"\s+", " ", data)
        if not self.lines[-1] and words.strip():
            self.lines[-1] = "> " * self.quoted + words.lstrip()
        elif self.lines[-1]:
            self.lines[-1] += words

    def _break(self) -> None:
        if self.lines[-1] or (len(self.lines) > 1 and self.lines[-2]):
            self.lines.append("")


def as_text(source: str) -> str:
    """Return what a reader would see of this HTML, as lines of text."""
    source = _without_declarations(source[:LONGEST])
    reader = _Reader()
    try:
        reader.feed(source)
        reader.close()
    except (AssertionError, ValueError):
        return re.sub(r"<[^>]*>", " ", source)
    return "\n".join(line.rstrip() for line in reader.lines).strip()


def _without_declarations(source: str) -> str:
    """Leave out comments and declarations; one that never ends is text, lest the parser look for its end again and again."""
    pieces: list[str] = []
    place = 0
    while (start := source.find("<!--", place)) >= 0 and (end := source.find("-->", start + 4)) >= 0:
        pieces.append(source[place:start])
        place = end + 3
    rest = DECLARATION.sub("", "".join((*pieces, source[place:])).replace("<!--", ""))
    seen, sign, after = rest.replace("<!", "&lt;!").replace("<?", "&lt;?").rpartition(">")
    return seen + sign + after.replace("<", "&lt;")
