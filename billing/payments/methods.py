"""Methods: the cards and accounts a customer keeps with us for the next payment; always a gateway's token, never a number.

A method pays for its customer, or for everything below it as well (`scope`). What a customer may use are its own methods and
those kept above it for everything below, the nearest first; its default is the nearest one marked so. Whatever pays for
something that runs or is paid automatically cannot be removed without another in its place; it can be replaced. `expires_on`
is the first day, in the customer's zone, on which a card is no longer valid.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import latest_day, local_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.payments import gateways, relying
from billing.payments.gateways.base import Answer, Method, Outcome, PayableBy
from billing.payments.models import Autopay, PaymentMethod

NODE, SUBTREE = PaymentMethod.Scope.NODE, PaymentMethod.Scope.SUBTREE
WARNED_DAYS_AHEAD: Final = (7, 30)


class MethodExpired(Refusal):
    """A card is kept only while it is valid."""

    code = "method_expired"


class MethodDeclined(Refusal):
    """Its gateway says that the method does not work."""

    code = "method_declined"


class MethodGone(Refusal):
    """The method is no longer kept."""

    code = "method_gone"


def add(*, actor: User | None, customer: Customer, method: Method, at: datetime, scope: str = NODE) -> PaymentMethod:
    """Have `method` checked by its gateway and keep it; one whose check has no answer yet is kept unverified.

    Raises:
        MethodDeclined: the gateway says that it does not work.
        MethodExpired: it is not valid any more.
        RuntimeError: called inside a transaction; a gateway never is.
    """
    answer = _checked(method)
    return keep(actor=actor, customer=customer, method=method, at=at, scope=scope, verified=answer.outcome == Outcome.SUCCESS)


def _checked(method: PayableBy) -> Answer:
    answer = gateways.by_code(method.gateway).check(token=method.token)
    if answer.outcome == Outcome.DECLINED:
        raise MethodDeclined(_("{reason} {label} is not kept.").format(reason=answer.reason, label=method.label))
    return answer


def keep(
    *, actor: User | None, customer: Customer, method: Method, at: datetime, scope: str = NODE, verified: bool = False
) -> PaymentMethod:
    """Keep `method` for `customer` and make it the one proposed next time; keeping the same again changes nothing else.

    Raises:
        MethodExpired: it is not valid any more.
    """
    with transaction.atomic():
        customer = _locked(customer, actor)
        gateways.by_code(method.gateway)
        if method.expires_on and method.expires_on <= local_day(at, customer.timezone):
            raise MethodExpired(_("{label} has expired.").format(label=method.label))
        of_customer = PaymentMethod.objects.filter(customer=customer, removed_at=None)
        earlier = of_customer.filter(gateway=method.gateway, token=method.token).first()
        scope = SUBTREE if earlier and earlier.scope == SUBTREE else scope
        of_customer.filter(is_default=True, scope=scope).update(is_default=False)
        facts = {"label": method.label, "expires_on": method.expires_on, "is_default": True, "scope": scope}
        if verified:
            facts["verified_at"] = at
        if earlier and earlier.expires_on != method.expires_on:
            facts["warned_days"] = None
        kept, is_new = PaymentMethod.objects.update_or_create(
            customer=customer, gateway=method.gateway, token=method.token, removed_at=None, defaults=facts
        )
        if is_new:
            _tell(kept, "billing.method_kept", actor, at)
        return kept


def _locked(customer: Customer, actor: User | None) -> Customer:
    """Take the lock under which the methods of `customer` change, for somebody who may pay there."""
    held: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if actor is not None:
        access.decide(actor, access.PAY, held).or_refuse()
    return held


def _held(kept: PaymentMethod, actor: User | None) -> PaymentMethod:
    """Return the method as it is now, under the lock of its customer.

    Raises:
        MethodGone: it was removed.
    """
    _locked(kept.customer, actor)
    held = PaymentMethod.objects.select_related("customer").get(pk=kept.pk)
    if held.removed_at:
        raise MethodGone(_("{label} was removed before.").format(label=held.label))
    return held


def verify(*, actor: User | None, kept: PaymentMethod, at: datetime) -> PaymentMethod:
    """Ask the gateway whether a kept method works; without an answer nothing changes.

    Raises:
        MethodDeclined: it does not work; it counts as not verified then.
        RuntimeError: called inside a transaction; a gateway never is.
    """
    if actor is not None:
        access.decide(actor, access.PAY, kept.customer).or_refuse()
    answer = gateways.by_code(kept.gateway).check(token=kept.token)
    if answer.outcome != Outcome.UNKNOWN:
        with transaction.atomic():
            kept = _held(kept, actor)
            kept.verified_at = at if answer.outcome == Outcome.SUCCESS else None
            kept.save(update_fields=["verified_at"])
    if answer.outcome == Outcome.DECLINED:
        raise MethodDeclined(_("{reason} Replace {label} before it is needed.").format(reason=answer.reason, label=kept.label))
    return kept


def make_default(*, actor: User | None, kept: PaymentMethod, at: datetime) -> PaymentMethod:
    """Propose `kept` first to those it may pay for; the default of the same scope before it no longer is."""
    with transaction.atomic():
        held = _held(kept, actor)
        if not held.is_default:
            PaymentMethod.objects.filter(customer=held.customer, scope=held.scope, removed_at=None).update(is_default=False)
            held.is_default = True
            held.save(update_fields=["is_default"])
            _tell(held, "billing.method_made_default", actor, at)
        return held


def replace(*, actor: User | None, kept: PaymentMethod, method: Method, at: datetime) -> PaymentMethod:
    """Put `method` in the place of `kept`: same scope, default where that was, and paying automatically what that paid.

    Raises:
        MethodDeclined, MethodExpired: the new one does not work; the old one stays.
        MethodGone: the old one was removed before.
        RuntimeError: called inside a transaction; a gateway never is.
    """
    verified = _checked(method).outcome == Outcome.SUCCESS
    with transaction.atomic():
        old = _held(kept, actor)
        if (old.gateway, old.token) == (method.gateway, method.token):
            return keep(actor=actor, customer=old.customer, method=method, at=at, scope=old.scope, verified=verified)
        proposed = PaymentMethod.objects.filter(customer=old.customer, scope=old.scope, is_default=True, removed_at=None).first()
        new = keep(actor=actor, customer=old.customer, method=method, at=at, scope=old.scope, verified=verified)
        if proposed and proposed != old:
            make_default(actor=actor, kept=proposed, at=at)
        Autopay.objects.filter(method=old).update(method=new)
        old.removed_at, old.is_default, old.replaced_by = at, False, new
        old.save(update_fields=["removed_at", "is_default", "replaced_by"])
        _tell(old, "billing.method_replaced", actor, at, {"new": new.label})
        return new


def remove(*, actor: User | None, kept: PaymentMethod, at: datetime) -> None:
    """Forget a method: it is proposed no more. Payments made with it keep its label. Repeatable.

    Raises:
        Refusal: something that runs, or is paid automatically, would be left without a way to pay (see relying.py).
    """
    with transaction.atomic():
        _locked(kept.customer, actor)
        held = PaymentMethod.objects.select_related("customer").get(pk=kept.pk)
        if held.removed_at is None:
            relying.decide(held, local_day(at, held.customer.timezone)).or_refuse()
            _forget(held, at)
            _tell(held, "billing.method_removed", actor, at)


def forget(*, kept: PaymentMethod, at: datetime) -> None:
    """Forget a method that no longer holds, whatever relies on it, such as the account of a mandate taken back."""
    with transaction.atomic():
        _locked(kept.customer, None)
        _forget(PaymentMethod.objects.get(pk=kept.pk), at)


def _forget(kept: PaymentMethod, at: datetime) -> None:
    if kept.removed_at is None:
        kept.removed_at, kept.is_default = at, False
        kept.save(update_fields=["removed_at", "is_default"])


def warn_expiring(*, at: datetime) -> int:
    """Tell once 30 and once 7 days before a card expires; return how many notices that made. Repeatable."""
    soon = PaymentMethod.objects.filter(removed_at=None, expires_on__lte=latest_day(at) + timedelta(days=max(WARNED_DAYS_AHEAD)))
    return sum(_warn(kept, at) for kept in soon.select_related("customer").order_by("pk"))


def _warn(kept: PaymentMethod, at: datetime) -> bool:
    days = days_left(kept, local_day(at, kept.customer.timezone))
    stage = next((ahead for ahead in WARNED_DAYS_AHEAD if days is not None and 0 < days <= ahead), None)
    if stage is None:
        return False
    with transaction.atomic():
        unwarned = Q(warned_days=None) | Q(warned_days__gt=stage)
        warned = PaymentMethod.objects.filter(unwarned, pk=kept.pk, removed_at=None).update(warned_days=stage)
        if warned:
            last_day = (kept.expires_on or latest_day(at)) - timedelta(days=1)
            _tell(kept, "billing.method_expiring", None, at, {"on": last_day.isoformat(), "days": str(days)})
        return bool(warned)


def days_left(kept: PaymentMethod, today: date) -> int | None:
    """Return on how many days, today included, the method is valid still; nothing when it does not expire."""
    return (kept.expires_on - today).days if kept.expires_on else None


def kept_for(customer: Customer) -> list[PaymentMethod]:
    """Return the methods `customer` keeps itself, the proposed one first."""
    own = PaymentMethod.objects.filter(customer=customer, removed_at=None).select_related("customer")
    return list(own.order_by("-is_default", "scope", "-pk"))


def available_to(customer: Customer) -> list[PaymentMethod]:
    """Return what `customer` may pay with: its own methods and those kept above it for all below, the default first."""
    return list(_available(customer))


def usable_by(customer: Customer, today: date) -> list[PaymentMethod]:
    """Return what `customer` may pay with on that day: what is available and valid still."""
    return list(_available(customer).filter(Q(expires_on=None) | Q(expires_on__gt=today)))


def default_for(customer: Customer, today: date) -> PaymentMethod | None:
    """Return what pays for `customer` when nobody chooses: the nearest default that is valid on that day."""
    valid = _available(customer).filter(Q(expires_on=None) | Q(expires_on__gt=today))
    return valid.filter(is_default=True).first() or valid.first()


def _available(customer: Customer) -> QuerySet[PaymentMethod]:
    inherited = Q(scope=SUBTREE, customer__in=Customer.objects.above(customer))
    kept = PaymentMethod.objects.filter(inherited | Q(customer=customer), removed_at=None).select_related("customer")
    return kept.order_by("-is_default", F("customer__lft").desc(), "scope", "-pk")


def _tell(kept: PaymentMethod, kind: str, actor: User | None, at: datetime, facts: dict[str, str] | None = None) -> None:
    told = {"method": kept.label, "customer_number": kept.customer.number, **(facts or {})}
    recording.record(kept.customer, kind, actor=actor, at=at, about=kept, facts=told)
