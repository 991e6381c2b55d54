"""Prepaid credit as the portal shows it: what is held, what may be bought, and what moved it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.customers.models import Customer
from accounts.decisions import Decision
from billing.invoices import wallets
from billing.ledger.models import Posting
from billing.money import Money
from portal import places

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
}
OTHER: Final = gettext_lazy("Other entry")


@dataclass(frozen=True)
class Move:
    """What moved the credit on a day; `amount` above zero is credit that came in. `document` leads on, where it is an invoice."""

    on: date
    words: Promise
    ref: str
    amount: Money
    to_document: bool


def page(request: HttpRequest, node: Customer) -> dict[str, Any]:
    """Return what stands on the page of a customer's prepaid credit, without its form."""
    return {
        "at": node,
        "held": wallets.of(node),
        "moves": [_move(posting) for posting in wallets.moves(node)],
        "may_buy": decision(request, node),
    }


def decision(request: HttpRequest, node: Customer) -> Decision:
    """Say whether the visitor may buy credit here."""
    return wallets.decide(request.user, node, places.today(node))


def _move(posting: Posting) -> Move:
    amount = Money(-posting.amount_minor, posting.currency)
    words, document = WORDS.get(posting.entry.what, OTHER), posting.document
    return Move(posting.entry.posted_on, words, str(document or posting.entry.about_ref), amount, document is not None)
