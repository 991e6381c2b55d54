"""Bonus: what policy credits for a longer term, and what the customer keeps up for it.

Counted is, of each subscription, the least it costs in a month from a month ago until the new terms no longer bind, by all that
is recorded: a trial, a pause or an end within these days counts nothing, nor does what was added to such a one; net of what
coupons and discounts take off today (what we take off later is our own decision and leaves it as it is). It counts for the
months by which the customer is really bound longer. What was counted is then kept up: nothing the customer does lets a
subscription cost less before that day. Days are the contract's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.policies import resolving
from billing import money
from billing.amendments.models import BonusShare
from billing.contracts import histories, state
from billing.contracts.models import Contract, ContractTerms, Subscription
from billing.invoices import reductions
from billing.invoices.reductions import Reduction
from billing.money import Money
from billing.rating import service
from billing.rating.history import History
from billing.rating.segments import Segment

BONUS: Final = "contract.extension_bonus"
HAS_RUN: Final = timedelta(days=31)  # what a bonus counts has run so long: nobody orders more for the day of signing
DAYS_A_MONTH: Final = 30


class BonusStandsOnIt(Refusal):
    """A bonus was credited for a term in which the subscription costs no less."""

    code = "bonus_stands_on_it"


@dataclass(frozen=True)
class Bonus:
    """What is credited, and what each subscription counts for it in a month, before reductions, until the day `until`."""

    amount: Money
    shares: Mapping[int, Money]
    until: date


def of(contract: Contract, months: int, bound: tuple[date, date], today: date) -> Bonus:
    """Return the bonus for terms longer by `months` that bind until the second day of `bound` instead of the first."""
    percent = Fraction(resolving.resolve(contract.customer, BONUS, today).value or 0)
    longer = min(Fraction(max(months, 0)), months_between(*bound))
    if not percent or not longer:
        return Bonus(Money(0, contract.currency), {}, bound[1])
    known = list(contract.subscriptions.select_related("product", "base").order_by("pk"))
    least = _counted(known, today - HAS_RUN, bound[1])
    net = _net(known, least, today)
    amount = money.rounded(net * percent / 100 * longer / 12, contract.currency)
    shares = {pk: money.rounded(minor, contract.currency) for pk, minor in least.items() if minor}
    return Bonus(amount, shares if amount else {}, bound[1])


def keep_up(bonus: Bonus, version: ContractTerms) -> None:
    """Write down what is kept up for a bonus that is credited with this version of the terms."""
    BonusShare.objects.bulk_create(
        BonusShare(terms=version, subscription_id=pk, monthly_minor=share.amount_minor, until=bonus.until)
        for pk, share in bonus.shares.items()
    )


def kept_up_or_refuse(subscription: Subscription, stored: History, proposed: History, today: date) -> None:
    """Do nothing when, with the proposed history, a subscription keeps up what bonuses were credited for.

    Raises:
        BonusStandsOnIt: it would cost less before the longer term is over.
    """
    for share in BonusShare.objects.filter(subscription=subscription, until__gt=today):
        # A share is rounded; what is below it without this change is nothing the change brings about.
        enough = min(Fraction(share.monthly_minor) - Fraction(1, 2), _least(stored, today, share.until))
        if _least(proposed, today, share.until) < enough:
            raise BonusStandsOnIt(
                _("A bonus was credited for the longer term: until {day} this costs at least {amount} a month.").format(
                    day=share.until, amount=Money(share.monthly_minor, proposed.currency)
                )
            )


def months_between(since: date, until: date) -> Fraction:
    """Return how many months lie between two days: whole ones, and a month's share of 1/30 for each day more."""
    whole = (until.year - since.year) * 12 + until.month - since.month
    days = whole * DAYS_A_MONTH + min(until.day, DAYS_A_MONTH) - min(since.day, DAYS_A_MONTH)
    return Fraction(max(days, 0), DAYS_A_MONTH)


def _counted(known: Iterable[Subscription], since: date, until: date) -> dict[int, Fraction]:
    wanted = list(known)
    told = histories.histories_of(wanted)
    least = {one.pk: _least(told[one.pk], since, until) for one in wanted}
    return {one.pk: least[one.pk] if not one.base_id or least.get(one.base_id) else Fraction(0) for one in wanted}


def _least(history: History, since: date, until: date) -> Fraction:
    """Return the least that a subscription costs in a month on any day of `[since, until)`, in minor units."""
    life = service.read(history)
    if not life.segments or life.segments[0].since > since or (life.end is not None and life.end < until):
        return Fraction(0)
    within = [one for one in life.segments if one.since < until and (one.until is None or one.until > since)]
    return min((_monthly(one, history.currency) for one in within), default=Fraction(0))


def _monthly(segment: Segment, currency: str) -> Fraction:
    main = segment.plan.main
    if main is None or not segment.billed:
        return Fraction(0)
    months = main.interval.months or Fraction(main.interval.days, DAYS_A_MONTH)
    return Fraction(state.per_period(segment, currency).amount_minor) / months


def _net(known: Iterable[Subscription], least: Mapping[int, Fraction], today: date) -> Fraction:
    """Return what is left in a month of all that counts, once everything that is reduced today is taken off."""
    counting = [one for one in known if least[one.pk]]
    left, plans = {one.pk: least[one.pk] for one in counting}, state.states_of(counting, today)
    amounts = Fraction(0)
    for reduction in (one for found in reductions.in_force(counting).values() for one in found):
        reached = [one for one in counting if _reaches(reduction, one, plans[one.pk], today)]
        for one in reached:
            left[one.pk] *= 1 - Fraction(reduction.percent or 0) / 100
        amounts += max((_a_month(reduction, plans[one.pk]) for one in reached), default=Fraction(0))
    return max(sum(left.values(), start=Fraction(0)) - amounts, Fraction(0))


def _reaches(reduction: Reduction, subscription: Subscription, found: state.State, today: date) -> bool:
    spans = None if reduction.customers is None else reduction.customers.get(subscription.customer_id, ())
    return (
        (reduction.until is None or today < reduction.until)
        and (reduction.periods is None or len(reduction.given) < reduction.periods)
        and (not reduction.plans or found.plan.code in reduction.plans)
        and (reduction.subscription is None or reduction.subscription == subscription.pk)
        and (spans is None or any(today in span for span in spans))
    )


def _a_month(reduction: Reduction, found: state.State) -> Fraction:
    months = months_between(found.cycle.since, found.cycle.until) if found.cycle else Fraction(1)
    return Fraction(reduction.amount_minor) / max(months, Fraction(1, DAYS_A_MONTH))
