"""What Helios agreed for its whole group: a price list of its own; and an add-on that whoever has Workspace may order."""

from datetime import date, datetime
from typing import Final

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.segments import conditions
from backoffice.demo.people import MANAGER, SECOND_MANAGER
from billing.catalog import plans
from billing.catalog.models import Plan, Product
from billing.catalog.plans import ChargeTerms

GROUP: Final = "HG"
PRICE_LIST: Final = {"code": "helios", "name": "Helios framework prices"}
AGREED: Final = {"insight-team": "129.00", "connect-site-plus": "112.00"}  # in EUR; everybody's prices: catalogue.py
MODELS: Final = {"insight-team": ("flat", "price"), "connect-site-plus": ("standard", "unit_price")}
ADD_ON: Final = {
    "code": "archive", "name": "Archive", "unit_name": "organisation",
    "description": "Keeps what is deleted in Workspace for ten years, and finds it again.",
}  # fmt: skip
ADD_ON_PRICE: Final = "24.00"


def offer_add_on(since: date, currencies: tuple[str, ...]) -> None:
    """Sell the add-on since the day `since`."""
    product = plans.define_product(adds_to=Product.objects.get(code="workspace"), **ADD_ON)
    plan = plans.define_plan(product=product, code=ADD_ON["code"], name=ADD_ON["name"])
    charge = ChargeTerms(code="base", name=ADD_ON["name"], model="flat", params={"price": ADD_ON_PRICE})
    for currency in currencies:
        plans.publish_version(plan=plan, currency=currency, charges=[charge], effective_on=since)


def agree(*, at: datetime) -> None:
    """Publish the price list of the group and agree on it: one manager asks, the second approves."""
    asker, second = (User.objects.get(email=email) for email in (MANAGER, SECOND_MANAGER))
    listed = plans.define_price_list(**PRICE_LIST)
    for code, price in AGREED.items():
        plan, (model, name) = Plan.objects.get(code=code), MODELS[code]
        charge = ChargeTerms(code="base", name=plan.name, model=model, params={name: price})
        plans.publish_version(plan=plan, currency="EUR", charges=[charge], effective_on=at.date(), price_list=listed)
    group = Customer.objects.get(ref=GROUP)
    wanted = conditions.ask(actor=asker, kind="price_list", value=listed.code, customer=group, since=at.date(), at=at)
    conditions.approve(actor=second, asked=wanted, at=at)
