"""What every charge model offers, and the words they share: terms, a quantity, a price and how it came about.

A charge model turns a quantity into a price in major units, exact and not rounded; rounding is done once per line, by
`billing.money`. Terms arrive as the JSON of a plan (decimal strings) and are read once; whatever is wrong with them is
refused here, by name, before a plan can be saved.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, ClassVar, Protocol, Self

from accounts.decisions import Refusal
from billing import money

ZERO = Decimal(0)
NOTHING = Fraction(0)


class BadTerms(Refusal):
    """The terms of a charge are incomplete, contradict each other or are no numbers."""

    code = "bad_terms"


class BadQuantity(Refusal):
    """The quantity to be priced is below zero or no number."""

    code = "bad_quantity"


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is to be priced: `units`, or for percentages an `amount` of money moved in a number of `events`.

    `event_amounts`, when known, are the amounts of the single events in the order in which they happened.
    """

    units: Decimal = ZERO
    amount: Decimal | None = None
    events: int = 1
    event_amounts: tuple[Decimal, ...] = ()

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Read {"units": "3"}, {"amount": "250.00", "events": 4} or {"events": ["10.00", "240.00"]}.

        Raises:
            BadQuantity: a number is malformed or below zero.
        """
        events = given.get("events")
        listed = isinstance(events, Sequence) and not isinstance(events, str)
        amounts = tuple(_quantity("events", amount) for amount in events) if listed and events else ()
        moved = given.get("amount")
        count = len(amounts) if listed else 1 if events is None else _whole("events", events)
        return cls(
            units=_quantity("units", given.get("units") or 0),
            amount=_quantity("amount", moved) if moved is not None else sum(amounts, ZERO) if listed else None,
            events=count,
            event_amounts=amounts,
        )

    @property
    def base(self) -> Decimal:
        """The number a percentage is taken of: the amount where one is given, else the units."""
        return self.units if self.amount is None else self.amount


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a price: `quantity` at `rate` (a unit price, or percent) plus `flat` once, giving `amount`."""

    what: str
    quantity: Decimal
    rate: Decimal
    flat: Decimal
    amount: Fraction

    def as_dict(self) -> dict[str, str]:
        """Return the step as decimal strings, fit for JSON."""
        return {
            "what": self.what,
            "quantity": decimal_text(self.quantity),
            "rate": decimal_text(self.rate),
            "flat": decimal_text(self.flat),
            "amount": decimal_text(self.amount),
        }


@dataclass(frozen=True, slots=True)
class Price:
    """An exact price in major units and the steps that add up to it."""

    amount: Fraction
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        """The exact price as a plain decimal string, e.g. "51.2345"."""
        return decimal_text(self.amount)

    def as_dict(self) -> dict[str, Any]:
        """Return the amount and its breakdown as decimal strings, fit for JSON."""
        return {"amount": self.text, "breakdown": [step.as_dict() for step in self.steps]}


class Say(Protocol):
    """Fills the facts into a text, in some language."""

    def __call__(self, words: str, /, **facts: Decimal | int) -> str:
        """Return `words` with its facts."""


def gettext_noop(words: str) -> str:
    """Mark a text for the catalogues; whoever says it translates it."""
    return words


def in_english(words: str, /, **facts: Decimal | int) -> str:
    """Fill the facts into the text as it stands here."""
    return words.format(**facts)


class Terms(ABC):
    """The terms of one charge: read from a plan's JSON, they price a quantity and explain themselves.

    `counts_units` says whether the quantity matters to the price at all.
    """

    name: ClassVar[str]
    keys: ClassVar[frozenset[str]]
    counts_units: ClassVar[bool] = True

    @classmethod
    @abstractmethod
    def parse(cls, params: Mapping[str, Any]) -> Self:
        """Read the terms from a plan's JSON.

        Raises:
            BadTerms: something is missing, unknown, malformed or below zero.
        """

    @abstractmethod
    def price(self, quantity: Quantity) -> Price:
        """Price `quantity`, exact, in major units.

        Raises:
            BadQuantity: it is below zero.
        """

    @abstractmethod
    def explain(self, say: "Say" = in_english) -> str:
        """Say the terms in plain words; `say` fills in a text, in English unless a window hands in another language."""

    @property
    def unit_price(self) -> Decimal | None:
        """The price of one unit where every unit costs the same, else nothing."""
        return None

    @property
    def included(self) -> Decimal | None:
        """How much of what is measured costs nothing, where a first part is free."""
        return None

    def at(self, price: Decimal) -> "Terms":
        """Return these terms with a negotiated `price` in place of the listed one.

        Raises:
            BadTerms: the model has more than one price, so it is not clear which one is meant.
        """
        raise BadTerms(f"A {self.name} charge has more than one price; {price} cannot stand for all of them.")


