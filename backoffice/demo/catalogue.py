"""What the demo business sells, and who sells it. Unit prices are decimal strings in major units a month, net."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from billing.catalog import supplies

SELLER = {
    "code": "accord",
    "name": "Accord Services GmbH",
    "street": "Rosenthaler Straße 38",
    "postcode": "10178",
    "city": "Berlin",
    "country": "DE",
    "tax_id": "DE129273398",
    "iban": "DE89370400440532013000",
    "creditor_id": "DE98ZZZ09999999999",
    "bic": "COBADEFFXXX",
    "email": "billing@accord.example",
}


@dataclass(frozen=True)
class Offer:
    """One plan of a product. `model` is a charge model: `standard` is a price per unit, `flat` one price for all.

    `metric` is what is measured beside it and billed after the month, by the terms `package`.
    """

    plan: str
    name: str
    model: str
    price: str
    metric: str = ""
    package: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ware:
    """A product and its plans, from small to large; `supply` says what it is for the tax, and if exempt, why."""

    code: str
    name: str
    description: str
    unit_name: str
    offers: tuple[Offer, ...]
    supply: str = supplies.SERVICE
    exempt_code: str = ""
    exempt_reason: str = ""


WARES = (
    Ware(
        "workspace",
        "Workspace",
        "Documents, planning and messages for a team.",
        "seat",
        (
            Offer("workspace-basic", "Workspace Basic", "standard", "6.20"),
            Offer("workspace-team", "Workspace Team", "standard", "12.40"),
            Offer("workspace-business", "Workspace Business", "standard", "21.70"),
        ),
    ),
    Ware(
        "connect",
        "Connect",
        "A managed network line and router for a site.",
        "site",
        (
            Offer("connect-site", "Connect Site", "standard", "84.00"),
            Offer("connect-site-plus", "Connect Site Plus", "standard", "129.00"),
        ),
    ),
    Ware(
        "insight",
        "Insight",
        "Reports over everything your people do with us.",
        "organisation",
        (Offer("insight-team", "Insight Team", "flat", "149.00"), Offer("insight-group", "Insight Group", "flat", "390.00")),
    ),
    Ware(
        "messages",
        "Messages",
        "Text messages from your systems to your people, counted as they are sent.",
        "account",
        (
            Offer(
                "messages-plus",
                "Messages Plus",
                "flat",
                "19.00",
                metric="messages",
                package={"package_price": "4.50", "package_size": 500, "free_units": 2000},
            ),
        ),
    ),
    Ware(
        "academy",
        "Academy",
        "Vocational training for those who look after your systems, recognised by the state.",
        "place",
        (Offer("academy-place", "Academy Place", "standard", "45.00"),),
        supply=supplies.EXEMPT,
        exempt_code="VATEX-EU-132-1I",
        exempt_reason="Vocational training is exempt from VAT (section 4 no. 21 UStG).",
    ),
    Ware(
        "parts",
        "Spare parts",
        "A box of routers and cables, delivered each month.",
        "box",
        (Offer("parts-box", "Spare Parts Box", "standard", "58.00"),),
        supply=supplies.GOODS,
    ),
)
