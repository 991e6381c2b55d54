"""Handovers: who pays or receives for a whole subtree, changed once by two persons, on one record, and taken back as a whole.

A manager asks, another one decides; until then nothing changes, and what has changed meanwhile is asked for anew.
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
from accounts.decisions import Decision, Refusal, refused
from accounts.people import access, second_person
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain

Status = Handover.Status
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
    """Nothing would change, it is no role that is handed over, or it waits or was decided on already."""

    code = "handover_refused"


class CannotBeUndone(Refusal):
    """It never happened, was undone before, or somebody changed one of its rows since."""

    code = "cannot_be_undone"


def preview(customer: Customer, responsible: Customer, role: str, since: date) -> list[Line]:
    """Return whose answer changes when `responsible` answers in `role` for all of `customer` from the day `since` on."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, {"top": customer.pk, "role": role, "on": since})
        rows = cursor.fetchall()
    return [Line(number, name, before, responsible.name) for number, name, pk, before in rows if pk != responsible.pk]


def ask(*, actor: User, customer: Customer, responsible: Customer, role: str, since: date, at: datetime) -> Handover:
    """Ask that `responsible` answers in `role` for `customer` and everything below it from `since` on; a second person decides.

    Overrides further down are put aside when it happens. Nothing changes before.

    Raises:
        HandoverRefused: nothing would change, `role` is not one that customers have, or another one waits there.
        responsibilities.MayNotAnswer: they are neither in the customer's group nor a reseller.
        Refusal: the actor may not shape the tree.
    """
    _must_be_allowed(actor)
    if role not in Responsibility.OF_CUSTOMERS:
        raise HandoverRefused(_("Customers pay and receive documents; anything else is owned by our people."))
    with transaction.atomic():
        tree.lock_group(customer)
        top = Customer.objects.select_for_update().get(pk=customer.pk)
        if Handover.objects.filter(customer=top, role=role, status=Status.WAITING).exists():
            raise HandoverRefused(_("A change of this waits for a second person already."), code="handover_waits")
        responsibilities.must_be_able_to_answer(responsible, top)
        asked = Handover.objects.create(
            customer=top, role=role, responsible=responsible, since=since, lines=_lines(top, responsible, role, since),
            asked_by=actor, asked_at=at,
        )  # fmt: skip
        _record(asked, "accounts.handover_asked", actor, at)
    return asked


def may_decide(actor: User, handover: Handover) -> Decision:
    """Say whether `actor` may decide on a handover: a manager who did not ask for it, by hand or by a key."""
    if access.level_of(actor) not in access.SHAPE_TREE.levels:
        return refused("not_your_level", _("A manager hands over who pays and who receives."), approver="manager")
    own = _("You asked for this yourself; another manager decides.")
    return second_person.decide(actor, handover.asked_by, reason=own)


def approve(*, actor: User, handover: Handover, at: datetime) -> Handover:
    """Let the handover happen, overrides included. Approving it twice does it once.

    Raises:
        HandoverRefused: it was refused or withdrawn, or would change something else by now than was asked for.
        responsibilities.MayNotAnswer: they have left the group since.
        Refusal: the actor may not decide.
    """
    with transaction.atomic():
        held = _locked(handover)
        if held.status == Status.DONE:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        responsibilities.must_be_able_to_answer(held.responsible, held.customer)
        if _lines(held.customer, held.responsible, held.role, held.since) != held.lines:
            raise HandoverRefused(_("Somebody changed who answers there since; refuse it and ask anew."), code="changed_since")
        _carry_out(held)
        _settle(held, Status.DONE, actor, at)
        _record(held, "accounts.handed_over", actor, at)
    return held


def refuse(*, actor: User, handover: Handover, at: datetime, reason: str = "") -> Handover:
    """Decide against it, for a `reason` that stands on the timeline. Repeating it changes nothing.

    Raises:
        HandoverRefused: it was decided on already.
        Refusal: the actor may not decide.
    """
    with transaction.atomic():
        held = _locked(handover)
        if held.status == Status.REFUSED:
            return held
        _must_wait(held)
        may_decide(actor, held).or_refuse()
        _settle(held, Status.REFUSED, actor, at)
        _record(held, "accounts.handover_refused", actor, at, note=reason)
    return held


