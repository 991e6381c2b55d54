"""A partial that is included with nothing but what it is given gets the token its forms are sent with."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ALONE = re.compile(r'{% include "([^"]+)"((?:(?!%}).)*?)only %}')


def test_partial_with_a_form_is_given_the_token():
    known = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    without = [
        (page, partial)
        for page, text in known.items()
        for partial, given in ALONE.findall(text)
        if "{% csrf_token %}" in known.get(partial, "") and "csrf_token=" not in given
    ]

    assert without == []
