"""Remedies as the page of a ticket shows them: what could be given, what was given, and what finance asks about it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people import access
from accounts.people.models import User
from backoffice.forms.tickets import GrantForm
from billing.money import Money
from support.remedies import finance_feed, reversing
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import Effect
from support.remedies.models import FeedRow, Grant
from support.remedies.resolution import Proposal
from support.tickets.models import Ticket
from window.formats import amount, day

AT_FIRST: Final = 3
TONES: Final = {
    Grant.Status.GRANTED: "good",
    Grant.Status.AWAITING_APPROVAL: "warning",
    Grant.Status.TURNED_DOWN: "bad",
    Grant.Status.REVERSED: "info",
}


def offered(proposals: list[Proposal], refused: GrantForm | None = None) -> dict[str, object]:
    """Return what could be given: the first few in sight, the rest behind one more click.

    What was just refused stands open, as it was typed and with the reason.
    """
    shown = [_proposal(proposal, number, refused) for number, proposal in enumerate(proposals, start=1)]
    return {"proposals": shown[:AT_FIRST], "more_proposals": shown[AT_FIRST:]}


def foreseen(proposal: Proposal) -> dict[str, object]:
    """Return what a remedy would do with what was chosen: its effects, the words, and the button that does it or why not."""
    decision = proposal.decision
    asks = bool(decision.approver)
    return {
        "effects": [_effect(effect) for effect in proposal.effects],
        "closing_text": proposal.closing_text,
        "reason": "" if decision.allowed else decision.reason,
        "asks": asks,
        "confirm": _confirm(proposal),
    }


def given(viewer: User, ticket: Ticket) -> dict[str, object]:
    """Return what was asked for and given on a ticket, and the questions finance has about it."""
    related = ("document", "approval", "approval__decided_by", "feed_row", "customer", "reversed_by")
    thread = Ticket.objects.threaded_with(ticket)
    grants = Grant.objects.filter(ticket__in=thread).select_related(*related).order_by("asked_at", "pk")
    return {"grants": [_grant(viewer, grant) for grant in grants], "asked_by_finance": finance_feed.asked_on(ticket)}


def _grant(viewer: User, grant: Grant) -> dict[str, object]:
    approval = getattr(grant, "approval", None)
    kind = REMEDIES.get(grant.remedy)
    return {
        "ref": grant.ref,
        "title": kind.label if kind else grant.remedy,
        "tone": TONES[Grant.Status(grant.status)],
        "amount_minor": grant.amount_minor,
        "currency": grant.currency,
        "status": grant.get_status_display(),
        "document": grant.document,
        "note": grant.reversal_reason or (approval.note if approval else ""),
        "reversible": reversing.decide(viewer, grant).allowed,
    }


def label_of(row: FeedRow) -> str:
    """Return the name of the remedy behind a row of the finance feed."""
    kind = REMEDIES.get(row.grant.remedy)
    return kind.label if kind else row.grant.remedy


def _proposal(proposal: Proposal, number: int, refused: GrantForm | None) -> dict[str, object]:
    cost = proposal.amount
    decision, remedy = proposal.decision, proposal.remedy
    asks, chosen = bool(decision.approver), {one.name for one in remedy.inputs}
    typed = _typed(proposal, refused)
    return {
        "label": remedy.label,
        "amount": cost if cost else None,
        "currency": cost.currency,
        "fields": {name: value for name, value in proposal.fields.items() if name not in chosen},
        "inputs": [
            {"name": one.name, "label": one.label, "kind": one.kind, "value": typed.get(one.name, proposal.fields[one.name])}
            for one in remedy.inputs
        ],
        "effects": [_effect(effect) for effect in proposal.effects],
        "closing_text": proposal.closing_text,
        "dialog": f"remedy-{number}",
        "refused": refused if typed else None,
        "reason": decision.reason if not decision.allowed else "",
        "asks": asks,
        "unlock_url": reverse("backoffice:authority") if decision.code == "policy_not_acknowledged" else "",
        "button": _button(proposal),
        "confirm": _give() if typed else _confirm(proposal),
    }


def _typed(proposal: Proposal, refused: GrantForm | None) -> Mapping[str, str]:
    """Return what was typed when just this remedy was refused."""
    if refused is None or not proposal.remedy.inputs:
        return {}
    own = {"key"} | {one.name for one in proposal.remedy.inputs}
    same = all(refused.data.get(name) == value for name, value in proposal.fields.items() if name not in own)
    return dict(refused.data.items()) if same else {}


def _effect(effect: Effect) -> str:
    return f"{effect.label}: {_written(effect.before)} → {_written(effect.after)}"


def _written(value: Money | date | str) -> str:
    if isinstance(value, Money):
        return amount(value.amount_minor, value.currency)
    return day(value) if isinstance(value, date) else value


def _button(proposal: Proposal) -> str:
    """Return the words on the button that opens a remedy."""
    if proposal.remedy.action or proposal.remedy.inputs:
        return proposal.remedy.action or _("Choose the amount")
    words = _("Ask to credit %(amount)s") if proposal.decision.approver else _("Credit %(amount)s and resolve")
    return words % {"amount": _amount(proposal)}


def _confirm(proposal: Proposal) -> str:
    """Return the words on the button that does it, with what it comes to, or that sends it to who decides."""
    if proposal.decision.approver == access.MANAGER:
        words = _("Send to a manager: %(amount)s")
    elif proposal.decision.approver:
        words = _("Send to the supervisor: %(amount)s")
    elif not proposal.amount:
        return _give()
    elif proposal.remedy.action:
        words = _("Confirm: %(amount)s, tell the customer, resolve")
    else:
        words = _("Confirm: credit %(amount)s, tell the customer, resolve")
    return words % {"amount": _amount(proposal)}


def _give() -> str:
    return _("Give it, tell the customer, resolve")


def _amount(proposal: Proposal) -> str:
    return amount(proposal.amount.amount_minor, proposal.amount.currency)
