"""Endings: why a customer says that a subscription ends, in the reasons they choose from and their own words."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Final[dict[str, Promise]] = {
    "too_expensive": _("It costs too much"),
    "not_used": _("We do not use it enough"),
    "missing_feature": _("Something is missing"),
    "other_supplier": _("We go to somebody else"),
    "closing": _("The site or the team closes"),
    "other": _("Something else"),
}


def why(args: Mapping[str, Any]) -> str:
    """Say why something ends, from what is kept with its end; empty when nobody said so, or it ended by itself."""
    said = (str(REASONS.get(args.get("reason", ""), "")), str(args.get("words", "")).strip())
    return ": ".join(part for part in said if part)
