"""A persona: what the portal shows to a person of a kind of customer, from the rules alone and without any customer's data."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import two_persons
from accounts.people import access
from accounts.policies import resolving
from accounts.policies.keys import KEYS
from accounts.segments.models import Condition, Segment
from billing.catalog import plans
from billing.catalog.models import PlanVersion, PriceList
from window import policy_words, price_words
from window.portal_menu import ASKS, PLACES

ACTIONS = (
    (access.SEE_MONEY, gettext_lazy("See invoices and what is owed")),
    (access.CHANGE_CONTRACT, gettext_lazy("Order and change contracts")),
    (access.APPROVE_ORDERS, gettext_lazy("Approve orders of others")),
    (access.PAY, gettext_lazy("Pay, and keep cards and mandates")),
    (access.REQUEST_CHANGES, gettext_lazy("Ask for changes of details")),
    (access.ASK_FOR_HELP, gettext_lazy("Ask for help")),
    (access.MANAGE_PEOPLE, gettext_lazy("Invite people and end roles")),
)


def of(*, tier: str, segment: Segment | None, role: str, currency: str, on: date) -> dict[str, Any]:
    """Return the menu, what the role may do, the prices and the charter of this persona, in the language in force."""
    terms = _terms(segment, on)
    return {
        "menu": [
            {"label": label, "icon": icon}
            for label, icon, page, _pages, _key in PLACES
            if page not in ASKS or role in ASKS[page].roles
        ],
        "actions": [{"words": words, "allowed": role in action.roles} for action, words in ACTIONS],
        "prices": _prices(terms, currency, on),
        "terms": [{"term": str(term.get_kind_display()), "value": term.value, "note": str(term.segment)} for term in terms],
        "charter": _charter(tier, segment, currency, on),
    }


def _terms(segment: Segment | None, on: date) -> list[Condition]:
    """Return the special terms that come with the segment on the day."""
    held = Condition.objects.filter(two_persons.in_force(on), segment=segment) if segment else Condition.objects.none()
    return list(held.select_related("segment").order_by("kind", "pk"))


def _prices(terms: list[Condition], currency: str, on: date) -> list[dict[str, Any]]:
    codes = [term.value for term in terms if term.kind == Condition.Kind.PRICE_LIST]
    lists = list(PriceList.objects.filter(code__in=codes).values_list("pk", flat=True)) if codes else []
    offered = PlanVersion.objects.filter(plans.on_sale(on, "plan__product__"))
    return [_price(version) for version in plans.versions_for(offered, currency, on, lists)]


def _price(version: PlanVersion) -> dict[str, Any]:
    unit = version.plan.product.unit_name
    words = price_words.of_version(version, unit)
    return {
        "product": version.plan.product.name,
        "plan": version.plan.name,
        "words": "; ".join(words),
        "list": str(version.price_list) if version.price_list else "",
    }


def _charter(tier: str, segment: Segment | None, currency: str, on: date) -> list[dict[str, str]]:
    told = [code for code, key in KEYS.items() if key.for_customers]
    found = resolving.resolve_for(tier, [segment.pk] if segment else [], on, told)
    return [
        {
            "term": policy_words.name(found[code].key),
            "value": policy_words.of(found[code].key, found[code].value, currency),
            "note": found[code].source.ref if found[code].is_said else _("for every customer"),
        }
        for code in told
    ]
