"""Defining: managers write what is offered, to whom and why."""

from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.offers.models import Offer

FILLED_IN: Final = frozenset({"quantity", "product", "customer"})


class OfferMakesNoSense(Refusal):
    """Its words or its conditions cannot be."""

    code = "offer_makes_no_sense"


def define(*, actor: User | None, code: str, at: datetime, **facts: Any) -> Offer:
    """Write an offer, new or known by its code. The same again changes nothing; answers given stay.

    Raises:
        OfferMakesNoSense: words with other places than those filled in, or a plan that replaces one of another product.
        Refusal: the actor does not steer.
    """
    if actor and access.level_of(actor) not in access.STEER.levels:
        raise Refusal(_("Only managers write offers."), code="not_for_this_level")
    _sensible_or_refuse(facts)
    with transaction.atomic():
        kept = Offer.objects.select_for_update().filter(code=code).first()
        offer = kept or Offer(code=code)
        if kept and all(getattr(kept, name) == value for name, value in facts.items()):
            return kept
        for name, value in facts.items():
            setattr(offer, name, value)
        offer.save()
        recording.record(
            None, "support.offer_defined", actor=actor, at=at, about=offer, facts={"offer": offer.name}, internal=True
        )
        return offer


def _sensible_or_refuse(facts: Mapping[str, Any]) -> None:
    for words in (facts["because"], facts.get("because_de", "")):
        _readable_or_refuse(words)
    if facts.get("instead_of") and facts["instead_of"].product_id != facts["plan"].product_id:
        raise OfferMakesNoSense(_("A plan replaces one of the same product."))
    if facts.get("until") and facts["until"] <= facts["since"]:
        raise OfferMakesNoSense(_("An offer ends after it begins."))


def _readable_or_refuse(words: str) -> None:
    try:
        places = [(name, spec or conversion) for _text, name, spec, conversion in Formatter().parse(words) if name is not None]
    except ValueError as fault:
        raise OfferMakesNoSense(_("The reason has a brace too many or too few.")) from fault
    if unknown := sorted(f"{{{name}}}" for name, shaped in places if name not in FILLED_IN or shaped):
        raise OfferMakesNoSense(_("Nothing can be filled in for {names}.").format(names=", ".join(unknown)))
