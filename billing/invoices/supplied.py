"""Supplied: what each line of a document was for the tax, as it was kept when it was issued, and why no tax was charged."""

from collections.abc import Sequence
from typing import Any

from billing.catalog import supplies
from billing.invoices import newline, tax
from billing.invoices.models import Document, Line


def supply_of(line: Line, lines: Sequence[Line]) -> dict[str, Any]:
    """Return what a line was for the tax: its own, that of what it corrects, or of others at the rate it reduces."""
    own = line.derivation.get("supply") or (line.corrects.derivation.get("supply") if line.corrects else None)
    if own or line.kind not in newline.REDUCTIONS:
        return dict(own or {})
    told = [other.derivation["supply"] for other in lines if other.tax_rate == line.tax_rate and "supply" in other.derivation]
    return dict(told[0]) if told else {}


def category_of(document: Document, line: Line, lines: Sequence[Line]) -> str:
    """Return the category of tax of a line (UNTDID 5305)."""
    kind = supply_of(line, lines).get("kind", supplies.SERVICE)
    return tax.category_of(line.tax_rate, document.address["seller"], document.address["buyer"], kind)


def why_exempt(lines: Sequence[Line], all_lines: Sequence[Line]) -> tuple[str, str]:
    """Return the reasons of exempt lines in words, and their code where all have the same one; one of the two is always said."""
    told = [supply_of(line, all_lines) for line in lines]
    codes = {supply.get("code", "") for supply in told}
    reasons = dict.fromkeys(supply["reason"] for supply in told if supply.get("reason"))
    code = codes.pop() if len(codes) == 1 else ""
    return " ".join(reasons) or ("" if code else "Exempt."), code
