"""What is sold on in the demo world: an order on its way, and offers with their reasons."""

from datetime import datetime, timedelta

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people.models import User
from accounts.quality import admitting
from backoffice.demo.people import AGENT, KEY_ACCOUNT_MANAGER, MANAGER
from billing.amendments import applying, ordering
from billing.amendments.ordering import Order
from billing.catalog.models import Plan, Product
from billing.contracts.models import Contract
from billing.provisioning import fulfilling
from support.offers import defining

STEPS = {"connect": (("Line ordered", 3), ("Router sent", 7), ("Line tested with you", 14))}
ORDERED_BY, ORDERED_FOR, ORDERED = "member@tramontana.example", "TR", "connect-site"
OFFERS = (
    {
        "code": "insight-for-teams", "name": "Insight Team", "plan": "insight-team", "needs": "workspace", "least_quantity": 9,
        "because": "{quantity} people work in {product} at {customer}; Insight shows in one report what they do there.",
        "because_de": "{quantity} Menschen arbeiten bei {customer} mit {product}; Insight zeigt in einem Bericht, was sie tun.",
        "rank": 20,
    },
    {
        "code": "more-for-teams", "name": "Workspace Business", "plan": "workspace-business", "instead_of": "workspace-team",
        "least_quantity": 6, "rank": 10,
        "because": "Teams of {quantity} usually need the approvals and shared calendars of Workspace Business.",
        "because_de": "Teams mit {quantity} Plätzen brauchen meist die Freigaben und Kalender von Workspace Business.",
    },
)  # fmt: skip


PROSPECT = {
    "country": "NO", "street": "Strandgata 12", "postcode": "9008", "city": "Tromsø", "email": "post@fjordlys.example",
    "language": "en", "currency": "EUR", "timezone": "Europe/Oslo", "legal_name": "Fjordlys Ferries AS",
}  # fmt: skip


def meet(*, at: datetime) -> None:
    """Add somebody who may become a customer: a prospect with no contract yet."""
    seller = User.objects.get(email=KEY_ACCOUNT_MANAGER)
    admitting.admit(actor=seller, kind="group", name="Fjordlys Ferries", said=PROSPECT, at=at)


def arrange(*, at: datetime) -> None:
    """Say what has to be done for a line, order one, do its first step, and write two offers."""
    manager, agent = (User.objects.get(email=email) for email in (MANAGER, AGENT))
    for code, steps in STEPS.items():
        product = Product.objects.get(code=code)
        for position, (name, days) in enumerate(steps, start=1):
            fulfilling.define(actor=manager, product=product, position=position, name=name, days=days, at=at)
    _order(agent, at)
    for offer in OFFERS:
        _offer(offer, manager, at)


def _order(agent: User, at: datetime) -> None:
    customer, member = Customer.objects.get(ref=ORDERED_FOR), User.objects.get(email=ORDERED_BY)
    contract = Contract.objects.get(customer=customer)
    today = local_day(at, contract.timezone)
    quote = ordering.quote(actor=member, contract=contract, customer=customer, order=Order(ORDERED, 1, today), at=at, today=today)
    subscription = applying.apply(actor=member, token=quote.pk, at=at, today=today).subscription
    first = subscription.provisioning_tasks.order_by("position").first()
    fulfilling.finish(actor=agent, task=first, note="Your number with the network is 4711.", at=at, today=today)


def _offer(offer: dict[str, object], manager: User, at: datetime) -> None:
    facts = dict(offer)
    facts["plan"] = Plan.objects.get(code=facts["plan"])
    facts["instead_of"] = Plan.objects.filter(code=facts.pop("instead_of", "")).first()
    facts["needs"] = Product.objects.filter(code=facts.pop("needs", "")).first()
    defining.define(actor=manager, since=(at - timedelta(days=1)).date(), at=at, **facts)
