"""Standing: what the rules of authority must know of a person, read once however many questions are asked.

A use case that gives asks with a fresh standing, taken in the person's turn; a page asks with one for everything it shows.
Amounts are gross minor units; days are UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from django.db.models import Q, Sum

from accounts.people import access
from accounts.people.models import User
from accounts.policies import acknowledging, resolving
from accounts.policies.models import PolicyVersion
from accounts.policies.resolving import Resolved
from billing.money import Money
from support.remedies import limits
from support.remedies.limits import Limit
from support.remedies.models import AuthorityGrant, Grant
from support.remedies.policy_limits import Values
from support.tickets import assignment
from support.tickets.models import Ticket


@dataclass(frozen=True)
class Standing:
    """A person at a moment; `tickets` are those that will be asked about."""

    person: User
    at: datetime
    tickets: Iterable[Ticket] = field(default_factory=tuple)

    @cached_property
    def level(self) -> str:
        """The person's level, empty for a customer's person."""
        return access.level_of(self.person)

    @cached_property
    def has_acknowledged(self) -> bool:
        """Whether the person acknowledged the policies that their authority rests on."""
        return acknowledging.has_acknowledged(self.person, self.at)

    @cached_property
    def unread(self) -> list[PolicyVersion]:
        """The versions that lock the person's authority."""
        return acknowledging.outstanding(self.person, self.at)

    @cached_property
    def own_groups(self) -> frozenset[int]:
        """The trees of the groups the person belongs to."""
        return assignment.groups_of(self.person)

    def limit(self, remedy: str, currency: str, customer: int) -> Limit | None:
        """How much the person may give of a remedy at a customer (its key); None: nothing was ever said."""
        mine = [row for row in self._limits if row.user_id == self.person.pk or row.user_id is None and row.level == self.level]
        return limits.combined(mine, self.policy(customer), self.level, remedy, currency) if self.level else None

    def limit_of_level(self, level: str, remedy: str, currency: str, customer: int) -> Limit | None:
        """How much a level may give of a remedy at a customer (its key); None: nothing was ever said."""
        rows = [row for row in self._limits if row.level == level]
        return limits.combined(rows, self.policy(customer), level, remedy, currency)

    def policy(self, customer: int) -> Values:
        """What policy says for a customer (its key) this day."""
        return self._policies[customer]

    @cached_property
    def _policies(self) -> dict[int, dict[str, Resolved]]:
        return resolving.resolve_many({ticket.customer_id for ticket in self.tickets}, self.at.date())

    def given_on(self, ticket: Ticket, currency: str) -> Money:
        """What was given on a ticket, whoever gave it."""
        return Money(self._given_on.get((ticket.pk, currency), 0), currency)

    def given_today(self, currency: str) -> Money:
        """What the person gave on their own authority, and approved for others, this day."""
        return Money(self._given_today.get(currency, 0), currency)

    def given_lately(self, remedy: str, ticket: Ticket, *, days: int) -> list[Grant]:
        """What the group of a ticket's customer was given of a remedy in the last days, oldest first."""
        given = Grant.objects.filter(remedy=remedy, customer__tree_id=ticket.customer.tree_id, status=Grant.Status.GRANTED)
        return list(given.filter(granted_at__gt=self.at - timedelta(days=days)).order_by("granted_at", "pk"))

    @cached_property
    def _limits(self) -> list[AuthorityGrant]:
        rows = limits.in_force(self.at.date()).filter(Q(user=self.person) | Q(user=None))
        return list(rows)

    @cached_property
    def _given_on(self) -> dict[tuple[int, str], int]:
        given = Grant.objects.filter(ticket__in=[ticket.pk for ticket in self.tickets], status=Grant.Status.GRANTED)
        totals = given.order_by().values_list("ticket_id", "currency").annotate(given=Sum("amount_minor"))
        return {(ticket, currency): int(total) for ticket, currency, total in totals}

    @cached_property
    def _given_today(self) -> dict[str, int]:
        midnight = datetime.combine(self.at.astimezone(UTC).date(), time.min, UTC)
        theirs = Q(asked_by=self.person, approval__isnull=True) | Q(approval__decided_by=self.person)
        that_day = Q(granted_at__gte=midnight, granted_at__lt=midnight + timedelta(days=1))
        given = Grant.objects.filter(theirs, that_day, status=Grant.Status.GRANTED)
        return {
            currency: int(total)
            for currency, total in given.order_by().values_list("currency").annotate(given=Sum("amount_minor"))
        }
