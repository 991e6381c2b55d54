"""Findings: look for billing errors, write down what was seen, and close what was put right.

A scan is repeatable: the same suspects give the same finding, whoever scans and however often. Findings are for our own
people to judge, so their activities are internal; what the customer is told follows from the remedy.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import plain
from billing.anomalies.base import Suspect
from billing.anomalies.models import Finding
from billing.anomalies.registry import DETECTORS
from billing.invoices.models import Line
from billing.ledger.models import Entry
from billing.payments.models import Refund

WITH_LINES = ("customer", "line__document__customer", "twin__document", "payment")


class AlreadySettled(Refusal):
    """The finding was put right or dismissed before."""

    code = "already_settled"


def find_for(customers: Iterable[Customer] | None, *, at: datetime) -> list[Finding]:
    """Look at everything used or owed by `customers` (None: the whole book) and return their open findings, old and new.

    Findings whose line was credited meanwhile are closed on the way.
    """
    ids = None if customers is None else _ids_of(customers)
    with transaction.atomic():
        for settled in _of(ids).filter(_nothing_left("line") | _nothing_left("twin")):
            settle(settled, at)
        for detector in DETECTORS:
            suspects = detector.suspects(ids)
            for suspect in suspects:
                _write_down(detector.code, suspect, at)
            if detector.tells_all:
                _settle_gone(detector.code, {suspect.key for suspect in suspects}, ids, at)
    return list(_of(ids).select_related(*WITH_LINES).order_by("found_at", "pk"))


def _ids_of(customers: Iterable[Customer]) -> list[int]:
    if isinstance(customers, QuerySet):
        return list(customers.order_by().values_list("pk", flat=True))
    return [customer.pk for customer in customers]


def _of(ids: list[int] | None) -> QuerySet[Finding]:
    """Open findings on lines used or owed by these customers."""
    found = Finding.objects.filter(status=Finding.Status.OPEN)
    if ids is None:
        return found
    return found.filter(Q(customer__in=ids) | Q(line__document__customer__in=ids))


def _nothing_left(line: str) -> Q:
    return Q(**{f"{line}__credited_minor__gte": F(f"{line}__amount_minor")})


def _settle_gone(detector: str, still: set[str], ids: list[int] | None, at: datetime) -> None:
    """Close the open findings of a detector that it no longer sees."""
    kept = Finding.objects.filter(status=Finding.Status.OPEN, detector=detector).exclude(key__in=still)
    for gone in kept if ids is None else kept.filter(customer__in=ids):
        settle(gone, at)


def _write_down(detector: str, suspect: Suspect, at: datetime) -> None:
    facts = {
        "ref": numbering.next_ref("F"),
        "detector": detector,
        "customer": suspect.customer,
        "line": suspect.line,
        "twin": suspect.twin,
        "payment": suspect.payment,
        "amount_minor": suspect.amount.amount_minor,
        "currency": suspect.amount.currency,
        "evidence": suspect.evidence,
        "found_at": at,
    }
    finding, is_new = Finding.objects.get_or_create(key=suspect.key, defaults=facts)
    if not is_new and suspect.payment and finding.amount_minor != suspect.amount.amount_minor:
        still_open = Finding.objects.filter(pk=finding.pk, status=Finding.Status.OPEN)
        still_open.update(amount_minor=suspect.amount.amount_minor, evidence=suspect.evidence)
    if is_new or _is_back(finding, suspect, at):
        about = suspect.line.document.ref if suspect.line else ""
        told = {"amount": str(suspect.amount), "words": suspect.evidence["words"], "document": about}
        recording.record(finding.customer, "billing.finding_made", actor=None, at=at, about=finding, facts=told, internal=True)


def _is_back(finding: Finding, suspect: Suspect, at: datetime) -> bool:
    """Open a finding about money again that was put right and is there anew, because it came back; say whether it was."""
    if suspect.payment is None or finding.status != Finding.Status.REMEDIED:
        return False
    closed_at = finding.settled_at or finding.found_at
    refunds = Refund.objects.filter(payment=suspect.payment)
    if refunds.filter(status__in=(Refund.Status.STARTED, Refund.Status.UNKNOWN)).exists():
        return False  # it may be on its way
    returned = refunds.filter(status=Refund.Status.DECLINED, settled_at__gt=closed_at).exists()
    won = Entry.objects.filter(about_ref=suspect.payment.ref, what="charge_back_reversed", posted_at__gt=closed_at).exists()
    if not returned and not won:
        return False
    facts = {"amount_minor": suspect.amount.amount_minor, "evidence": suspect.evidence, "found_at": at, "settled_at": None}
    closed = Finding.objects.filter(pk=finding.pk, status=Finding.Status.REMEDIED)
    return bool(closed.update(status=Finding.Status.OPEN, **facts))


def settle(finding: Finding, at: datetime, actor: User | None = None) -> Finding:
    """Close a finding that was put right; one that is closed already stays as it is."""
    with transaction.atomic():
        held = _locked(finding)
        if held.status == Finding.Status.OPEN:
            _close(held, Finding.Status.REMEDIED, at, actor, {})
        finding.status, finding.settled_at = held.status, held.settled_at
        return held


def dismiss(*, actor: User, finding: Finding, reason: str, at: datetime) -> Finding:
    """Close a finding that is no error; the same lines are not found again.

    Raises:
        Refusal: `actor` does not work on tickets.
        AlreadySettled: it was put right or dismissed before.
    """
    with transaction.atomic():
        held = _locked(finding)
        access.decide(actor, access.WORK_TICKETS, held.customer).or_refuse()
        if held.status != Finding.Status.OPEN:
            raise AlreadySettled(_("{held} is {status} already.").format(held=held, status=held.get_status_display().lower()))
        _close(held, Finding.Status.DISMISSED, at, actor, {"reason": reason})
        return held


def answer(*, actor: User, finding: Finding, words: str, at: datetime) -> Finding:
    """Close a finding about a payer's money as its people answered it; the same money is not found again.

    Raises:
        Refusal: `actor` does not pay for the customer.
        AlreadySettled: it was put right or dismissed before.
    """
    with transaction.atomic():
        held = _locked(finding)
        access.decide(actor, access.PAY, held.customer).or_refuse()
        if held.status != Finding.Status.OPEN:
            raise AlreadySettled(_("{held} is {status} already.").format(held=held, status=held.get_status_display().lower()))
        _close(held, Finding.Status.DISMISSED, at, actor, {"reason": words})
        return held


def _locked(finding: Finding) -> Finding:
    return Finding.objects.select_for_update(of=("self",)).select_related("customer").get(pk=finding.pk)


def _close(finding: Finding, status: str, at: datetime, actor: User | None, facts: dict[str, str]) -> None:
    finding.status, finding.settled_at = status, at
    finding.save(update_fields=["status", "settled_at"])
    told = {"outcome": plain(finding, "status"), **facts}
    recording.record(finding.customer, "billing.finding_settled", actor=actor, at=at, about=finding, facts=told, internal=True)


def of_line(line: Line) -> Finding | None:
    """Return the open finding in which `line` is the suspect or its twin, the suspect first."""
    found = Finding.objects.filter(Q(line=line) | Q(twin=line), status=Finding.Status.OPEN).select_related(*WITH_LINES)
    return min(found, key=lambda finding: (finding.line_id != line.pk, finding.pk), default=None)
