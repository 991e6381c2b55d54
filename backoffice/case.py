"""A ticket with everything needed to settle it: the conversation, who asks, what we found, what the viewer may do about it."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people.models import User
from backoffice import (
    authority_shown,
    deadlines_shown,
    measures_shown,
    overview,
    policies_shown,
    promises_shown,
    standing_shown,
    tree_nodes,
)
from billing.anomalies.models import Finding
from billing.invoices.models import Line
from billing.ledger import balances
from billing.periods import last_day
from support.channels import files
from support.remedies import declines, resolution
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import Effect
from support.remedies.models import Grant
from support.remedies.resolution import Proposal
from support.tickets import conversation
from support.tickets.models import Message, Ticket
from support.voice import satisfaction
from support.voice.models import Praise
from window.formats import amount

TONES = {Grant.Status.GRANTED: "good", Grant.Status.AWAITING_APPROVAL: "warning", Grant.Status.TURNED_DOWN: "bad"}


def shown(viewer: User, ticket: Ticket, *, at: datetime) -> dict[str, object]:
    """Return what the page of `ticket` shows to `viewer`."""
    proposals = [] if ticket.status == Ticket.Status.RESOLVED else resolution.proposals(ticket, viewer, at)
    return (
        conversation_of(viewer, ticket)
        | deadlines_shown.shown(ticket, at=at)
        | {
            "ticket": ticket,
            "issue": measures_shown.of_ticket(ticket, at=at),
            "survey": satisfaction.of_ticket(ticket),
            "path": overview.path_to(ticket.customer),
            "facts": _facts(ticket),
            "finding": _finding(ticket.finding),
            "declinable": declines.decide(viewer, ticket),
            "declines": ticket.declines.select_related("reason", "declined_by", "appealed_by").order_by("-declined_at", "-pk"),
            "promises": promises_shown.of_ticket(ticket, at=at),
            "grants": [_grant(grant) for grant in _grants(ticket)],
            "key_account": standing_shown.key_account(ticket.customer, at.date()),
            "policies": policies_shown.in_force_at(ticket.customer, at.date()),
            "reach": authority_shown.here(viewer, ticket, at=at),
            "proposals": [_proposal(proposal, number) for number, proposal in enumerate(proposals, start=1)],
        }
    )


def conversation_of(viewer: User, ticket: Ticket) -> dict[str, object]:
    """Return the messages as they are shown, and the customer's praise if there is one."""
    messages = conversation.messages_of(ticket, viewer).prefetch_related(files.with_messages())
    return {"conversation": [_message(message) for message in messages], "praise": Praise.objects.filter(ticket=ticket).first()}


def _message(message: Message) -> dict[str, object]:
    side = "internal" if message.internal else "staff" if message.from_staff else "customer"
    return {
        "who": str(message.author or _("the system")),
        "sent_at": message.sent_at,
        "side": side,
        "text": message.text,
        "files": message.attachments.all(),
    }


def _facts(ticket: Ticket) -> list[dict[str, object]]:
    node = ticket.customer
    return [
        {"term": _("Owes"), "value": tree_nodes.amounts(balances.owed_by(node)) or _("Nothing"), "note": _("this customer only")},
        {
            "term": _("Owes"),
            "value": tree_nodes.amounts(balances.owed_by_subtree(node)) or _("Nothing"),
            "note": _("with everything below"),
        },
        {"term": _("Asked by"), "value": str(ticket.requester), "note": ticket.requester.email if ticket.requester else ""},
        {"term": _("Stands with"), "value": str(ticket.assignee or _("nobody"))},
        {"term": _("Number"), "value": node.number},
    ]


def _finding(found: Finding | None) -> dict[str, object] | None:
    if found is None:
        return None
    lines = [line for line in (found.twin, found.line) if line]
    return {
        "title": _("Billed twice") if found.status == Finding.Status.OPEN else _("Billed twice, put right"),
        "tone": "warning" if found.status == Finding.Status.OPEN else "good",
        "words": found.evidence.get("words", ""),
        "currency": found.currency,
        "sides": [_side(line) for line in lines],
    }


def _side(line: Line) -> dict[str, object]:
    state = _("paid") if not line.document.open_minor else _("open")
    gross = line.amount_minor + line.tax_minor
    return {
        "ref": line.document.ref,
        "state": state,
        "since": line.since,
        "last": line.until and last_day(line.until),
        "total_minor": gross,
    }


def _grants(ticket: Ticket) -> list[Grant]:
    return list(ticket.grants.select_related("document", "approval", "approval__decided_by").order_by("asked_at", "pk"))


def _grant(grant: Grant) -> dict[str, object]:
    approval = getattr(grant, "approval", None)
    kind = REMEDIES.get(grant.remedy)
    return {
        "title": kind.label if kind else grant.remedy,
        "tone": TONES[Grant.Status(grant.status)],
        "amount_minor": grant.amount_minor,
        "currency": grant.currency,
        "status": grant.get_status_display(),
        "document": grant.document,
        "note": approval.note if approval else "",
    }


def _proposal(proposal: Proposal, number: int) -> dict[str, object]:
    given = amount(proposal.amount.amount_minor, proposal.amount.currency)
    decision = proposal.decision
    asks, chosen = bool(decision.approver), {one.name for one in proposal.remedy.inputs}
    return {
        "label": proposal.remedy.label,
        "amount": proposal.amount,
        "fields": {name: value for name, value in proposal.fields.items() if name not in chosen},
        "inputs": [{"name": one.name, "label": one.label, "value": proposal.fields[one.name]} for one in proposal.remedy.inputs],
        "effects": [_effect(effect) for effect in proposal.effects],
        "closing_text": proposal.closing_text,
        "dialog": f"remedy-{number}",
        "button": _("Choose the amount") if chosen else _button(given, asks=asks),
        "confirm": _("Give it, tell the customer, resolve") if chosen else _confirm(given, asks=asks),
        "reason": decision.reason if not decision.allowed else "",
        "asks": asks,
        "unlock_url": reverse("backoffice:authority") if decision.code == "policy_not_acknowledged" else "",
    }


def _effect(effect: Effect) -> str:
    before, after = (amount(value.amount_minor, value.currency) for value in (effect.before, effect.after))
    return f"{effect.label}: {before} → {after}"


def _button(given: str, *, asks: bool) -> str:
    return (_("Ask to credit %(amount)s") if asks else _("Credit %(amount)s and resolve")) % {"amount": given}


def _confirm(given: str, *, asks: bool) -> str:
    words = _("Send to the supervisor: %(amount)s") if asks else _("Confirm: credit %(amount)s, tell the customer, resolve")
    return words % {"amount": given}
