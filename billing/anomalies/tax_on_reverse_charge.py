"""Tax on reverse charge: a business in another country of the Union was charged tax though it owes the tax itself.

Judged by what the document says of seller and buyer on its day: two countries of the Union, and a valid VAT id of the buyer.
"""

from collections.abc import Sequence
from typing import Final

from accounts.quality import identifiers
from billing.anomalies import scope, wording
from billing.anomalies.base import Suspect
from billing.invoices import crediting, tax
from billing.invoices.models import Line
from billing.money import Money

TAXED: Final = f"""
SELECT l.id, d.address->'buyer'->>'country', d.address->'buyer'->>'tax_id' FROM {scope.CHARGED}
WHERE l.tax_minor > 0 AND d.address->'seller'->>'country' = ANY(%(union)s) AND d.address->'buyer'->>'country' = ANY(%(union)s)
AND d.address->'seller'->>'country' <> d.address->'buyer'->>'country' AND d.address->'buyer'->>'tax_id' <> '' ORDER BY l.id
"""  # noqa: S608 - made of constants


class TaxOnReverseCharge:
    """Sees tax that the customer owes itself."""

    code = "tax_on_reverse_charge"
    label = "Taxed though reverse charge"
    tells_all = True

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the lines used or owed by these customers that carry tax though the buyer owes it."""
        found = scope.rows(TAXED, customer_ids, union=sorted(tax.EU))
        valid = {pair: identifiers.is_valid(identifiers.VAT, pair[1], pair[0]) for pair in {(c, t) for _, c, t in found}}
        known = scope.lines(key for key, country, tax_id in found if valid[country, tax_id])
        return [_suspect(self.code, line) for line in known.values() if crediting.left_of(line).tax_minor > 0]


def _suspect(code: str, line: Line) -> Suspect:
    amount = Money(crediting.left_of(line).tax_minor, line.currency)
    told = line.document.address["buyer"]
    words = (
        f"{line.description} on {line.document} carries {amount} tax, but {line.document.customer} in {told['country']} has the"
        f" VAT id {told['tax_id']} and owes the tax itself (reverse charge)."
    )
    evidence = {"words": words, "line": wording.facts_of(line), "country": told["country"], "tax_id": told["tax_id"]}
    return Suspect(key=f"{code}:{line.pk}", line=line, amount=amount, evidence=evidence)
