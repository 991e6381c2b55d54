"""Unapplied money: what a payment brought beyond its invoices and nobody used since, though invoices may be open."""

from collections.abc import Sequence

from billing.anomalies import kept_money
from billing.anomalies.base import Suspect
from billing.anomalies.kept_money import Kept


class UnappliedMoney:
    """Sees money that was received and pays for nothing."""

    code = "unapplied_money"
    label = "Money that pays for nothing"
    tells_all = True

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the payments of these customers of which something is left that pays for nothing."""
        return [_suspect(self.code, kept) for kept in kept_money.by(customer_ids) if not kept.paid_twice]


def _suspect(code: str, kept: Kept) -> Suspect:
    open_ones = ", ".join(str(document) for document in kept.could_pay)
    what = f"It could pay {open_ones}." if open_ones else "Nothing is open: give it back, or keep it for the next invoice."
    words = f"{kept.amount} of payment {kept.payment.ref} by {kept.payment.payer} pays for nothing. {what}"
    evidence = {"words": words, **kept_money.facts_of(kept)}
    return Suspect(key=f"{code}:{kept.payment.pk}", payment=kept.payment, amount=kept.amount, evidence=evidence)
