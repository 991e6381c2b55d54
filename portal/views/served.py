"""Whom a customer serves: the customers behind it, the tickets raised for them, and who serves it in turn."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation
from accounts.people import access, relations
from accounts.people.routes import declares
from portal import contact, places
from portal.forms.tickets import ForAnotherForm, ReplyForm
from support.channels import files, writing
from support.channels.files import File
from support.tickets import behalf
from support.tickets.models import Ticket
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.SEE_CUSTOMER)
@require_GET
def served(request: HttpRequest, number: str) -> HttpResponse:
    """List whom this customer serves, and who serves it."""
    node = places.node(request, number)
    held = access.relations_within_reach(request.user).filter(customer__in=node.as_one())
    rows = held.select_related("kind", "other").annotate(tickets=Count("shared_tickets"))
    context = {"at": node, "page": page_of(request, rows, newest_by="since"), "served_by": relations.known_to(node)}
    return render(request, "portal/served/served.html", context)


@declares(access.ASK_FOR_HELP)
@require_http_methods(["GET", "POST"])
def served_tickets(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """List what was raised for a customer that is served, or raise one more."""
    node = places.node(request, number, access.ASK_FOR_HELP)
    relation = places.relation(request, node, pk)
    if request.method != "POST":
        return _tickets(request, node, relation, ForAnotherForm())
    form = ForAnotherForm(request.POST, request.FILES)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("subject", "text", "kind", "key")}
        given |= {"attached": [File(*file) for file in form.cleaned_data["files"]], "relation": relation}
        with refusals_shown_on(form):
            asked = {"actor": request.user, "customer": behalf.customer_of(relation), "at": timezone.now()}
            return redirect("portal:shared_ticket", writing.open_ticket(**asked, **given).ref)
    return _tickets(request, node, relation, form, status=422)


@declares(access.SEE_CUSTOMER)
@require_GET
def shared_ticket(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a ticket raised for another: what was said on it, and nothing else of the other."""
    return _ticket(request, places.shared_ticket(request, ref), ReplyForm())


@declares(access.ASK_FOR_HELP)
@require_POST
def shared_replies(request: HttpRequest, ref: str) -> HttpResponse:
    """Reply on a ticket raised for another."""
    found = places.shared_ticket(request, ref)
    form = ReplyForm(request.POST, request.FILES)
    if contact.replied(request.user, found, form):
        return redirect("portal:shared_ticket", found.ref)
    return _ticket(request, found, form, status=422)


def _tickets(
    request: HttpRequest, node: Customer, relation: Relation, form: ForAnotherForm, *, status: int = 200
) -> HttpResponse:
    asked = behalf.shared_with(request.user, relation).select_related("assignee")
    context = {"at": node, "relation": relation, "form": form, "page": page_of(request, asked, newest_by="touched_at")}
    return render(request, "portal/served/tickets.html", context, status=status)


def _ticket(request: HttpRequest, found: Ticket, form: ReplyForm, *, status: int = 200) -> HttpResponse:
    said = behalf.told(found, behalf.messages_of(found).prefetch_related(files.with_messages()))
    context = {"ticket": found, "relation": relations.raised_under(found.ref), "said": said, "reply_form": form}
    return render(request, "portal/served/ticket.html", context, status=status)
