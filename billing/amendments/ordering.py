"""Ordering: a further subscription under a contract that runs, with its exact price first.

What may be ordered are the products on sale, at their prices in the contract's currency. The price is found by starting the
subscription for real inside a transaction that is taken back: quote and order cannot differ. Days are the contract's own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.amendments import credit, limits, outcome
from billing.amendments.models import Quote
from billing.amendments.quoting import GOOD_FOR, ChangeInThePast
from billing.catalog import plans
from billing.catalog.models import Plan, PlanVersion
from billing.contracts import conditions, histories, signing, state, terms
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.dunning import entitlements
from billing.provisioning import fulfilling

WHAT = ContractEvent.What.SUBSCRIBE.value


@dataclass(frozen=True)
class Order:
    """What is wanted: a plan, how many units of it, from which day on; `po_number` if it is to carry one of its own."""

    plan_code: str
    quantity: int
    since: date
    po_number: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the form that a quote keeps and `from_json` reads."""
        told = {"what": WHAT, "plan_code": self.plan_code, "quantity": self.quantity, "effective": self.since.isoformat()}
        return told | ({"po_number": self.po_number} if self.po_number else {})

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(kept["plan_code"], kept["quantity"], date.fromisoformat(kept["effective"]), kept.get("po_number", ""))


class NotOnSale(Refusal):
    """The plan is none that can be ordered under this contract."""

    code = "not_on_sale"


class NotUnderContract(Refusal):
    """The customer does not stand under the one who signed."""

    code = "not_under_contract"


class NeedsItsBase(Refusal):
    """An add-on is ordered to something that runs."""

    code = "needs_its_base"


def on_sale(contract: Contract, on: date, customer: Customer | None = None) -> list[PlanVersion]:
    """Return what `customer` (or who signed) can order under `contract` on the day `on`: by product, from small to large."""
    offered = PlanVersion.objects.filter(plans.on_sale(on, "plan__product__"))
    lists = conditions.price_lists_of(customer or contract.customer, on)
    return plans.versions_for(offered, contract.currency, on, lists)


def quote(*, actor: User, contract: Contract, customer: Customer, order: Order, at: datetime, today: date) -> Quote:
    """Return what `order` will cost `contract`, used by `customer`, good for half an hour; nothing is started or billed.

    Raises:
        ChangeInThePast, NotOnSale, NotUnderContract: it cannot be ordered there.
        Refusal: not within the actor's reach, a quantity that makes no sense, or an overdue invoice or the
            credit limit stops orders.
    """
    access.decide(actor, access.CHANGE_CONTRACT, customer).or_refuse()
    entitlements.of(customer, today).or_refuse()
    if order.since < today:
        raise ChangeInThePast(_("A subscription starts today or later, not on {since}.").format(since=order.since))
    told = rehearse(contract, customer, order, at=at, today=today)
    credit.decide(customer, limits.commitment(told), today).or_refuse()
    return Quote.objects.create(
        contract=contract,
        customer=customer,
        asked_by=actor,
        change=order.as_json(),
        effective_on=order.since,
        history_length=0,
        outcome=told,
        quoted_at=at,
        expires_at=at + GOOD_FOR,
    )


def rehearse(contract: Contract, customer: Customer, order: Order, *, at: datetime, today: date) -> dict[str, Any]:
    """Return what the order costs (outcome.py): it is started, priced, and taken back."""
    with transaction.atomic():
        started = start(None, contract, customer, order, at=at)
        told = outcome.of_start(started, histories.history_of(started), effective_on=order.since, today=today)
        transaction.set_rollback(True)
    return told


def start(actor: User | None, contract: Contract, customer: Customer, order: Order, *, at: datetime) -> Subscription:
    """Start what was ordered; nothing is billed here. Part of applying a quote (applying.py).

    Raises:
        NotOnSale, NotUnderContract, NeedsItsBase: it cannot be ordered there.
        OrderNumberMissing: the contract wants one.
    """
    if not Customer.objects.below(contract.customer).current().filter(pk=customer.pk).exists():
        raise NotUnderContract(
            _("{contract} was signed for {customer} and what stands below it.").format(
                contract=contract, customer=contract.customer
            )
        )
    terms.order_number_or_refuse(contract, order.po_number)
    version = _version(contract, customer, order)
    started = signing.subscribe(
        actor=actor, contract=contract, customer=customer, plan_version=version, effective_on=order.since, at=at,
        quantity=order.quantity, base=_base(contract, customer, version, order.since), po_number=order.po_number,
    )  # fmt: skip
    fulfilling.begin(subscription=started, ordered_on=local_day(at, contract.timezone))
    return started


def _base(contract: Contract, customer: Customer, version: PlanVersion, on: date) -> Subscription | None:
    """Return what an add-on is added to: the oldest that runs under the contract for the customer, or for one above it."""
    product = version.plan.product.adds_to
    if product is None:
        return None
    bases = contract.subscriptions.filter(product=product, customer__in=Customer.objects.above(customer)).order_by(
        "-customer__lft", "pk"
    )
    known = list(bases.select_related("contract"))
    states = state.states_of(known, on)
    found = next((base for base in known if states[base.pk].status in (state.ACTIVE, state.PAUSED)), None)
    if found is None:
        raise NeedsItsBase(
            _("{product} is added to {base}, which does not run for {customer} on {on}.").format(
                product=version.plan.product, base=product, customer=customer, on=on
            )
        )
    return found


def _version(contract: Contract, customer: Customer, order: Order) -> PlanVersion:
    on_sale_then = plans.on_sale(order.since, "product__")
    plan = Plan.objects.select_related("product").filter(on_sale_then, code=order.plan_code).first()
    if plan is None:
        raise NotOnSale(_("This is not on sale."))
    return plans.version_for(plan, contract.currency, order.since, conditions.price_lists_of(customer, order.since))
