"""The stage: the seller, the accounts and the plans of a scenario, set up through the use cases of production.

Plans get codes of their own, so that a scenario never meets a plan of the house. What an event names (a subscription, an
invoice, a line, an earlier event) is found here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.customers import responsibilities, tree
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from billing.catalog import plans, sellers
from billing.catalog.models import LegalEntity, Plan, PlanVersion
from billing.contracts import signing
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.invoices.models import Document, Line
from billing.payments.models import Payment
from billing.simulation import offers
from billing.simulation.offers import Offer
from billing.simulation.scenario import BadScenario, Happening, Scenario

BEFORE_ALL = date(1900, 1, 1)
SELLER = {
    "street": "Musterstraße 1", "postcode": "10115", "city": "Berlin", "country": "DE", "tax_id": "DE123456788",
    "iban": "DE02120300000000202051", "email": "simulation@accord.example", "ref_prefix": "SIM-",
}  # fmt: skip


REMEMBERED: Final = ("accounts", "plans", "offers", "contracts", "subscriptions", "plan_of", "events", "drafts")


class StillADraft(Refusal):
    """What is not issued cannot be paid, credited or given up."""

    code = "still_a_draft"


@dataclass(frozen=True)
class Draft:
    """An invoice that a run made for an account on a day and nobody has finalized."""

    account: str
    on: date


@dataclass
class Stage:
    """Everything that exists while a scenario is played. `events` are the contract events each happening made."""

    scenario: Scenario
    seller: LegalEntity
    accounts: dict[str, Customer] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    plan_of: dict[str, str] = field(default_factory=dict)
    events: dict[int, list[ContractEvent]] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    looks_again: dict[str, date | None] = field(default_factory=dict)

    def remembered(self) -> dict[str, Any]:
        """Return what the stage knows by name now."""
        return {name: getattr(self, name).copy() for name in REMEMBERED}

    def remember(self, known: Mapping[str, Any]) -> None:
        """Know again what was `remembered`, and nothing that an event made which was refused after all."""
        for name, value in known.items():
            setattr(self, name, value)

    def at(self, on: date, place: int = 0) -> datetime:
        """Return the moment of an event: noon of its day, a second later for each event before it."""
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo(self.scenario.timezone))
        return noon.astimezone(UTC) + timedelta(seconds=place)

    def account(self, args: Mapping[str, Any], name: str = "account") -> str:
        """Return the name of the account that `args` mean: the one named, else the first of the scenario."""
        code = args.get(name, next(iter(self.accounts)))
        if code not in self.accounts:
            raise BadScenario(f"{code!r} is not an account of the scenario.")
        return str(code)

    def customer(self, code: str) -> Customer:
        """Return an account as it stands now in the tree."""
        found: Customer = Customer.objects.get(pk=self.accounts[code].pk)
        return found

    def subscription(self, args: Mapping[str, Any]) -> Subscription:
        """Return the subscription that `args` name; one may be left out when there is only one."""
        code = args.get("subscription", next(iter(self.subscriptions), None) if len(self.subscriptions) == 1 else None)
        if code not in self.subscriptions:
            raise BadScenario(f"{code!r} is not a subscription that was started.")
        return Subscription.objects.select_related("contract", "product", "customer").get(pk=self.subscriptions[code].pk)

    def contract(self, code: str, on: date, at: datetime) -> Contract:
        """Return the contract of an account, signed when it is first needed."""
        if code not in self.contracts:
            self.contracts[code] = signing.sign(
                actor=None, customer=self.accounts[code], legal_entity=self.seller, currency=self.scenario.currency,
                timezone=self.scenario.timezone, alignment=self.scenario.alignment.as_params(), signed_on=on, at=at,
                tax_rate=self.scenario.tax_rate, bill_cancellation_day=self.scenario.bill_cancellation_day,
            )  # fmt: skip
        return self.contracts[code]

    def version(self, args: Mapping[str, Any], on: date) -> PlanVersion:
        """Return the version of the plan that `args` name which new subscriptions get on a day."""
        code = args.get("plan")
        if code not in self.plans:
            raise BadScenario(f"{code!r} is not a plan of the scenario.")
        return plans.version_for(self.plans[str(code)], self.scenario.currency, on)

    def documents(self, kind: str = Document.Kind.INVOICE) -> list[Document]:
        """Return what was issued so far, in that order."""
        issued = Document.objects.filter(legal_entity=self.seller, kind=kind).select_related(
            "customer", "receiver", "legal_entity"
        )
        return list(issued.order_by("pk"))

    def invoice(self, given: object) -> Document:
        """Return the issued invoice that an event names (see `named`).

        Raises:
            StillADraft: it is not issued yet.
        """
        named = self.named(given)
        if isinstance(named, Draft):
            raise StillADraft(f"The invoice of {named.on} is still a draft.")
        return named

    def named(self, given: object) -> Document | Draft:
        """Return the invoice that an event names: counted from 1 (from 0 when the scenario counts so), by day, or "last"."""
        issued: list[Document | Draft] = [*self.documents(), *self.drafts]
        if self.drafts:
            issued.sort(key=lambda found: found.on if isinstance(found, Draft) else found.issued_on or date.min)
        if isinstance(given, int) and not isinstance(given, bool):
            place = given - (0 if self._counts_from_zero("invoice") else 1)
            named = issued[place : place + 1] if place >= 0 else []
        elif given in (None, "last"):
            named = issued[-1:]
        else:
            named = [found for found in issued if str(given) in _names(found)][:1]
        if not named:
            raise BadScenario(f"There is no invoice {given!r} yet.")
        return named[0]

    def line(self, document: Document, given: object) -> Line:
        """Return the line that an event names: counted like invoices, by kind, or by subscription; the first when none is."""
        lines = list(document.lines.select_related("document", "subscription").order_by("position"))
        if isinstance(given, int) and not isinstance(given, bool):
            place = given - (0 if self._counts_from_zero("line") else 1)
            named = lines[place : place + 1] if place >= 0 else []
        else:
            subscription = self.subscriptions.get(str(given))
            named = [
                line
                for line in lines
                if given is None or line.kind == given or subscription and line.subscription == subscription
            ]
        if not named:
            raise BadScenario(f"{document} has no line {given!r}.")
        return named[0]

    def payment(self, given: object) -> Payment:
        """Return the payment that an event names, else the latest one that succeeded."""
        made = Payment.objects.filter(payer__in=self.accounts.values(), status=Payment.Status.SUCCEEDED).order_by("pk")
        found = list(made.select_related("payer"))
        place = -1 if given is None else given - 1 if isinstance(given, int) and given > 0 else len(found)
        if not found or not -len(found) <= place < len(found):
            raise BadScenario("There is no payment yet." if given is None else f"There is no payment {given!r} yet.")
        return found[place]

    def earlier(self, happening: Happening, given: object) -> list[ContractEvent]:
        """Return what an earlier event recorded; events are counted from 0, or from 1 where that one changed no contract."""
        named = [event.place for event in self.scenario.events if event.name and event.name == given]
        counted = [given, given - 1] if isinstance(given, int) and not isinstance(given, bool) else named
        for place in counted:
            made = [event for event in self.events.get(place, []) if event.what != ContractEvent.What.SUBSCRIBE]
            if made and place < happening.place:
                return made
        raise BadScenario(f"{given!r} names no earlier change of a contract.")

    def _counts_from_zero(self, name: str) -> bool:
        return any(0 in _named(event.args, name) for event in self.scenario.events)


def _names(found: Document | Draft) -> tuple[str, ...]:
    return (str(found.on),) if isinstance(found, Draft) else (str(found.ref), str(found.issued_on))


def _named(args: Mapping[str, Any], name: str) -> list[int]:
    several = args.get(f"{name}s")
    given = [args.get(name), *(several if isinstance(several, list) else [])]
    places = [entry.get(name) if isinstance(entry, Mapping) else entry for entry in given]
    return [place for place in places if isinstance(place, int) and not isinstance(place, bool)]


def build(scenario: Scenario) -> Stage:
    """Set up what stands when a scenario begins.

    Raises:
        Refusal: an account or plan makes no sense, or asks for what is not offered.
    """
    at = datetime(scenario.start.year, scenario.start.month, scenario.start.day, tzinfo=UTC)
    local_day(at, scenario.timezone)
    stage = Stage(scenario, sellers.define(actor=None, code="simulation", name="Simulation", at=at, **SELLER))
    for code in scenario.accounts:
        _add_account(stage, code, at, ())
    _name_payers(stage, at)
    product = plans.define_product(code="simulation", name="Simulated", unit_name="unit")
    for rank, (code, given) in enumerate(scenario.plans.items()):
        stage.offers[code] = offers.read(code, given)
        stage.plans[code] = plans.define_plan(product=product, code=f"simulation-{rank}", name=code, rank=rank)
        publish(stage, code, stage.offers[code].charges, effective_on=BEFORE_ALL)
    return stage


def publish(stage: Stage, code: str, charges: tuple[plans.ChargeTerms, ...], *, effective_on: date) -> PlanVersion:
    """Publish a version of a plan of the scenario with these charges."""
    offer = stage.offers[code]
    return plans.publish_version(
        plan=stage.plans[code], currency=stage.scenario.currency, charges=charges, effective_on=effective_on,
        trial_days=offer.trial_days, introductions=offer.introductions, term_months=offer.term_months,
        trial_months=offer.trial_months, ends_with_term=offer.ends_with_term,
    )  # fmt: skip


def _add_account(stage: Stage, code: str, at: datetime, above: tuple[str, ...]) -> None:
    if code in stage.accounts:
        return
    given = stage.scenario.accounts.get(code)
    if given is None or code in above:
        raise BadScenario(f"{code!r} is not an account, or stands under itself.")
    if unknown := given.keys() - {"parent", "payer", "name"}:
        raise BadScenario(f"Account {code}: {', '.join(sorted(unknown))} is unknown.")
    if not all(isinstance(value, str) or value is None for value in given.values()):
        raise BadScenario(f"Account {code}: parent, payer and name are texts.")
    parent = given.get("parent")
    if parent is not None:
        _add_account(stage, parent, at, (*above, code))
    stage.accounts[code] = tree.add(
        actor=None, parent=stage.accounts[parent] if parent else None, kind="legal_entity", name=str(given.get("name", code)),
        at=at, timezone=stage.scenario.timezone, currency=stage.scenario.currency, country="DE",
    )  # fmt: skip


def _name_payers(stage: Stage, at: datetime) -> None:
    for code, given in stage.scenario.accounts.items():
        if given.get("payer") not in (None, "self"):
            name_payer(stage, code, given["payer"], since=BEFORE_ALL, at=at)


def name_payer(stage: Stage, code: str, payer: object, *, since: date, at: datetime) -> None:
    """Let the parent ("parent"), the account itself ("self") or another one pay for an account from a day on."""
    customer = stage.customer(code)
    who = customer.parent if payer == "parent" else customer if payer == "self" else stage.accounts.get(str(payer))
    if who is None:
        raise BadScenario(f"{payer!r} cannot pay for {code}.")
    responsibilities.set_payer(actor=None, customer=customer, payer=who, since=since, at=at)
