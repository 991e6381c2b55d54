"""Thanks: a small credit to who tells us how it went, as policy has it; the same for one star and for five.

Policy says how much (`voice.thanks_credit`, in the payer's currency) and for how many days after it (`voice.thanks_days`, one at
least) the payer is thanked in words only. The credit is a document like every other. Where policy says nothing, or we have no
contract, words are all.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people.models import User
from accounts.policies import resolving
from accounts.timeline import recording
from billing.contracts import sellers
from billing.invoices import single
from billing.money import Money
from support.tickets import turns
from support.voice.models import Thanks

CREDIT, DAYS = "voice.thanks_credit", "voice.thanks_days"
LONGEST_PAUSE: Final = 3_650  # days


def give(*, customer: Customer, person: User, cause: str, at: datetime) -> Thanks | None:
    """Thank a person for their words with a credit to the payer, or in words only (None); once a cause and once in policy's days.

    Part of the use case that keeps the words; whatever they say makes no difference here.
    """
    today = local_day(at, customer.timezone)
    payer, seller = responsibilities.payer_of(customer, today), sellers.nearest_to(customer)
    said = resolving.resolve_many([payer.pk], local_day(at, payer.timezone), [CREDIT, DAYS])[payer.pk]
    amount = Money.of((said[CREDIT].value or {}).get(payer.currency, "0"), payer.currency)
    if amount.amount_minor <= 0 or seller is None:
        return None
    with transaction.atomic():
        turns.take(f"thanks to {payer.pk}")
        if Thanks.objects.filter(payer=payer, until__gt=at).exists() or Thanks.objects.filter(cause=cause).exists():
            return None
        document = single.give_credit(
            actor=None, customer=payer, legal_entity=seller, amount=amount, reason=_("Thanks for telling us how it went"),
            on=local_day(at, payer.timezone), at=at, key=f"thanks:{cause}",
        )  # fmt: skip
        until = at + timedelta(days=max(1, min(int(said[DAYS].value or 0), LONGEST_PAUSE)))
        facts = {"payer": payer, "customer": customer, "person": person, "document": document, "given_at": at, "until": until}
        thanks = Thanks.objects.create(cause=cause, **facts)
        told = {"amount": str(amount), "document": document.ref}
        recording.record(payer, "support.thanks_given", actor=None, at=at, about=document, facts=told)
    return thanks


def of_cause(cause: str) -> Thanks | None:
    """Return the thanks that were given for something told."""
    return Thanks.objects.select_related("document").filter(cause=cause).first()


def credited(given: Thanks) -> Money:
    """Return how much was credited as thanks."""
    return Money(-given.document.total_minor, given.document.currency)
