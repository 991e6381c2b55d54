"""Recommending: one of us suggests an offer to a customer, with words of their own, and sees what came of it."""

from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.amendments.models import Quote
from billing.contracts.models import ContractEvent
from support.offers import calm, fitting
from support.offers.models import Offer, OfferAnswer, Recommendation

LONGEST: Final = 300


class CannotRecommend(Refusal):
    """It does not fit this customer, or not now."""

    code = "cannot_recommend"


def recommend(*, actor: User, customer: Customer, offer: Offer, words: str, at: datetime, today: date) -> Recommendation:
    """Suggest an offer that fits; the customer reads the words beside it. The same words again are one recommendation.

    Raises:
        CannotRecommend: it does not fit, something is wrong that comes first, or without words.
        Refusal: not within the actor's reach.
    """
    access.decide(actor, access.WORK_TICKETS, customer).or_refuse()
    words = words.replace("\x00", "").strip()[:LONGEST]
    if not words:
        raise CannotRecommend(_("Say why it is good for them; they read it."))
    standing = calm.decide(customer, at)
    if not standing.allowed:
        raise CannotRecommend(_("Not now. {why}").format(why=standing.reason))
    if offer.pk not in {fit.offer.pk for fit in fitting.fitting(customer, today)}:
        raise CannotRecommend(_("This does not fit them."))
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        made, is_new = Recommendation.objects.get_or_create(
            offer=offer, customer=customer, by=actor, words=words, defaults={"at": at}
        )
        if is_new:
            facts = {"offer": offer.name, "words": words}
            recording.record(customer, "support.offer_recommended", actor=actor, at=at, about=made, facts=facts)
        return made


def shares(answer: OfferAnswer) -> list[tuple[User, int]]:
    """Return who of us has a share in a yes, in per cent: who recommended it and who owns the account, alike."""
    people = list(dict.fromkeys(person for person in (answer.recommended_by, answer.owner) if person))
    return [(person, 100 // len(people)) for person in people]


def accepted() -> QuerySet[OfferAnswer]:
    """The offers that customers took and that were ordered, the latest first: what recommendations led to."""
    taken = OfferAnswer.objects.filter(answer=OfferAnswer.Answer.YES, quote__status=Quote.Status.APPLIED)
    related = ("offer", "customer", "person", "recommended_by", "owner", "quote__subscription")
    return taken.select_related(*related).order_by("-at", "-pk")


def led_to() -> QuerySet[ContractEvent]:
    """The changes of contracts that offers led to: of each offer taken the one event that its quote wrote, and none after it."""
    quote, written = "subscription__quotes", F("subscription__quotes__history_length") + 1
    taken = {f"{quote}__offer_answer__answer": OfferAnswer.Answer.YES, f"{quote}__status": Quote.Status.APPLIED}
    return ContractEvent.objects.filter(**taken, sequence=written).order_by("pk")
