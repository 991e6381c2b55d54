"""Reading: many rows at once by their keys, with as little work for each as can be.

`among` asks for rows by keys that travel as one value; Django's own `in` looks at each key several times and writes it out.
`ReadQuickly` makes the rows of a table that is read by thousands without the ceremony of a constructor.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.base import ModelState

M = TypeVar("M", bound=models.Model)


def among(name: str, keys: Iterable[int] | Value) -> Func:
    """Return the condition that the column `name` (a key, such as "pk" or "customer_id") is one of `keys`.

    In a ready statement (accounts/ready.py) they are the place of a list.
    """
    written = keys if isinstance(keys, Value) else Value(as_one_value(keys), TextField())
    return Func(F(name), written, template="%(expressions)s::bigint[])", arg_joiner=" = ANY(", output_field=BooleanField())


def as_one_value(keys: Iterable[int]) -> str:
    """Write keys as PostgreSQL reads an array of them."""
    return "{" + ",".join(map(str, keys)) + "}"


def whole_row(model: type[M], db: str | None, values: Collection[Any]) -> M | None:
    """Return a row that was read with all its columns; nothing when some were left out."""
    names = _names(model)
    if len(values) != len(names):
        return None
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, db
    facts = row.__dict__
    facts["_state"] = state
    facts.update(zip(names, values, strict=True))
    return row


@lru_cache(maxsize=64)
def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


class ReadQuickly(models.Model):
    """For a model without anything that listens to its rows being made: a row that is read whole is put together at once."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override] # what a later Django hands in too
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """Return a row as it was read."""
        return whole_row(cls, db, values) or super().from_db(db, field_names, values)
