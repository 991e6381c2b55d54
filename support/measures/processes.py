"""Processes: who does what has to be done, customers themselves, our people, or nobody because it happens by itself.

Counted by the moment a thing was recorded, in a half-open span. What customers did themselves saved a contact each: the saving is
their number times what a contact costs (policy key `measures.contact_cost`, by currency), and nothing where that is not said.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.policies import resolving
from accounts.quality.models import ChangeRequest
from billing.contracts.models import ContractEvent
from billing.money import Money
from billing.payments.models import Payment
from support.knowledge.models import Deflection
from support.remedies.kinds.credit_duplicate_charge import CreditDuplicateCharge
from support.remedies.models import Grant
from support.tickets.models import Ticket

CONTACT_COST: Final = "measures.contact_cost"


@dataclass(frozen=True)
class Process:
    """One process and how often each side did it."""

    label: Promise
    themselves: int
    ours: int
    by_itself: int = 0

    @property
    def total(self) -> int:
        """How often it was done at all."""
        return self.themselves + self.ours + self.by_itself

    @property
    def share(self) -> int | None:
        """What customers did themselves of what people did, in whole per cent, half up; None where nobody did anything."""
        people = self.themselves + self.ours
        return (200 * self.themselves + people) // (2 * people) if people else None


def counted(*, since: datetime, until: datetime) -> list[Process]:
    """Return the processes of a span. One statement each, two for questions."""
    return [Process(label, *_sides(read(since, until))) for label, read in _PROCESSES] + [_questions(since, until)]


def contact_costs(on: datetime) -> list[Money]:
    """Return what a contact costs, one amount for each currency it is said in; none where policy does not say."""
    said = resolving.resolve_at(resolving.HOUSE, on.date(), [CONTACT_COST])[CONTACT_COST].value
    return [Money.of(amount, currency) for currency, amount in sorted((said or {}).items())]


def saving(process: Process, cost: Money) -> Money:
    """Return what customers saved us by doing it themselves."""
    return Money(process.themselves * cost.amount_minor, cost.currency)


def _sides(rows: tuple[QuerySet[Any], str]) -> tuple[int, int, int]:
    found, person = rows
    of_ours = Q(**{f"{person}__staff_profile__isnull": False})
    by_nobody = Q(**{person: None})
    told = found.aggregate(
        themselves=Count("pk", filter=~by_nobody & ~of_ours),
        ours=Count("pk", filter=of_ours),
        alone=Count("pk", filter=by_nobody),
    )
    return told["themselves"], told["ours"], told["alone"]


def _contract_changes(since: datetime, until: datetime) -> tuple[QuerySet[Any], str]:
    changes = ContractEvent.objects.filter(recorded_at__gte=since, recorded_at__lt=until)
    return changes.exclude(what__in=[ContractEvent.What.SUBSCRIBE, ContractEvent.What.UNDO]), "recorded_by"


def _orders(since: datetime, until: datetime) -> tuple[QuerySet[Any], str]:
    started = ContractEvent.objects.filter(what=ContractEvent.What.SUBSCRIBE)
    return started.filter(recorded_at__gte=since, recorded_at__lt=until), "recorded_by"


def _payments(since: datetime, until: datetime) -> tuple[QuerySet[Any], str]:
    paid = Payment.objects.filter(status=Payment.Status.SUCCEEDED)
    return paid.filter(started_at__gte=since, started_at__lt=until), "paid_by"


def _details(since: datetime, until: datetime) -> tuple[QuerySet[Any], str]:
    return ChangeRequest.objects.filter(asked_at__gte=since, asked_at__lt=until), "asked_by"


def _double_charges(since: datetime, until: datetime) -> tuple[QuerySet[Any], str]:
    given = Grant.objects.filter(remedy=CreditDuplicateCharge.code, granted_at__gte=since, granted_at__lt=until)
    return given, "asked_by"


def _questions(since: datetime, until: datetime) -> Process:
    """A question is answered by an article, or by one of us on a ticket."""
    answered = Deflection.objects.filter(solved=True, answered_at__gte=since, answered_at__lt=until).count()
    asked = Ticket.objects.filter(opened_at__gte=since, opened_at__lt=until, finding=None).count()
    return Process(_("Questions"), answered, asked)


_PROCESSES: Final[tuple[tuple[Promise, Callable[[datetime, datetime], tuple[QuerySet[Any], str]]], ...]] = (
    (_("Contract changes"), _contract_changes),
    (_("Orders"), _orders),
    (_("Payments"), _payments),
    (_("Changes of details"), _details),
    (_("Double charges put right"), _double_charges),
)
