"""The facts of a customer and what each must look like: one table for portal, console, admin and import alike.

A fact is text. `clean` returns the facts as they are kept (trimmed, codes in their usual case); `faults` says in plain
words what is wrong with them, and which rule of rules.py says so. Text is text: markup, formulas and emoji are kept as they came.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import signs
from accounts.customers import rules
from accounts.customers.models import Customer

UNWANTED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
IN_CAPITALS: Final = frozenset({"country", "currency", "lei"})
IN_SMALL_LETTERS: Final = frozenset({"tier", "stage", "email"})
# What may not be left empty keeps the house's default when nothing is said.
DEFAULTS: Final = {
    name: str(Customer._meta.get_field(name).get_default()) for name in ("language", "currency", "timezone", "tier", "stage")
}
FACTS: Final = (
    "name", "legal_name", "country", "tax_id", "lei", "email", "phone", "street", "postcode", "city",
    "language", "currency", "timezone", "tier", "stage", "external_id", "cost_centre",
)  # fmt: skip
LENGTHS: Final[dict[str, int]] = {name: Customer._meta.get_field(name).max_length or 0 for name in (*FACTS, "ref")}


# what people call a fact; others go by their own name
LABELS: Final[dict[str, Promise]] = {
    "name": gettext_lazy("Name"), "legal_name": gettext_lazy("Legal name"), "country": gettext_lazy("Country"),
    "tax_id": gettext_lazy("Tax id"), "email": gettext_lazy("E-mail"), "phone": gettext_lazy("Phone"),
    "street": gettext_lazy("Street"), "postcode": gettext_lazy("Postcode"), "city": gettext_lazy("Town"),
    "language": gettext_lazy("Language"), "currency": gettext_lazy("Currency"), "timezone": gettext_lazy("Time zone"),
    "lei": gettext_lazy("LEI"), "tier": gettext_lazy("Tier"), "stage": gettext_lazy("Stage"), "details": gettext_lazy("Details"),
    "external_id": gettext_lazy("Number elsewhere"), "cost_centre": gettext_lazy("Cost centre"), "kind": gettext_lazy("Kind"),
    "ref": gettext_lazy("Reference"), "parent_ref": gettext_lazy("Stands under"), "row": gettext_lazy("Row"),
}  # fmt: skip


def label(name: str) -> str:
    """Return what people call a fact, in the reader's language."""
    return str(LABELS.get(name, name))


def of(customer: Customer) -> dict[str, str]:
    """Return the facts kept of `customer`."""
    return {name: getattr(customer, name) for name in FACTS}


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Return the facts as they are kept: trimmed, codes in their usual case, defaults in place of nothing."""
    return {name: _kept(name, value) for name, value in values.items()}


def _kept(name: str, value: str) -> str:
    trimmed = value.strip()
    if name in IN_CAPITALS:
        trimmed = trimmed.upper()
    elif name in IN_SMALL_LETTERS:
        trimmed = trimmed.lower()
    return trimmed or DEFAULTS.get(name, "")


class Fault(NamedTuple):
    """What is wrong with one fact, and the id of the rule that says so."""

    fact: str
    reason: str
    rule: str


def faults(
    values: Mapping[str, str], beside: Mapping[str, str] | None = None, by: Iterable[rules.Rule] | None = None
) -> list[Fault]:
    """Return what is wrong with each cleaned value that cannot be kept; `beside` are the facts that stay as they are.

    They are judged `by` these rules, else by those that came with Accord.
    """
    subject, asked = rules.Subject({**(beside or {}), **values}), tuple(rules.RULES if by is None else by)
    found = (_fault(name, value, subject, asked) for name, value in values.items())
    return [fault for fault in found if fault]


def _fault(name: str, value: str, subject: rules.Subject, by: tuple[rules.Rule, ...]) -> Fault | None:
    if name not in LENGTHS:
        return Fault(name, _("is not a fact kept of customers"), "facts.known")
    if UNWANTED.search(value):
        return Fault(name, _("contains control characters"), "facts.text")
    if signs.turns(value):
        return Fault(name, _("contains marks that turn the direction of writing"), "facts.direction")
    if len(value) > LENGTHS[name]:
        return Fault(
            name, _("is longer than {most} characters ({found})").format(most=LENGTHS[name], found=len(value)), f"{name}.length"
        )
    if not value:
        return Fault(name, _("is empty"), f"{name}.required") if name in {"name", "ref"} else None
    broken = ((rule, rule.broken_by(subject)) for rule in rules.refusing(name, by))
    return next((Fault(name, reason, rule.id) for rule, reason in broken if reason), None)
