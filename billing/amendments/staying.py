"""Staying: the one thing offered to who wants to end a subscription, where policy says that something is.

The next smaller plan comes first, from the next period; where there is none, a pause. It is an offer: the end can be confirmed
all the same, and why it ends is kept with it.
"""

from datetime import date
from typing import Final

from accounts.policies import resolving
from billing.amendments import quoting
from billing.amendments.models import Quote
from billing.amendments.quoting import Change
from billing.contracts import state
from billing.contracts.models import ContractEvent

OFFERED: Final = "contract.offer_before_end"


def instead_of(quote: Quote, *, today: date) -> Change | None:
    """Return the change to offer instead of the end that was quoted; None for any other quote, or where policy offers none.

    Policy is asked at the customer who uses the subscription, so that a segment, a tier or a node may say otherwise.
    """
    subscription = quote.subscription
    if quote.change["what"] != ContractEvent.What.CANCEL or subscription is None:
        return None
    stands = state.as_of(subscription, today)
    if stands.status != state.ACTIVE or not resolving.resolve(subscription.customer, OFFERED, today).value:
        return None
    smaller = [version for version in quoting.plans_to_choose(subscription, today) if version.plan.rank < stands.plan.rank]
    if smaller:
        return Change(ContractEvent.What.CHANGE_PLAN, plan_code=smaller[-1].plan.code, effective=quoting.NEXT_PERIOD)
    return Change(ContractEvent.What.PAUSE)
