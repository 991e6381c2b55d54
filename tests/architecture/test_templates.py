"""Templates: whatever a form needs to be accepted reaches it, however deep it is included."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
INCLUDE = re.compile(r'{%-?\s*include\s+"([^"]+)"(.*?)%}', re.DOTALL)


def test_every_form_gets_its_token_when_it_is_included_with_only_what_it_is_given() -> None:
    pieces = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    sends = _with_forms(pieces)

    lacking = [
        f"{page} includes {piece}"
        for page, text in pieces.items()
        for piece, rest in INCLUDE.findall(text)
        if piece in sends and rest.split()[-1:] == ["only"] and "csrf_token=" not in rest
    ]

    assert sends
    assert lacking == []


def _with_forms(pieces: dict[str, str]) -> set[str]:
    """Return the templates that hold a token, and those that include one of them."""
    found = {name for name, text in pieces.items() if "{% csrf_token %}" in text}
    while more := {name for name, text in pieces.items() if name not in found and _includes(text, found)}:
        found |= more
    return found


def _includes(text: str, wanted: set[str]) -> bool:
    return any(piece in wanted for piece, _rest in INCLUDE.findall(text))
