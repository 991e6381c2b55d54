"""Plain words for what is kept: a choice by its label in the language of the source, whoever acts in whatever language."""

from django.db.models import Model
from django.utils import translation


def plain(row: Model, field: str) -> str:
    """Return the label of the choice in `field` of `row`, in English: facts of a timeline are read in every language."""
    with translation.override(None):
        return str(getattr(row, f"get_{field}_display")())
