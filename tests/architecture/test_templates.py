"""Templates hand on what a form needs: a piece included alone (`only`) gets the token against forged posts, or its forms fail."""

import re
from collections.abc import Iterator

from tests.architecture.source import ROOT

FOLDER = ROOT / "templates"
INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*)%}')
TOKEN = "{% csrf_token %}"


def templates() -> dict[str, str]:
    return {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.html"))}


def with_a_form(sources: dict[str, str]) -> set[str]:
    """The templates that print the token, themselves or in what they include."""
    found = {name for name, text in sources.items() if TOKEN in text}
    while True:
        further = {name for name, text in sources.items() if any(include[1] in found for include in INCLUDE.finditer(text))}
        if further <= found:
            return found
        found |= further


def left_without(sources: dict[str, str]) -> Iterator[str]:
    """The includes that cut a form off from the token."""
    needy = with_a_form(sources)
    for name, text in sources.items():
        for include in INCLUDE.finditer(text):
            alone = " only " in include[2] and "csrf_token=csrf_token" not in include[2]
            if alone and include[1] in needy:
                yield f"{name}: {include[1]}"


def test_every_form_gets_its_token_where_it_is_included_alone():
    assert list(left_without(templates())) == [], 'these need "csrf_token=csrf_token only"'


def test_form_cut_off_from_the_token_is_found():
    sources = {"page.html": '{% include "_form.html" with at=at only %}', "_form.html": f"<form>{TOKEN}</form>"}

    assert list(left_without(sources)) == ["page.html: _form.html"]
