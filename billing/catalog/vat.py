"""Value added tax: the standard rates of countries by the day from which each holds.

The rates of the European Union stand in vat_rates.json beside this file, with their source; managers add what changes. A rate
that held on a day is never taken away: a change is a further row.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing import money
from billing.catalog.models import TaxRate

FILE: Final = Path(__file__).with_name("vat_rates.json")


class NoRateKnown(Refusal):
    """No rate is known for the country on that day."""

    code = "no_tax_rate_known"


class BadRate(Refusal):
    """A rate is a share of zero or more and below one, of a country named by two letters."""

    code = "bad_tax_rate"


class RateStands(Refusal):
    """What held from a day on is not changed afterwards."""

    code = "tax_rate_stands"


class Rates:
    """All rates known, to be asked many times; read in one statement when first asked."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[date, Decimal]]] | None = None

    def on(self, country: str, day: date) -> Decimal:
        """Return the standard rate of `country` on the day.

        Raises:
            NoRateKnown: there is none.
        """
        if self._known is None:
            self._known = {}
            for code, since, rate in TaxRate.objects.order_by("country", "-since").values_list("country", "since", "rate"):
                self._known.setdefault(code, []).append((since, rate))
        found = next((rate for since, rate in self._known.get(country, ()) if since <= day), None)
        if found is None:
            raise NoRateKnown(
                _("No rate of value added tax is known for {country} on {day}.").format(
                    country=country or "a place without a country", day=day
                )
            )
        return found


def define(*, actor: User | None, country: str, since: date, rate: Decimal, source: str, at: datetime) -> TaxRate:
    """Say which rate holds in `country` from the day `since` on. Repeating it changes nothing.

    Raises:
        BadRate: no country of two letters, or no share.
        RateStands: another rate was said to hold from that day.
    """
    if len(country) != 2 or not country.isalpha() or not country.isupper() or not 0 <= rate < 1:
        raise BadRate(
            _("A rate is a share such as 0.19 in a country such as DE, not {rate} in {country!r}.").format(
                rate=rate, country=country
            )
        )
    with transaction.atomic():
        kept, made = TaxRate.objects.get_or_create(country=country, since=since, defaults={"rate": rate, "source": source[:200]})
        if not made and kept.rate != rate:
            raise RateStands(
                _("{country} has the rate {rate} from {since}; a change holds from a day of its own.").format(
                    country=country, rate=kept.rate, since=since
                )
            )
        if made:
            facts = {"country": country, "rate": f"{rate * 100:.2f}", "since": str(since)}
            recording.record(None, "billing.tax_rate_defined", actor=actor, at=at, facts=facts, internal=True)
        return kept


def known_rates() -> list[dict[str, Any]]:
    """Return the rates of the file beside this one, as facts of `TaxRate`."""
    told = json.loads(FILE.read_text())
    return list(_facts(told["rates"], told["source"]))


def _facts(rows: Iterable[Mapping[str, str]], source: str) -> Iterable[dict[str, Any]]:
    for row in rows:
        since, rate = date.fromisoformat(row["since"]), money.exact_decimal(row["rate"])
        yield {"country": row["country"], "since": since, "rate": rate, "source": source}
