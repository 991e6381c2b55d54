"""The tags and filters of the design system, built into every template.

`component` wraps content in a partial of `templates/components/`; `fill` keeps content for a named place. The filters write
amounts, days and statuses; how to use each is in `docs/how-to/use-the-components.md`.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from billing.money import EXPONENTS
from window import charts, formats, openings, prose, refusals, statuses

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


@register.simple_tag
def icon(name: str, **css: str) -> SafeString:
    """Draw an icon, always beside words: `{% icon "search" %}`, or `{% icon "check" class="large" %}`."""
    return _drawn(name, css.get("class", ""))


@lru_cache(maxsize=512)
def _drawn(name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" {css}" if css else "", static("img/icons.svg"), name,
    )  # fmt: skip


@register.simple_tag(name="amount")
def shown_amount(amount: object = None, *, minor: object = None, currency: str = "", strong: bool = False) -> SafeString:
    """Show an amount as `components/money.html` does, which is built on this; for lists that show one in each row."""
    amount, currency = (minor, currency) if currency else (amount, str(getattr(amount, "currency", "")))
    return format_html(
        '<data class="money{}" value="{}">{}<span class="money-code">&nbsp;{}</span></data>',
        " money-strong" if strong else "", minor_units(amount), money_figure(amount, currency), currency,
    )  # fmt: skip


@register.simple_tag
def pill(status: object, label: object = "", tone: str = "") -> SafeString:
    """Show a status as `components/status_pill.html` does, which is built on this; for lists that show one in each row."""
    return format_html('<span class="pill pill-{}">{}</span>', tone or status_tone(status), label or status_label(status))


@register.simple_tag
def row_select(
    name: str, value: object, label: str, amount: object = None, *, checked: bool = False, disabled: bool = False
) -> SafeString:
    """Show the box that chooses a row as `components/row_select.html` does, which is built on this."""
    counted = hasattr(amount, "amount_minor")
    sums = format_html(' data-amount-minor="{}" data-currency="{}"', amount.amount_minor, amount.currency) if counted else ""
    return format_html(
        '<td class="row-select"><label><span class="visually-hidden">{}</span>'
        '<input type="checkbox" name="{}" value="{}" data-select{}{}{}></label></td>',
        _("Select %(label)s") % {"label": label}, name, value, sums,
        SafeString(" checked") if checked else "", SafeString(" disabled") if disabled else "",
    )  # fmt: skip


@register.simple_tag
def instant(at: datetime | None, relative: object = True) -> SafeString:
    """Show a moment as `components/moment.html` does, which is built on this; for lists that show one in each row."""
    told = moment(at)
    return format_html('<time datetime="{}" title="{}">{}</time>', iso(at), told, told if relative is False else ago(at))


@register.simple_tag
def new_id(prefix: str) -> str:
    """Return an id no other element of the page has, to tie a control to its explanation."""
    return f"{prefix}-{secrets.token_hex(4)}"


@register.simple_tag
def aria_field(field: BoundField, hint: str = "") -> SafeString:
    """Render a form's control; a hint given by the page is tied to it as its own help text would be."""
    if not hint or field.help_text:
        return field.as_widget()
    ids = [f"{field.auto_id}_helptext", *([f"{field.auto_id}_error"] if field.errors else [])]
    return field.as_widget(attrs={"aria-describedby": " ".join(ids)})


@register.simple_tag(takes_context=True)
def sorting(context: template.Context, key: str = "") -> dict[str, str]:
    """Say how the list is sorted by `key` now (`?sort=`), what its link asks for next, and which arrow shows it."""
    current = context.request.GET.get("sort", "") if key else ""
    if key and current == key:
        return {"direction": "ascending", "next": f"-{key}", "icon": "arrow-up"}
    if key and current == f"-{key}":
        return {"direction": "descending", "next": key, "icon": "arrow-down"}
    return {"direction": "", "next": key, "icon": "sort"}


register.filter("objections", refusals.objections)


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
    return "" if amount is None else getattr(amount, "amount_minor", amount)


def _written(write, amount: object, currency: str) -> str:
    """Apply `write` to a Money, to minor units with a currency, or hand back words that are already written."""
    if amount is None or amount == "":
        return ""
    if hasattr(amount, "amount_minor"):
        return write(amount.amount_minor, str(amount.currency))
    return write(int(amount), str(currency)) if currency else str(amount)


@register.filter
def axis_words(value: int, unit: str) -> str:
    """Write a level of a chart's scale: whole amounts when `unit` is a currency, pieces otherwise."""
    if unit not in EXPONENTS:
        return formats.figure(value)
    return formats.figure(value // 10 ** EXPONENTS[unit])


@register.filter
def figure(number: object) -> str:
    """Write a number with the language's grouping."""
    return "" if number is None or number == "" else formats.figure(number)


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
def iso(at: date | datetime | None) -> str:
    """Write a day or moment for the `datetime` attribute."""
    return at.isoformat() if at else ""


@register.filter
def browser(user_agent: str) -> str:
    """Name the browser and system behind a User-Agent line."""
    return formats.browser(str(user_agent))


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name."""
    words = str(name).split()
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words[:1]))


@register.filter
def status_label(status: object) -> str:
    """Return the words for a status."""
    return statuses.label(str(status))


@register.filter
def status_tone(status: object) -> str:
    """Return the tone in which a status is shown."""
    return statuses.tone(str(status))


@register.filter
def message_tone(level: str) -> str:
    """Return the tone for a Django message's level."""
    return {"success": "good", "warning": "warning", "error": "bad"}.get(level, "info")


@register.filter
def prose_html(markdown: str) -> SafeString:
    """Render what an editor wrote in Markdown, cleaned."""
    return prose.rendered(str(markdown))


@register.filter
def prose_plain(markdown: str) -> str:
    """Write a passage of Markdown without its marks."""
    return prose.plain(str(markdown))


@register.filter
def words(text: str) -> list[str]:
    """Return the words of a text, to loop over a few names."""
    return text.split()


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
    return {"kind": kind, "chart": charts.draw(list(points), limit), "title": title, "unit": unit, "limit_text": limit_text}


@register.filter
def with_main_part(frame: SafeString) -> SafeString:
    """Mark the main part of the administration's frame, which its package leaves unmarked, for programs that read aloud.

    The menu is given a name of its own: all that scrolls would be called "scrollable content" otherwise.
    """
    named = format_html('id="nav-sidebar-apps" data-simplebar-aria-label="{}"', _("Menu"))
    return SafeString(frame.replace('<div id="main"', '<div role="main" id="main"', 1).replace('id="nav-sidebar-apps"', named, 1))


@register.filter
def opens_to(url: str, viewer: object) -> bool:
    """Say whether a link is worth showing: {% if url|opens_to:request.user %}."""
    return openings.opens(url, viewer)
