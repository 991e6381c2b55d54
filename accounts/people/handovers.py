"""Handovers: who pays or receives for a whole subtree, changed once, on one record, and taken back as a whole.

What was named further down is put aside from that day on, so that everything below inherits; what a handover replaced is
kept with it and comes back when it is undone. Documents keep the payer they were issued to.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers import responsibilities, tree
from accounts.customers.models import Customer, Handover, Responsibility
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain

MOST_TOLD: Final = 500  # lines on the timeline; all of them stand in the handover itself
# Every customer of a subtree with who answers for it on a day: the nearest named on its path, otherwise itself.
ANSWERS: Final = f"""
SELECT asked.number, asked.name, answering.id, answering.name
FROM accounts_customer asked JOIN accounts_customer top ON top.id = %(top)s
LEFT JOIN LATERAL ({responsibilities.NEAREST_NAMED}) nearest ON true
JOIN accounts_customer answering ON answering.id = coalesce(nearest.responsible_id, asked.id)
WHERE asked.tree_id = top.tree_id AND asked.lft BETWEEN top.lft AND top.rght AND asked.merged_into_id IS NULL
ORDER BY asked.lft
"""  # noqa: S608 # fixed parts only


@dataclass(frozen=True)
class Line:
    """One customer whose answer changes."""

    number: str
    name: str
    before: str
    after: str


class HandoverRefused(Refusal):
    """Nothing would change, or it is no role that is handed over."""

    code = "handover_refused"


class CannotBeUndone(Refusal):
    """It was undone before, or somebody changed one of its rows since."""

    code = "cannot_be_undone"


def preview(customer: Customer, responsible: Customer, role: str, since: date) -> list[Line]:
    """Return whose answer changes when `responsible` answers in `role` for all of `customer` from the day `since` on."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, {"top": customer.pk, "role": role, "on": since})
        rows = cursor.fetchall()
    return [Line(number, name, before, responsible.name) for number, name, pk, before in rows if pk != responsible.pk]


def hand_over(*, actor: User, customer: Customer, responsible: Customer, role: str, since: date, at: datetime) -> Handover:
    """Let `responsible` answer in `role` for `customer` and everything below it from the day `since` on, overrides included.

    Raises:
        HandoverRefused: nothing would change, or `role` is not one that customers have.
        responsibilities.MayNotAnswer: they are neither in the customer's group nor a reseller.
        Refusal: the actor may not shape the tree.
    """
    _must_be_allowed(actor)
    if role not in Responsibility.OF_CUSTOMERS:
        raise HandoverRefused(_("Customers pay and receive documents; anything else is owned by our people."))
    with transaction.atomic():
        tree.lock_group(customer)
        top = Customer.objects.select_for_update().get(pk=customer.pk)
        responsibilities.must_be_able_to_answer(responsible, top)
        lines = preview(top, responsible, role, since)
        if not lines:
            raise HandoverRefused(
                _("{name} does that for all of {top_name} already.").format(name=responsible.name, top_name=top.name)
            )
        before = responsibilities.rows_within(top, role, since)
        after = [*_cut(before, since), (top.pk, responsible.pk, since.isoformat(), None, actor.pk)]
        responsibilities.replace_within(top, role, since, after)
        done = Handover.objects.create(
            customer=top, role=role, responsible=responsible, since=since, lines=[asdict(line) for line in lines],
            rows_before=before, rows_after=responsibilities.rows_within(top, role, since), done_by=actor, done_at=at,
        )  # fmt: skip
        _record(done, "accounts.handed_over", actor, at, len(lines))
    return done


def undo(*, actor: User, handover: Handover, at: datetime) -> Handover:
    """Put back what `handover` replaced, for all of its days. Repeating it changes nothing.

    Raises:
        CannotBeUndone: somebody changed who answers there since.
        Refusal: the actor may not shape the tree.
    """
    _must_be_allowed(actor)
    with transaction.atomic():
        tree.lock_group(handover.customer)
        held = Handover.objects.select_for_update(of=("self",)).select_related("customer", "responsible").get(pk=handover.pk)
        if held.undone_at:
            return held
        standing = responsibilities.rows_within(held.customer, held.role, held.since)
        if [list(row) for row in standing] != held.rows_after:
            raise CannotBeUndone(_("Somebody changed who answers there since; change it from how it stands now."))
        responsibilities.replace_within(held.customer, held.role, held.since, held.rows_before)
        held.undone_by, held.undone_at = actor, at
        held.save(update_fields=["undone_by", "undone_at"])
        _record(held, "accounts.handover_undone", actor, at, len(held.lines))
    return held


def of_customer(customer: Customer) -> QuerySet[Handover]:
    """Return the handovers of a customer's subtree, newest first."""
    rows = Handover.objects.filter(customer=customer).select_related("responsible", "done_by", "undone_by")
    return rows.order_by("-done_at", "-pk")


def _cut(rows: list[responsibilities.Row], since: date) -> list[responsibilities.Row]:
    """Let what began before the day end on it; what would begin later does not begin."""
    day = since.isoformat()
    return [(node, who, first, day, by) for node, who, first, _last, by in rows if first < day]


def _must_be_allowed(actor: User) -> None:
    if access.level_of(actor) not in access.SHAPE_TREE.levels:
        raise Refusal(_("A manager hands over who pays and who receives."), code="not_your_level")


def _record(done: Handover, kind: str, actor: User, at: datetime, count: int) -> None:
    facts = {
        "responsible": done.responsible.name, "role": plain(done, "role"), "since": done.since.isoformat(), "count": count,
        "lines": done.lines[:MOST_TOLD],
    }  # fmt: skip
    recording.record(done.customer, kind, actor=actor, at=at, about=done, facts=facts)
