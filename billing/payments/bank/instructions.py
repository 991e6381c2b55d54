"""Instructions: what a payer writes on a bank transfer so that it finds its invoice."""

from dataclasses import dataclass

from billing.invoices.documents import figures
from billing.invoices.models import Document
from billing.money import Money


@dataclass(frozen=True)
class Instructions:
    """Whom to pay, on which account, how much, and the payment reference that makes the transfer find its invoice."""

    holder: str
    iban: str
    bic: str
    reference: str
    amount: Money

    @property
    def iban_in_fours(self) -> str:
        """The account as people read it; on a narrow screen it breaks between groups."""
        return figures.in_fours(self.iban).replace(figures.NO_BREAK_SPACE, " ")


def for_document(document: Document) -> Instructions | None:
    """Return how to pay what is open on an invoice by transfer, to the account its seller keeps now; None if nothing is."""
    seller = document.legal_entity
    if not document.open_minor or not seller.iban:
        return None
    return Instructions(
        holder=seller.name,
        iban=seller.iban,
        bic=seller.bic,
        reference=figures.payment_reference(str(document.ref)),
        amount=Money(document.open_minor, document.currency),
    )
