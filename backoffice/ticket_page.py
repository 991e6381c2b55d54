"""The page of a ticket, as it is answered with: after a GET, and again with what was typed when a use case refused."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from backoffice import case, fields_shown, macros_shown, worklist
from backoffice.forms.tickets import CallLogForm, DeclineForm, GrantForm, HandlingForm, ReplyForm, ResolutionForm
from support.desk import company, tags
from support.remedies import claims
from support.remedies.playbooks import offering
from support.tickets import field_values
from support.tickets.models import Ticket


def answer(
    request: HttpRequest, found: Ticket, *, status: int = 200, remedy: GrantForm | None = None, **forms: object
) -> HttpResponse:
    """Return the page with the forms given, or fresh ones; a `remedy` that was refused stands open."""
    fresh = {
        "reply_form": ReplyForm(initial=_prefilled(request, found)),
        "resolution_form": ResolutionForm(),
        "decline_form": DeclineForm(initial=_assessed(found)),
        "handling_form": HandlingForm(),
        "fields_form": fields_shown.form_of(found),
        "known_tags": tags.to_choose(),
        "fields_shown": field_values.shown_on(found, staff=True),
        "call_form": CallLogForm(),
        "refused": [],
    }
    context = fresh | worklist.shown(request) | case.shown(request.user, found, at=timezone.now(), refused=remedy) | forms
    context |= macros_shown.beside_answer(request.user, found) | worklist.beside(context["rows"], found)
    return render(request, "backoffice/tickets/ticket.html", context, status=status)


def _prefilled(request: HttpRequest, found: Ticket) -> dict[str, str]:
    """Return the text of the playbook where the address asks for it (`?text=playbook`), else what somebody began to write."""
    offered = offering.for_ticket(found) if request.GET.get("text") == "playbook" else None
    draft = company.draft_of(found)
    return {"text": offered.reply_text} if offered else {"text": draft.text} if draft else {}


def _assessed(found: Ticket) -> dict[str, str]:
    """Return what our books say of the claim, for a no to start from."""
    claim = claims.of_ticket(found)
    if claim is None or claim.assessment.is_valid:
        return {}
    return {"claim": claim.assessment.verdict, "evidence": claim.assessment.words}
