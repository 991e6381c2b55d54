"""Prose: Markdown that editors write, rendered once and cleaned by an allow list; and its plain words where no marks fit.

HTML in the source is text, links lead to the web or to a mailbox and carry no referrer; everything else is dropped.
"""

import re
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS: Final = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "h3", "h4", "blockquote", "a", "hr"}
SCHEMES: Final = {"http", "https", "mailto"}
MARKS: Final = re.compile(r"\*\*|__|`|^\s*#{1,6}\s+|^\s*(?:[-*]|\d+\.)\s+", re.MULTILINE)
LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})


def rendered(markdown: str) -> SafeString:
    """Return `markdown` as HTML that is safe to show."""
    html = _MARKDOWN.render(markdown).replace("<h1>", "<h3>").replace("</h1>", "</h3>").replace("h2>", "h3>")
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="nofollow noopener")
    return mark_safe(clean)  # noqa: S308, cleaned by the line above


def plain(markdown: str) -> str:
    """Return the words of `markdown` without its marks, for a passage of it."""
    return MARKS.sub("", LINK.sub(r"\1", markdown))
