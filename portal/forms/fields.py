"""Fields that more than one form of the portal has."""

from typing import Any
from uuid import uuid4

from django import forms


class KeyField(forms.UUIDField):
    """The key of one sending, made when the page is built: sending the same page twice does its work once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.HiddenInput, initial=uuid4, **options)


class ForgottenInput(forms.TextInput):
    """A text input whose value is never written back into a page: card numbers and their like."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)
