"""Plans: paying what is open in parts. The parts sum to what was open; while they are kept, the invoices rest.

The customer's own people may agree on up to three parts within ninety days for a moderate sum; finance may agree on more. A part
is kept when by its day, and three days of grace, as much was paid as the parts so far ask for. Which invoice a payment goes to
does not matter. A broken plan ends its rests; nothing is taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts import writing
from accounts.customers.models import Customer
from accounts.days import day_begins, local_day
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing import money
from billing.dunning import pausing
from billing.dunning.models import DunningPause, Instalment, PaymentPlan
from billing.invoices.models import Document
from billing.ledger import locking
from billing.money import Money
from billing.periods import Alignment, Interval

RUNNING, KEPT, BROKEN = PaymentPlan.Status.RUNNING, PaymentPlan.Status.KEPT, PaymentPlan.Status.BROKEN
GRACE: Final = timedelta(days=3)
OWN_PARTS, MOST_PARTS = 3, 24
OWN_MOST_MAJOR: Final = 2_000
MOST_INVOICES: Final = 100
QUIET_AFTER_A_BROKEN_ONE: Final = timedelta(days=365)
LATEST_FIRST: Final = timedelta(days=30)


class PlanNotPossible(Refusal):
    """The invoices cannot be paid in these parts."""

    code = "plan_not_possible"


@dataclass(frozen=True)
class Part:
    """One part as it would be agreed."""

    due_on: date
    amount: Money


@dataclass(frozen=True)
class Progress:
    """How a plan stands: what was paid of it, and each part with whether it is covered."""

    plan: PaymentPlan
    paid: Money
    parts: tuple[tuple[Instalment, bool], ...]

    @property
    def next_part(self) -> Instalment | None:
        """The first part that is not covered yet."""
        return next((part for part, covered in self.parts if not covered), None)


def parts_of(total: Money, *, count: int, first_on: date) -> list[Part]:
    """Return `count` monthly parts of `total`; the last takes what does not divide."""
    each = total.amount_minor // count
    amounts = [each] * (count - 1) + [total.amount_minor - each * (count - 1)]
    months = Alignment.anchor(first_on).cycles(Interval.parse("month"), first_on)
    number = months.number_of(first_on)
    return [Part(months.boundary(number + place), Money(amount, total.currency)) for place, amount in enumerate(amounts)]


def decide(actor: User, documents: Sequence[Document], *, count: int, first_on: date, today: date) -> Decision:
    """Say whether `actor` may agree on `count` parts for these invoices, the first due on `first_on`."""
    payer = documents[0].customer
    ours = access.level_of(actor) in access.KEEP_BOOKS.levels
    if not ours and not (decision := access.decide(actor, access.PAY, payer)).allowed:
        return decision
    most = MOST_PARTS if ours else OWN_PARTS
    if not 2 <= count <= most:
        return refused("plan_not_possible", _("A plan has between two and {most} parts.").format(most=most), approver="finance")
    if not today <= first_on <= today + LATEST_FIRST:
        return refused("plan_not_possible", _("The first part is due within thirty days."))
    return ALLOWED if ours else _their_own(payer, documents, today)


def _their_own(payer: Customer, documents: Sequence[Document], today: date) -> Decision:
    currency = documents[0].currency
    total = Money(sum(document.open_minor for document in documents), currency)
    most = Money(OWN_MOST_MAJOR * 10 ** money.EXPONENTS[currency], currency)
    if total.amount_minor > most.amount_minor:
        reason = _("Plans over {most} are agreed with our finance team. Write to us.").format(**writing.told(most=most))
        return refused("plan_too_large", reason, approver="finance")
    quiet_since = day_begins(today - QUIET_AFTER_A_BROKEN_ONE + timedelta(days=1), payer.timezone)
    broken = PaymentPlan.objects.filter(customer=payer, status=BROKEN, ended_at__gte=quiet_since)
    if broken.exists():
        reason = _("An earlier plan was not kept, so the next one is agreed with our finance team.")
        return refused("plan_broken_before", reason, approver="finance")
    return ALLOWED


def agree(*, actor: User, documents: Sequence[Document], count: int, first_on: date, at: datetime, today: date) -> PaymentPlan:
    """Agree to pay these invoices in `count` monthly parts, the first due on `first_on`; from today on they rest.

    Raises:
        PlanNotPossible: nothing is open, one is in a plan already, or they differ in payer or currency.
        Refusal: more than the actor may agree on.
    """
    with transaction.atomic():
        decide(actor, _held(documents), count=count, first_on=first_on, today=today).or_refuse()
        return make(actor=actor, documents=documents, count=count, first_on=first_on, at=at, today=today)


def make(*, actor: User, documents: Sequence[Document], count: int, first_on: date, at: datetime, today: date) -> PaymentPlan:
    """Write a plan that somebody else decided on: part of a use case that asked its own rules.

    Raises:
        PlanNotPossible: see `agree`.
    """
    with transaction.atomic():
        held = _held(documents)
        total = Money(sum(document.open_minor for document in held), held[0].currency)
        if total.amount_minor < count:
            raise PlanNotPossible(_("Too little is open to be paid in {count} parts.").format(count=count))
        plan = PaymentPlan.objects.create(
            customer=held[0].customer, currency=total.currency, total_minor=total.amount_minor, agreed_by=actor, agreed_at=at
        )
        plan.documents.set(held)
        parts = parts_of(total, count=count, first_on=first_on)
        Instalment.objects.bulk_create(
            [Instalment(plan=plan, due_on=part.due_on, amount_minor=part.amount.amount_minor) for part in parts]
        )
        for document in held:
            pausing.rest(document, DunningPause.Cause.PLAN, since=today, until=None, actor=actor, at=at, plan=plan)
        _record(plan, "billing.plan_agreed", actor=actor, at=at, count=count, first_on=str(first_on))
    return plan


def _held(documents: Sequence[Document]) -> list[Document]:
    """Hold the payer and return the invoices as they are now.

    Raises:
        PlanNotPossible: they cannot be in one plan.
    """
    payers = {document.customer_id for document in documents}
    if len(payers) != 1 or len(documents) > MOST_INVOICES:
        raise PlanNotPossible(_("A plan is about up to a hundred invoices of one payer."))
    locking.lock_payers(payers)
    held = list(Document.objects.open().filter(pk__in=[document.pk for document in documents]).select_related("customer"))
    if len(held) < len(set(documents)) or len({document.currency for document in held}) != 1:
        raise PlanNotPossible(_("Every invoice of a plan is open and in the same currency."))
    if PaymentPlan.objects.filter(documents__in=held, status=RUNNING).exists():
        raise PlanNotPossible(_("One of these invoices is in a plan already."))
    return held


def progress(plan: PaymentPlan) -> Progress:
    """Return how `plan` stands: what was paid counts from the earliest part on."""
    paid = max(plan.total_minor - sum(document.open_minor for document in plan.documents.all()), 0)
    covered, asked = [], 0
    for part in plan.instalments.all():
        asked += part.amount_minor
        covered.append((part, asked <= paid))
    return Progress(plan, Money(paid, plan.currency), tuple(covered))


def watch(*, at: datetime) -> int:
    """Close every plan that was kept or broken by the moment `at`; return how many were."""
    running: QuerySet[PaymentPlan] = PaymentPlan.objects.filter(status=RUNNING).order_by("pk")
    return sum(_look_at(plan, at) for plan in running.select_related("customer"))


def _look_at(plan: PaymentPlan, at: datetime) -> bool:
    with transaction.atomic():
        locking.lock_payers([plan.customer_id])
        if not PaymentPlan.objects.filter(pk=plan.pk, status=RUNNING).exists():
            return False
        today, stands = local_day(at, plan.customer.timezone), progress(plan)
        if stands.next_part is None:
            return _close(plan, KEPT, "billing.plan_kept", at, today)
        if stands.next_part.due_on + GRACE < today:
            return _close(plan, BROKEN, "billing.plan_broken", at, today)
        return False


def end(*, plan: PaymentPlan, actor: User, at: datetime) -> bool:
    """End a running plan before it is paid, so that what is open is due as before; False: it had ended already."""
    with transaction.atomic():
        locking.lock_payers([plan.customer_id])
        if not PaymentPlan.objects.filter(pk=plan.pk, status=RUNNING).update(status=PaymentPlan.Status.ENDED, ended_at=at):
            return False
        pausing.end(plan.pauses.all(), today=local_day(at, plan.customer.timezone), actor=actor)
        _record(plan, "billing.plan_ended", actor=actor, at=at)
        return True


def _close(plan: PaymentPlan, status: PaymentPlan.Status, kind: str, at: datetime, today: date) -> bool:
    PaymentPlan.objects.filter(pk=plan.pk).update(status=status, ended_at=at)
    pausing.end(plan.pauses.all(), today=today, actor=None)
    _record(plan, kind, actor=None, at=at)
    return True


def of_customers(customers: "QuerySet[Customer]") -> QuerySet[PaymentPlan]:
    """Return the plans of `customers`, running ones first, each with its parts and invoices."""
    found = PaymentPlan.objects.filter(customer__in=customers).select_related("customer", "agreed_by")
    return found.prefetch_related("instalments", "documents").order_by(F("ended_at").desc(nulls_first=True), "-pk")


def not_planned(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Return those of `documents` that no running plan is about: what a new one could be about."""
    return documents.exclude(pk__in=PaymentPlan.objects.filter(status=RUNNING).values("documents"))


def running_on(document: Document) -> PaymentPlan | None:
    """Return the plan in which `document` is being paid."""
    return document.payment_plans.filter(status=RUNNING).first()


def _record(plan: PaymentPlan, kind: str, *, actor: User | None, at: datetime, **more: object) -> None:
    facts = {
        "amount": str(Money(plan.total_minor, plan.currency)),
        "customer_number": plan.customer.number,
        "plan": plan.pk,
    } | more
    recording.record(plan.customer, kind, actor=actor, at=at, about=plan, facts=facts)
