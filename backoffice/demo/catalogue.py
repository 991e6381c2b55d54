"""What the demo business sells, and who sells it. Unit prices are decimal strings in major units a month, net."""

from dataclasses import dataclass

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
    """One plan of a product. `model` is a charge model: `standard` is a price per unit, `flat` one price for all."""

    plan: str
    name: str
    model: str
    price: str


@dataclass(frozen=True)
class Ware:
    """A product and its plans, from small to large."""

    code: str
    name: str
    description: str
    unit_name: str
    offers: tuple[Offer, ...]


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
)
