"""Groups: which notices go together when a person chooses how to be told, and which of them nobody can switch off.

What the law or the contract makes us tell, and what keeps an account safe, goes out by mail whatever was chosen; the
page says so. Everything else comes by mail, in a digest once a day or once a week, or only as news in the portal.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    """Notices that are chosen together. `always` gives the reason why they cannot be switched off, empty where they can."""

    label: Promise
    words: Promise
    always: Promise | str = ""
    ours: bool = False  # about the work of our own people
    at_once: bool = False  # does not wait for the end of quiet hours


SECURITY, LEGAL, CONTRACTS, PAYMENTS, TICKETS, SURVEYS, WORK = (
    "security", "legal", "contracts", "payments", "tickets", "surveys", "work",
)  # fmt: skip
GROUPS: Final[dict[str, Group]] = {
    SECURITY: Group(
        _("Security"),
        _("Invitations, and programs that can no longer be reached"),
        _("They keep the account safe, so they always come by mail, also in quiet hours."),
        at_once=True,
    ),
    LEGAL: Group(
        _("Invoices, terms and reminders"),
        _("Invoices and credit notes, new terms, renewals, products that end, direct debits announced, reminders"),
        _("The law or the contract asks us to tell you, so they always come by mail."),
    ),
    CONTRACTS: Group(_("Contracts and orders"), _("Changes, orders to decide and their outcome, coupons")),
    PAYMENTS: Group(_("Payments"), _("Receipts, refunds, declined payments, cards that expire, automatic payment")),
    TICKETS: Group(_("Tickets"), _("Receipts, answers and ends of tickets")),
    SURVEYS: Group(_("Surveys"), _("How it went, asked once after a ticket ended")),
    WORK: Group(
        _("Work"), _("Approvals, escalations, promises, praise and what finance has to look at"), ours=True, at_once=True
    ),
}


def offered(*, ours: bool) -> dict[str, Group]:
    """Return the groups a person chooses among: our own people have those of their work and of tickets."""
    mine = {SECURITY, TICKETS, WORK} if ours else set(GROUPS) - {WORK}
    return {name: group for name, group in GROUPS.items() if name in mine}
