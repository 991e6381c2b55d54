"""Stretches: the days over which one charge has one price, whatever else about the subscription changes.

Segments divide a subscription whenever anything changes; a stretch joins those between which this charge's price did not,
so a change that does not touch a charge does not touch its lines either.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from billing.catalog import charges
from billing.periods import Interval, Period
from billing.rating.history import IN_ADVANCE, PricedCharge
from billing.rating.schedule import ONE_DAY, Calendar, Part
from billing.rating.segments import TRIAL, Segment, Service


@dataclass(frozen=True)
class Stretch:
    """Days `[since, until)` of one charge at one price; `segment` is the one it begins with.

    `stops_on` is the day on which the service it belongs to is paused or ends, when that is known.
    """

    charge: PricedCharge
    segment: Segment
    since: date
    until: date | None
    ended_by: str
    stops_on: date | None
    service: Service
    calendar: Calendar

    @cached_property
    def key(self) -> str:
        """The name of the price."""
        return self.segment.price_key(self.charge)

    @cached_property
    def terms(self) -> charges.Terms:
        """The terms in force."""
        return self.segment.terms_in_force(self.charge)

    @property
    def billed_as_used(self) -> bool:
        """Whether it is usage that is billed on the day of use instead of after its cycle."""
        return self.charge.kind == "usage" and self.charge.billing == IN_ADVANCE

    @property
    def price(self) -> Fraction:
        """The exact price of a whole cycle in major units; for usage, of a cycle in which nothing was used."""
        return _price(self.terms, Decimal(0) if self.charge.kind == "usage" else self.quantity)

    @property
    def unit_price(self) -> Decimal | None:
        """The price of one unit, where there is one."""
        return self.terms.unit_price

    @property
    def quantity(self) -> Decimal:
        """The units priced: the subscription's quantity, or one where the price does not count units."""
        return Decimal(self.segment.quantity if self.charge.terms.counts_units else 1)

    def parts(self, *, ending_after: date | None = None) -> Iterator[Part]:
        """Yield the days of the stretch cycle by cycle; a one-time charge has one day.

        `ending_after` leaves out cycles that ended on or before that day.
        """
        if self.charge.kind != "one_time":
            yield from self.calendar.parts(self.since, self.until, ending_after=ending_after)
        elif ending_after is None or self.since + ONE_DAY > ending_after:
            day = Period(self.since, self.since + ONE_DAY)
            yield Part(day.since, day.until, day)

    def due_on(self, part: Part) -> date:
        """Return the day from which a part is to be billed."""
        if self.charge.kind == "one_time" or (self.charge.kind == "recurring" and self.charge.billing == IN_ADVANCE):
            return part.since
        ends = part.until if part.cut_by_anchor else part.cycle.until
        return self.cut_on(ends if self.stops_on is None else min(ends, self.stops_on))

    def cut_on(self, until: date) -> date:
        """Return the day from which an end on `until` counts: the day of cancellation when that day itself is billed."""
        settled = self.service.settled_on
        return settled if settled is not None and until == self.service.end else until


@lru_cache(maxsize=4096)
def _price(terms: charges.Terms, quantity: Decimal) -> Fraction:
    """Price a quantity once for all subscriptions that have the same terms and as many units."""
    return terms.price(charges.Quantity(units=quantity)).amount


def lay_out(service: Service) -> Iterator[Stretch]:
    """Yield every stretch of every charge of a subscription."""
    running = [segment for segment in service.segments if segment.phase != TRIAL]
    served = [segment for segment in running if segment.billed]
    yield from _joined(service, served, "recurring", _stops(service.segments))
    yield from _joined(service, running, "usage", {segment.since: service.end for segment in running})
    yield from _joined(service, served, "minimum", _stops(service.segments))
    seen: set[str] = set()
    for stretch in _joined(service, served, "one_time", {}):
        if stretch.charge.code not in seen:
            seen.add(stretch.charge.code)
            yield replace(stretch, until=stretch.since + ONE_DAY, ended_by="cycle")


def _joined(service: Service, segments: list[Segment], kind: str, stops: dict[date, date | None]) -> Iterator[Stretch]:
    """Join, for each charge of one kind, the segments that follow each other at one price."""
    calendars: dict[Interval, Calendar] = {}
    growing: dict[str, Stretch] = {}
    for segment in segments:
        for charge in (charge for charge in segment.plan.charges if charge.kind == kind):
            before, key = growing.get(charge.code), segment.price_key(charge)
            if before and before.until == segment.since and before.key == key:
                growing[charge.code] = replace(before, until=segment.until, ended_by=_ended_by(service, segment))
                continue
            if before:
                yield before
            if charge.interval not in calendars:
                calendars[charge.interval] = service.calendar(charge.interval)
            growing[charge.code] = Stretch(
                charge=charge,
                segment=segment,
                since=segment.since,
                until=segment.until,
                ended_by=_ended_by(service, segment),
                stops_on=stops.get(segment.since),
                service=service,
                calendar=calendars[charge.interval],
            )
    yield from growing.values()


def _stops(segments: tuple[Segment, ...]) -> dict[date, date | None]:
    """Return for each billed segment, by its first day, when the service it belongs to is next paused or ended."""
    stops: dict[date, date | None] = {}
    stop: date | None = None
    follows = False
    for segment in reversed(segments):
        stop = stop if follows else segment.until
        stops[segment.since] = stop
        follows = segment.billed
    return stops


def _ended_by(service: Service, segment: Segment) -> str:
    """Return the change that ended a segment; nothing while it is open-ended."""
    if segment.until is None:
        return ""
    following = service.segment_from(segment.until)
    return following.cause if following else "cancel"
