"""Terms: what a contract says beside its prices, in versions that are kept: length, notice, renewal, payment, order number.

The contract carries the terms in force. When they change, the version before and the new one are both written down with who
signed it; terms are then counted from the beginning of the term that runs. Days are the contract's own.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, Self

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing.contracts import notice
from billing.contracts.models import Contract, ContractTerms

LONGEST_TERM: Final = 120
LONGEST_NOTICE: Final = 366
LONGEST_PAYMENT: Final = 180


class BadTerms(Refusal):
    """The terms make no sense."""

    code = "bad_contract_terms"


class SameTerms(Refusal):
    """These are the terms in force."""

    code = "same_terms"


class OrderNumberMissing(Refusal):
    """The contract wants an order number on everything that is invoiced."""

    code = "order_number_missing"


@dataclass(frozen=True)
class Terms:
    """What is agreed. `renews`: it goes on by itself; `po_required`: nothing is invoiced without an order number."""

    term_months: int
    notice_days: int
    payment_term_days: int
    renews: bool
    po_required: bool
    po_number: str

    @classmethod
    def of(cls, kept: Contract | ContractTerms) -> Self:
        """Return the terms that a contract has, or a version of them."""
        return cls(
            kept.term_months, kept.notice_days, kept.payment_term_days, kept.renews, kept.po_required, kept.po_number
        )  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One term that is not the same in two versions, by its name."""

    name: str
    before: Any
    after: Any


def differences(before: Terms, after: Terms) -> list[Difference]:
    """Return what differs between two versions, in the order in which a contract tells it."""
    now = asdict(after)
    return [Difference(name, value, now[name]) for name, value in asdict(before).items() if value != now[name]]


def bound_until(contract: Contract, terms: Terms, on: date) -> date:
    """Return the first day the contract need no longer run if it had `terms` and notice were given on the day `on`."""
    return notice.earliest_end(_with(contract, terms, on), on)


def agree(*, actor: User | None, contract: Contract, terms: Terms, signed_name: str, on: date, at: datetime) -> ContractTerms:
    """Give `contract` these terms from the day `on`, signed by a name; the version before is kept beside the new one.

    Raises:
        BadTerms: they make no sense, or nobody signed.
        SameTerms: they are in force already.
    """
    _sensible_or_refuse(terms, signed_name)
    with transaction.atomic():
        held = Contract.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contract.pk)
        before = Terms.of(held)
        changed = differences(before, terms)
        if not changed:
            raise SameTerms(_("These are the terms in force."))
        version = _versions(held, terms, actor, signed_name, on, at)
        _with(held, terms, on).save(update_fields=[*asdict(terms), "term_from", "renewal_due_on"])
        facts = {"contract": held.ref, "change": ", ".join(_words(changed)), "on": str(on)}
        recording.record(held.customer, "billing.terms_changed", actor=actor, at=at, about=held, facts=facts)
        contract.refresh_from_db()
        return version


def order_number_or_refuse(contract: Contract, po_number: str = "") -> None:
    """Do nothing when what is billed under `contract` carries the order number it wants.

    Raises:
        OrderNumberMissing: there is none.
    """
    if contract.po_required and not (contract.po_number or po_number):
        raise OrderNumberMissing(
            _("{contract} wants an order number on its invoices: give one with the order, or in its terms.").format(
                contract=contract
            )
        )


def in_order(contract: Contract) -> list[ContractTerms]:
    """Return the versions of a contract's terms, newest first; none while it has those it was signed with."""
    return list(contract.terms.select_related("signed_by").order_by("-number"))


def _with(contract: Contract, terms: Terms, on: date) -> Contract:
    """Return the contract with these terms, not stored: its terms count from the beginning of the one that runs."""
    changed = Contract(**{field.attname: getattr(contract, field.attname) for field in Contract._meta.concrete_fields})
    changed._state.adding = False
    for name, value in asdict(terms).items():
        setattr(changed, name, value)
    if contract.term_months:
        changed.term_from = notice.term_with(contract, on).since
    elif terms.term_months:
        changed.term_from = on
    changed.renewal_due_on = None
    return changed


def _versions(
    contract: Contract, terms: Terms, actor: User | None, signed_name: str, on: date, at: datetime
) -> ContractTerms:  # fmt: skip
    last = contract.terms.order_by("-number").first()
    if last is None:
        last = ContractTerms.objects.create(
            contract=contract, number=1, agreed_on=contract.signed_on, **asdict(Terms.of(contract))
        )
    return ContractTerms.objects.create(
        contract=contract, number=last.number + 1, agreed_on=on, agreed_at=at, signed_by=actor, signed_name=signed_name.strip(),
        **asdict(terms),
    )  # fmt: skip


def _sensible_or_refuse(terms: Terms, signed_name: str) -> None:
    """Every figure lies within its bounds; lengths of texts are figures too."""
    figures = {
        "A term is of {} to {} months": (terms.term_months, 0, LONGEST_TERM),
        "Notice is of {} to {} days": (terms.notice_days, 0, LONGEST_NOTICE),
        "Payment is due within {} to {} days": (terms.payment_term_days, 0, LONGEST_PAYMENT),
        "An order number has {} to {} signs": (len(terms.po_number), 0, 40),
        "Who signs writes their name, of {} to {} signs": (len(signed_name.strip()), 1, 120),
    }
    for sentence, (figure, least, most) in figures.items():
        if not least <= figure <= most:
            raise BadTerms(f"{sentence.format(least, most)}.")


def _words(changed: list[Difference]) -> Iterator[str]:
    sentences = {
        "term_months": "term of {after} months instead of {before}",
        "notice_days": "{after} days' notice instead of {before}",
        "payment_term_days": "payment within {after} days instead of {before}",
        "po_number": "order number {after}",
    }
    for difference in changed:
        if isinstance(difference.after, bool):
            yield _SWITCHED[difference.name, difference.after]
        else:
            facts = {"before": difference.before, "after": difference.after or "none"}
            yield sentences[difference.name].format(**facts)


_SWITCHED: Final = {
    ("renews", True): "goes on by itself",
    ("renews", False): "ends with its term",
    ("po_required", True): "nothing is invoiced without an order number",
    ("po_required", False): "invoices need no order number",
}
