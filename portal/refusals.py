"""Refusals on forms: a rule's "no" is shown where the person asked, with its reason, and nothing typed is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from accounts.decisions import Refusal


@contextmanager
def refusals_shown_on(form: BaseForm) -> Iterator[None]:
    """Put the reason of a refusal raised in the block on `form`, at the field it names if the form has it; the block ends there."""
    try:
        yield
    except Refusal as refusal:
        field = getattr(refusal, "field", None)
        form.add_error(field if field in form.fields else None, ValidationError(refusal.reason, code=refusal.code))
