"""Chats and calls: be there, take a chat, talk, hand over, end; call back or try again."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people import access
from accounts.people.routes import declares
from backoffice import chats_shown, places, talk_shown, ticket_page
from backoffice.forms.chats import CallForm, EndingForm, HandOverForm, PresenceForm, SayForm, TryForm
from support.channels import callbacks
from support.channels.chat import chats, presence, typing
from support.channels.chat.models import Chat
from support.tickets.models import Ticket
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_GET
def desk_rows(request: HttpRequest) -> HttpResponse:
    """Answer with the desk alone, fresh."""
    return render(request, "backoffice/chats/_desk.html", talk_shown.shown(request.user, timezone.now()))


@declares(access.WORK_TICKETS)
@require_POST
def presences(request: HttpRequest) -> HttpResponse:
    """Say whether one takes chats, and how many at once."""
    form, at = PresenceForm(request.POST), timezone.now()
    if form.is_valid():
        with refusals_shown_on(form):
            presence.declare(actor=request.user, at=at, **form.cleaned_data)
            return redirect("backoffice:desk_rows" if request.htmx else "backoffice:queue")
    context = talk_shown.shown(request.user, at) | {"presence_form": form}
    return render(request, "backoffice/chats/_desk.html", context, status=422)


@declares(access.WORK_TICKETS)
@require_POST
def presence_signs(request: HttpRequest) -> HttpResponse:
    """Take a sign of life of the desk."""
    presence.see(actor=request.user, at=timezone.now())
    return HttpResponse(status=204)


@declares(access.WORK_TICKETS)
@require_GET
def chat_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with how a chat stands, fresh."""
    shown = chats_shown.shown(request.user, places.chat(request, pk), timezone.now())
    return render(request, "backoffice/chats/_chat.html", {"chat": shown})


@declares(access.WORK_TICKETS)
@require_POST
def pick_ups(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a chat that waits."""
    found = places.chat(request, pk)
    return _done(request, found.ticket, Form({}), lambda: chats.pick_up(actor=request.user, chat=found, at=timezone.now()))


@declares(access.WORK_TICKETS)
@require_POST
def chat_messages(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something in a chat one has."""
    found, form = places.chat(request, pk), SayForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            chats.say(actor=request.user, chat=found, at=timezone.now(), **form.cleaned_data)
            typing.stop(actor=request.user, chat=found)
            return _fresh(request, found) if request.htmx else redirect("backoffice:ticket", found.ticket.ref)
    if request.htmx:
        return _fresh(request, found, form)
    return ticket_page.answer(request, places.ticket(request, found.ticket.ref), status=422, refused=[form])


def _fresh(request: HttpRequest, found: Chat, form: SayForm | None = None) -> HttpResponse:
    context = {"chat": {"chat": found, "say_form": form or SayForm()}}
    return render(request, "backoffice/chats/_say.html", context, status=422 if form else 200)


@declares(access.WORK_TICKETS)
@require_POST
def chat_signs(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a sign of life of who has the chat, and that they write."""
    found = places.chat(request, pk)
    presence.see(actor=request.user, at=timezone.now())
    if request.POST.get("typing") and found.agent_id == request.user.pk:
        typing.note(actor=request.user, chat=found)
    return HttpResponse(status=204)


@declares(access.WORK_TICKETS)
@require_POST
def hand_overs(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a chat one has to a colleague who is there."""
    found, at = places.chat(request, pk), timezone.now()
    form = HandOverForm(request.POST, people=chats_shown.colleagues(request.user, at))
    return _done(
        request, found.ticket, form, lambda: chats.hand_over(actor=request.user, chat=found, to=form.cleaned_data["to"], at=at)
    )


@declares(access.WORK_TICKETS)
@require_POST
def chat_endings(request: HttpRequest, pk: int) -> HttpResponse:
    """End a chat one has; with closing words the ticket is resolved."""
    found, form = places.chat(request, pk), EndingForm(request.POST)
    return _done(
        request, found.ticket, form,
        lambda: chats.end(actor=request.user, chat=found, words=form.cleaned_data["words"], at=timezone.now()),
    )  # fmt: skip


@declares(access.WORK_TICKETS)
@require_POST
def call_tries(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that we called and reached nobody."""
    found, at = places.callback(request, pk), timezone.now()
    form = TryForm(request.POST, windows=callbacks.windows(found.ticket.customer, at))
    return _done(
        request, found.ticket, form, lambda: callbacks.try_again(actor=request.user, callback=found, window=form.chosen, at=at)
    )


@declares(access.WORK_TICKETS)
@require_POST
def calls_made(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that we spoke, and what was said."""
    found, form = places.callback(request, pk), CallForm(request.POST)
    return _done(
        request, found.ticket, form,
        lambda: callbacks.done(actor=request.user, callback=found, words=form.cleaned_data["words"], at=timezone.now()),
    )  # fmt: skip


def _done(request: HttpRequest, ticket: Ticket, form: Form, do: Callable[[], object]) -> HttpResponse:
    """Do it and show the ticket; a refusal is shown there with its reason."""
    if form.is_valid():
        with refusals_shown_on(form):
            do()
            return redirect("backoffice:ticket", ticket.ref)
    return ticket_page.answer(request, places.ticket(request, ticket.ref), status=422, refused=[form])
