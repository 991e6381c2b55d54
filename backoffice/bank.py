"""The bank page as it is shown: the lines asked for, what waits, what a rule suggests, and what may be done with each."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.people import access
from billing.money import EXPONENTS, Money
from billing.payments.bank import importing
from billing.payments.bank.models import BankLine, TransferOrder
from billing.payments.sepa.models import DebitFile, DirectDebit
from window.paging import page_of

VIEWS = {
    "waiting": _("Waiting"),
    "over": _("Too much or twice"),
    "matched": _("Matched"),
    "ignored": _("Set aside"),
    "noted": _("Only noted"),
}
MOST_COUNTED = 1000
MOST_TRANSFERS = 100


@dataclass(frozen=True)
class View:
    """One way to look at the lines: its code, its name, and how many there are (a thousand at most are counted)."""

    code: str
    label: str | Promise
    count: str


def shown(request: HttpRequest) -> dict[str, object]:
    """Return the lines that the address asks for (`?show=`), the latest booked first, the views, and the transfers to make."""
    chosen = request.GET.get("show", "waiting")
    chosen = chosen if chosen in VIEWS else "waiting"
    page = page_of(request, _lines(chosen).select_related("payment__payer", "statement"), newest_by="booked_on")
    return {
        "chosen": chosen,
        "views": [View(code, label, _counted(code)) for code, label in VIEWS.items()],
        "rows": [{"line": line} | figures_of(line) for line in page.rows],
        "page": page,
        "may_decide": access.level_of(request.user) in access.KEEP_BOOKS.levels,
        "transfers": TransferOrder.objects.filter(status=TransferOrder.Status.ORDERED).order_by("pk")[:MOST_TRANSFERS],
    }


def _lines(code: str):
    return BankLine.objects.over() if code == "over" else BankLine.objects.filter(status=code)


def _counted(code: str) -> str:
    if code in {"matched", "noted"}:
        return ""
    count = _lines(code).order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def figures_of(line: BankLine) -> dict[str, object]:
    """Return a line's amount and what of it was too much; in a currency that left circulation the amount is text."""
    if line.currency not in EXPONENTS:
        return {"text": f"{importing.major(line.amount_minor, line.currency)} {line.currency}"}
    over = Money(line.over_minor, line.currency) if line.over_minor else None
    return {"money": Money(line.amount_minor, line.currency), "over": over}


def may_be_matched(line: BankLine) -> bool:
    """Whether a line that waits brought money that could pay something."""
    return line.amount_minor > 0 and line.currency in EXPONENTS


def debits_shown(request: HttpRequest) -> dict[str, object]:
    """Return the debits that wait for a file or for the bank's word, the oldest first, and the files made, the latest first."""
    known = DirectDebit.objects.select_related("mandate__customer", "mandate__seller", "file")
    return {
        "waiting": known.filter(status=DirectDebit.Status.ORDERED).order_by("pk")[:MOST_TRANSFERS],
        "sent": known.filter(status=DirectDebit.Status.SENT).order_by("pk")[:MOST_TRANSFERS],
        "page": page_of(request, DebitFile.objects.select_related("seller", "made_by"), newest_by="made_at"),
        "may_decide": access.level_of(request.user) in access.KEEP_BOOKS.levels,
    }
