"""Ladder: the steps by which a ticket rises, as managers set them."""

from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import StaffProfile, User
from accounts.timeline import recording
from billing.money import EXPONENTS, Money
from support.service_levels import calendars
from support.service_levels.models import LadderStep

WHEN: Final = frozenset({"trigger", "clock", "percent", "amount_minor", "currency", "contacts", "days", "tier"})
FACTS: Final = WHEN | {"number", "level", "active"}


class StepMakesNoSense(Refusal):
    """A step that does not say when it is taken or who is told."""

    code = "step_makes_no_sense"


def define(*, actor: User, step: LadderStep | None, at: datetime, **facts: Any) -> LadderStep:
    """Set a step, new or known; `facts` are fields of `FACTS`.

    Raises:
        MayNotSetServiceLevels, StepMakesNoSense: the actor may not, or the step cannot be.
    """
    calendars.require_manager(actor)
    known = {name: value for name, value in facts.items() if name in FACTS}
    if (currency := known.get("currency")) and currency not in EXPONENTS:
        raise StepMakesNoSense(_("{currency} is no currency we know.").format(currency=currency))
    if known.get("level", step and step.level) not in StaffProfile.Level.values:
        raise StepMakesNoSense(_("A step tells one of our levels."))
    try:
        with transaction.atomic():
            kept = step or LadderStep()
            for name, value in (known | {"changed_at": at}).items():
                setattr(kept, name, value)
            kept.save()
            told = {"name": str(kept), "what": words(kept)}
            recording.record(None, "support.service_level_set", actor=actor, at=at, about=kept, facts=told, internal=True)
    except IntegrityError as fault:
        raise StepMakesNoSense(_("Say when the step is taken: a clock and its share, an amount, a count or a tier.")) from fault
    return kept


def words(step: LadderStep) -> str:
    """Say when a step is taken."""
    told = {
        LadderStep.Trigger.SHARE: _("{percent} % of the target for “{clock}” are used up"),
        LadderStep.Trigger.AMOUNT: _("it is about {amount} {currency} or more"),
        LadderStep.Trigger.REPEAT: _("the customer asked {contacts} times within {days} days"),
        LadderStep.Trigger.TIER: _("a {tier} customer asks"),
    }[LadderStep.Trigger(step.trigger)]
    return told.format(
        percent=step.percent,
        clock=step.get_clock_display(),
        amount=step.amount_minor and Money(step.amount_minor, step.currency).number,
        currency=step.currency,
        contacts=step.contacts,
        days=step.days,
        tier=step.get_tier_display(),
    )
