"""Building the demo world: sells, signs, bills, pays and asks, as it happened, through the use cases of every screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.customers import tree
from accounts.customers.models import Customer
from accounts.people import invitations, staff
from accounts.people.models import User
from accounts.quality import candidates, scores
from accounts.timeline import delivery
from backoffice.demo import (
    bank,
    beginning,
    catalogue,
    day_and_night,
    desk,
    editors,
    group_prices,
    history,
    listening,
    overdue,
    paid_twice,
    paying,
    policies,
    reduced_and_held,
    relations,
    reviewing,
    selling,
    sent_to,
    signing_in,
    sources,
    splits,
    standing,
    story,
    strategy,
    talking,
    ticket_fields,
    tree_requests,
)
from backoffice.demo import crowd as crowds
from backoffice.demo.companies import HELIOS, OTHERS, Node
from backoffice.demo.people import AGENT, GUESTS, MANAGER, PAYERS_NODE, STAFF
from backoffice.demo.questions import DISPUTES, QUESTIONS
from billing.catalog import plans, sellers
from billing.catalog.models import Charge, LegalEntity, Plan
from billing.catalog.plans import ChargeTerms
from billing.contracts import signing
from billing.contracts.models import Subscription
from billing.invoices.models import Document
from billing.usage import recording as usage
from support.knowledge import articles
from support.knowledge.models import Article
from support.measures import silence
from support.remedies import limits
from support.tickets.models import Ticket

CURRENCIES = ("EUR", "USD")
SELLERS_COUNTRY, HOME_RATE = "DE", Decimal("0.19")
BEGAN_DAYS_AGO = 3 * 365
POLICIES_KNOWN = timedelta(days=30)
NEWS = timedelta(days=2)  # what happened since is still told by mail
# cents on one ticket and in one day
AUTHORITY = {"agent": (25_000, 100_000), "supervisor": (200_000, 500_000), "manager": (500_000, 2_000_000)}


@dataclass(frozen=True)
class World:
    """How much stands in the demo world."""

    customers: int
    people: int
    subscriptions: int
    documents: int
    tickets: int
    articles: int
    is_new: bool


def build(*, at: datetime, password: str, crowd: Mapping[str, int] | None = None) -> World:
    """Build the world as of the moment `at` and return what stands in it.

    A world that stands is left alone; half a one is finished. `crowd` says how many customers, subscriptions and tickets there
    shall be besides.
    """
    is_new = Ticket.objects.count() < len(QUESTIONS) + len(DISPUTES)
    if is_new:
        if not Customer.objects.filter(ref=HELIOS.ref).exists():
            _found(password, at)
        history.play(until=at)
        story.tell(User.objects.get(email=AGENT), at=at)
        desk.furnish(at=at)
        ticket_fields.furnish(at=at)
        talking.arrange(at=at)
        editors.leave_work(User.objects.get(email=AGENT), at=at)
        bank.bring(at=at)
        overdue.ask(at=at)
        paying.arrange(at=at)
        selling.arrange(at=at)
        reduced_and_held.hold(at=at)
        tree_requests.ask(at=at)
        relations.arrange(at=at)
        sent_to.ask(at=at)
        sources.tell(at=at)
        splits.ask(at=at)
        story.recall(User.objects.get(email=AGENT), at=at)
        paid_twice.ask(at=at)
        reviewing.arrange(at=at)
        standing.evaluate(at=at)
        listening.listen(at=at)
        signing_in.prepare(at=at)
        silence.watch(at=at - NEWS - NEWS)
        delivery.pass_over(older_than=at - NEWS, at=at)
        candidates.detect_all(at=at)
        scores.refresh(Customer.objects.all(), at=at)
    if crowd and crowd["customers"]:
        crowds.load(**crowd, at=at)
    return _counted(is_new=is_new)


@transaction.atomic
def _found(password: str, at: datetime) -> None:
    """Put in who sells, what is sold, who works here, who buys, and what an older system left behind."""
    began = at - timedelta(days=BEGAN_DAYS_AGO)
    seller = sellers.define(actor=None, at=began, **catalogue.SELLER)
    for ware in catalogue.WARES:
        _offer(ware, began.date())
    group_prices.offer_add_on(began.date(), CURRENCIES)
    _appoint(password, began)
    for root in (HELIOS, *OTHERS):
        _plant(root, None, seller, at)
    selling.meet(at=at - POLICIES_KNOWN)
    beginning.begin(at=at)
    policies.publish(at=at - POLICIES_KNOWN)
    standing.agree(at=at - POLICIES_KNOWN)
    group_prices.agree(at=at - POLICIES_KNOWN)
    day_and_night.open_for_gold(at=at - POLICIES_KNOWN)
    policies.publish_for_segments(at=at - POLICIES_KNOWN)
    strategy.write(at=at - POLICIES_KNOWN)
    _invite(password, began)
    history.keep_card(Customer.objects.get(ref=PAYERS_NODE), at)
    articles.load(articles.starters(), at=at)
    history.found(seller, at.date())
    reduced_and_held.reduce(at=at)


def _counted(*, is_new: bool) -> World:
    models = (Customer, User, Subscription, Document, Ticket, Article)
    return World(*(model.objects.count() for model in models), is_new=is_new)


def _offer(ware: catalogue.Ware, since: date) -> None:
    product = plans.define_product(
        code=ware.code, name=ware.name, description=ware.description, unit_name=ware.unit_name, supply=ware.supply,
        exempt_code=ware.exempt_code, exempt_reason=ware.exempt_reason,
    )  # fmt: skip
    for rank, offer in enumerate(ware.offers, start=1):
        plan = plans.define_plan(product=product, code=offer.plan, name=offer.name, rank=rank)
        price_name = {"standard": "unit_price", "flat": "price"}[offer.model]
        charges = [ChargeTerms(code="base", name=offer.name, model=offer.model, params={price_name: offer.price})]
        if offer.metric:
            charges.append(_measured(offer))
        for currency in CURRENCIES:
            plans.publish_version(plan=plan, currency=currency, charges=charges, effective_on=since)


def _measured(offer: catalogue.Offer) -> ChargeTerms:
    usage.define_meter(code=offer.metric)
    return ChargeTerms(
        code=offer.metric, name=offer.metric.capitalize(), model="package", params=offer.package, kind=Charge.Kind.USAGE,
        billing=Charge.Billing.IN_ARREARS, metric=offer.metric,
    )  # fmt: skip


def _appoint(password: str, at: datetime) -> None:
    for colleague in STAFF:
        user = User.objects.create_user(colleague.email, password, name=colleague.name)
        staff.appoint(actor=None, user=user, level=colleague.level, at=at)
        if colleague.acknowledged:
            staff.acknowledge_policy(user=user, at=at)
    manager = User.objects.get(email=MANAGER)
    for currency in CURRENCIES:
        for level, (ticket, day) in AUTHORITY.items():
            limits.set_limit(actor=manager, level=level, per_ticket_minor=ticket, per_day_minor=day, currency=currency, at=at)


def _plant(node: Node, parent: Customer | None, seller: LegalEntity, at: datetime) -> None:
    """Add a customer, sign what it agreed to, and go on below it."""
    joined = history.months_before(at.date(), node.months)
    morning = history.morning(joined)
    added = history.morning(history.months_before(at.date(), node.known)) if node.known else morning
    place = node.place
    customer = tree.add(
        actor=None, parent=parent, kind=node.kind, name=node.name, ref=node.ref, at=added, legal_name=node.legal_name,
        country=place.country, tax_id=node.tax_id, email=node.email, street=place.street, postcode=place.postcode,
        city=place.city, language=place.language, currency=place.currency, timezone=place.timezone, tier=node.tier,
        cost_centre=node.cost_centre,
    )  # fmt: skip
    if node.plans:
        _sign(node, customer, seller, joined, morning)
    for child in node.children:
        _plant(child, customer, seller, at)


def _sign(node: Node, customer: Customer, seller: LegalEntity, on: date, at: datetime) -> None:
    contract = signing.sign(
        actor=None, customer=customer, legal_entity=seller, currency=node.place.currency, timezone=node.place.timezone,
        alignment={"type": "bcd", "day": node.bill_day}, signed_on=on, at=at,
        tax_rate=HOME_RATE if node.place.country == SELLERS_COUNTRY else Decimal(0),
    )  # fmt: skip
    for code, quantity in node.plans:
        version = plans.version_for(Plan.objects.get(code=code), contract.currency, on)
        signing.subscribe(
            actor=None, contract=contract, customer=customer, plan_version=version, quantity=quantity, effective_on=on, at=at
        )


def _invite(password: str, at: datetime) -> None:
    for guest in GUESTS:
        customer = Customer.objects.get(ref=guest.customer_ref)
        User.objects.create_user(guest.email, password, name=guest.name, language=guest.language)
        held = invitations.invite(actor=None, email=guest.email, customer=customer, role=guest.role, scope=guest.scope, at=at)
        if guest.order_limit_minor is not None:
            invitations.limit_orders(actor=None, membership=held, limit_minor=guest.order_limit_minor, at=at)
