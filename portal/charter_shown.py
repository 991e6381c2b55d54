"""The charter: what policy says about a customer, in the words of the documents written for customers, with who says it."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.policies import resolving
from accounts.policies.keys import KEYS
from accounts.policies.models import Policy, PolicyVersion
from accounts.policies.resolving import Resolved, Source
from window import policy_words

PLACES = {
    resolving.HOUSE: _("for every customer"), resolving.TIER: _("for %(name)s customers"),
    resolving.SEGMENT: _("for %(name)s"), resolving.NODE: _("agreed for %(name)s"),
    resolving.EXCEPTION: _("agreed for %(name)s"), resolving.DEFAULT: _("for every customer"),
}  # fmt: skip


def of(customer: Customer, on: date) -> dict[str, object]:
    """Return the documents that speak to a customer, and the values that are told to customers."""
    told = [code for code, key in KEYS.items() if key.for_customers]
    values = resolving.resolve_many([customer.pk], on, told)[customer.pk]
    return {"documents": _documents(customer, on), "values": [_value(values[code], customer.currency) for code in told]}


def _documents(customer: Customer, on: date) -> list[dict[str, object]]:
    sources = resolving.documents(customer, on, Policy.Audience.CUSTOMERS)
    found = PolicyVersion.objects.select_related("policy").in_bulk([source.version for source in sources])
    return [{"version": found[source.version], "where": _where(source)} for source in sources if source.version in found]


def _value(resolved: Resolved, currency: str) -> dict[str, str]:
    words = policy_words.of(resolved.key, resolved.value, currency)
    return {"term": policy_words.name(resolved.key), "value": words, "note": _where(resolved.source)}


def _where(source: Source) -> str:
    words = str(PLACES[source.place])
    return words % {"name": source.where} if "%" in words else words
