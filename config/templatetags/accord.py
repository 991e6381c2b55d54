"""The tags and filters of the design system, built into every template.

`component` wraps content in a partial of `templates/components/`; `fill` keeps content for a named place. The filters write
amounts, days and statuses; how to use each is in `docs/how-to/use-the-components.md`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from config import charts, formats, statuses

register = template.Library()


@register.simple_block_tag(takes_context=True)
def component(context: template.Context, content: SafeString, name: str, **parameters: object) -> SafeString:
    """Render `components/<name>.html` around the content, which it receives as `body`."""
    partial = context.template.engine.get_template(f"components/{name}.html")
    return partial.render(context.new({**parameters, "body": content, "csrf_token": context.get("csrf_token")}))


@register.simple_block_tag
def fill(content: SafeString) -> SafeString:
    """Keep content for a named place of a component: `{% fill as actions %}…{% endfill %}`."""
    return content


@register.filter
def money(amount: object, currency: str = "") -> str:
    """Write an amount with its currency code."""
    return _written(formats.amount, amount, currency)


@register.filter
def money_figure(amount: object, currency: str = "") -> str:
    """Write an amount without its currency code."""
    return _written(formats.amount_figure, amount, currency)


@register.filter
def minor_units(amount: object) -> int | str:
    """Return the whole minor units of an amount, for `data-amount-minor`."""
    return "" if amount in (None, "") else getattr(amount, "amount_minor", amount)


def _written(write, amount: object, currency: str) -> str:
    """Apply `write` to a Money, to minor units with a currency, or hand back words that are already written."""
    if amount in (None, "") or (isinstance(amount, str) and not currency):
        return amount or ""
    if currency:
        return write(int(amount), str(currency))
    return write(amount.amount_minor, str(amount.currency))


@register.filter
def figure(number: object) -> str:
    """Write a number with the language's grouping."""
    return "" if number in (None, "") else formats.figure(number)


@register.filter
def day(on: date | None) -> str:
    """Write a day: "1 Feb 2026"."""
    return formats.day(on) if on else ""


@register.filter
def clock(at: datetime | None) -> str:
    """Write the time of day: "14:05"."""
    return formats.clock(at) if at else ""


@register.filter
def moment(at: datetime | None) -> str:
    """Write a moment with its zone: "1 Feb 2026, 14:05 CET"."""
    return formats.moment(at) if at else ""


@register.filter
def ago(at: datetime | None) -> str:
    """Write how long ago a moment was."""
    return formats.ago(at, timezone.now()) if at else ""


@register.filter
def status_label(status: object) -> str:
    """Return the words for a status."""
    return statuses.label(str(status))


@register.filter
def status_tone(status: object) -> str:
    """Return the tone in which a status is shown."""
    return statuses.tone(str(status))


@register.filter
def same_as(value: object, other: object) -> bool:
    """Say whether two values read the same, whatever their types."""
    return str(value) == str(other)


@register.inclusion_tag("components/chart.html")
def bar_chart(points: Sequence[Mapping], title: str, unit: str = "", limit: int | None = None, limit_text: str = "") -> dict:
    """Draw `points` as bars, with the table behind them."""
    return _chart("bars", points, title, unit, limit, limit_text)


@register.inclusion_tag("components/chart.html")
def line_chart(points: Sequence[Mapping], title: str, unit: str = "", limit: int | None = None, limit_text: str = "") -> dict:
    """Draw `points` as a line, with the table behind them."""
    return _chart("line", points, title, unit, limit, limit_text)


def _chart(kind: str, points: Sequence[Mapping], title: str, unit: str, limit: int | None, limit_text: str) -> dict:
    points = list(points)
    return {"kind": kind, "chart": charts.draw(points, limit), "title": title, "unit": unit, "limit_text": limit_text}
