"""Responsibilities: who pays for a customer, who receives its documents, and who of us owns it, on a given day.

A responsibility is set at a node and holds for everything below it, until a node further down has one of its own; where nobody
was named, each customer pays and receives for itself, and nobody owns it. Spans are half-open days `[since, until)`. Documents
keep the payer they were issued to: a change of payer never moves a debt.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Q

from accounts.customers.models import Customer, Responsibility
from accounts.decisions import Refusal
from accounts.timeline import recording
from accounts.timeline.plain import plain

PAYER: Final = Responsibility.Role.PAYER
RECEIVER: Final = Responsibility.Role.DOCUMENT_RECEIVER
RESELLER: Final = "reseller"
Row = tuple[int, int, str, str | None, int | None]  # customer, responsible, since, until, who set it

# Who was named in a role nearest on the path of the customer `asked`, for statements over many customers.
NEAREST_NAMED: Final = """
    SELECT held.responsible_id
    FROM accounts_customer node JOIN accounts_responsibility held ON held.customer_id = node.id
    WHERE node.tree_id = asked.tree_id AND node.lft <= asked.lft AND node.rght >= asked.rght
      AND held.role = %(role)s AND held.since <= %(on)s AND (held.until IS NULL OR held.until > %(on)s)
    ORDER BY node.lft DESC LIMIT 1
"""
NEAREST: Final = f"""
SELECT answering.*, asked.id AS asked_id
FROM accounts_customer asked
LEFT JOIN LATERAL ({NEAREST_NAMED}) nearest ON true
JOIN accounts_customer answering ON answering.id = coalesce(nearest.responsible_id, asked.id)
WHERE asked.id = ANY(%(asked)s)
"""  # noqa: S608 # fixed parts only
_ANSWERING: Final = f"""
SELECT asked.id, nearest.responsible_id
FROM accounts_customer asked JOIN LATERAL ({NEAREST_NAMED}) nearest ON true
WHERE asked.id = ANY(%(asked)s)
"""  # noqa: S608 # fixed parts only


class MayNotAnswer(Refusal):
    """Named someone who cannot answer for this customer: neither in its group nor a reseller."""

    code = "may_not_answer"

    def __init__(self, responsible: Customer, customer: Customer) -> None:
        super().__init__(f"{responsible} is neither in the group of {customer} nor a reseller, so it cannot answer for it.")


def payer_of(customer: Customer, on: date) -> Customer:
    """Return who pays for `customer` on the day `on`."""
    return payers_of([customer], on)[customer.pk]


def receiver_of(customer: Customer, on: date) -> Customer:
    """Return who receives the documents of `customer` on the day `on`."""
    return responsible_for([customer], RECEIVER, on)[customer.pk]


def payers_of(customers: Iterable[Customer], on: date) -> dict[int, Customer]:
    """Return the payer of each customer by the customer's primary key, in one statement."""
    return responsible_for(customers, PAYER, on)


def responsible_for(customers: Iterable[Customer], role: str, on: date) -> dict[int, Customer]:
    """Return who answers in `role` for each customer on the day `on`: the nearest named on its path, otherwise itself."""
    asked = [customer.pk for customer in customers]
    found = Customer.objects.raw(NEAREST, {"role": role, "on": on, "asked": asked})
    return {answering.asked_id: answering for answering in found}


