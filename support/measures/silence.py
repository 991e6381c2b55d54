"""Silence: customers who pay and say nothing. Silence is no praise; somebody should call.

A signal is anything one of a customer's own people did: signed in, asked, paid, changed, told us something. Customers are those
with a subscription of their own. After how many days a customer counts as silent is policy's (`voice.silence_days`). Who owns the
account is told once in each silence, that they call; the supervisors where nobody owns it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Membership, User
from accounts.policies import resolving
from accounts.timeline import recording
from accounts.timeline.models import Activity
from billing.contracts.models import Subscription
from support.offers import leads
from support.tickets import turns
from support.voice.models import Feedback, Praise

DAYS: Final = "voice.silence_days"
LEAST: Final = 30  # days; no policy makes it less
AT_ONCE: Final = 500
SILENT: Final = "support.customer_silent"
NEAREST: Final = """
SELECT DISTINCT ON (c.id) c.id, m.user_id
  FROM accounts_customer c
  JOIN accounts_customer a ON a.tree_id = c.tree_id AND a.lft <= c.lft AND a.rght >= c.rght
  JOIN accounts_membership m ON m.customer_id = a.id AND m.role = %s AND m.effect = 'allow'
   AND (m.scope = 'subtree' OR a.id = c.id) AND daterange(m.since, m.until) @> (now() AT TIME ZONE 'UTC')::date
  JOIN accounts_user u ON u.id = m.user_id AND u.is_active AND NOT u.is_program
 WHERE c.id = ANY(%s) ORDER BY c.id, a.lft DESC, m.id
"""


@dataclass(frozen=True)
class Silent:
    """A customer, when its people last gave a signal, and for how many days policy lets that be."""

    customer: Customer
    since: datetime
    days: int
    allowed: int


@dataclass(frozen=True)
class Ratio:
    """Praise and concerns of a span: silence says nothing, these two do."""

    praise: int
    concerns: int


def silent(viewer: User, *, at: datetime) -> list[Silent]:
    """Return the customers within reach that are silent longer than policy lets them be, the longest silence first."""
    return _silent(_last_signals(access.customers_within_reach(viewer)), at)


def watch(*, at: datetime) -> int:
    """Tell whoever owns the account, once in each silence, that a customer says nothing; return how many were told of."""
    told = Activity.objects.filter(kind=SILENT, customer=OuterRef("pk"), at__gt=OuterRef("last_signal"))
    with turns.patience(), transaction.atomic():
        turns.take("silence")
        found = _silent(_last_signals(Customer.objects.all()).exclude(Exists(told)), at)
        for one in found:
            owner = leads.nearest_seller(one.customer, at.date())
            facts = {
                "days": one.days, "person": owner.pk if owner else None, "to": str(owner or _("the supervisors")),
                "number": one.customer.number,
            }  # fmt: skip
            recording.record(one.customer, SILENT, actor=None, at=at, about=one.customer, facts=facts, internal=True)
    return len(found)


def told_lately(rows: Iterable[Silent]) -> dict[int, Activity]:
    """Return by the customer how somebody was told of the silence that lasts; one statement."""
    since = {row.customer.pk: row.since for row in rows}
    found = Activity.objects.filter(kind=SILENT, customer__in=since).order_by("at", "pk")
    return {each.customer_id: each for each in found if each.customer_id and each.at > since[each.customer_id]}


def _silent(signals: Any, at: datetime) -> list[Silent]:
    waiting = list(signals.filter(last_signal__lte=at - timedelta(days=LEAST))[:AT_ONCE])
    allowed = resolving.resolve_many([customer.pk for customer in waiting], at.date(), [DAYS])
    found = [Silent(each, each.last_signal, (at - each.last_signal).days, allowed[each.pk][DAYS].value) for each in waiting]
    return [one for one in found if one.days >= max(one.allowed, LEAST)]


def ratio(*, since: datetime, until: datetime) -> Ratio:
    """Return how often customers praised and how often they raised a concern in a half-open span."""
    told = Feedback.objects.filter(given_at__gte=since, given_at__lt=until).aggregate(
        praise=Count("pk", filter=Q(kind=Feedback.Kind.PRAISE)), concerns=Count("pk", filter=Q(kind=Feedback.Kind.CONCERN))
    )
    on_tickets = Praise.objects.filter(given_at__gte=since, given_at__lt=until).count()
    return Ratio(told["praise"] + on_tickets, told["concerns"])


def whom_to_call(customers: Iterable[int]) -> dict[int, User]:
    """Return the nearest administrator of each of some customers, at itself or above it, by the customer; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [access.ADMINISTRATOR, list(customers)])
        nearest = dict(cursor.fetchall())
    people = User.objects.in_bulk(set(nearest.values()))
    return {customer: people[person] for customer, person in nearest.items()}


def _last_signals(customers: QuerySet[Customer]) -> Any:
    """Customers who use something, with when one of their own people last did anything there, or when they began."""
    by_theirs = Activity.objects.filter(customer=OuterRef("pk"), actor__isnull=False, actor__staff_profile=None)
    signed_in = (
        Membership.objects.filter(customer=OuterRef("pk"), effect=Membership.Effect.ALLOW)
        .values("customer")
        .annotate(latest=Max("user__last_login"))
        .values("latest")
    )
    runs = Subscription.objects.filter(customer=OuterRef("pk"), next_due_on__isnull=False)
    using = Customer.objects.current().filter(Exists(runs), pk__in=customers)
    last = Greatest(Subquery(by_theirs.order_by("-at", "-id").values("at")[:1]), Subquery(signed_in), F("created_at"))
    return using.annotate(last_signal=last).select_related("kind").order_by("last_signal", "pk")
