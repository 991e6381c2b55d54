"""Splitting: what was quoted or waits for an administrator when a contract goes along to a new customer, or comes back.

A quote is for whom it was made for: where its subscription is another customer's by now it is stale (applying.py), and an order
that waits is refused with the reason, so that nobody is left to decide on what is no longer theirs.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people.models import User
from billing.amendments import approvals
from billing.amendments.models import OrderApproval
from billing.contracts import splitting
from billing.contracts.models import Contract
from billing.contracts.splitting import Carried
from billing.invoices import run


def _told(customer: Customer, keys: list[int], on: date) -> list[str]:
    waiting = approvals.waiting_under(keys, customer).count()
    words = ngettext(
        "%(waiting)s order that waits for an administrator is refused.",
        "%(waiting)s orders that wait for an administrator are refused.",
        waiting,
    )
    return splitting.PART.told(customer, keys, on) + ([words % {"waiting": waiting}] if waiting else [])


def _carry(customer: Customer, sister: Customer, keys: list[int], actor: User | None, at: datetime) -> Carried:
    _let_no_run_bill_meanwhile(customer, at)
    _refuse(list(approvals.waiting_under(_held(keys), customer)), sister, actor, at)
    carried: Carried = splitting.PART.carry(customer, sister, keys, actor, at)
    return carried


def _bring_back(customer: Customer, sister: Customer, carried: Carried, actor: User, at: datetime) -> None:
    _let_no_run_bill_meanwhile(sister, at)
    _refuse(list(approvals.waiting_under(_held(carried["contracts"]), sister)), customer, actor, at)
    splitting.PART.bring_back(customer, sister, carried, actor, at)


def _let_no_run_bill_meanwhile(customer: Customer, at: datetime) -> None:
    run.hold_payer(customer, [], local_day(at, customer.timezone))


def _held(contracts: list[int]) -> list[int]:
    """Lock the contracts, so that nobody asks for or decides on an order under them meanwhile."""
    return list(Contract.objects.select_for_update().filter(pk__in=contracts).order_by("pk").values_list("pk", flat=True))


def _refuse(waiting: list[OrderApproval], to: Customer, actor: User | None, at: datetime) -> None:
    note = _("The contract goes to {name}; whoever stands there asks for a new price.").format(name=to.name)
    for approval in waiting:
        approvals.refuse_waiting(approval, actor=actor, note=note, at=at)


PART: Final = replace(splitting.PART, told=_told, carry=_carry, bring_back=_bring_back)
