"""Prepaid credit as the portal shows it: what is held, what may be bought, and what moved it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from accounts.customers.models import Customer
from accounts.decisions import Decision
from billing.invoices import wallets
from billing.ledger.models import Posting
from billing.money import Money
from portal import places
from window import credit_words


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
        "held": wallets.of(node, places.today(node)),
        "moves": [_move(posting) for posting in wallets.moves(node)],
        "may_buy": decision(request, node),
    }


def decision(request: HttpRequest, node: Customer) -> Decision:
    """Say whether the visitor may buy credit here."""
    return wallets.decide(request.user, node, places.today(node))


def _move(posting: Posting) -> Move:
    entry, document = posting.entry, posting.document
    amount = Money(-posting.amount_minor, posting.currency)
    return Move(entry.posted_on, credit_words.words(entry.what), str(document or entry.about_ref), amount, document is not None)
