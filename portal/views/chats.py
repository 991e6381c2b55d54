"""Chats: begin one from any page, talk, and end it. Each works as a plain form; scripts only make it quicker."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.routes import declares
from portal import chats_shown, contact, places
from portal.contact import About
from portal.forms.chats import SayForm, TalkForm
from support.channels import files
from support.channels.chat import chats, reading, typing
from support.tickets import conversation
from support.tickets.models import Ticket
from window.refusals import refusals_shown_on

LONGEST_NUMBER = 18  # digits


@declares(access.ASK_FOR_HELP)
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, number: str) -> HttpResponse:
    """Show whether somebody is there, and begin a chat about what the person came from; where nobody is, open a ticket."""
    node = places.node(request, number, access.ASK_FOR_HELP)
    sent = request.POST if request.method == "POST" else request.GET
    about = contact.about(request, sent.get("page", "")[:40], sent.get("ref", "")[:40])
    places.stand_at(request, node)
    if request.method == "GET":
        came_from = {"page": sent.get("page", "")[:40], "ref": sent.get("ref", "")[:40]}
        subject = sent.get("subject", "")[:200] or about.words
        return _talk_page(request, node, TalkForm(initial=came_from | {"subject": subject}), about)
    form = TalkForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            ticket = _begin(request, node, form, about)
            return redirect("portal:chat" if chats.open_on(ticket) else "portal:ticket", ticket.ref)
    return _talk_page(request, node, form, about, status=422)


def _begin(request: HttpRequest, node: Customer, form: TalkForm, about: About) -> Ticket:
    given = {"actor": request.user, "key": form.cleaned_data["key"], "text": form.cleaned_data["text"], "at": timezone.now()}
    if about.ticket:
        chats.start_on(ticket=about.ticket, **given)
        return about.ticket
    matter = {"document": about.document} if about.document else {}
    return chats.start(customer=node, subject=form.cleaned_data["subject"], **given, **matter)


def _talk_page(request: HttpRequest, node: Customer, form: TalkForm, about: About, status: int = 200) -> HttpResponse:
    at = timezone.now()
    context = {
        "at": node,
        "form": form,
        "about": about,
        "standing": chats.standing(node, at),
        "going": chats.of_person(request.user),
    }
    return render(request, "portal/chats/talk.html", context, status=status)


@declares(access.SEE_CUSTOMER)
@require_GET
def chat(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the chat; of a ticket without one, the ticket."""
    found = places.ticket(request, ref)
    if chats.latest_on(found) is None:
        return redirect("portal:ticket", ref)
    context = chats_shown.page(request.user, found, timezone.now()) | {"say_form": SayForm()}
    return render(request, "portal/chats/chat.html", context)


@declares(access.SEE_CUSTOMER)
@require_GET
def chat_state(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with how the chat stands, fresh."""
    context = chats_shown.state(request.user, places.ticket(request, ref), timezone.now())
    return render(request, "portal/chats/_state.html", context)


@declares(access.SEE_CUSTOMER)
@require_http_methods(["GET", "POST"])
def chat_messages(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with what was said after the last message the page has, or say something."""
    found = places.ticket(request, ref)
    if request.method == "POST":
        return _say(request, found)
    last = request.GET.get("after", "")
    after = int(last) if last.isdecimal() and len(last) <= LONGEST_NUMBER else 0
    said = list(chats.said_after(found, request.user, after).prefetch_related(files.with_messages()))
    answer = render(request, "portal/chats/_messages.html", {"said": said})
    answer["X-Last-Message"] = str(max([after, *(message.pk for message in said)]))
    return answer


def _say(request: HttpRequest, found: Ticket) -> HttpResponse:
    form = SayForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            _write(request, found, form)
            if request.htmx:
                return render(request, "portal/chats/_say.html", {"ticket": found, "say_form": SayForm()})
            return redirect(f"{reverse('portal:chat', args=[found.ref])}#say")
    context = {"ticket": found, "say_form": form}
    if not request.htmx:
        context |= chats_shown.page(request.user, found, timezone.now())
    return render(request, "portal/chats/_say.html" if request.htmx else "portal/chats/chat.html", context, status=422)


def _write(request: HttpRequest, found: Ticket, form: SayForm) -> None:
    """Say it in the chat; words that come after its end are a reply on the ticket, so that none are lost."""
    given = form.cleaned_data | {"actor": request.user, "at": timezone.now()}
    if going := chats.open_on(found):
        chats.say(chat=going, **given)
        typing.stop(actor=request.user, chat=going)
    else:
        conversation.reply(ticket=found, **given)


@declares(access.ASK_FOR_HELP)
@require_POST
def chat_signs(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a sign of life of the person's page, up to where it shows what was said, and that they write."""
    found = places.ticket(request, ref)
    going, last = chats.open_on(found), request.POST.get("last", "")
    if (chat := going or chats.latest_on(found)) and last.isdecimal() and len(last) <= LONGEST_NUMBER:
        reading.note(actor=request.user, chat=chat, last=int(last))
    if going:
        chats.show_life(actor=request.user, chat=going, at=timezone.now())
    if going and request.POST.get("typing"):
        typing.note(actor=request.user, chat=going)
    return HttpResponse(status=204)


@declares(access.ASK_FOR_HELP)
@require_POST
def chat_endings(request: HttpRequest, ref: str) -> HttpResponse:
    """End the chat; the ticket stays."""
    going = chats.open_on(places.ticket(request, ref))
    try:
        if going:
            chats.end(actor=request.user, chat=going, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("portal:chat", ref)
