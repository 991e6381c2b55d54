"""Canonical: JSON written in one way only, for hashes: sorted keys, decimals without trailing zeros, days as ISO.

`Told` is an object of JSON that remembers how it is written, for facts that stand on many rows, or in a hash and a row alike.
"""

import json
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Final


def written(value: Any) -> str:
    """Write one value."""
    if value is None:
        return "null"
    kind = value.__class__
    if kind is str:
        return encode_basestring(value)
    if kind is int:
        return repr(value)
    if kind is Told:
        return str(value.written)
    return f'"{plainly(value)}"' if kind is Decimal or kind is date else _JSON.encode(value)


def plainly(value: Any) -> str:
    """Return as text what JSON has no form for."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
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
