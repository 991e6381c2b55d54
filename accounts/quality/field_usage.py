"""Field usage: who needs each fact of a customer, how often it is filled in, and retiring what nobody needs.

A fact is *used* when a rule looks at it, a reader of `READERS` prints or reckons with it, or a segment asks it. What is used
by none is listed and retired by one click: forms no longer show it, nothing writes it, what was kept stays, and it can be brought
back. A rule that asks for a fact without a reader is listed too: nothing is demanded that nobody needs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.customers import facts, rules
from accounts.customers.models import Customer
from accounts.customers.retired_models import RetiredFact
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.segments.models import Segment
from accounts.timeline import recording

TAXES = ("billing/invoices/placing.py", "taxes on invoices")
INVOICES = ("billing/invoices/parties.py", "invoices")
E_INVOICES = ("billing/invoices/einvoice/semantic.py", "e-invoices")
DUPLICATES = ("accounts/quality/matching/records.py", "the search for duplicates")
# The fact -> where it is read, and what for. A test holds each line against the module it names.
READERS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "name": (DUPLICATES, INVOICES),
    "legal_name": (INVOICES, E_INVOICES, DUPLICATES),
    "country": (TAXES, E_INVOICES, DUPLICATES),
    "tax_id": (TAXES, E_INVOICES, DUPLICATES),
    "lei": (E_INVOICES, DUPLICATES),
    "email": (INVOICES, ("support/channels/mail/taking.py", "mail that comes in"), DUPLICATES),
    "phone": (DUPLICATES,),
    **dict.fromkeys(("street", "postcode", "city"), (INVOICES, E_INVOICES, DUPLICATES)),
    "language": (("support/remedies/giving.py", "what customers are told"),),
    "currency": (("billing/contracts/signing.py", "contracts"),),
    "timezone": (("billing/contracts/signing.py", "contracts"),),
    "tier": (("support/service_levels/targets.py", "service levels"),),
    "stage": (("accounts/segments/lifecycle.py", "the life of a customer"),),
    "cost_centre": (INVOICES, E_INVOICES),
}
LABELS: Final = {"tax_id": "tax id", "lei": "LEI", "email": "e-mail", "external_id": "external id"}


class CannotBeRetired(Refusal):
    """The fact is needed, or there is no such fact."""

    code = "cannot_be_retired"


@dataclass(frozen=True)
class Usage:
    """One fact: who uses it, how many customers have it, and whether it is asked for without need or retired."""

    fact: str
    readers: tuple[str, ...]
    rules: tuple[str, ...]
    segments: tuple[str, ...]
    filled: int
    customers: int
    retired: RetiredFact | None

    @property
    def label(self) -> str:
        """The fact in words."""
        return LABELS.get(self.fact, self.fact.replace("_", " "))

    @property
    def is_used(self) -> bool:
        """Say whether a reader, a rule that lowers scores, or a segment needs it."""
        return bool(self.readers or self.segments or [rule for rule in self.rules if not rule.endswith((".format", ".length"))])

    @property
    def is_needless(self) -> bool:
        """Say whether a rule demands it though nobody reads it."""
        return f"{self.fact}.required" in self.rules and not self.readers

    @property
    def percent(self) -> int:
        """Return of how many customers in a hundred it is filled in."""
        return self.filled * 100 // self.customers if self.customers else 0


def report() -> list[Usage]:
    """Return the usage of every fact, unused ones first. Three statements."""
    retired = {row.fact: row for row in RetiredFact.objects.select_related("retired_by")}
    asked = list(Segment.objects.filter(active=True).exclude(rule="").values_list("name", "rule"))
    counts = Customer.objects.current().aggregate(
        _customers=Count("pk"), **{name: Count("pk", filter=~Q(**{name: ""})) for name in facts.FACTS}
    )
    found = [
        Usage(
            fact=name,
            readers=tuple(what for _module, what in READERS.get(name, ())),
            rules=tuple(rule.id for rule in rules.RULES if rule.fact == name),
            segments=tuple(segment for segment, rule in asked if re.search(rf"^\s*{name}\b", rule, re.MULTILINE)),
            filled=counts[name],
            customers=counts["_customers"],
            retired=retired.get(name),
        )
        for name in facts.FACTS
    ]
    return sorted(found, key=lambda usage: (usage.retired is not None, usage.is_used, usage.fact))


def may_retire(actor: User, usage: Usage) -> Decision:
    """Say whether `actor` may retire the fact: a manager, when nobody uses it."""
    if access.level_of(actor) not in access.STEER.levels:
        return refused("not_your_level", _("A manager retires facts."), approver="manager")
    if usage.is_used:
        needed = ", ".join((*usage.readers, *usage.segments, *usage.rules))
        return refused("in_use", _("The {label} is used: {needed}.").format(label=usage.label, needed=needed))
    return ALLOWED


def retire(*, actor: User, fact: str, at: datetime) -> RetiredFact:
    """Ask for a fact no more, and write it nowhere. What was kept stays. Repeating it changes nothing.

    Raises:
        CannotBeRetired: there is no such fact.
        Refusal: it is used, or the actor is no manager.
    """
    with transaction.atomic():
        usage = next((found for found in report() if found.fact == fact), None)
        if usage is None:
            raise CannotBeRetired(_("There is no such fact."))
        may_retire(actor, usage).or_refuse()
        row, is_new = RetiredFact.objects.get_or_create(fact=fact, defaults={"retired_by": actor, "retired_at": at})
        if is_new:
            told = {"fact": usage.label, "filled": usage.filled}
            recording.record(None, "accounts.fact_retired", actor=actor, at=at, facts=told, internal=True)
    return row


def bring_back(*, actor: User, fact: str, at: datetime) -> None:
    """Ask for a retired fact again. Repeating it changes nothing.

    Raises:
        Refusal: the actor is no manager.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise Refusal(_("A manager brings facts back."), code="not_your_level")
    with transaction.atomic():
        gone, _by_model = RetiredFact.objects.filter(fact=fact).delete()
        if gone:
            told = {"fact": LABELS.get(fact, fact.replace("_", " "))}
            recording.record(None, "accounts.fact_brought_back", actor=actor, at=at, facts=told, internal=True)
