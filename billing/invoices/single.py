"""Single documents: an invoice for something outside any subscription, and a credit given to an account.

Both are issued at once, take part in numbering, ledger and timeline like every other document, and use what credit there is.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from billing.catalog.models import LegalEntity
from billing.contracts import conditions
from billing.invoices import absorbing, issuing, newline, settling
from billing.invoices.models import Document
from billing.invoices.newline import NewLine
from billing.money import Money


class NotAboveZero(Refusal):
    """What is charged or given is above zero."""

    code = "not_above_zero"


def charge(
    *,
    actor: User | None,
    customer: Customer,
    legal_entity: LegalEntity,
    currency: str,
    lines: Sequence[NewLine],
    on: date,
    at: datetime,
) -> Document:
    """Issue an invoice with these lines to whoever pays for `customer` on the day `on`.

    Raises:
        NotAboveZero: a line charges nothing or less.
    """
    if any(line.amount_minor <= 0 for line in lines):
        raise NotAboveZero(_("What is charged is above zero."))
    with transaction.atomic():
        document = issue(actor, customer, legal_entity, currency, lines, on, at, issuing.INVOICE)
        if not any(line.kind == newline.WALLET_TOPUP for line in lines):
            settling.apply_account_credit(document, at)
        return document


def give_credit(
    *, actor: User | None, customer: Customer, legal_entity: LegalEntity, amount: Money, reason: str, on: date, at: datetime,
    key: str = "", for_the_next: bool = False,
) -> Document:  # fmt: skip
    """Give whoever pays for `customer` a credit: open invoices take it, the rest stays as account credit.

    With `for_the_next` all of it stays, for the invoice that is issued next. `key` names the ledger entry, so that a credit
    given under one key is given once: the second time is refused by the database.

    Raises:
        NotAboveZero: the amount is zero or below.
    """
    if amount.amount_minor <= 0:
        raise NotAboveZero(_("A credit is above zero."))
    line = NewLine(kind=newline.ACCOUNT_CREDIT, customer=customer, description=reason[:300], amount_minor=-amount.amount_minor)
    with transaction.atomic():
        document = issue(actor, customer, legal_entity, amount.currency, [line], on, at, issuing.CREDIT_NOTE, reason, key)
        if for_the_next:
            absorbing.keep_as_credit(document, at)
        else:
            absorbing.absorb(document, at)
        return document


def issue(
    actor: User | None, customer: Customer, legal_entity: LegalEntity, currency: str, lines: Sequence[NewLine], on: date,
    at: datetime, kind: str, reason: str = "", key: str = "",
) -> Document:  # fmt: skip
    """Issue a document with these lines to whoever pays for `customer` on the day `on`, as agreed; nothing is settled."""
    payer = responsibilities.payer_of(customer, on)
    agreed = conditions.payment_terms_of([payer], on).get(payer.pk)
    terms: dict[str, Any] = {"payment_term_days": agreed.days, "payment_term_source": agreed.source} if agreed else {}
    return issuing.issue(
        payer=payer, receiver=responsibilities.receiver_of(payer, on), legal_entity=legal_entity, currency=currency, lines=lines,
        on=on, at=at, kind=kind, reason=reason[:200], actor=actor, key=key, **terms,
    )  # fmt: skip
