"""Pages speak the language of the person, and the switch keeps it."""

import pytest
from django.test import Client

from tests.factories import people

pytestmark = pytest.mark.django_db


def signed_in(language: str) -> Client:
    client = Client()
    client.force_login(people.person(password=None, language=language), backend="django.contrib.auth.backends.ModelBackend")
    return client


def language_of(client: Client, **headers: str) -> str:
    return client.get("/accounts/password/change/", headers=headers)["Content-Language"]


def test_signed_in_person_reads_their_own_language():
    assert language_of(signed_in("de")) == "de"
    assert language_of(signed_in("en"), accept_language="de") == "en"


def test_language_nobody_offers_leaves_the_choice_to_the_browser():
    assert language_of(signed_in("xx"), accept_language="de") == "de"


def test_switch_keeps_the_language_for_the_person_and_the_browser():
    client = signed_in("en")

    client.post("/language/", {"language": "de"})

    assert language_of(client) == "de"
    assert people.User.objects.get().language == "de"


def test_switch_changes_nothing_when_the_language_is_not_offered():
    client = signed_in("en")

    client.post("/language/", {"language": "xx"})

    assert people.User.objects.get().language == "en"


def test_visitor_who_is_not_signed_in_may_switch():
    client = Client()

    client.post("/language/", {"language": "de"})

    assert client.get("/accounts/login/")["Content-Language"] == "de"
