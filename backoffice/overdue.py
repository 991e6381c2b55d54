"""Unpaid invoices as the back office shows them: where each stands on the ladder, why one rests, and what is in dispute."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from backoffice.forms.dunning import PauseForm, PlanForm
from billing.dunning import disputes, entitlements, ladder, plans, standing
from billing.dunning.models import Dispute, DunningPause, DunningStep, StepTaken
from billing.dunning.standing import Standing
from billing.invoices.models import Document
from billing.money import Money
from window.paging import page_of

VIEWS: Final[dict[str, str | Promise]] = {
    "all": _("All overdue"),
    "stopped": _("Orders or service stopped"),
    "resting": _("Resting"),
    "disputed": _("In dispute"),
}


@dataclass(frozen=True)
class Shown:
    """An unpaid invoice on a day: where it stands, why it rests, and the step that comes next with its day."""

    standing: Standing
    resting: DunningPause | None
    next_step: DunningStep | None
    next_on: date | None

    @property
    def asked(self) -> Money:
        """What is asked for."""
        return Money(self.standing.asked_minor, self.standing.document.currency)

    @property
    def last_step(self) -> StepTaken | None:
        """The step taken last."""
        return self.standing.taken[-1] if self.standing.taken else None


def listed(request: HttpRequest, *, on: date) -> dict[str, object]:
    """Return the overdue invoices that the address asks for (`?show=`), the longest overdue first."""
    chosen = request.GET.get("show", "all")
    chosen = chosen if chosen in VIEWS else "all"
    late = Document.objects.open().filter(due_on__lt=on, customer__in=access.customers_within_reach(request.user))
    page = page_of(request, _narrowed(late, chosen, on).select_related("customer"), newest_by="due_on")
    return {
        "chosen": chosen,
        "views": VIEWS.items(),
        "rows": [_shown(known, on) for known in standing.of(page.rows)],
        "page": page,
    }


def of(document: Document, *, viewer: User, on: date) -> dict[str, Any] | None:
    """Return what stands on the page of an invoice that is overdue or in dispute; nothing for any other."""
    if not document.open_minor or document.due_on is None:
        return None
    open_disputes = list(disputes.open_on(document).values())
    if document.due_on >= on and not open_disputes:
        return None
    known, keeps_books = standing.of([document])[0], access.level_of(viewer) in access.KEEP_BOOKS.levels
    running = plans.running_on(document)
    return {
        "shown": _shown(known, on),
        "coming": [(ladder.what_it_does(step), day) for step, day in known.ahead(on)],
        "disputes": open_disputes,
        "plan": plans.progress(running) if running else None,
        "keeps_books": keeps_books,
        "may_refuse": keeps_books or access.level_of(viewer) in access.WORK_TICKETS.levels,
        "pause_form": PauseForm(initial={"until": on + timedelta(days=7)}),
        "plan_form": PlanForm(initial={"first_on": on + timedelta(days=7)}),
    }


def _shown(known: Standing, on: date) -> Shown:
    step, day = next(iter(known.ahead(on)), (None, None))
    return Shown(known, known.resting(on), step, day)


def _narrowed(late: QuerySet[Document], chosen: str, on: date) -> QuerySet[Document]:
    if chosen == "stopped":
        return late.filter(pk__in=entitlements.in_force(on).values("document"))
    if chosen == "resting":
        holding = DunningPause.objects.filter(Q(until=None) | Q(until__gt=on), document=OuterRef("pk"), since__lte=on)
        return late.filter(Exists(holding))
    if chosen == "disputed":
        return late.filter(pk__in=Dispute.objects.filter(status=Dispute.Status.OPEN).values("line__document"))
    return late


def stopped(customer: Customer, on: date) -> entitlements.Entitlement | None:
    """Return what stops a customer today; nothing when nothing does."""
    state = entitlements.state_of(customer, on)
    return state if state.document else None
