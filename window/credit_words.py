"""What moved a customer's credit, in words: by the kind of the ledger's entry."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

WORDS: Final[dict[str, Promise]] = {
    "invoice_issued": gettext_lazy("Bought ahead"),
    "account_credit_used": gettext_lazy("Paid an invoice"),
    "credit_note_issued": gettext_lazy("Taken back"),
    "credit_note_used": gettext_lazy("Left of a credit note"),
    "wallet_bonus": gettext_lazy("Bonus"),
    "payment": gettext_lazy("Paid too much"),
    "payment_received": gettext_lazy("Paid too much"),
    "payment_undone": gettext_lazy("Payment taken back"),
    "charge_back": gettext_lazy("Payment returned"),
    "refund": gettext_lazy("Sent back"),
    "refund_declined": gettext_lazy("A refund did not arrive"),
    "charge_back_reversed": gettext_lazy("A returned payment came after all"),
}
OTHER: Final = gettext_lazy("Other entry")


def words(what: str) -> Promise:
    """Return the words for an entry of the kind `what`."""
    return WORDS.get(what, OTHER)
