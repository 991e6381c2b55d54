"""Customer moves: what a move means for the clocks of open tickets, said in sentences for its preview."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.customers.models import Customer
from accounts.segments import conditions
from accounts.segments.models import Condition
from support.service_levels import targets
from support.tickets.models import Ticket


def clocks(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say how many open tickets are measured by another tier, and how many go on as they are."""
    moving = Ticket.objects.unresolved().filter(customer__in=Customer.objects.below(customer))
    count = moving.count()
    if not count:
        return []
    before, after = _level(customer, on), _level_under(customer, to, on)
    changed = moving.filter(customer__in=_inheriting(customer)).order_by("ref") if before != after else moving.none()
    refs = list(changed.values_list("ref", flat=True))
    if not refs:
        words = ngettext(
            "The clocks of {count} open ticket go on as they are.", "The clocks of {count} open tickets go on as they are.", count
        )
        return [words.format(count=count)]
    named = ", ".join(refs[:10]) + (_(" and others") if len(refs) > 10 else "")
    words = _("Open tickets are measured as {after} instead of {before} from then on: {named}.")
    return [words.format(after=after, before=before, named=named)]


def _level(customer: Customer, on: date) -> str:
    term = conditions.of(customer, on).get(Condition.Kind.SERVICE_LEVEL)
    return term.value if term else targets.tier_of(customer)[0]


def _level_under(customer: Customer, to: Customer | None, on: date) -> str:
    term = conditions.under(customer, to, on).get(Condition.Kind.SERVICE_LEVEL)
    if term:
        return term.value
    own: str = customer.tier
    return own if own != Customer.Tier.STANDARD or to is None else targets.tier_of(to)[0]


def _inheriting(customer: Customer) -> QuerySet[Customer]:
    """The nodes of the subtree without a tier of their own or of a node between them and `customer`."""
    inside = Customer.objects.below(customer).exclude(tier=Customer.Tier.STANDARD)
    between = inside.filter(lft__lte=OuterRef("lft"), rght__gte=OuterRef("rght"))
    found: QuerySet[Customer] = Customer.objects.below(customer).exclude(Exists(between))
    return found
