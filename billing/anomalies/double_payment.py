"""Double payment: an invoice that two payments were meant for, so that what the later one brought stands as credit."""

from collections.abc import Sequence

from billing.anomalies import kept_money
from billing.anomalies.base import Suspect
from billing.anomalies.kept_money import Kept


class DoublePayment:
    """Sees what was paid twice and is not given back."""

    code = "double_payment"
    label = "Paid twice"
    tells_all = True

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the payments of these customers that paid again what was paid, and of which something is still there."""
        return [_suspect(self.code, kept) for kept in kept_money.by(customer_ids) if kept.paid_twice]


def _suspect(code: str, kept: Kept) -> Suspect:
    twice = ", ".join(str(document) for document in kept.paid_twice)
    words = (
        f"{kept.payment.payer} paid {twice} twice: {kept.amount} of payment {kept.payment.ref} stands as credit."
        " Give it back to where it came from, or keep it for the next invoice."
    )
    evidence = {"words": words, "paid_twice": [str(document) for document in kept.paid_twice], **kept_money.facts_of(kept)}
    return Suspect(key=f"{code}:{kept.payment.pk}", payment=kept.payment, amount=kept.amount, evidence=evidence)
