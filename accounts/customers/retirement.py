"""Retirement: which facts are no longer written, whoever writes: forms, administration, API, sources and imports alike."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from accounts.customers.facts import Fault
from accounts.customers.retired_models import RetiredFact


def names() -> frozenset[str]:
    """Return the facts that are retired."""
    return frozenset(RetiredFact.objects.values_list("fact", flat=True))


def faults(values: Mapping[str, str], retired: Collection[str], beside: Mapping[str, str] | None = None) -> list[Fault]:
    """Return a fault for each retired fact that would be written anew; what stays as it was is none."""
    kept = beside or {}
    written = (name for name in values if name in retired and values[name] and values[name] != kept.get(name, ""))
    return [Fault(name, _("is retired: nobody needs it any more"), "facts.retired") for name in written]
