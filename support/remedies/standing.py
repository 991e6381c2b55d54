"""Standing: what the rules of authority must know of a person, read once however many questions are asked.

A use case that gives asks with a fresh standing, taken in the person's turn; a page asks with one for everything it shows.
Amounts are gross minor units; days are UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.people import access
from accounts.people.models import User
from accounts.policies import acknowledging, resolving
from accounts.policies.models import PolicyVersion
from accounts.policies.resolving import Resolved
from billing.invoices.models import Document
from billing.money import Money
from support.remedies import allowances, criteria, fault, limits, special_terms
from support.remedies.books import mapping
from support.remedies.criteria import Circumstances, Spent, Weighed
from support.remedies.limits import Limit
from support.remedies.models import Allowance, AuthorityGrant, Grant
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
        customers = {ticket.customer for ticket in self.tickets}
        said = resolving.resolve_many({customer.pk for customer in customers}, self.at.date())
        return special_terms.laid_over(said, customers, self.at.date())

    @cached_property
    def mapped(self) -> dict[str, str]:
        """The ledger accounts that have a number in the accounting system."""
        return mapping.numbers()

    def given_on(self, ticket: Ticket, currency: str) -> Money:
        """What was given on a ticket, whoever gave it."""
        return Money(self._given_on.get((ticket.pk, currency), 0), currency)

    def given_today(self, currency: str) -> Money:
        """What the person gave on their own authority, and approved for others, this day, also through who stands in."""
        return Money(self._given_today.get(currency, 0), currency)

    def given_lately(self, remedy: str, ticket: Ticket, *, days: int) -> list[Grant]:
        """What the group of a ticket's customer was given of a remedy in the last days, oldest first.

        Whoever asks here, and who bears the same tax id, counts as the same: another account opens no new allowance.
        """
        same = Q(customer__tree_id=ticket.customer.tree_id)
        same |= Q(ticket__requester=ticket.requester_id) if ticket.requester_id else Q()
        same |= Q(customer__tax_id=ticket.customer.tax_id) if ticket.customer.tax_id else Q()
        given = Grant.objects.filter(same, remedy=remedy, status=Grant.Status.GRANTED)
        return list(given.filter(granted_at__gt=self.at - timedelta(days=days)).order_by("granted_at", "pk"))

    def allowed(self, remedy: str, cost: Money, ticket: Ticket) -> Weighed | None:
        """Return the allowance that lets the person give `cost` on a ticket; None: none fits."""
        return next((one for one in self.weighed(remedy, cost, ticket) if one.fits), None)

    def allowed_today(self, remedy: str, cost: Money, ticket: Ticket) -> Weighed | None:
        """Return the allowance that fits and names a day's budget of its own; one that names none leaves the day's limit."""
        fitting = (one for one in self.weighed(remedy, cost, ticket) if one.fits)
        return next((one for one in fitting if one.allowance.per_day_minor is not None), None)

    def weighed(self, remedy: str, cost: Money | None, ticket: Ticket) -> list[Weighed]:
        """Return each allowance that speaks of a remedy with its criteria; without `cost` only those that lie in the case."""
        currency = ticket.customer.currency if cost is None else cost.currency
        own = any(row.user_id == self.person.pk and row.currency == currency for row in self._limits)
        speaking = [
            row for row in self._allowances
            if row.currency == currency and row.remedy in ("", remedy) and (row.user_id or not own)
        ]  # fmt: skip
        return [self._weigh(row, cost, ticket) for row in speaking]

    def _weigh(self, row: Allowance, cost: Money | None, ticket: Ticket) -> Weighed:
        case = self._cases[ticket.pk]
        found = criteria.circumstances(row, case)
        if cost is not None:
            months = self._given_in_month
            spent = Spent(
                on_ticket=self.given_on(ticket, cost.currency), today=self.given_today(cost.currency),
                this_month=Money(months.get(("person", 0, cost.currency), 0), cost.currency),
                to_node=Money(months.get(("node", ticket.customer_id, cost.currency), 0), cost.currency),
            )  # fmt: skip
            found += criteria.bounds(row, cost, spent, case)
        return Weighed(row, found, case.invoice)

    @cached_property
    def _allowances(self) -> list[Allowance]:
        return list(allowances.held_by(self.person, self.level, self.at.date()))

    @cached_property
    def _cases(self) -> dict[int, Circumstances]:
        """What is known of each ticket's case, in a constant number of statements."""
        rows, on = list(self.tickets), self.at.date()
        standing = resolving.tiers_and_segments({ticket.customer_id for ticket in rows}, on)
        faults, invoices = fault.of(rows), _invoices(rows)
        passed = acknowledging.certificates(self.person, self.at)
        return {
            ticket.pk: Circumstances(
                *standing[ticket.customer_id], *faults.get(ticket.pk, ("", "")), (on - ticket.customer.created_at.date()).days,
                passed, invoices.get(ticket.pk),
            )
            for ticket in rows
        }  # fmt: skip

    @cached_property
    def _given_in_month(self) -> dict[tuple[str, int, str], int]:
        """What the person gave this month ("person", 0), and what each customer was given ("node", its key), by currency."""
        return _given_in_month_of(self.at, self._theirs, {ticket.customer_id for ticket in self.tickets})

    @property
    def _theirs(self) -> Q:
        decided = Q(approval__decided_by=self.person, approval__stands_in_for=None) | Q(approval__stands_in_for=self.person)
        return Q(asked_by=self.person, approval__isnull=True) | decided

    @cached_property
    def _limits(self) -> list[AuthorityGrant]:
        return list(limits.in_force(self.at.date()).filter(Q(user=self.person) | Q(user=None)))

    @cached_property
    def _given_on(self) -> dict[tuple[int, str], int]:
        given = Grant.objects.filter(ticket__in=[ticket.pk for ticket in self.tickets], status=Grant.Status.GRANTED)
        totals = given.order_by().values_list("ticket_id", "currency").annotate(given=Sum("amount_minor"))
        return {(ticket, currency): int(total) for ticket, currency, total in totals}

    @cached_property
    def _given_today(self) -> dict[str, int]:
        midnight = datetime.combine(self.at.astimezone(UTC).date(), time.min, UTC)
        that_day = Q(granted_at__gte=midnight, granted_at__lt=midnight + timedelta(days=1))
        given = Grant.objects.filter(self._theirs, that_day, status=Grant.Status.GRANTED)
        return {
            currency: int(total)
            for currency, total in given.order_by().values_list("currency").annotate(given=Sum("amount_minor"))
        }


def _given_in_month_of(at: datetime, theirs: Q, customers: set[int]) -> dict[tuple[str, int, str], int]:
    since = datetime.combine(at.astimezone(UTC).date().replace(day=1), time.min, UTC)
    given = Grant.objects.filter(granted_at__gte=since, status=Grant.Status.GRANTED).order_by()
    nodes = given.filter(customer__in=customers).values_list("customer_id", "currency")
    own = given.filter(theirs).values_list("currency")
    found = {("node", pk, currency): int(total) for pk, currency, total in nodes.annotate(given=Sum("amount_minor"))}
    return found | {("person", 0, currency): int(total) for currency, total in own.annotate(given=Sum("amount_minor"))}


def _invoices(tickets: list[Ticket]) -> dict[int, Money]:
    """Return the total of the invoice each ticket is about, by the ticket's key."""
    about = Coalesce("document_id", "line__document_id", "finding__line__document_id")
    named = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).annotate(about=about)
    pairs = dict(named.order_by().values_list("pk", "about"))
    totals = {
        document.pk: Money(document.total_minor, document.currency) for document in Document.objects.filter(pk__in=pairs.values())
    }
    return {ticket: totals[document] for ticket, document in pairs.items() if document in totals}
