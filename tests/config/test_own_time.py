"""Moments are shown in the visitor's own time zone."""

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.people.models import User
from config import middleware


def zone_during(request_user: object) -> str:
    request = RequestFactory().get("/")
    request.user = request_user

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(timezone.get_current_timezone_name())

    return middleware.own_time(view)(request).content.decode()


def test_signed_in_visitor_sees_their_own_time():
    assert zone_during(User(email="a@b.example", timezone="America/New_York")) == "America/New_York"


def test_zone_that_nobody_knows_is_shown_as_utc():
    assert zone_during(User(email="a@b.example", timezone="Mars/Olympus")) == "UTC"
    assert zone_during(User(email="a@b.example", timezone="../../etc/passwd")) == "UTC"
