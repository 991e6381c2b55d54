"""Mapping: which number a ledger account has in the accounting system, and which accounts still have none."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.ledger.models import Posting
from support.remedies.books.models import LedgerMapping

LONGEST = 20


class MayNotMap(Refusal):
    """Only managers map accounts, with a number of the accounting system or none."""

    code = "may_not_map"


def set_number(*, actor: User, account: str, number: str, at: datetime) -> LedgerMapping:
    """Give a ledger account its number in the accounting system; an empty one takes it away.

    Raises:
        MayNotMap: the actor may not, there is no such account, or the number is none.
    """
    number = number.replace("\x00", "").strip()
    if not access.may_anywhere(actor, access.STEER):
        raise MayNotMap(_("Only managers map ledger accounts."))
    if account not in Posting.Account.values or len(number) > LONGEST or number and not number.replace("-", "").isalnum():
        raise MayNotMap(_("A number has letters, digits and dashes, at most {most}.").format(most=LONGEST))
    with transaction.atomic():
        mapping, _new = LedgerMapping.objects.update_or_create(account=account, defaults={"number": number})
        facts = {"account": plain(mapping, "account"), "number": number or "-"}
        recording.record(None, "finance.account_mapped", actor=actor, at=at, about=mapping, facts=facts, internal=True)
    return mapping


def numbers() -> dict[str, str]:
    """Return the number of every account that has one."""
    return dict(LedgerMapping.objects.exclude(number="").values_list("account", "number"))


def missing(accounts: Iterable[str], mapped: Iterable[str]) -> list[str]:
    """Return the names of the accounts that are not among those mapped."""
    return [str(Posting.Account(account).label) for account in accounts if account not in set(mapped)]
