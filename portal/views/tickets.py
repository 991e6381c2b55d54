"""Tickets: ask, read the conversation, answer, and say thanks."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, relations
from accounts.people.routes import declares
from billing.dunning import disputes
from portal import chats_shown, contact, fields_shown, places, tickets_shown
from portal.forms.tickets import AppealForm, ContactForm, PraiseForm, ReplyForm
from support.channels import files
from support.channels.chat import chats
from support.channels.files import File
from support.remedies import declines
from support.tickets import field_values, filling, threads
from support.tickets.models import Ticket
from support.voice import praise, wall
from window.downloads import download
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.ASK_FOR_HELP)
@require_GET
def new_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """Show the contact form, which already knows what the person was looking at."""
    node = places.node(request, number, access.ASK_FOR_HELP)
    matter = places.matter(request, request.GET.get("invoice", ""), request.GET.get("line"))
    first = contact.first_words(*matter, subject=request.GET.get("subject", "")[:200])
    form = ContactForm(initial=first, asked=fields_shown.of_new_tickets())
    return _contact_page(request, node, form, matter)


@declares(access.SEE_CUSTOMER)
@require_http_methods(["GET", "POST"])
def tickets(request: HttpRequest, number: str) -> HttpResponse:
    """List the tickets of this customer and below it, or open one."""
    if request.method == "POST":
        return _open(request, places.node(request, number, access.ASK_FOR_HELP))
    node = places.node(request, number)
    span = places.span(request, node, access.SEE_CUSTOMER)
    asked = Ticket.objects.for_customers(span.customers).standing().select_related("customer", "assignee")
    context = {"at": node, "span": span, "page": page_of(request, asked, newest_by="touched_at")}
    return render(request, "portal/tickets/tickets.html", context)


def _open(request: HttpRequest, node: Customer) -> HttpResponse:
    form = ContactForm(request.POST, request.FILES, asked=fields_shown.of_new_tickets())
    matter = places.matter(request, request.POST.get("invoice", ""), request.POST.get("line"))
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("subject", "text", "kind", "key")}
        with refusals_shown_on(form):
            given |= {"attached": [File(*file) for file in form.cleaned_data["files"]], "customer": node, "actor": request.user}
            given["fields"] = form.given
            ticket = contact.send(*matter, dispute=form.cleaned_data["dispute"], today=places.today(node), **given)
            return redirect("portal:ticket", ticket.ref)
    return _contact_page(request, node, form, matter, status=422)


def _contact_page(request: HttpRequest, node: Customer, form: ContactForm, matter: tuple, status: int = 200) -> HttpResponse:
    document, line = matter
    context = {"at": node, "form": form, "document": document, "line": line}
    context["may_dispute"] = disputes.may_dispute(request.user, line) if line else None
    return render(request, "portal/tickets/new_ticket.html", context, status=status)


@declares(access.SEE_CUSTOMER)
@require_GET
def ticket(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a ticket, or lead to the page of one raised for another; after a message only the conversation is asked for again."""
    try:
        found = places.ticket(request, ref)
    except Http404:
        return redirect("portal:shared_ticket", places.shared_ticket(request, ref).ref)
    template = "portal/tickets/_conversation.html" if request.htmx else "portal/tickets/ticket.html"
    return render(request, template, _context(request, found))


@declares(access.ASK_FOR_HELP)
@require_POST
def replies(request: HttpRequest, ref: str) -> HttpResponse:
    """Send a reply."""
    found = places.ticket(request, ref)
    form = ReplyForm(request.POST, request.FILES)
    if contact.replied(request.user, found, form):
        return redirect("portal:ticket", found.ref)
    return render(request, "portal/tickets/ticket.html", _context(request, found, reply_form=form), status=422)


@declares(access.ASK_FOR_HELP)
@require_POST
def ticket_fields(request: HttpRequest, ref: str) -> HttpResponse:
    """Fill in what else is asked about a ticket."""
    found = places.ticket(request, ref)
    form = fields_shown.form_of(found, request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            filling.fill(actor=request.user, ticket=found, given=form.given, at=timezone.now())
            return redirect("portal:ticket", found.ref)
    return render(request, "portal/tickets/ticket.html", _context(request, found, fields_form=form), status=422)


@declares(access.ASK_FOR_HELP)
@require_POST
def praises(request: HttpRequest, ref: str) -> HttpResponse:
    """Say thanks for a ticket; the words reach whoever helped."""
    found = places.ticket(request, ref)
    form = PraiseForm(request.POST)
    if form.is_valid():
        with refusals_shown_on(form):
            praise.give(actor=request.user, ticket=found, at=timezone.now(), **form.cleaned_data)
            return redirect("portal:ticket", found.ref)
    return render(request, "portal/tickets/ticket.html", _context(request, found, praise_form=form), status=422)


@declares(access.ASK_FOR_HELP)
@require_POST
def praise_sharing(request: HttpRequest, ref: str) -> HttpResponse:
    """Let everybody who works here read a praise one gave, or no longer."""
    found = places.ticket(request, ref)
    given = tickets_shown.praise_of(found)
    change = wall.put_up if request.POST.get("share") == "yes" else wall.take_down
    try:
        if given:
            change(actor=request.user, praise=given, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("portal:ticket", found.ref)


@declares(access.SEE_CUSTOMER)
@require_GET
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand over a file that came with a message."""
    found = get_object_or_404(files.visible_to(request.user), pk=pk)
    return download(bytes(found.content), name=found.name, content_type=found.content_type)


@declares(access.ASK_FOR_HELP)
@require_POST
def appeals(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a second look at a no."""
    found = places.ticket(request, ref)
    form = AppealForm(request.POST)
    if form.is_valid():
        decline = get_object_or_404(found.declines, pk=form.cleaned_data["decline"])
        with refusals_shown_on(form):
            declines.appeal(actor=request.user, decline=decline, words=form.cleaned_data["words"], at=timezone.now())
            return redirect("portal:ticket", found.ref)
    return render(request, "portal/tickets/ticket.html", _context(request, found) | {"appeal_form": form}, status=422)


def _context(request: HttpRequest, found: Ticket, **forms: object) -> dict[str, object]:
    at, given, decline = timezone.now(), tickets_shown.praise_of(found), tickets_shown.decline_of(found)
    return {
        "open_chat": chats.open_on(found),
        "call": chats_shown.call_of(found, at),
        "next_answer": tickets_shown.next_answer(found, at),
        "promised": tickets_shown.promised(found, at),
        "raised_by": relations.raised_under(found.ref),
        "decline": decline,
        "appealable": tickets_shown.may_appeal(found, decline),
        "appeal_form": AppealForm(),
        "ticket": found,
        "fields_form": fields_shown.form_of(found),
        "fields_shown": field_values.shown_on(found, staff=False),
        "said": threads.messages_of(found, request.user).prefetch_related(files.with_messages()),
        "put_right": tickets_shown.put_right(found),
        "praise": given,
        "is_shared": bool(given) and wall.is_up(given),
        "reply_form": ReplyForm(),
        "praise_form": PraiseForm(),
        "may_ask": access.decide(request.user, access.ASK_FOR_HELP, found.customer),
    } | forms
