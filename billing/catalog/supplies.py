"""Supplies: what a product is for the tax: a service, goods that are delivered, or something exempt, with its reason.

An exempt product carries no tax wherever it is sold, and its invoices say why, in words and by the code list of the European
Commission (VATEX). Goods delivered to a business of another country of the Union are an intra-community supply. What holds on
the day of billing is kept on the line. Pure.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal

SERVICE, GOODS, EXEMPT = "service", "goods", "exempt"
_ARTICLES: Final = {
    "132": "ABCDEFGHIJKLMNOPQ",
    "143": "ABCDEFGHIJKL",
    "148": "ABCDEFG",
    "151": "ABCDE",
}
_LETTERED: Final = {
    f"VATEX-EU-{article}-{'' if article == '148' else '1'}{letter}"
    for article, letters in _ARTICLES.items()
    for letter in letters
}
CODES: Final = frozenset(
    {f"VATEX-EU-{article}" for article in _ARTICLES} | _LETTERED | {"VATEX-EU-79-C", "VATEX-EU-309"}
    | {f"VATEX-EU-{letter}" for letter in "DFIJ"}
)  # fmt: skip
LONGEST_REASON: Final = 200


class BadSupply(Refusal):
    """An exempt product says why, in words or by a code that exists; no other one does."""

    code = "bad_supply"


def check(supply: str, code: str, reason: str) -> None:
    """Do nothing when a product can be this kind of supply.

    Raises:
        BadSupply: it cannot.
    """
    if supply not in (SERVICE, GOODS, EXEMPT):
        raise BadSupply(_("A product is a service, goods, or exempt."))
    if supply != EXEMPT and (code or reason):
        raise BadSupply(_("Only an exempt product says why no tax is charged."))
    if supply == EXEMPT and not (code or reason.strip()):
        raise BadSupply(_("Say why it is exempt, in words or by its code."))
    if code and code not in CODES:
        raise BadSupply(
            _("{code} is no code of the list VATEX for exempt supplies, such as VATEX-EU-132-1I.").format(code=code[:40])
        )
    if len(reason) > LONGEST_REASON:
        raise BadSupply(_("The reason has at most {longest_reason} signs.").format(longest_reason=LONGEST_REASON))


def told(supply: str, code: str, reason: str) -> dict[str, Any]:
    """Return what a line keeps of the supply; nothing of a service, which most are."""
    if supply == SERVICE:
        return {}
    why = {name: value for name, value in (("code", code), ("reason", reason)) if value}
    return {"supply": {"kind": supply, **why}}


def kind_in(derivation: Mapping[str, Any]) -> str:
    """Return the kind of supply that a line keeps."""
    return str(derivation.get("supply", {}).get("kind", SERVICE))
