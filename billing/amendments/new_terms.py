"""New terms: what a customer may change by themselves about a contract beside its prices, compared before it is signed.

They may choose a longer term, whether it goes on by itself, and their order number; notice and payment days are agreed with us.
Nobody gets out earlier by it than the terms in force allow. How long a term may be, whether customers do this at all, and what is
credited for a longer term (bonus.py), is policy. Days are the contract's own, amounts minor units, net.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.decisions import Decision, Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.policies import resolving
from accounts.timeline import recording
from billing import money
from billing.amendments import bonus, limits
from billing.amendments.bonus import Bonus, months_between
from billing.contracts import notice, state, terms
from billing.contracts.models import Contract, ContractTerms
from billing.contracts.state import State
from billing.contracts.terms import Difference, Terms
from billing.invoices import single
from billing.invoices.documents.wording import language_of
from billing.ledger import locking
from billing.money import Money

LENGTHS: Final = (12, 24, 36, 48, 60)
LONGEST, BY_CUSTOMERS = "contract.longest_term", "contract.terms_by_customers"


class TermsNotOffered(Refusal):
    """The house's policy offers no such term, or lets nobody change terms alone."""

    code = "terms_not_offered"


class EndsEarlier(Refusal):
    """The new terms would let the contract end earlier than was agreed."""

    code = "ends_earlier"


@dataclass(frozen=True)
class Comparison:
    """Terms in force and new ones: what differs, until when each binds, what a month costs and what is committed until then.

    `bonus` is credited once when a longer term is signed, as policy says.
    """

    differences: list[Difference]
    bound_before: date
    bound_after: date
    monthly: Money
    committed_before: Money
    committed_after: Money
    credited: Bonus

    @property
    def bonus(self) -> Money:
        """What is credited once."""
        return self.credited.amount

    @property
    def committed_further(self) -> Money:
        """What is committed beyond what was before; nothing where the terms bind no longer."""
        further = self.committed_after - self.committed_before
        return max(further, Money.zero(further.currency))


def lengths_offered(contract: Contract, on: date) -> list[int]:
    """Return the terms, in months, that the customer may choose: the present one and the longer ones policy offers."""
    longest = resolving.resolve(contract.customer, LONGEST, on).value
    return [contract.term_months, *(months for months in LENGTHS if contract.term_months < months <= longest)]


def compare(*, actor: User, contract: Contract, wanted: Terms, today: date) -> Comparison:
    """Return what `wanted` would change, before anybody signs; nothing is changed.

    Raises:
        TermsNotOffered, EndsEarlier: the customer cannot have them alone.
        SameTerms, BadTerms: nothing differs, or they make no sense.
        Refusal: not within the actor's reach.
    """
    access.decide(actor, access.CHANGE_CONTRACT, contract.customer).or_refuse()
    before = Terms.of(contract)
    found = terms.differences(before, wanted)
    if not found:
        raise terms.SameTerms(_("These are the terms in force."))
    _offered_or_refuse(contract, before, wanted, today)
    bound = notice.earliest_end(contract, today), terms.bound_until(contract, wanted, today)
    if bound[1] < bound[0]:
        raise EndsEarlier(_("The contract was agreed until {bound}; new terms cannot end it earlier.").format(bound=bound[0]))
    monthly = _monthly(contract, today)
    committed = [money.rounded(monthly.amount_minor * months_between(today, until), monthly.currency) for until in bound]
    credited = bonus.of(contract, wanted.term_months - before.term_months, bound, today)
    return Comparison(found, bound[0], bound[1], monthly, committed[0], committed[1], credited)


def may_sign(actor: User, contract: Contract, compared: Comparison) -> Decision:
    """Say whether `actor` may commit the customer to the terms compared alone; if not, its administrators may."""
    return limits.decide(actor, contract.customer, compared.committed_further)


def sign(
    *, actor: User, contract: Contract, wanted: Terms, signed_name: str, today: date, at: datetime
) -> ContractTerms:  # fmt: skip
    """Agree on the terms compared before; both versions are kept, and the bonus of a longer term is credited with them.

    Raises: as `compare`, BadTerms when nobody signed, and Refusal when it commits to more than the actor may order for alone.
    """
    with transaction.atomic():
        locking.lock_payers([responsibilities.payer_of(contract.customer, today).pk])
        held = Contract.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contract.pk)
        compared = compare(actor=actor, contract=held, wanted=wanted, today=today)
        may_sign(actor, held, compared).or_refuse()
        credited = compared.credited
        version = terms.agree(actor=actor, contract=contract, terms=wanted, signed_name=signed_name, on=today, at=at)
        if credited.amount:
            _credit(actor, version, credited.amount, today, at)
            bonus.keep_up(credited, version)
        return version


def _offered_or_refuse(contract: Contract, before: Terms, wanted: Terms, today: date) -> None:
    if not resolving.resolve(contract.customer, BY_CUSTOMERS, today).value:
        raise TermsNotOffered(_("Terms are changed together with us; open a ticket and we will."))
    if replace(wanted, notice_days=before.notice_days, payment_term_days=before.payment_term_days) != wanted:
        raise TermsNotOffered(_("Notice and payment days are agreed with us; open a ticket and we will."))
    if wanted.term_months not in lengths_offered(contract, today):
        raise TermsNotOffered(_("A term of {term_months} months is not offered here.").format(term_months=wanted.term_months))


def _credit(actor: User, version: ContractTerms, amount: Money, today: date, at: datetime) -> None:
    contract = version.contract
    receiver = responsibilities.receiver_of(responsibilities.payer_of(contract.customer, today), today)
    with translation.override(language_of(receiver.language)):  # it stands on a document, whatever its signer reads
        reason = _("Bonus for a term of {months} months, contract {contract}").format(
            months=version.term_months, contract=contract.ref
        )
    document = single.give_credit(
        actor=actor, customer=contract.customer, legal_entity=contract.legal_entity, amount=amount, reason=reason, on=today,
        at=at, key=f"extension-bonus:{contract.ref}:{version.number}",
    )  # fmt: skip
    facts = {"contract": contract.ref, "amount": str(amount), "months": version.term_months, "document": document.ref}
    recording.record(contract.customer, "billing.extension_bonus_given", actor=actor, at=at, about=contract, facts=facts)


def _monthly(contract: Contract, on: date) -> Money:
    """Return what the contract's running subscriptions cost in a month, net."""
    states = state.states_of(contract.subscriptions.select_related("product"), on)
    total = sum((_share(found) for found in states.values() if found.status == state.ACTIVE), start=Fraction(0))
    return money.rounded(total, contract.currency)


def _share(found: State) -> Fraction:
    cycle = found.cycle
    if cycle is None:
        return Fraction(0)
    return Fraction(found.per_period.amount_minor) / max(months_between(cycle.since, cycle.until), Fraction(1, 31))
