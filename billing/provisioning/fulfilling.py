"""Fulfilling: tasks come into being with an order and are done one after the other; the customer is told of every one."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.catalog.models import Product
from billing.contracts import state
from billing.contracts.models import Subscription
from billing.provisioning.models import ProvisioningStep, ProvisioningTask

LONGEST_NOTE: Final = 300


class EarlierStepOpen(Refusal):
    """What comes before it is still to be done."""

    code = "earlier_step_open"


class LaterStepDone(Refusal):
    """What comes after it is done already."""

    code = "later_step_done"


class NothingToProvide(Refusal):
    """The subscription has ended."""

    code = "nothing_to_provide"


class ReasonMissing(Refusal):
    """Opening a task again comes with its reason."""

    code = "reason_missing"


class NotForThisLevel(Refusal):
    """Only managers say what has to be done for a product."""

    code = "not_for_this_level"


def define(
    *, actor: User | None, product: Product, position: int, name: str, days: int, at: datetime, active: bool = True
) -> ProvisioningStep:
    """Set what is to be done for `product` at `position`; orders from now on follow it. The same again changes nothing.

    Raises:
        NotForThisLevel: the actor does not steer.
    """
    if actor and access.level_of(actor) not in access.STEER.levels:
        raise NotForThisLevel(_("Only managers say what has to be done for a product."))
    with transaction.atomic():
        facts = {"name": name, "days": days, "active": active}
        step, made = ProvisioningStep.objects.select_for_update().get_or_create(
            product=product, position=position, defaults=facts
        )
        if not made and all(getattr(step, key) == value for key, value in facts.items()):
            return step
        ProvisioningStep.objects.filter(pk=step.pk).update(**facts)
        step.refresh_from_db()
        told = {"product": product.name, "step": name}
        recording.record(None, "billing.order_step_set", actor=actor, at=at, about=step, facts=told, internal=True)
        return step


def begin(*, subscription: Subscription, ordered_on: date) -> list[ProvisioningTask]:
    """Write down what is to be done for a subscription that was just ordered. Runs in the transaction of the order."""
    steps = ProvisioningStep.objects.filter(product=subscription.product, active=True).order_by("position")
    return ProvisioningTask.objects.bulk_create(
        ProvisioningTask(
            subscription=subscription, position=number, name=step.name, due_on=ordered_on + timedelta(days=step.days)
        )
        for number, step in enumerate(steps, start=1)
    )


def finish(*, actor: User, task: ProvisioningTask, note: str = "", at: datetime, today: date) -> ProvisioningTask:
    """Say that a task is done; the last one tells the customer that everything works. Doing it again changes nothing.

    Raises:
        EarlierStepOpen: what comes before it is not done yet.
        NothingToProvide: the subscription has ended.
        Refusal: not within the actor's reach.
    """
    with transaction.atomic():
        held, others = _hold(actor, task)
        if held.done_at:
            return held
        _still_wanted_or_refuse(held.subscription, today)
        if earlier := next((one for one in others if one.position < held.position and not one.done_at), None):
            raise EarlierStepOpen(_("First comes: {step}.").format(step=earlier.name))
        held.done_at, held.done_by, held.note = at, actor, _tidy(note)
        held.save(update_fields=["done_at", "done_by", "note"])
        all_done = all(one.done_at for one in others)
        _tell("billing.order_fulfilled" if all_done else "billing.order_step_done", held, len(others) + 1, actor, at)
        return held


def reopen(*, actor: User, task: ProvisioningTask, reason: str, at: datetime) -> ProvisioningTask:
    """Say that a task is not done after all, and why. A task that is open stays as it is.

    Raises:
        LaterStepDone: what comes after it is done.
        ReasonMissing: without a reason.
        Refusal: not within the actor's reach.
    """
    reason = _tidy(reason)
    if not reason:
        raise ReasonMissing(_("Say why it has to be done again; the customer reads it."))
    with transaction.atomic():
        held, others = _hold(actor, task)
        if not held.done_at:
            return held
        if later := next((one for one in others if one.position > held.position and one.done_at), None):
            raise LaterStepDone(_("Done after it: {step}. Open that one first.").format(step=later.name))
        held.done_at, held.done_by, held.note = None, None, reason
        held.save(update_fields=["done_at", "done_by", "note"])
        _tell("billing.order_step_reopened", held, len(others) + 1, actor, at)
        return held


def _hold(actor: User, task: ProvisioningTask) -> tuple[ProvisioningTask, list[ProvisioningTask]]:
    """Lock all tasks of the subscription; return the one meant, and the others."""
    related = ("subscription__customer", "subscription__contract", "subscription__product")
    rows = ProvisioningTask.objects.select_for_update(of=("self",)).filter(subscription=task.subscription_id)
    tasks = list(rows.select_related(*related).order_by("position"))
    held = next(one for one in tasks if one.pk == task.pk)
    access.decide(actor, access.FULFIL_ORDERS, held.subscription.customer).or_refuse()
    return held, [one for one in tasks if one.pk != task.pk]


def _still_wanted_or_refuse(subscription: Subscription, today: date) -> None:
    if state.as_of(subscription, today).status == state.CANCELLED:
        raise NothingToProvide(_("{subscription} has ended; nothing is to be done any more.").format(subscription=subscription))


def _tell(kind: str, task: ProvisioningTask, count: int, actor: User, at: datetime) -> None:
    subscription = task.subscription
    facts = {
        "contract": subscription.contract.ref, "product": subscription.product.name, "step": task.name,
        "done": f"{task.position}/{count}", "note": task.note,
    }  # fmt: skip
    recording.record(subscription.customer, kind, actor=actor, at=at, about=subscription, facts=facts)


def _tidy(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST_NOTE]
