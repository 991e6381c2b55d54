"""Fitting: which offers fit a customer on a day, with the reason, and whether they may be shown now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import Q
from django.utils.translation import get_language

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.days import day_begins, local_day
from accounts.decisions import Refusal
from accounts.policies import resolving
from billing.amendments import credit, limits, ordering, quoting
from billing.amendments.models import Quote
from billing.amendments.ordering import Order
from billing.amendments.quoting import Change
from billing.contracts import state
from billing.contracts.models import Contract, Subscription
from billing.contracts.state import State
from billing.dunning import entitlements
from support.offers import calm
from support.offers.models import Offer, OfferAnswer, Recommendation

MOST_SHOWN: Final = 2
COUNTS_FOR: Final = timedelta(days=90)
REST: Final = "offers.rest_days"
RUNNING: Final = (state.ACTIVE, state.PAUSED)


@dataclass(frozen=True)
class Fit:
    """An offer that fits: the contract it would stand under, what it replaces, why, and who of us recommended it."""

    offer: Offer
    contract: Contract
    replaces: Subscription | None
    because: str
    recommendation: Recommendation | None = None


@dataclass(frozen=True)
class _Here:
    """What runs for a customer itself: subscriptions with their states, and the plans on sale under its contract."""

    customer: Customer
    contract: Contract
    running: list[tuple[Subscription, State]]
    products: frozenset[int]
    on_sale: frozenset[int]
    tier: str
    segments: frozenset[int]


def shown_to(customer: Customer, *, at: datetime, today: date) -> list[Fit]:
    """Return the offers to show to the people of `customer` now: at most two, none while something is wrong or overdue."""
    if not calm.decide(customer, at).allowed or not entitlements.of(customer, today).allowed:
        return []
    asleep = resting(customer, at)
    awake = (fit for fit in fitting(customer, today) if fit.offer.pk not in asleep)
    if _is_limited(customer, today):
        awake = (fit for fit in awake if _is_within_credit(fit, customer, at, today))
    return list(islice(awake, MOST_SHOWN))


def fitting(customer: Customer, today: date) -> list[Fit]:
    """Return every offer that fits `customer`, recommended ones first, then by rank; whether it may be shown now is not asked."""
    here = _here(customer, today)
    if here is None:
        return []
    known = Offer.objects.filter(Q(until=None) | Q(until__gt=today), active=True, since__lte=today)
    counting_since = day_begins(today - COUNTS_FOR + timedelta(days=1), customer.timezone)
    counted = Recommendation.objects.filter(customer=customer, at__gte=counting_since).select_related("by")
    advised = {one.offer_id: one for one in counted.order_by("-at", "-pk")}  # the first one counts
    found = [_fit(offer, here, advised.get(offer.pk)) for offer in known.select_related("plan__product", "instead_of")]
    return sorted((fit for fit in found if fit), key=lambda fit: (fit.recommendation is None, -fit.offer.rank, fit.offer.code))


def change_of(fit: Fit) -> Change:
    """Return the change that taking an offer instead of something is."""
    return Change(what=quoting.What.CHANGE_PLAN.value, plan_code=fit.offer.plan.code, effective=quoting.NOW)


def order_of(fit: Fit, today: date) -> Order:
    """Return the order that taking an offer is."""
    return Order(fit.offer.plan.code, 1, today)


def _is_limited(customer: Customer, today: date) -> bool:
    """Say whether policy limits what who pays for `customer` may owe."""
    return bool(resolving.resolve(responsibilities.payer_of(customer, today), credit.LIMIT, today).value)


def _is_within_credit(fit: Fit, customer: Customer, at: datetime, today: date) -> bool:
    """Say whether an offer could be ordered as far as the credit limit goes, at its exact price; what has none cannot."""
    try:
        if fit.replaces is not None:
            proposal = quoting.propose(fit.replaces, change_of(fit), at=at, today=today)
            told = quoting.priced(fit.replaces, proposal, today=today)
        else:
            told = ordering.rehearse(fit.contract, customer, order_of(fit, today), at=at, today=today)
    except Refusal:
        return False
    return credit.decide(customer, limits.commitment(told), today).allowed


def _here(customer: Customer, today: date) -> _Here | None:
    above = Customer.objects.above(customer)
    contract = Contract.objects.filter(customer__in=above).select_related("customer").order_by("-customer__lft", "-pk").first()
    if contract is None:
        return None
    used = Subscription.objects.filter(customer__in=above).select_related("contract", "product", "customer")
    states = state.states_of(used, today)
    running = [(one, states[one.pk]) for one in used if states[one.pk].status in RUNNING]
    tier, segments = resolving.tiers_and_segments([customer.pk], today)[customer.pk]
    return _Here(
        customer=customer,
        contract=contract,
        running=[(one, known) for one, known in running if one.customer_id == customer.pk],
        products=frozenset(one.product_id for one, _known in running),
        on_sale=frozenset(version.plan_id for version in ordering.on_sale(contract, today, customer)),
        tier=tier,
        segments=segments,
    )


def _fit(offer: Offer, here: _Here, recommendation: Recommendation | None) -> Fit | None:
    """Return how an offer fits; None when it does not."""
    runs_already = offer.instead_of_id is None and offer.plan.product_id in here.products
    if offer.plan_id not in here.on_sale or runs_already or not (_is_meant(offer, here) and _can_be_ordered(offer, here)):
        return None
    base = _base(offer, here)
    if base is None and (offer.instead_of_id or offer.needs_id):
        return None
    replaces = base[0] if base and offer.instead_of_id else None
    return Fit(offer, replaces.contract if replaces else here.contract, replaces, _because(offer, here, base), recommendation)


def _is_meant(offer: Offer, here: _Here) -> bool:
    return offer.tier in ("", here.tier) and (offer.segment_id is None or offer.segment_id in here.segments)


def _can_be_ordered(offer: Offer, here: _Here) -> bool:
    """Say whether what it is added to runs, and whether the contract has the order number it wants."""
    base = offer.plan.product.adds_to_id
    return (base is None or base in here.products) and bool(here.contract.po_number or not here.contract.po_required)


def _base(offer: Offer, here: _Here) -> tuple[Subscription, State] | None:
    """Return what an offer replaces or needs, if enough of it runs; what is paused or ends is not replaced."""
    least = offer.least_quantity or 0
    for subscription, known in here.running:
        is_it = known.plan.pk == offer.instead_of_id if offer.instead_of_id else subscription.product_id == offer.needs_id
        changes = not offer.instead_of_id or known.status == state.ACTIVE and known.ends_on is None
        if is_it and changes and known.quantity >= least:
            return subscription, known
    return None


def _because(offer: Offer, here: _Here, base: tuple[Subscription, State] | None) -> str:
    words = offer.because_de if (get_language() or "").startswith("de") and offer.because_de else offer.because
    product = base[0].product.name if base else offer.plan.product.name
    return words.format(quantity=base[1].quantity if base else 1, product=product, customer=here.customer.name)


def resting(customer: Customer, at: datetime) -> set[int]:
    """Return the offers `customer` said no to lately, or yes to and somebody decides."""
    rest = timedelta(days=resolving.resolve(customer, REST, local_day(at, customer.timezone)).value)
    waiting = Q(answer=OfferAnswer.Answer.YES, quote__status=Quote.Status.ASKED)
    refused = Q(answer=OfferAnswer.Answer.NO, at__gt=at - rest)
    answers: Iterable[int] = OfferAnswer.objects.filter(waiting | refused, customer=customer).values_list("offer", flat=True)
    return set(answers)
