"""History: what is known of one subscription, as plain values.

A history is the plans it may run under, the dated events recorded so far and the usage measured. Everything billed is a
function of it: `service` reads which terms were in force on which days, `due` what that costs. An event has the day it
was meant for (`effective_on`), the moment it was recorded and a sequence that grows with every recording; of two events
that take effect on one day the one with the higher sequence wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from billing import money
from billing.catalog import charges
from billing.periods import Alignment, Interval
from billing.rating.refusals import BadArgument

KINDS = ("recurring", "one_time", "usage", "minimum")
IN_ADVANCE, IN_ARREARS = "in_advance", "in_arrears"


@dataclass(frozen=True)
class PricedCharge:
    """One price of a plan: what is charged (`kind`), by which model and terms, how often, and when.

    Raises:
        BadArgument: an unknown kind or time of billing; usage without a metric; a minimum billed in advance.
        Refusal: the model or its terms are not understood (see billing/catalog/charges).
    """

    code: str
    kind: str
    model: str
    params: Mapping[str, Any] = field(hash=False)
    interval: Interval
    billing: str = IN_ADVANCE
    metric: str = ""
    terms: charges.Terms = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.billing not in (IN_ADVANCE, IN_ARREARS):
            raise BadArgument(f"A charge cannot be {self.kind!r} {self.billing!r}.")
        if (self.kind == "usage") != bool(self.metric):
            raise BadArgument("A usage charge names what is measured, and no other charge does.")
        if self.kind == "minimum" and self.billing == IN_ADVANCE:
            raise BadArgument("What is missing to a minimum is known, and billed, in arrears only.")
        object.__setattr__(self, "terms", charges.parse(self.model, self.params))


@dataclass(frozen=True)
class Intro:
    """A price at the beginning of a new subscription, in place of the main charge's own: for so many `periods`.

    A period is an interval of the main charge, or the `unit` named.
    """

    price: Decimal
    periods: int
    unit: Interval | None = None

    def __post_init__(self) -> None:
        if money.exact_decimal(self.price) < 0 or self.periods < 1:
            raise BadArgument("An introductory price is zero or more, for one period or more.")


@dataclass(frozen=True)
class PlanTerms:
    """A version of a plan: its charges, free trial, introductory prices and, when agreed, a fixed term in months.

    Introductory prices follow each other in their order. A term goes on by itself, unless the plan `ends_with_term`.
    """

    code: str
    version: int
    charges: tuple[PricedCharge, ...]
    trial_days: int = 0
    intros: tuple[Intro, ...] = ()
    term_months: int | None = None
    trial_months: int = 0
    ends_with_term: bool = False
    price_list: str = ""

    def __post_init__(self) -> None:
        if len({charge.code for charge in self.charges}) < len(self.charges):
            raise BadArgument(f"Two charges of plan {self.code} have the same code.")
        if self.trial_days < 0 or self.trial_months < 0:
            raise BadArgument("A trial cannot have less than no days.")
        if self.intros and self.main is None:
            raise BadArgument("An introductory price needs a recurring charge to stand in for.")
        if self.ends_with_term and not self.term_months:
            raise BadArgument("A plan ends with its term only where a term is agreed.")
        for intro in self.intros:
            self.main.terms.at(intro.price)  # type: ignore[union-attr] # there is a main charge, see above

    def __hash__(self) -> int:
        """Tell versions apart quickly: equal ones have equal names."""
        return hash((self.code, self.version))

    @property
    def key(self) -> str:
        """Plan and version in one word; the same key always means the same terms."""
        return f"{self.code}@{self.version}"

    @property
    def main(self) -> PricedCharge | None:
        """The charge people mean by *the price*: the first recurring one; a negotiated or introductory price replaces it."""
        return next((charge for charge in self.charges if charge.kind == "recurring"), None)

    def charge(self, code: str) -> PricedCharge | None:
        """Return the charge with this code, if the plan has it."""
        return next((charge for charge in self.charges if charge.code == code), None)


@dataclass(frozen=True)
class Event:
    """One dated change, as recorded. `what` and `args` are described in `billing/rating/service.py`."""

    sequence: int
    effective_on: date
    recorded_at: datetime
    what: str
    args: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Usage:
    """What was used on one day: units, or for percentages an amount of money moved in a number of events.

    `how` says how the records of a cycle become one number: sum, count, max, unique (different `item`s) or last.
    """

    day: date
    units: Decimal = Decimal(0)
    amount: Decimal | None = None
    events: int = 1
    item: str = ""
    how: str = "sum"


@dataclass(frozen=True)
class Policy:
    """Switches of the seller's policy that change what is billed."""

    bill_cancellation_day: bool = False


@dataclass(frozen=True)
class History:
    """Everything that decides what a subscription costs. `plans` is keyed by what an event's `args["plan"]` names.

    Raises:
        BadArgument: two events carry the same sequence.
    """

    subscription: str
    currency: str
    alignment: Alignment
    plans: Mapping[str, PlanTerms] = field(hash=False)
    events: tuple[Event, ...]
    usage: Mapping[str, tuple[Usage, ...]] = field(default_factory=dict, hash=False)
    policy: Policy = Policy()

    def __post_init__(self) -> None:
        money.exponent(self.currency)
        if len(self.events) > 1 and len({event.sequence for event in self.events}) < len(self.events):
            raise BadArgument("Every event has a sequence of its own.")

    @property
    def next_sequence(self) -> int:
        """The sequence of the event to be recorded next."""
        return max((event.sequence for event in self.events), default=0) + 1

    def with_event(self, event: Event) -> "History":
        """Return the history as it would be with `event` recorded too."""
        return replace(self, events=(*self.events, event))
