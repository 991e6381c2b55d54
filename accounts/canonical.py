"""Canonical: JSON written in one way only, for hashes: sorted keys, decimals without trailing zeros, days as ISO.

`Told` is an object of JSON that remembers how it is written, for facts that stand on many rows, or in a hash and a row alike.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final


def written(value: Any) -> str:
    """Write one value."""
    return _WRITERS[value.__class__](value)


def all_written(values: Iterable[Any]) -> tuple[str, ...]:
    """Write each of many values."""
    return tuple([_WRITERS[value.__class__](value) for value in values])


def plainly(value: Any) -> str:
    """Return as text what JSON has no form for."""
    if isinstance(value, Decimal):
        return format((value + 0).normalize(), "f")  # there is one zero only
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no canonical form")


class Told(dict[str, Any]):
    """Facts that are not changed any more once they are written; equal to any other object with the same."""

    __slots__ = ("_written",)

    @property
    def written(self) -> str:
        """The facts as they are written."""
        try:
            return self._written
        except AttributeError:
            parts = [f"{encode_basestring(name)}:{written(self[name])}" for name in sorted(self)]
            self._written: str = "{" + ",".join(parts) + "}"
            return self._written


_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plainly)


@lru_cache(maxsize=4096)
def _quoted(value: Decimal | date) -> str:
    return f'"{plainly(value)}"'


class _Writers(dict[type, Callable[[Any], str]]):
    """What writes values of one class: JSON's own writer, where there is nothing quicker."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        return _JSON.encode


_WRITERS: Final = _Writers(
    {
        str: encode_basestring,
        int: repr,
        Decimal: _quoted,
        date: _quoted,
        type(None): lambda _: "null",
        Told: lambda told: str(told.written),
    }
)