def withdraw(*, actor: User, handover: Handover, at: datetime) -> Handover:
    """Take back what was asked for and not decided on yet. Repeating it changes nothing.

    Raises:
        HandoverRefused: it was decided on already.
        Refusal: the actor may not shape the tree.
    """
    _must_be_allowed(actor)
    with transaction.atomic():
        held = _locked(handover)
        if held.status == Status.WITHDRAWN:
            return held
        _must_wait(held)
        _settle(held, Status.WITHDRAWN, None, at)
        _record(held, "accounts.handover_withdrawn", actor, at)
    return held


def undo(*, actor: User, handover: Handover, at: datetime) -> Handover:
    """Put back what `handover` replaced, for all of its days. Repeating it changes nothing.

    Raises:
        CannotBeUndone: it never happened, or somebody changed who answers there since.
        Refusal: the actor may not shape the tree.
    """
    _must_be_allowed(actor)
    with transaction.atomic():
        held = _locked(handover)
        if held.undone_at:
            return held
        if held.status != Status.DONE:
            raise CannotBeUndone(_("This change has not happened."))
        standing = responsibilities.rows_within(held.customer, held.role, held.since)
        if [list(row) for row in standing] != held.rows_after:
            raise CannotBeUndone(_("Somebody changed who answers there since; change it from how it stands now."))
        responsibilities.replace_within(held.customer, held.role, held.since, held.rows_before)
        held.status, held.undone_by, held.undone_at = Status.UNDONE, actor, at
        held.save(update_fields=["status", "undone_by", "undone_at"])
        _record(held, "accounts.handover_undone", actor, at)
    return held


def of_customer(customer: Customer) -> QuerySet[Handover]:
    """Return the handovers of a customer's subtree, newest first."""
    rows = Handover.objects.filter(customer=customer).select_related("responsible", "asked_by", "decided_by", "undone_by")
    return rows.order_by("-asked_at", "-pk")


def waiting() -> QuerySet[Handover]:
    """Return what waits for a second person, the longest first."""
    rows = Handover.objects.filter(status=Status.WAITING).select_related("customer", "responsible", "asked_by")
    return rows.order_by("asked_at", "pk")


def _lines(customer: Customer, responsible: Customer, role: str, since: date) -> list[dict[str, str]]:
    lines = preview(customer, responsible, role, since)
    if not lines:
        said = {"name": responsible.name, "top_name": customer.name}
        raise HandoverRefused(_("{name} does that for all of {top_name} already.").format(**said))
    return [asdict(line) for line in lines]


def _carry_out(held: Handover) -> None:
    """Replace the rows of the subtree, and keep both what was there and what is there now."""
    top, role, since = held.customer, held.role, held.since
    held.rows_before = responsibilities.rows_within(top, role, since)
    new = (top.pk, held.responsible_id, since.isoformat(), None, held.asked_by_id)
    responsibilities.replace_within(top, role, since, [*_cut(held.rows_before, since), new])
    held.rows_after = responsibilities.rows_within(top, role, since)
    held.save(update_fields=["rows_before", "rows_after"])


def _cut(rows: list[responsibilities.Row], since: date) -> list[responsibilities.Row]:
    """Let what began before the day end on it; what would begin later does not begin."""
    day = since.isoformat()
    return [(node, who, first, day, by) for node, who, first, _last, by in rows if first < day]


def _must_be_allowed(actor: User) -> None:
    if access.level_of(actor) not in access.SHAPE_TREE.levels:
        raise Refusal(_("A manager hands over who pays and who receives."), code="not_your_level")


def _locked(handover: Handover) -> Handover:
    tree.lock_group(handover.customer)
    rows = Handover.objects.select_for_update(of=("self",)).select_related("customer", "responsible", "asked_by")
    return rows.get(pk=handover.pk)


def _must_wait(held: Handover) -> None:
    if held.status != Status.WAITING:
        raise HandoverRefused(_("This change was decided on already."), code="already_decided")


def _settle(held: Handover, status: str, actor: User | None, at: datetime) -> None:
    held.status, held.decided_by, held.decided_at = status, actor, at
    held.save(update_fields=["status", "decided_by", "decided_at"])


def _record(held: Handover, kind: str, actor: User, at: datetime, **more: str) -> None:
    facts = {
        "responsible": held.responsible.name, "role": plain(held, "role"), "since": held.since.isoformat(),
        "count": len(held.lines), "lines": held.lines[:MOST_TOLD],
    }  # fmt: skip
    recording.record(held.customer, kind, actor=actor, at=at, about=held, facts=facts | more)
