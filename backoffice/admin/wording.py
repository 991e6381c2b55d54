"""Codes as the administration shows them: worded in columns, and worded in the filters beside a list."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib.admin import SimpleListFilter, display
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.people.models import StaffProfile
from accounts.policies.keys import KEYS
from billing.anomalies.registry import DETECTORS
from support.remedies.kinds import REMEDIES

# The library's own words that its German lacks or says otherwise than we do: noted here, our catalogue translates them.
LIBRARY_WORDS: Final = (
    gettext_noop("Select value"),
    gettext_noop("Search apps and models..."),
    gettext_noop("This page yielded into no results. Create a new item or reset your filters."),
    gettext_noop("No results found"),
    gettext_noop("Type to search"),
    gettext_noop("Reset filters"),
    gettext_noop("Save and add another"),
    gettext_noop("Save and continue editing"),
)

Words = Callable[[], Mapping[str, Any]]


def remedies() -> Mapping[str, Any]:
    """Return the kinds of remedies; none said is every kind."""
    return {"": _("every kind")} | {code: kind.label for code, kind in REMEDIES.items()}


def detectors() -> Mapping[str, Any]:
    """Return the kinds of billing errors."""
    return {detector.code: detector.label for detector in DETECTORS}


def levels() -> Mapping[str, Any]:
    """Return the levels of our people."""
    return dict(StaffProfile.Level.choices)


def keys() -> Mapping[str, Any]:
    """Return the keys of policy."""
    return {code: key.label for code, key in KEYS.items()}


def column(name: str, label: Any, words: Words) -> Callable[[Model], str]:
    """Return a column that words the code in the field `name`; a code without words is shown as it is."""

    @display(description=label, ordering=name)
    def worded(row: Model) -> str:
        code = getattr(row, name)
        return str(words().get(code, code) or "–")

    worded.__name__ = name
    return worded


def narrowing(name: str, label: Any, words: Words) -> type[SimpleListFilter]:
    """Return a filter by the field `name` that offers the words of its codes."""

    class Narrowing(SimpleListFilter):
        title = label
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(code, str(word)) for code, word in words().items() if code]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
            return queryset.filter(**{name: self.value()}) if self.value() in words() else queryset

    return Narrowing
