"""Policy words: a key's name and value in the reader's language; where one currency matters, only that one."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.policies.keys import Key, Type
from window.formats import NO_BREAK_SPACE, figure


def name(key: Key) -> str:
    """Write what a key asks."""
    return _(key.label)


def of(key: Key, value: Any, currency: str = "") -> str:
    """Write a value of a key; with a `currency` that it names, only in that one."""
    if value is None:
        return _("not limited") if key.type is Type.MONEY else _("not said")
    if key.type is Type.FLAG:
        return _("yes") if value else _("no")
    if key.type is Type.NAMES:
        return ", ".join(value) or _("none")
    if key.type is Type.MONEY:
        return _amounts(value, currency)
    return f"{figure(value)} {_(key.unit)}" if key.unit else key.words(value)


def _amounts(value: dict[str, str], currency: str) -> str:
    said = {currency: value[currency]} if currency in value else value
    return ", ".join(f"{figure(Decimal(amount))}{NO_BREAK_SPACE}{code}" for code, amount in sorted(said.items()))
