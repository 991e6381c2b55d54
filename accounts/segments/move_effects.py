"""What a move changes in special terms and in how a customer stands with us, said in sentences for its preview."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.segments import conditions, key_accounts
from accounts.segments.conditions import KINDS, Term

OF_PRICES: Final = (KINDS.PRICE_LIST, KINDS.DISCOUNT, KINDS.PAYMENT_TERM)
OF_STANDING: Final = (KINDS.SERVICE_LEVEL, KINDS.GOODWILL)


def for_prices(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say which price lists, discounts and payment terms come and go for it and all below without their own."""
    told = _changes(conditions.of(customer, on), conditions.under(customer, to, on), OF_PRICES)
    if not told:
        return [_("No price changes.")]
    return [*told, _("What runs keeps the price it was agreed at; new agreements take the new one.")]


def for_standing(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say which service level, goodwill limit and key account come and go."""
    told = _changes(conditions.of(customer, on), conditions.under(customer, to, on), OF_STANDING)
    before = key_accounts.of(customer, on)
    own = before if before and before.customer_id == customer.pk else None
    after = own or (key_accounts.of(to, on) if to else None)
    if before and not after:
        words = _("It is no key account any more; {name} made it one, looked after by {manager}.")
        told.append(words.format(name=before.customer.name, manager=before.manager))
    elif after and (before is None or before.pk != after.pk):
        words = _("It is a key account through {name}, looked after by {manager}.")
        told.append(words.format(name=after.customer.name, manager=after.manager))
    return told


def _changes(before: Mapping[str, Term], after: Mapping[str, Term], kinds: Collection[str]) -> list[str]:
    pairs = [(KINDS(kind).label, before.get(kind), after.get(kind)) for kind in kinds]
    return [_sentence(str(label), was, becomes) for label, was, becomes in pairs if _value(was) != _value(becomes)]


def _value(term: Term | None) -> str:
    return term.value if term else ""


def _sentence(label: str, was: Term | None, becomes: Term | None) -> str:
    return _("{label}: {new} instead of {old}.").format(label=label, new=_named(becomes), old=_named(was))


def _named(term: Term | None) -> str:
    return _("{value} (from {source})").format(value=term.value, source=term.source) if term else _("none")
