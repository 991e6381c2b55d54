"""Policy words: a key's value as a page writes it: amounts grouped, and where one currency matters only that one."""

from decimal import Decimal
from typing import Any

from accounts.policies.keys import Key, Type
from window.formats import NO_BREAK_SPACE, figure


def of(key: Key, value: Any, currency: str = "") -> str:
    """Write a value of a key; with a `currency` that it names, only in that one."""
    if key.type is not Type.MONEY or not value:
        return key.words(value)
    said = {currency: value[currency]} if currency in value else value
    return ", ".join(f"{figure(Decimal(amount))}{NO_BREAK_SPACE}{code}" for code, amount in sorted(said.items()))
