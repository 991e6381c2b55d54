"""Pages speak the language of the person, and the switch keeps it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from accounts.quality import changes
from tests.factories import customers, people

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


def test_refusal_is_said_in_the_language_of_the_person():
    customer, at = customers.group("Nordwind"), datetime(2026, 3, 2, 12, tzinfo=UTC)

    with translation.override("de"), pytest.raises(changes.CannotBeRequested) as refusal:
        changes.ask(
            actor=people.administrator(customer), customer=customer, what="legal_name", at=at,
            effective_on=at.date() - timedelta(days=2), legal_name="Nordwind AG",
        )  # fmt: skip

    assert refusal.value.reason == "Eine Änderung gilt ab heute oder später; was vorher galt, bleibt."
