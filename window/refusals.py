"""Refusals on forms: a rule's "no" is shown where the person asked, with its reason, and nothing typed is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from accounts.decisions import Refusal


@contextmanager
def refusals_shown_on(form: BaseForm) -> Iterator[None]:
    """Put the reason of a refusal raised in the block on `form`, at the field it names if it has one; the block ends there."""
    try:
        yield
    except Refusal as refusal:
        field = getattr(refusal, "field", None)
        form.add_error(field if field in form.fields else None, ValidationError(refusal.reason, code=refusal.code))


@dataclass(frozen=True)
class Objection:
    """A reason for a no, in words, and the id of the rule of data that says so (empty: another kind of rule)."""

    words: str
    rule: str = ""


def objections(form: BaseForm) -> list[Objection]:
    """Return what stands against a form as a whole; people quote a rule of data by its id, as programs and reports do."""
    found = form.non_field_errors().as_data()
    return [Objection(words, error.code if "." in (error.code or "") else "") for error in found for words in error.messages]
