"""What a move changes in the policies in force, said in sentences for its preview."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.policies import resolving
from accounts.policies.resolving import Resolved


def for_policies(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say which policy values would be others there, and which policy says so."""
    before = resolving.resolve_many([customer.pk], on)[customer.pk]
    after = resolving.resolve_under(customer, to, on)
    changed = [(before[code], becomes) for code, becomes in after.items() if before[code].value != becomes.value]
    return [_sentence(was, becomes) for was, becomes in changed]


def _sentence(was: Resolved, becomes: Resolved) -> str:
    told = {
        "key": _(becomes.key.label),
        "new": becomes.words,
        "says": becomes.source.ref,
        "old": was.words,
        "said": was.source.ref,
    }
    return _("{key}: {new} ({says}) instead of {old} ({said}).").format(**told)