@dataclass(frozen=True, slots=True)
class Tier:
    """Units above `starts` up to and including `up_to` (nothing: without end), at `rate` each, plus `flat` once."""

    starts: Decimal
    up_to: Decimal | None
    rate: Decimal
    flat: Decimal

    def units_within(self, units: Decimal) -> Decimal:
        """Return how many of `units` fall into this tier."""
        top = units if self.up_to is None else min(units, self.up_to)
        return max(top - self.starts, ZERO)

    def says(self, say: Say, rate: str) -> str:
        """Say the tier in plain words; `rate` is the text around its rate."""
        top = gettext_noop("above {units}") if self.up_to is None else gettext_noop("up to {units}")
        span = say(top, units=self.starts if self.up_to is None else self.up_to)
        flat = say(gettext_noop(" plus {amount}"), amount=self.flat) if self.flat else ""
        return f"{span}: {say(rate, rate=self.rate)}{flat}"


def read_tiers(params: Mapping[str, Any], rate_name: str) -> tuple[Tier, ...]:
    """Read `params["tiers"]`, each {"up_to", `rate_name`, "flat_price"}, from the lowest up; the last has no end.

    Raises:
        BadTerms: no tiers, not ascending, an end on the last one or none on another, a malformed number.
    """
    given = params.get("tiers")
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise BadTerms("Tiers are a list, from the lowest up, with at least one tier.")
    tiers: list[Tier] = []
    starts = ZERO
    for position, entry in enumerate(given, start=1):
        if not isinstance(entry, Mapping):
            raise BadTerms(f"Tier {position} is not a set of terms.")
        only(entry, {"up_to", rate_name, "flat_price"}, where=f"tier {position}")
        up_to = None if entry.get("up_to") is None else number(entry, "up_to")
        if (up_to is None) != (position == len(given)):
            raise BadTerms("Every tier but the last says up to where it goes; the last one has no end.")
        if up_to is not None and up_to <= starts:
            raise BadTerms(f"Tier {position} ends at {up_to}, not above {starts}.")
        tiers.append(Tier(starts, up_to, number(entry, rate_name, default=ZERO), number(entry, "flat_price", default=ZERO)))
        starts = up_to or starts
    return tuple(tiers)


def free_part(tiers: tuple[Tier, ...]) -> Decimal | None:
    """Return up to where the tiers cost nothing; nothing when the first one costs something."""
    free = None
    for tier in tiers:
        if tier.rate or tier.flat or tier.up_to is None:
            break
        free = tier.up_to
    return free


def only(params: Mapping[str, Any], known: frozenset[str] | set[str], *, where: str = "the terms") -> None:
    """Do nothing when every key of `params` is `known`.

    Raises:
        BadTerms: one is not; a misspelt price must not become a free one.
    """
    unknown = sorted(str(key) for key in params if key not in known)
    if unknown:
        raise BadTerms(f"{', '.join(unknown)[:80]} is unknown in {where}; known are {', '.join(sorted(known))}.")


def number(params: Mapping[str, Any], name: str, *, default: Decimal | None = None) -> Decimal:
    """Read one number of zero or more from `params`; without it the `default`.

    Raises:
        BadTerms: it is missing and has no default, malformed or below zero.
    """
    if params.get(name) is None:
        if default is None:
            raise BadTerms(f"{name} is missing.")
        return default
    try:
        value = money.exact_decimal(params[name])
    except money.NotAnAmount as refusal:
        raise BadTerms(f"{name}: {refusal.reason}") from None
    if value < 0:
        raise BadTerms(f"{name} cannot be below zero.")
    return value


def whole_number(params: Mapping[str, Any], name: str) -> int:
    """Read one whole number of zero or more from `params`; without it zero.

    Raises:
        BadTerms: it is malformed, below zero or has a fraction.
    """
    value = number(params, name, default=ZERO)
    if value != int(value):
        raise BadTerms(f"{name} is a whole number.")
    return int(value)


def not_negative(units: Decimal) -> Decimal:
    """Return `units`.

    Raises:
        BadQuantity: they are below zero.
    """
    if units < 0:
        raise BadQuantity("A quantity below zero has no price.")
    return units


def decimal_text(value: Decimal | Fraction) -> str:
    """Return a number exactly as a plain decimal string, without trailing zeros."""
    if isinstance(value, Fraction):
        with localcontext() as context:
            context.prec = 120
            value = Decimal(value.numerator) / value.denominator
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quantity(name: str, given: object) -> Decimal:
    try:
        return not_negative(money.exact_decimal(given))
    except money.NotAnAmount as refusal:
        raise BadQuantity(f"{name}: {refusal.reason}") from None


def _whole(name: str, given: object) -> int:
    value = _quantity(name, given)
    if value != int(value):
        raise BadQuantity(f"{name} is a whole number.")
    return int(value)
