"""Contacts by telephone and letter: written down as tickets, in the same conversation as everything else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.people import access
from accounts.people.routes import declares
from backoffice import fields_shown, places, standing_shown
from backoffice.forms.contacts import ContactForm
from support.channels import writing
from support.channels.files import File
from window.refusals import refusals_shown_on


@declares(access.WORK_TICKETS)
@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest, number: str) -> HttpResponse:
    """Write down a call, or take in a letter with its scan; it becomes a ticket of the customer."""
    node = places.customer(request, number)
    people = places.people_of(node)
    asked = fields_shown.of_new_tickets()
    form = ContactForm(request.POST or None, request.FILES or None, people=people, asked=asked)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("channel", "requester", "subject", "text", "kind", "files", "key")}
        attached = [File(*file) for file in given.pop("files")]
        with refusals_shown_on(form):
            given |= {"actor": request.user, "customer": node, "attached": attached, "fields": form.given}
            ticket = writing.open_ticket(at=timezone.now(), **given)
            return redirect("backoffice:ticket", ticket.ref)
    status = 200 if request.method == "GET" else 422
    context = {"customer": node, "form": form, "key_account": standing_shown.key_account(node, timezone.now().date())}
    return render(request, "backoffice/customers/contact.html", context, status=status)
