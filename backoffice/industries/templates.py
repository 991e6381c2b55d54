"""Templates of industries: words for the kinds of customers, meters, and wares with their prices before tax."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Tariff:
    """A plan: a fixed price a month, and a price for each unit its meter counts."""

    code: str
    name: str
    base: str
    per_unit: str


@dataclass(frozen=True)
class Ware:
    """A product whose use a meter counts; `unit` is what stands in a price."""

    code: str
    name: str
    unit: str
    meter: str
    metered: str
    tariffs: tuple[Tariff, ...]


@dataclass(frozen=True)
class Industry:
    """What a house of a trade starts with."""

    name: str
    words: dict[str, str]
    wares: tuple[Ware, ...]
    currency: str = "EUR"


PUBLIC_UTILITY: Final = Industry(
    name="Public utility",
    words={
        "person": "Household", "site": "Point of delivery", "group": "Municipality or group", "legal_entity": "Business",
        "department": "Building", "cost_centre": "Budget line",
    },
    wares=(
        Ware("electricity", "Electricity", "point of delivery", "kwh", "Kilowatt hours",
             (Tariff("power-home", "Power at home", "9.90", "0.32"), Tariff("power-green", "Green power", "12.90", "0.35"))),
        Ware("water", "Drinking water", "point of delivery", "cubic_metres", "Cubic metres",
             (Tariff("water-home", "Water at home", "6.50", "2.15"),)),
    ),
)  # fmt: skip
SOFTWARE: Final = Industry(
    name="Software for companies",
    words={"site": "Location", "person": "Freelancer"},
    wares=(
        Ware("platform", "Platform", "workspace", "calls", "Calls", (Tariff("platform-team", "Team", "49.00", "0.002"),)),
    ),
)  # fmt: skip
INDUSTRIES: Final = {"public-utility": PUBLIC_UTILITY, "software": SOFTWARE}
