"""Answering: a yes is a quote at the exact price, to be confirmed like any other; a no lets the offer rest."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, owners
from accounts.people.models import User
from accounts.segments import key_accounts
from accounts.timeline import recording
from billing.amendments import ordering, quoting
from billing.amendments.models import Quote
from support.offers import fitting
from support.offers.fitting import Fit
from support.offers.models import Offer, OfferAnswer


class OfferGone(Refusal):
    """It is not offered to this customer, or not any more."""

    code = "offer_gone"


def accept(*, actor: User, customer: Customer, offer: Offer, at: datetime, today: date) -> OfferAnswer:
    """Return the yes with a quote to confirm; who recommended the offer and who owns the account have their share in it.

    Repeated while that quote is good, it returns the same.

    Raises:
        OfferGone: it does not fit this customer, or rests.
        Refusal: not within the actor's reach, or it cannot be ordered now.
    """
    access.decide(actor, access.CHANGE_CONTRACT, customer).or_refuse()
    with transaction.atomic():
        _lock(customer)
        given = OfferAnswer.objects.filter(offer=offer, customer=customer, person=actor, quote__expires_at__gt=at)
        if earlier := given.filter(quote__status=Quote.Status.OFFERED).select_related("quote").order_by("-pk").first():
            return earlier
        fit = _fit_or_refuse(customer, offer, at, today)
        return OfferAnswer.objects.create(
            offer=offer, customer=customer, person=actor, answer=OfferAnswer.Answer.YES, at=at,
            quote=_quote(actor, customer, fit, at, today), owner=_owner(customer, today),
            recommended_by=fit.recommendation.by if fit.recommendation else None,
        )  # fmt: skip


def decline(*, actor: User, customer: Customer, offer: Offer, at: datetime, today: date) -> OfferAnswer:
    """Keep the no; the offer rests for policy's days. Said again meanwhile, it is kept once.

    Raises:
        OfferGone: it was never offered to this customer.
        Refusal: not within the actor's reach.
    """
    access.decide(actor, access.CHANGE_CONTRACT, customer).or_refuse()
    with transaction.atomic():
        _lock(customer)
        if offer.pk in fitting.resting(customer, at):
            given = OfferAnswer.objects.filter(offer=offer, customer=customer, answer=OfferAnswer.Answer.NO)
            if earlier := given.order_by("-pk").first():
                return earlier
        _fit_or_refuse(customer, offer, at, today)
        answer = OfferAnswer.objects.create(offer=offer, customer=customer, person=actor, answer=OfferAnswer.Answer.NO, at=at)
        facts = {"offer": offer.name}
        recording.record(customer, "support.offer_declined", actor=actor, at=at, about=answer, facts=facts)
        return answer


def _lock(customer: Customer) -> None:
    """Keep two answers of a customer apart; foreign keys to it pass, so that orders and changes do not wait for each other."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)


def _fit_or_refuse(customer: Customer, offer: Offer, at: datetime, today: date) -> Fit:
    shown = fitting.shown_to(customer, at=at, today=today)
    found = next((fit for fit in shown if fit.offer.pk == offer.pk), None)
    if found is None:
        raise OfferGone(_("This is not offered any more. What is on sale stands under your contract."))
    return found


def _owner(customer: Customer, on: date) -> User | None:
    """Return who owns the account: the manager of the key account, else its account owner, named there or above."""
    held = key_accounts.of(customer, on)
    return held.manager if held else owners.of_accounts([customer.pk], on).get(customer.pk)


def _quote(actor: User, customer: Customer, fit: Fit, at: datetime, today: date) -> Quote:
    if fit.replaces is not None:
        change = fitting.change_of(fit)
        return quoting.quote(actor=actor, subscription=fit.replaces, change=change, at=at, today=today)
    order = fitting.order_of(fit, today)
    return ordering.quote(actor=actor, contract=fit.contract, customer=customer, order=order, at=at, today=today)
