"""A bare page of the back office: one statement and the same frame; the floor of what a page of lists may cost.

Stands in the addresses only while a benchmark runs.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from accounts.people import access
from accounts.people.routes import declares
from backoffice import urls as backoffice
from config import urls as whole
from support.tickets.models import Ticket


@declares(access.WORK_TICKETS)
def bare(request: HttpRequest) -> HttpResponse:
    """Ask the database once and show the frame."""
    Ticket.objects.filter(pk=0).first()
    return render(request, "backoffice/base.html")


beside = [path("bare/", bare, name="bare"), *backoffice.urlpatterns]
urlpatterns = [path("floor/", include((beside, "backoffice"))), *whole.urlpatterns]
handler404, handler500 = whole.handler404, whole.handler500