def answering_keys(customers: Iterable[int], role: str, on: date) -> dict[int, int]:
    """Return by key who was named in `role` for these customers on the day `on`; who answers for itself is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERING, {"role": role, "on": on, "asked": list(customers)})
        return dict(cursor.fetchall())


def named_above(customer: Customer | None, role: str, on: date) -> Customer | None:
    """Return who was named in `role` at `customer` or nearest above it, or None where nobody was."""
    if customer is None:
        return None
    named = Responsibility.objects.filter(role=role, customer__in=Customer.objects.above(customer), since__lte=on)
    nearest = named.filter(Q(until=None) | Q(until__gt=on)).order_by("-customer__lft").select_related("responsible").first()
    return nearest.responsible if nearest else None


def set_payer(
    *, actor: AbstractBaseUser | None, customer: Customer, payer: Customer, since: date, at: datetime
) -> Responsibility:
    """Let `payer` pay for `customer` and everything below it from the day `since` on.

    Whoever was named before pays until that day; a later change already planned still happens. Repeating it changes nothing.

    Raises:
        MayNotAnswer: the payer is neither in the customer's group nor a reseller.
    """
    return set_responsible(actor=actor, customer=customer, responsible=payer, role=PAYER, since=since, at=at)


def set_receiver(
    *, actor: AbstractBaseUser | None, customer: Customer, receiver: Customer, since: date, at: datetime
) -> Responsibility:
    """Let `receiver` get the documents of `customer` and everything below it; otherwise as `set_payer`."""
    return set_responsible(actor=actor, customer=customer, responsible=receiver, role=RECEIVER, since=since, at=at)


def set_responsible(
    *, actor: AbstractBaseUser | None, customer: Customer, responsible: Customer, role: str, since: date, at: datetime
) -> Responsibility:
    """Name `responsible` in `role` for `customer` from the day `since` on.

    Raises:
        MayNotAnswer: they are neither in the customer's group nor a reseller.
    """
    with transaction.atomic():
        customer, responsible = _locked(customer), Customer.objects.get(pk=responsible.pk)
        must_be_able_to_answer(responsible, customer)
        return _set(actor, customer, role, since, at, responsible=responsible)


def must_be_able_to_answer(responsible: Customer, customer: Customer) -> None:
    """Refuse who can neither pay nor receive for `customer`.

    Raises:
        MayNotAnswer: they are neither in the customer's group nor a reseller.
    """
    if not may_answer(responsible, customer):
        raise MayNotAnswer(responsible, customer)


def may_answer(responsible: Customer, customer: Customer) -> bool:
    """Say whether `responsible` can pay or receive for `customer`: it stands in its group, or is a reseller."""
    return bool(responsible.tree_id == customer.tree_id or responsible.kind_id == RESELLER)


def set_person(
    *, actor: AbstractBaseUser | None, customer: Customer, person: AbstractBaseUser, role: str, since: date, at: datetime
) -> Responsibility:
    """Name one of our people as owner of `customer` and all below it from the day `since` on; who may is for people/owners.py."""
    with transaction.atomic():
        return _set(actor, _locked(customer), role, since, at, person=person)


def _set(
    actor: AbstractBaseUser | None, customer: Customer, role: str, since: date, at: datetime, **who: Customer | AbstractBaseUser
) -> Responsibility:
    held = Responsibility.objects.filter(customer=customer, role=role)
    covering = held.filter(Q(until=None) | Q(until__gt=since), since__lte=since).first()
    ((answers, answering),) = who.items()
    if covering and getattr(covering, f"{answers}_id") == answering.pk:
        return covering
    named = _name(customer, role, since, covering, who, actor)
    facts: dict[str, object] = {"responsible": str(answering), "role": plain(named, "role"), "since": since.isoformat()}
    facts["number"] = answering.number if isinstance(answering, Customer) else None
    recording.record(customer, "accounts.responsible_changed", actor=actor, at=at, facts=facts)
    return named


def end(*, actor: AbstractBaseUser | None, customer: Customer, role: str, on: date, at: datetime) -> None:
    """Let nobody of its own answer in `role` for `customer` from the day `on`: it inherits again. Repeatable."""
    with transaction.atomic():
        customer = _locked(customer)
        held = Responsibility.objects.filter(Q(until=None) | Q(until__gt=on), customer=customer, role=role)
        if not held.exists():
            return
        held.filter(since__gte=on).delete()
        held.update(until=on)
        facts = {"responsible": "Nobody of its own", "role": plain(Responsibility(role=role), "role"), "since": on.isoformat()}
        recording.record(customer, "accounts.responsible_changed", actor=actor, at=at, facts=facts | {"number": None})


def answer_instead(
    retired: Customer, survivor: Customer, *, actor: AbstractBaseUser | None, on: date, at: datetime
) -> list[list[object]]:
    """Let `survivor` answer from `on` wherever `retired` did for others; return whose, in which role and since when it did."""
    named = [held for held in answered_for(retired, on) if held.customer_id != retired.pk]
    for held in named:
        since = max(on, held.since)
        set_responsible(actor=actor, customer=held.customer, responsible=survivor, role=held.role, since=since, at=at)
    return [[held.customer_id, held.role, held.since.isoformat()] for held in named]


def be_answered_as(survivor: Customer, retired: Customer, *, actor: AbstractBaseUser | None, on: date, at: datetime) -> None:
    """Let whoever answers for `survivor` on the day `on` answer from then on for `retired` as well."""
    for role in (PAYER, RECEIVER):
        answering = responsible_for([survivor], role, on)[survivor.pk]
        set_responsible(actor=actor, customer=retired, responsible=answering, role=role, since=on, at=at)


def holding(on: date) -> Q:
    """Return the condition that a responsibility holds on the day `on`."""
    return Q(since__lte=on) & (Q(until=None) | Q(until__gt=on))


def held_by(customer: Customer, role: str, on: date) -> Customer | None:
    """Return who was named in `role` at `customer` itself on the day `on`, or None."""
    named = Responsibility.objects.filter(Q(until=None) | Q(until__gt=on), customer=customer, role=role, since__lte=on)
    held = named.select_related("responsible").first()
    return held.responsible if held else None


def named_from(customer: Customer, role: str, on: date) -> list[Responsibility]:
    """Return who is named in `role` at `customer` itself on the day `on` or later, in that order."""
    named = Responsibility.objects.filter(Q(until=None) | Q(until__gt=on), customer=customer, role=role)
    return list(named.select_related("responsible").order_by("since"))


def answered_for(responsible: Customer, on: date) -> list[Responsibility]:
    """Return where `responsible` is named on the day `on` or later."""
    named = Responsibility.objects.filter(Q(until=None) | Q(until__gt=on), responsible=responsible)
    return list(named.select_related("customer").order_by("pk"))


def _locked(customer: Customer) -> Customer:
    locked: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
    return locked


def rows_within(customer: Customer, role: str, since: date) -> list[Row]:
    """Return the rows of a role in the subtree of `customer` that end on the day `since` or later, as plain values."""
    held = Responsibility.objects.filter(_ending_from(since), customer__in=Customer.objects.below(customer), role=role)
    found = held.order_by("customer", "since").values_list("customer", "responsible", "since", "until", "set_by")
    return [(node, who, first.isoformat(), last.isoformat() if last else None, by) for node, who, first, last, by in found]


def replace_within(customer: Customer, role: str, since: date, rows: Iterable[Row]) -> None:
    """Put `rows` in the place of all that end in the subtree of `customer` on the day `since` or later."""
    Responsibility.objects.filter(_ending_from(since), customer__in=Customer.objects.below(customer), role=role).delete()
    Responsibility.objects.bulk_create(
        Responsibility(customer_id=node, role=role, responsible_id=who, since=first, until=last, set_by_id=by)
        for node, who, first, last, by in rows
    )


def _ending_from(since: date) -> Q:
    return Q(until=None) | Q(until__gte=since)


def _name(
    customer: Customer,
    role: str,
    since: date,
    covering: Responsibility | None,
    who: Mapping[str, Customer | AbstractBaseUser],
    actor: AbstractBaseUser | None,
) -> Responsibility:
    if covering and covering.since == since:
        for answers, answering in who.items():
            setattr(covering, answers, answering)
        covering.set_by_id = actor.pk if actor else None
        covering.save(update_fields=[*who, "set_by"])
        return covering
    later = Responsibility.objects.filter(customer=customer, role=role, since__gt=since).order_by("since").first()
    if covering:
        covering.until = since
        covering.save(update_fields=["until"])
    until = later.since if later else None
    by = actor.pk if actor else None
    return Responsibility.objects.create(customer=customer, role=role, since=since, until=until, set_by_id=by, **who)
