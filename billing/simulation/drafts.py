"""Drafts: in a scenario that finalizes invoices, what a run makes stays a draft until it is finalized.

A draft is kept as its account and day only: what it says is planned anew from the history as it stands whenever somebody looks,
by the same billing as ever, and taken back. So a draft follows every change of its contract until finalizing issues it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Min

from accounts.decisions import Refusal
from billing.contracts.models import Subscription
from billing.invoices import run
from billing.invoices.models import Document
from billing.simulation.scenario import Happening
from billing.simulation.stage import Draft, Stage

Found = TypeVar("Found")


class AlreadyFinal(Refusal):
    """The invoice was issued before."""

    code = "already_final"


class EarlierDraft(Refusal):
    """An earlier draft of the account has to be finalized first."""

    code = "earlier_draft"


@dataclass(frozen=True)
class Look:
    """What looking at an account's drafts showed: whether a run adds one, and when the next one has something to do."""

    adds: bool
    next_due_on: date | None


def draft(play: Stage, code: str, day: date) -> None:
    """Note a draft for what a run on `day` would issue to an account, if it would issue anything."""
    look = rehearse(play, code, lambda: _look(play, code, day))
    play.looks_again[code] = look.next_due_on
    if look.adds:
        play.drafts.append(Draft(code, day))


def finalize(play: Stage, now: Happening) -> None:
    """Issue a draft as it stands now; from then on it never changes."""
    named = play.named(now.args.get("invoice"))
    if isinstance(named, Document):
        raise AlreadyFinal(f"{named} is final already.")
    if any(other.account == named.account and other.on < named.on for other in play.drafts):
        raise EarlierDraft(f"An earlier draft of {named.account} is finalized first.")
    run.bill(payer=play.customer(named.account), on=named.on, at=play.at(now.on, now.place))
    play.drafts.remove(named)


def rehearse(play: Stage, code: str, look: Callable[[], Found]) -> Found:
    """Return what `look` finds once the drafts of an account are issued; then they are drafts again."""
    with transaction.atomic():
        for kept in [kept for kept in play.drafts if kept.account == code]:
            run.bill(payer=play.customer(code), on=kept.on, at=play.at(kept.on, len(play.scenario.events)))
        found = look()
        transaction.set_rollback(True)
    return found


def told(play: Stage, tell: Callable[[Document], dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what `tell` says of every draft invoice, as if it were issued now."""
    final = {document.pk for document in play.documents()}
    found: list[dict[str, Any]] = []
    for code in dict.fromkeys(kept.account for kept in play.drafts):
        found += rehearse(play, code, lambda: [tell(made) for made in play.documents() if made.pk not in final])
    return [document | {"status": "draft", "number": None} for document in found]


def _look(play: Stage, code: str, day: date) -> Look:
    made = run.bill(payer=play.customer(code), on=day, at=play.at(day, len(play.scenario.events)))
    held = Subscription.objects.filter(pk__in=[held.pk for held in play.subscriptions.values()], next_due_on__gt=day)
    return Look(bool(made), held.aggregate(first=Min("next_due_on"))["first"])
