"""Macros as a ticket's page shows them, replies that rest, and what somebody began to write."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.people.models import User
from backoffice.forms.macros import MacroForm
from support.desk import changes, company, macros, outgoing, wording
from support.desk.changes import Change
from support.desk.macro_models import MacroVersion
from support.tickets.models import Ticket


def preview(request: HttpRequest, ticket: Ticket, version: MacroVersion, form: MacroForm | None = None) -> dict[str, Any]:
    """Return what a macro would do on a ticket, its words filled in but for its inputs."""
    change = Change.read(version.change)
    text = wording.filled(change.text, ticket=ticket, agent=request.user, inputs={})
    foreseen = changes.foresee(actor=request.user, change=change, tickets=[ticket])[0]
    return {
        "ticket": ticket,
        "version": version,
        "form": form or MacroForm(version=version, initial={"text": text}),
        "foreseen": foreseen,
        "internal": change.internal,
        "files": version.files.all().defer("content"),
    }


def beside_answer(viewer: User, ticket: Ticket) -> dict[str, Any]:
    """Return what stands beside the box to answer in: the macros, replies that rest, and a draft."""
    return {
        "macros": macros.in_force(),
        "outgoing": [_resting(reply) for reply in outgoing.resting_on(ticket, viewer)],
        "draft": company.draft_of(ticket),
    }


def _resting(reply: Any) -> dict[str, Any]:
    rests = reply.status == outgoing.Status.RESTING
    note = _("Leaves at") if rests else reply.words
    inputs = reply.change.get("inputs", {})
    text = wording.filled(reply.change["text"], ticket=reply.ticket, agent=reply.author, inputs=inputs)
    return {"reply": reply, "rests": rests, "note": note, "text": text}
