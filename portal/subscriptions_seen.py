"""The subscriptions of a contract, as far as a viewer may see them; the contract keeps them for its page."""

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from accounts import ready
from accounts.people import access
from accounts.people.models import User
from accounts.ready import Fact
from billing.contracts.models import Contract, Subscription


def keep(agreed: Contract, *, viewer: User, whole: bool) -> None:
    """Have `agreed.subscriptions.all()` answer with them, in the order of their numbers: the `whole` contract, where the viewer
    sees the money of who signed it, else those of customers within reach.
    """
    if whole:
        ready.keep(agreed, "subscriptions", _described(agreed.subscriptions.all()), _all_of(agreed=agreed))
    else:
        seen = Subscription.objects.filter(customer__in=access.customers_within_reach(viewer, access.SEE_MONEY))
        prefetch_related_objects([agreed], Prefetch("subscriptions", _described(seen)))


@ready.statement
def _all_of(agreed: Fact) -> QuerySet[Subscription]:
    return _described(Subscription.objects.filter(contract=agreed))


def _described(subscriptions: QuerySet[Subscription]) -> QuerySet[Subscription]:
    return subscriptions.select_related("product__successor", "customer").order_by("ref")
