"""Plain words for what is kept: in the language of the source, whoever acts in whatever language."""

from contextlib import AbstractContextManager

from django.db.models import Model
from django.utils import translation


def in_plain_words() -> AbstractContextManager[None]:
    """Let what is said in the block be said in English: what is kept is read in every language."""
    return translation.override(None)


def plain(row: Model, field: str) -> str:
    """Return the label of the choice in `field` of `row`, in English."""
    with in_plain_words():
        return str(getattr(row, f"get_{field}_display")())
