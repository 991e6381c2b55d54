"""A ticket with everything needed to settle it: the conversation, who asks, what we found, what the viewer may do about it."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.people import relations
from accounts.people.models import User
from backoffice import (
    authority_shown,
    chats_shown,
    deadlines_shown,
    leads_shown,
    measures_shown,
    overview,
    playbooks_shown,
    policies_shown,
    promises_shown,
    remedies_shown,
    standing_shown,
    tree_nodes,
)
from backoffice.forms.tickets import GrantForm
from billing.anomalies.models import Finding
from billing.anomalies.registry import LABELS
from billing.invoices.models import Line
from billing.ledger import balances
from billing.periods import last_day
from support.channels import files
from support.desk import mentions
from support.remedies import claims, declines, resolution
from support.remedies.claims import Claim
from support.remedies.playbooks import offering
from support.tickets import threads
from support.tickets.models import Message, Ticket
from support.voice import satisfaction
from support.voice.models import Praise

CLAIM_TONES = {"valid": "warning", "partly_valid": "warning", "not_valid": "info"}


def shown(viewer: User, ticket: Ticket, *, at: datetime, refused: GrantForm | None = None) -> dict[str, object]:
    """Return what the page of `ticket` shows to `viewer`; a remedy just `refused` stands open as it was typed."""
    playbook = None if ticket.status == Ticket.Status.RESOLVED else offering.for_ticket(ticket)
    proposals = [] if ticket.status == Ticket.Status.RESOLVED else resolution.proposals(ticket, viewer, at)
    claim = claims.of_ticket(ticket)
    return (
        conversation_of(viewer, ticket)
        | deadlines_shown.shown(ticket, at=at)
        | {
            "ticket": ticket,
            "chat": chats_shown.of_ticket(viewer, ticket, at),
            "call": chats_shown.call_of(ticket, at),
            "issue": measures_shown.of_ticket(ticket, at=at),
            "survey": (survey := satisfaction.of_ticket(ticket)),
            "survey_plan": None if survey else satisfaction.plan_for(ticket.customer, at.date()),
            "path": overview.path_to(ticket.customer),
            "facts": _facts(ticket),
            "finding": _finding(ticket.finding, claim),
            "claim": _claim(claim),
            "declinable": declines.decide(viewer, ticket),
            "declines": ticket.declines.select_related("reason", "declined_by", "appealed_by").order_by("-declined_at", "-pk"),
            "promises": promises_shown.of_ticket(ticket, at=at),
            "key_account": standing_shown.key_account(ticket.customer, at.date()),
            "rules_here": standing_shown.rules_here(ticket.customer, at.date()),
            "engagement": policies_shown.rules_of_engagement(ticket.customer, local_day(at, ticket.customer.timezone)),
            "policies": policies_shown.in_force_at(ticket.customer, local_day(at, ticket.customer.timezone)),
            "reach": authority_shown.here(viewer, ticket, at=at),
        }
        | leads_shown.on_ticket(viewer, ticket, at=at)
        | remedies_shown.given(viewer, ticket)
        | remedies_shown.offered(offering.ranked(playbook, proposals), refused)
        | playbooks_shown.on_ticket(playbook)
    )


def conversation_of(viewer: User, ticket: Ticket) -> dict[str, object]:
    """Return the messages as they are shown, and the customer's praise if there is one."""
    messages = list(threads.messages_of(ticket, viewer).prefetch_related(files.with_messages()))
    notes = [message.text if message.internal else "" for message in messages]
    shown = [_message(message, named) for message, named in zip(messages, mentions.named_in(notes), strict=True)]
    return {"conversation": shown, "praise": Praise.objects.filter(ticket=ticket).first()}


def _message(message: Message, named: list[User]) -> dict[str, object]:
    side = "internal" if message.internal else "staff" if message.from_staff else "customer"
    return {
        "who": str(message.author or _("the system")),
        "sent_at": message.sent_at,
        "side": side,
        "text": message.text,
        "files": message.attachments.all(),
        "named": ", ".join(map(str, named)),
    }


def _facts(ticket: Ticket) -> list[dict[str, object]]:
    node, raised = ticket.customer, relations.raised_under(ticket.ref)
    on_behalf = [{"term": _("Raised by"), "value": raised.customer.name, "note": _("on its behalf")}] if raised else []
    return [
        *on_behalf,
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


def _finding(found: Finding | None, claim: Claim | None) -> dict[str, object] | None:
    """Show an error found; while it stands open, how the claim about its lines stands is its title."""
    if found is None:
        return None
    lines = [line for line in (found.twin, found.line) if line]
    label = _(LABELS.get(found.detector, found.detector))
    open_title = claim.label if claim and {claim.line, claim.assessment.twin} == set(lines) else label
    return {
        "title": open_title if found.status == Finding.Status.OPEN else _("{label}, put right").format(label=label),
        "tone": "warning" if found.status == Finding.Status.OPEN else "good",
        "words": found.evidence.get("words", ""),
        "currency": found.currency,
        "sides": [_side(line) for line in lines],
    }


def _claim(claim: Claim | None) -> dict[str, object] | None:
    """Show how the claim stands with the lines compared, unless the finding shows them already."""
    if claim is None:
        return None
    lines = [line for line in (claim.assessment.twin, claim.line) if line]
    return {
        "title": claim.label,
        "tone": CLAIM_TONES[claim.assessment.verdict],
        "words": claim.assessment.words,
        "currency": claim.line.currency,
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
