"""Ready statements: asked again and again, but put into words only once.

Django writes the SQL of a queryset anew each time it is asked, and PostgreSQL plans it anew, which takes longer than to answer
most of them. A ready statement is written at its first use, with a place for each fact, planned once a connection (prepared.py),
and asked with other facts afterwards:

    @ready.statement
    def _lines_of(document: Fact) -> QuerySet[Line]:
        return Line.objects.filter(document=document).order_by("position")

    lines = _lines_of(document=document.pk)

A fact is compared as the driver writes it: a key, a day, a moment, a word, never None; a row stands for its key. A list holds
keys, for `reading.among`, and must narrow the whole: asked about no keys, nothing is found and the database is left alone.
Only facts may differ between two questions: what else the function looks at is looked at once a process.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from inspect import signature
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet, Value

from accounts import reading
from accounts.prepared import Prepared

Row = TypeVar("Row")


class Fact(Value):
    """The place in a statement of what is handed in with each question."""

    @property
    def pk(self) -> "Fact":
        """The key of the row it is the place of."""
        return self

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Leave the place open."""
        return "%s", [self]


class Statement(Generic[Row]):
    """A statement that was written once; call it with its facts by name.

    With `stand_ins` the function is handed what each makes of the fact of its name.
    """

    def __init__(
        self, write: Callable[..., QuerySet[Any, Row]], stand_ins: Mapping[str, Callable[[Fact], Any]] | None = None
    ) -> None:
        self._write, self._stand_ins = write, stand_ins or {}
        self.__doc__ = write.__doc__

    def __call__(self, **facts: Any) -> list[Row]:
        """Return the rows, read anew each time."""
        if [] in facts.values() or self._written is None:
            return []
        rows, compiler, places, prepared = self._written
        given = tuple(_as_sent(facts[place.value]) if isinstance(place, Fact) else place for place in places)
        asked, compiler = rows.all(), copy.copy(compiler)
        compiler.connection = connections[compiler.using]
        compiler.as_sql = lambda *args, **options: prepared.words(compiler.connection, given)
        asked.query.get_compiler = lambda *args, **options: compiler  # type: ignore[method-assign] # of this copy only
        return list(asked)

    @cached_property
    def _written(self) -> tuple[QuerySet[Any, Row], Any, Sequence[Any], Prepared] | None:
        """Write it, and look up how its columns are read; nothing where no row can ever be found."""
        facts = {name: Fact(name) for name in signature(self._write).parameters}
        rows = self._write(**{name: self._stand_ins.get(name, _itself)(fact) for name, fact in facts.items()})
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            sql, places = compiler.as_sql()
        except EmptyResultSet:
            return None
        read = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda columns: read
        handed_in = [number for number, place in enumerate(places) if isinstance(place, Fact)]
        name = f"{self._write.__module__}.{self._write.__qualname__}"
        return rows, compiler, places, Prepared(name, sql, places, handed_in)


def statement(write: Callable[..., QuerySet[Any, Row]]) -> Statement[Row]:
    """Have the queryset that `write` returns written once; each of its arguments is a fact."""
    return Statement(write)


def keep(owner: Model, name: str, rows: QuerySet[Any, Row], found: list[Row]) -> None:
    """Keep what a ready statement found with the row it belongs to, as a prefetch keeps it: `owner.name.all()` asks no more.

    `rows` is the queryset of the same rows; it asks for itself where somebody narrows it.
    """
    field = getattr(type(owner), name).field
    for row in found:
        setattr(row, field.name, owner)
    rows._result_cache = found
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows


def _itself(fact: Fact) -> Fact:
    return fact


def _as_sent(fact: Any) -> Any:
    if isinstance(fact, Model):
        return fact.pk
    return reading.as_one_value(fact) if isinstance(fact, list) else fact
