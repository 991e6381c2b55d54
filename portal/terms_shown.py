"""Terms of a contract as the portal shows them: two versions side by side, and all versions with who signed them."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.amendments.new_terms import Comparison
from billing.contracts import terms
from billing.contracts.models import Contract, ContractTerms
from billing.contracts.terms import Terms
from billing.money import Money
from window import formats

NAMES: Final = {
    "term_months": gettext_lazy("Length of a term"),
    "notice_days": gettext_lazy("Notice"),
    "payment_term_days": gettext_lazy("Pay within"),
    "renews": gettext_lazy("Goes on by itself"),
    "po_required": gettext_lazy("Order number wanted on invoices"),
    "po_number": gettext_lazy("Your order number"),
}


@dataclass(frozen=True)
class ComparisonShown:
    """What the visitor signs: each difference, until when it binds, what it commits to."""

    changes: list[dict[str, Any]]
    monthly: Money
    bound_until: date


@dataclass(frozen=True)
class VersionShown:
    """One version of the terms: when agreed, signed by whom, and what it changed."""

    number: int
    agreed_on: date
    agreed_at: datetime | None
    signed_name: str
    changes: list[dict[str, Any]]


def of(compared: Comparison) -> ComparisonShown:
    """Return a comparison as it is shown."""
    changes = [_row(found.name, found.before, found.after) for found in compared.differences]
    changes.append(_plain(_("Bound until"), formats.day(compared.bound_before), formats.day(compared.bound_after)))
    changes.append(_plain(_("Committed until then, net"), compared.committed_before, compared.committed_after))
    if compared.bonus:
        changes.append(_plain(_("Credited once for the longer term"), _("nothing"), compared.bonus))
        kept = _("nothing is made smaller before {day}").format(day=formats.day(compared.credited.until))
        changes.append(_plain(_("Kept up for it"), _("nothing"), kept))
    return ComparisonShown(changes, compared.monthly, compared.bound_after)


def versions(contract: Contract) -> list[VersionShown]:
    """Return the versions of a contract's terms, newest first, each with what it changed from the one before."""
    kept = terms.in_order(contract)
    return [_version(version, before) for version, before in zip_longest(kept, kept[1:])]


def _version(version: ContractTerms, before: ContractTerms | None) -> VersionShown:
    found = terms.differences(Terms.of(before), Terms.of(version)) if before else []
    changes = [_row(one.name, one.before, one.after) for one in found]
    return VersionShown(version.number, version.agreed_on, version.agreed_at, version.signed_name, changes)


def _row(name: str, before: Any, after: Any) -> dict[str, Any]:
    return _plain(str(NAMES[name]), _words(name, before), _words(name, after))


def _plain(label: str, before: Any, after: Any) -> dict[str, Any]:
    return {"label": label, "before": before, "after": after}


def _words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "term_months":
        return ngettext("%(count)d month", "%(count)d months", value) % {"count": value} if value else _("No fixed term")
    if name == "po_number":
        return value or _("none")
    return ngettext("%(count)d day", "%(count)d days", value) % {"count": value}
