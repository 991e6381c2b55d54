"""A crowd: many customers, subscriptions and tickets for benchmarks, loaded set-based; the same numbers give the same crowd.

Groups of fifty: a root, four divisions, five sites under each division's first, departments below. Names and amounts follow
from the position in the crowd, nothing is drawn by chance. Loading again adds only what is missing.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import cycle, islice

from accounts.customers import importing
from accounts.customers.importing import Row
from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.timeline import delivery
from backoffice.demo.history import months_before
from backoffice.demo.people import AGENT
from billing.catalog.models import LegalEntity, PlanVersion
from billing.contracts import loading as contract_loading
from billing.contracts.loading import Agreement
from billing.contracts.models import Contract
from support.tickets import loading as ticket_loading
from support.tickets.loading import Case
from support.tickets.models import Ticket

PREFIX = "CROWD-"
GROUP_SIZE, DIVISIONS, SITES = 50, 4, 20
TRADES = ("Mills", "Rail", "Foods", "Energy", "Hotels", "Logistics", "Optics", "Paper", "Tools", "Clinics")
PLACES = ("Ost", "West", "North", "Harbour", "Hill", "Lake", "Field", "Bridge", "Old Town", "Park")
SUBJECTS = ("Question about the last invoice", "Add two seats", "Router restarts", "Change of address", "Who may sign?")
KINDS = ("billing", "contract", "technical", "other", "contract")
SIGNED_MONTHS_AGO, OPEN_ONE_IN, RESOLVED_AFTER = 12, 20, timedelta(hours=6)


def load(*, customers: int, subscriptions: int, tickets: int, at: datetime) -> None:
    """Bring the crowd up to these numbers."""
    importing.import_rows(_rows(customers), actor=None, at=at)
    known = list(Customer.objects.filter(ref__startswith=PREFIX).order_by("ref"))
    if not known:
        return
    _subscribe(known, subscriptions, at)
    ticket_loading.load(_cases(known, tickets, at))
    delivery.pass_over(older_than=at + timedelta(seconds=1), at=at)


def _rows(count: int) -> Iterator[Row]:
    for number in range(count):
        group, place = divmod(number, GROUP_SIZE)
        ref, parent, kind = _position(group, place)
        name = f"{PLACES[(group + place) % len(PLACES)]} {TRADES[group % len(TRADES)]} {number}"
        yield Row(ref, name, kind, (parent,) if parent else (), {"country": "DE", "city": "Berlin"}, number + 1)


def _position(group: int, place: int) -> tuple[str, str, str]:
    """Return ref, parent's ref and kind of the node at this place of a group."""
    ref = _ref(group, place)
    if place == 0:
        return ref, "", "group"
    if place <= DIVISIONS:
        return ref, _ref(group, 0), "division"
    if place <= DIVISIONS + SITES:
        return ref, _ref(group, 1 + (place - 1) % DIVISIONS), "site"
    return ref, _ref(group, DIVISIONS + 1 + (place - 1) % SITES), "department"


def _ref(group: int, place: int) -> str:
    return f"{PREFIX}{group:06}-{place:02}"


def _subscribe(customers: list[Customer], count: int, at: datetime) -> None:
    have = Contract.objects.filter(customer__ref__startswith=PREFIX).count()
    versions = list(PlanVersion.objects.filter(currency="EUR").select_related("plan__product").order_by("pk"))
    agreements = islice(_agreements(customers, versions, at.date()), have, max(have, count))
    contract_loading.load(agreements, legal_entity=LegalEntity.objects.order_by("pk")[0], at=at)


def _agreements(customers: list[Customer], versions: list[PlanVersion], today: date) -> Iterator[Agreement]:
    signed_on = months_before(today, SIGNED_MONTHS_AGO)
    for number, customer in enumerate(cycle(customers)):
        version = versions[number % len(versions)]
        yield Agreement(customer, version, quantity=1 + number % 40, signed_on=signed_on, bill_day=1 + number % 28)


def _cases(customers: list[Customer], count: int, at: datetime) -> Iterator[Case]:
    have = Ticket.objects.filter(customer__ref__startswith=PREFIX).count()
    agent = User.objects.get(email=AGENT)
    for number, customer in islice(enumerate(cycle(customers)), have, max(have, count)):
        opened_at = at - timedelta(minutes=7 * (number + 1))
        topic = number % len(SUBJECTS)
        resolved_at = None if number % OPEN_ONE_IN == 0 else opened_at + RESOLVED_AFTER
        yield Case(customer, None, agent, SUBJECTS[topic], f"{SUBJECTS[topic]}, please.", KINDS[topic], opened_at, resolved_at)
