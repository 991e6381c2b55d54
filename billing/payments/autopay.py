"""Autopay: invoices paid by themselves, within the limit and on the day the customer set.

An order to pay holds for its customer, or for everything below it too, except where a customer below has an order of its own.
An invoice is paid on its due day, or on the chosen day of the month when that comes first: never late. What is in dispute,
looks like a billing error, is paid in parts by agreement, or waits for the answer to an earlier payment, is left alone. What
the limit does not allow is told once and left open. A decline is tried again after three days, twice; dunning goes on beside,
and the room it leaves within the limit is the next invoice's.
Amounts are minor units; days and months are those of the order's customer. Running it again, or twice at once, pays once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.dunning.models import DunningPause
from billing.invoices.models import Document
from billing.money import Money
from billing.payments import collecting, methods
from billing.payments.models import Autopay, AutopaySkip, Payment, PaymentMethod, PaymentShare

TRIES: Final = 3
DAYS_BETWEEN_TRIES: Final = 3
LAST_DAY_TO_CHOOSE: Final = 28
PAID_BY_HAND_MEANWHILE: Final = (collecting.BeingPaid, collecting.AlreadyPaid, collecting.AmountChanged)


class WrongTerms(Refusal):
    """The terms make no sense; `field` says which."""

    code = "wrong_terms"

    def __init__(self, reason: str, *, field: str) -> None:
        super().__init__(reason)
        self.field = field


class NoMethod(Refusal):
    """There is nothing to pay with."""

    code = "no_method"


@dataclass(frozen=True)
class Terms:
    """How invoices are paid by themselves. Without a method the default of the day pays; without a day the due day counts."""

    scope: str = methods.NODE
    method: PaymentMethod | None = None
    limit: Money | None = None
    day: int | None = None


def set_up(*, actor: User | None, customer: Customer, terms: Terms, at: datetime) -> Autopay:
    """Have the invoices of `customer` paid by themselves from now on; setting it again changes the terms.

    Raises:
        WrongTerms: a day that not every month has, a limit that is not above zero or in another currency, a method not kept.
        NoMethod: nothing valid is kept to pay with.
        Refusal: `actor` may not pay for the customer.
    """
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer.pk)
        if actor is not None:
            access.decide(actor, access.PAY, customer).or_refuse()
        _refuse_unless_sensible(customer, terms, at)
        facts: dict[str, Any] = {
            "scope": terms.scope, "method": terms.method, "limit_minor": terms.limit and terms.limit.amount_minor,
            "currency": customer.currency, "day": terms.day,
        }  # fmt: skip
        earlier = Autopay.objects.select_for_update().filter(customer=customer, ended_at=None).first()
        if earlier and all(getattr(earlier, name) == value for name, value in facts.items()):
            return earlier
        order, _made = Autopay.objects.update_or_create(
            customer=customer, ended_at=None, defaults=facts | {"set_by": actor, "set_at": at}
        )
        _tell(order, "billing.autopay_set", actor, at, {"terms": words(order)})
        return order


def _refuse_unless_sensible(customer: Customer, terms: Terms, at: datetime) -> None:
    if terms.day is not None and not 1 <= terms.day <= LAST_DAY_TO_CHOOSE:
        raise WrongTerms(
            _("Choose a day from 1 to {last_day_to_choose}, which every month has.").format(
                last_day_to_choose=LAST_DAY_TO_CHOOSE
            ),
            field="day",
        )
    if terms.limit is not None and (terms.limit.amount_minor <= 0 or terms.limit.currency != customer.currency):
        raise WrongTerms(_("The limit is an amount above zero in {currency}.").format(currency=customer.currency), field="limit")
    usable = methods.usable_by(customer, local_day(at, customer.timezone))
    if not usable:
        raise NoMethod(_("Keep a card or an account that is valid first; then it can pay automatically."))
    if terms.method is not None and terms.method not in usable:
        raise WrongTerms(_("{method} cannot pay here.").format(method=terms.method), field="method")


def words(order: Autopay) -> str:
    """Say in one sentence how an order pays."""
    when = f"on day {order.day} of the month, or on the due day when that is earlier" if order.day else "on the due day"
    by = f"with {order.method}" if order.method else "with the default method"
    limit = f", at most {Money(order.limit_minor, order.currency)} a month" if order.limit_minor else ""
    below = ", everything below included" if order.scope == methods.SUBTREE else ""
    return f"{when}, {by}{limit}{below}."


def switch_off(*, actor: User | None, order: Autopay, at: datetime) -> Autopay:
    """Pay nothing more by itself. What is at the gateway already goes on. Repeatable."""
    with transaction.atomic():
        held = Autopay.objects.select_for_update(of=("self",)).select_related("customer").get(pk=order.pk)
        if actor is not None:
            access.decide(actor, access.PAY, held.customer).or_refuse()
        if held.ended_at is None:
            held.ended_at = at
            held.save(update_fields=["ended_at"])
            _tell(held, "billing.autopay_ended", actor, at, {})
        return held


def in_force_at(customer: Customer) -> Autopay | None:
    """Return the order of `customer` itself, if one is in force."""
    return Autopay.objects.filter(customer=customer, ended_at=None).select_related("customer", "method", "set_by").first()


def in_force_for(customer: Customer) -> Autopay | None:
    """Return the order that pays the invoices of `customer`: its own, or the nearest above that includes it."""
    holding = Q(customer=customer) | Q(scope=methods.SUBTREE, customer__in=Customer.objects.above(customer))
    orders = Autopay.objects.filter(holding, ended_at=None).select_related("customer", "method", "set_by")
    return orders.order_by("-customer__lft").first()


def pay_due(*, at: datetime) -> int:
    """Pay what the orders in force have to pay by now; return how many payments that made.

    What somebody pays by hand in the same moment is theirs; the order looks again the next time.

    Raises:
        RuntimeError: called inside a transaction; a gateway never is.
    """
    made = 0
    for order_id in Autopay.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True):
        try:
            started = start_due(order_id, at)
        except PAID_BY_HAND_MEANWHILE:
            continue
        made += len([collecting.carry_out(payment.pk, at) for payment in started])
    return made


def start_due(order_id: int, at: datetime) -> list[Payment]:
    """Write down the payments that an order has to make by now; none while another worker does so.

    The row of the order is the lock: the payments are committed with it, and invoices that one of them holds are not due again.
    """
    with transaction.atomic():
        held = Autopay.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=order_id, ended_at=None)
        order = held.select_related("customer", "method").first()
        due = _due(order, at) if order else []
        if order is None or not due:
            return []
        method = _method_of(order, local_day(at, order.customer.timezone))
        if method is None:
            _skip(order, due, "no valid card or account is kept to pay with.", at)
            return []
        return _started(order, method, _within_limit(order, due, at), at)


def _due(order: Autopay, at: datetime) -> list[Document]:
    """Return the open invoices that the order has to pay by now, earliest due first."""
    today = local_day(at, order.customer.timezone)
    come = Q(due_on__lte=today)
    if order.day:
        come |= Q(issued_on__lte=_last_day_chosen(order.day, today))
    open_ones = Document.objects.issued().invoices().open().filter(come, customer__in=covered_by(order))
    free = open_ones.exclude(pk__in=_held_back(open_ones, today)).exclude(pk__in=_declined(order, today))
    return list(free.select_related("customer", "legal_entity").order_by("due_on", "pk"))


def _last_day_chosen(day: int, today: date) -> date:
    """Return the latest day of the month numbered `day` that is not after today."""
    this_month = today.replace(day=day)
    return this_month if this_month <= today else (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def covered_by(order: Autopay) -> QuerySet[Customer]:
    """The customers whose invoices an order pays: not those below with an order of their own, or under one."""
    below: QuerySet[Customer] = Customer.objects.filter(pk=order.customer_id)
    if order.scope == methods.NODE:
        return below
    below = Customer.objects.below(order.customer)
    for own in Autopay.objects.filter(ended_at=None, customer__in=below).exclude(pk=order.pk).select_related("customer"):
        place = Q(pk=own.customer_id)
        if own.scope == methods.SUBTREE:
            place |= Q(lft__gt=own.customer.lft, rght__lt=own.customer.rght)
        below = below.exclude(place)
    return below


def _held_back(documents: QuerySet[Document], today: date) -> QuerySet[Document, Any]:
    """Those that wait for an answer, are doubted, are paid in parts by agreement, or rest until a later day."""
    resting = DunningPause.objects.filter(Q(until=None) | Q(until__gt=today), since__lte=today).values("document")
    waiting = PaymentShare.objects.filter(payment__in=Payment.objects.unresolved()).values("document")
    doubted = Q(lines__disputes__status="open") | Q(lines__findings__status="open") | Q(payment_plans__status="running")
    return documents.filter(doubted | Q(pk__in=waiting) | Q(pk__in=resting)).values("pk")


def _declined(order: Autopay, today: date) -> set[int]:
    """Return the invoices for which the order was declined lately, or often enough."""
    shares = PaymentShare.objects.filter(
        payment__autopay=order, payment__status=Payment.Status.DECLINED, document__open_minor__gt=0
    )
    rest: set[int] = set()
    told = shares.order_by("document_id", "payment__started_at").values_list("document_id", "payment__started_at")
    for document_id, declines in groupby(told, key=lambda row: row[0]):
        days = [local_day(started_at, order.customer.timezone) for _code, started_at in declines]
        if len(days) >= TRIES or days[-1] + timedelta(days=DAYS_BETWEEN_TRIES) > today:
            rest.add(document_id)
    return rest


def _method_of(order: Autopay, today: date) -> PaymentMethod | None:
    """Return what the order pays with today: its own method while that is kept and valid, else the default."""
    chosen = order.method
    if chosen and chosen.removed_at is None and (chosen.expires_on is None or chosen.expires_on > today):
        return chosen
    return methods.default_for(order.customer, today)


def _within_limit(order: Autopay, due: list[Document], at: datetime) -> list[Document]:
    """Return what the limit of the month still allows, earliest due first; the rest is told and left open."""
    if order.limit_minor is None:
        return due
    left = order.limit_minor - taken_this_month(order, at)
    taken, beyond, foreign = [], [], []
    for document in due:
        if document.currency != order.currency:
            foreign.append(document)
        elif document.open_minor > left:
            beyond.append(document)
        else:
            taken.append(document)
            left -= document.open_minor
    limit = Money(order.limit_minor, order.currency)
    _skip(order, beyond, f"it would take more than the limit of {limit} a month.", at)
    _skip(order, foreign, f"the limit is in {order.currency}.", at)
    return taken


def taken_this_month(order: Autopay, at: datetime) -> int:
    """Return how much the order has taken, or may still take, in the calendar month of its customer."""
    today = local_day(at, order.customer.timezone)
    lately = Payment.objects.filter(autopay=order, currency=order.currency, started_at__gte=at - timedelta(days=32))
    made = lately.exclude(status=Payment.Status.DECLINED).values_list("started_at", "amount_minor")
    month = (today.year, today.month)
    days = ((local_day(started_at, order.customer.timezone), amount_minor) for started_at, amount_minor in made)
    return sum(amount_minor for day, amount_minor in days if (day.year, day.month) == month)


def _started(order: Autopay, method: PaymentMethod, documents: Iterable[Document], at: datetime) -> list[Payment]:
    """Write one payment down for each seller and currency."""

    def side(document: Document) -> tuple[int, str]:
        return document.legal_entity_id, document.currency

    started = []
    for _side, group in groupby(sorted(documents, key=side), key=side):
        together = list(group)
        named = ",".join(str(document.pk) for document in together)
        started.append(
            collecting.start(
                actor=None,
                payer=order.customer,
                documents=together,
                method=method,
                autopay=order,
                at=at,
                amounts={document.pk: document.open_minor for document in together},
                key=uuid5(NAMESPACE_OID, f"accord autopay {order.pk} {at.isoformat()} {named}"),
            )  # fmt: skip
        )
    return started


def _skip(order: Autopay, documents: Iterable[Document], reason: str, at: datetime) -> None:
    """Tell once of each invoice why it is left open."""
    for document in documents:
        _skip, is_new = AutopaySkip.objects.get_or_create(
            autopay=order, document=document, defaults={"reason": reason, "told_at": at}
        )
        if is_new:
            amount = str(Money(document.open_minor, document.currency))
            facts = {"document": document.ref, "reason": reason, "amount": amount}
            recording.record(document.customer, "billing.autopay_skipped", actor=None, at=at, about=document, facts=facts)


def _tell(order: Autopay, kind: str, actor: User | None, at: datetime, facts: dict[str, str]) -> None:
    told = facts | {"customer_number": order.customer.number}
    recording.record(order.customer, kind, actor=actor, at=at, about=order, facts=told)
