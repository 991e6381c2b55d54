"""The queue and a ticket: the conversation, who asks, what we found, and what the viewer may do about it."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import case, macros_shown, places, remedies_shown, ticket_page, worklist
from backoffice.forms.tickets import GrantForm, ReplyForm, ResolutionForm
from support import tasks
from support.channels import files
from support.channels.files import File
from support.desk import outgoing
from support.desk.changes import Change
from support.remedies import resolution
from support.tickets import conversation
from support.tickets.models import Ticket
from window.downloads import download
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """Open the page where the viewer's work waits."""
    level = access.level_of(request.user)
    if level == access.FINANCE:
        return redirect("backoffice:inbox")
    return redirect("backoffice:approvals" if level == access.SUPERVISOR else "backoffice:queue")


@declares(access.WORK_TICKETS)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show the queue, with nothing open yet."""
    return render(request, "backoffice/tickets/queue.html", worklist.shown(request))


@declares(access.WORK_TICKETS)
@require_GET
def queue_rows(request: HttpRequest) -> HttpResponse:
    """Answer with the queue alone, fresh."""
    return render(request, "backoffice/tickets/_queue.html", worklist.shown(request))


@declares(access.SEE_BACKOFFICE)
@require_GET
def ticket(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one ticket with everything needed to settle it; a merged one leads to its survivor."""
    found = places.ticket(request, ref)
    if found.merged_into:
        return redirect("backoffice:ticket", found.merged_into.ref)
    return ticket_page.answer(request, found)


@declares(access.SEE_BACKOFFICE)
@require_GET
def conversation_rows(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with the conversation alone, fresh."""
    found = places.ticket(request, ref)
    return render(
        request,
        "backoffice/tickets/_conversation.html",
        {"ticket": found} | case.conversation_of(request.user, found) | macros_shown.beside_answer(request.user, found),
    )


@declares(access.WORK_TICKETS)
@require_POST
def replies(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer the customer, or leave a note."""
    found, form = places.ticket(request, ref), ReplyForm(request.POST, request.FILES)
    if form.is_valid():
        attached = [File(*file) for file in form.cleaned_data["files"]]
        with refusals_shown_on(form):
            _send(request, found, form, attached)
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, reply_form=form)


def _send(request: HttpRequest, found: Ticket, form: ReplyForm, attached: list[File]) -> None:
    """Write it down; it leaves once it has rested, or at once where nothing rests."""
    change = Change(**{name: form.cleaned_data[name] for name in ("text", "asks", "internal")})
    sent = {"actor": request.user, "ticket": found, "at": timezone.now(), "key": form.cleaned_data["key"]}
    reply = outgoing.hold(change=change, attached=attached, word=form.word, **sent)
    if reply.status == outgoing.Status.RESTING:
        tasks.leave_in_time(reply)


@declares(access.WORK_TICKETS)
@require_POST
def resolutions(request: HttpRequest, ref: str) -> HttpResponse:
    """Resolve the ticket with closing words and no remedy."""
    found, form = places.ticket(request, ref), ResolutionForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            words = form.cleaned_data["text"]
            conversation.resolve(actor=request.user, ticket=found, outcome=conversation.ANSWERED, text=words, at=timezone.now())
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, resolution_form=form)


@declares(access.WORK_TICKETS)
@require_POST
def assignments(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the ticket."""
    found, form = places.ticket(request, ref), Form({})
    form.full_clean()
    with refusals_shown_on(form):
        conversation.assign(actor=request.user, ticket=found, to=request.user, at=timezone.now())
        return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, refused=[form])


@declares(access.GRANT_REMEDY)
@require_POST
def grants(request: HttpRequest, ref: str) -> HttpResponse:
    """Grant the remedy, or send it for approval when it is over the viewer's limit."""
    found, form = places.ticket(request, ref), GrantForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            remedy, terms = resolution.read(form.cleaned_data["remedy"], request.POST, key=form.cleaned_data["key"])
            resolution.grant(actor=request.user, ticket=found, remedy=remedy, terms=terms, at=timezone.now())
            return redirect("backoffice:ticket", ref)
    return ticket_page.answer(request, found, status=422, refused=[form], remedy=form)


@declares(access.GRANT_REMEDY)
@require_POST
def grant_previews(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with what a remedy would do with what was chosen, and the button that does it; nothing changes."""
    found, form = places.ticket(request, ref), GrantForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            remedy, terms = resolution.read(form.cleaned_data["remedy"], request.POST, key=form.cleaned_data["key"])
            would = resolution.proposed(actor=request.user, ticket=found, remedy=remedy, terms=terms, at=timezone.now())
            return render(request, "backoffice/tickets/_foreseen.html", {"foreseen": remedies_shown.foreseen(would)})
    return render(request, "backoffice/tickets/_foreseen.html", {"form": form}, status=422)


@declares(access.SEE_BACKOFFICE)
@require_GET
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand over a file that came with a message."""
    found = get_object_or_404(files.visible_to(request.user), pk=pk)
    return download(bytes(found.content), name=found.name, content_type=found.content_type)
