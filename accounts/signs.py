"""Signs: which signs free text may hold, whoever wrote it. Pure: no database.

Marks that turn the direction of what follows make a name, a file or a sentence read as another, and nobody sees them: pages and
mails leave them out, programs that send them are refused. The plain marks of a direction, which scripts from right to left need,
stay. Other signs that steer a terminal are nothing a person writes; ends of lines and tabs stay.
"""

import re
from typing import Any, Final

TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
STEERING: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain(text: str) -> str:
    """Return text without marks that turn its direction and without signs that steer; a NUL is left to who refuses it."""
    return STEERING.sub("", TURNING.sub("", text))


def turns(said: Any) -> bool:
    """Say whether some text in what was said, however deep, holds a mark that turns the direction of writing."""
    if isinstance(said, str):
        return TURNING.search(said) is not None
    if isinstance(said, dict):
        return any(turns(part) for pair in said.items() for part in pair)
    return isinstance(said, list | tuple | set) and any(turns(part) for part in said)
