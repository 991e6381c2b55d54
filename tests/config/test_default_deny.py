"""Nobody gets an answer that no view declared for them: not the signed-out, not the other side of the house, not by accident."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from accounts.people import access
from accounts.people.routes import PUBLIC, SIGNED_IN, declares
from config import routes
from tests.factories.customers import group
from tests.factories.people import member, person, staff

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("here")


def declared(audience: access.Action | str, address: str):
    return path(address, declares(audience)(lambda request: page(request)))


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


handler500 = "config.pages.broken"
urlpatterns = [
    path("forgotten", page),
    declared(PUBLIC, "open"),
    declared(SIGNED_IN, "home"),
    declared(SIGNED_IN, "api/v1/me"),
    declared(routes.MANAGERS, "steering"),
    path("broken", declares(PUBLIC)(broken)),
    path("portal/", include(([declared(access.SEE_CUSTOMER, "x"), declared(access.PAY, "pay")], "a_window"), "portal")),
    path(
        "backoffice/",
        include(([declared(access.SEE_CUSTOMER, "x"), declared(access.KEEP_BOOKS, "books")], "a_window"), "backoffice"),
    ),
]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def status(client: Client, address: str) -> int:
    return client.get(address).status_code


def test_view_without_an_audience_is_not_there_even_for_our_own_people():
    assert status(Client(), "/forgotten") == 404
    assert status(signed_in(staff("manager")), "/forgotten") == 404


def test_open_view_answers_the_signed_out():
    assert status(Client(), "/open") == 200


def test_signed_out_visitor_is_asked_to_sign_in_and_comes_back():
    answer = Client().get("/home?page=2")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/home%3Fpage%3D2")


def test_signed_out_fragment_sends_the_whole_page_to_sign_in():
    answer = Client().get("/home", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == "/accounts/login/?next=/home"


def test_signed_out_program_is_told_so_instead_of_sent_to_a_page():
    answer = Client().get("/api/v1/me")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_each_window_is_closed_to_the_other_side_of_the_house():
    ours, theirs = signed_in(staff("agent")), signed_in(member(group()))

    assert (status(ours, "/backoffice/x"), status(theirs, "/backoffice/x")) == (200, 404)
    assert (status(ours, "/portal/x"), status(theirs, "/portal/x")) == (404, 200)


def test_action_is_closed_to_roles_and_levels_that_may_not_take_it():
    assert status(signed_in(member(group())), "/portal/pay") == 404
    assert status(signed_in(staff("agent")), "/backoffice/books") == 404
    assert status(signed_in(staff("finance")), "/backoffice/books") == 200


def test_person_who_stands_nowhere_sees_no_window():
    assert status(signed_in(person()), "/portal/x") == 404


def test_admin_is_there_only_for_those_who_may_open_it():
    assert status(signed_in(staff("agent")), "/steering") == 404
    assert status(signed_in(staff("manager")), "/steering") == 200


def test_person_who_was_switched_off_is_signed_out():
    user = staff("agent")
    client = signed_in(user)
    user.is_active = False
    user.save(update_fields=["is_active"])

    assert status(client, "/backoffice/x") == 302


def test_pages_behind_the_login_are_kept_by_no_browser_and_no_proxy():
    answer = signed_in(staff("agent")).get("/backoffice/x")

    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def test_every_answer_carries_the_headers_that_keep_a_browser_safe():
    answer = Client().get("/open")

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_fault_shows_its_reference_and_nothing_else():
    client = Client(raise_request_exception=False)

    answer = client.get("/broken")

    assert answer.status_code == 500
    assert answer["X-Request-Reference"] in answer.text
    assert "ZeroDivisionError" not in answer.text
