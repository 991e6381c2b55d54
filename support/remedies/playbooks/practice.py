"""Practice: a made-up case of double billing, solved by one of our people, with a score. Nothing is booked.

A case follows from its seed alone. It has two invoices for the same thing: for the same days (the claim is valid), for days that
overlap (partly valid: the share of the days billed twice is credited) or for different days (not valid). The solver says how the
claim stands, which remedy is right, over how much, and whether it is within their own limit. Each right answer is a quarter.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing import money
from billing.money import Money
from billing.periods import Period
from support.remedies import limits
from support.remedies.kinds import REMEDIES
from support.remedies.models import Decline
from support.remedies.playbooks.models import PlaybookVersion, PracticeRun

VALID, PARTLY, NOT_VALID = Decline.Claim.VALID.value, Decline.Claim.PARTLY_VALID.value, Decline.Claim.NOT_VALID.value
DECLINE: Final = "decline"
ALONE, ASK, NOTHING = "alone", "ask", "nothing"
MOST_SEEDS: Final = 10_000
CURRENCY: Final = "EUR"
EACH: Final = 25


@dataclass(frozen=True)
class Case:
    """A made-up claim: two invoices with their days and amounts, and what is right."""

    seed: int
    first: Period
    again: Period
    amount: Money
    claim: str
    give: Money

    @property
    def remedy(self) -> str:
        """The right remedy, or `DECLINE`."""
        return DECLINE if self.claim == NOT_VALID else "credit_duplicate_charge"


class PracticeNotPossible(Refusal):
    """The case was solved before, or the answer is none."""

    code = "practice_not_possible"


def case_of(seed: int) -> Case:
    """Return the made-up case of a seed; the same seed is the same case."""
    chance = random.Random(seed)  # noqa: S311 - made-up cases, no secret
    since = date(2025, 1 + chance.randrange(12), 1)
    first = Period(since, since + timedelta(days=30))
    claim = (VALID, PARTLY, NOT_VALID)[chance.randrange(3)]
    shift = {VALID: 0, PARTLY: 10 + chance.randrange(10), NOT_VALID: 30}[claim]
    again = Period(since + timedelta(days=shift), since + timedelta(days=30 + shift))
    amount = Money(chance.randrange(20, 900) * 100, CURRENCY)
    share = money.allocate_largest_remainder(amount, [30 - shift, shift])[0] if shift < 30 else Money.zero(CURRENCY)
    return Case(seed, first, again, amount, claim, share)


def next_seed(person: User, version: PlaybookVersion) -> int:
    """Return the seed of the next case for a person: the first they have not solved."""
    solved = set(PracticeRun.objects.filter(person=person, version=version).values_list("seed", flat=True))
    return next(seed for seed in range(1, MOST_SEEDS) if seed not in solved)


def solve(
    *, actor: User, version: PlaybookVersion, seed: int, claim: str, remedy: str, amount: Money, how: str, at: datetime
) -> PracticeRun:
    """Score an answer and keep it. Each case is solved once by each person.

    Raises:
        PracticeNotPossible: it was solved before, or an answer is none.
        Refusal: the actor does not give remedies.
    """
    if not access.may_anywhere(actor, access.WORK_TICKETS):
        raise Refusal(_("Who works on tickets practises."), code="not_for_this_level")
    if not 0 < seed < MOST_SEEDS or remedy not in {DECLINE, *REMEDIES} or claim not in Decline.Claim.values:
        raise PracticeNotPossible(_("Answer each question."))
    case = case_of(seed)
    marks = right_answers(actor, case, at)
    given = {"claim": claim, "remedy": remedy, "amount": str(amount), "how": how}
    score = EACH * sum(marks[name] == value for name, value in given.items())
    try:
        with transaction.atomic():
            return PracticeRun.objects.create(version=version, person=actor, seed=seed, answers=given, score=score, solved_at=at)
    except IntegrityError as fault:
        raise PracticeNotPossible(_("You have solved this case already; take the next one.")) from fault


def right_answers(person: User, case: Case, at: datetime) -> dict[str, Any]:
    """Return what is right, for this person: their own limit says whether they may give it alone."""
    limit = limits.limits_of(person, case.remedy, CURRENCY, at.date())
    alone = limit is not None and case.give <= limit.per_ticket
    how = NOTHING if case.claim == NOT_VALID else ALONE if alone else ASK
    return {"claim": case.claim, "remedy": case.remedy, "amount": str(case.give), "how": how}
