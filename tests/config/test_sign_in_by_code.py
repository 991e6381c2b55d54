"""Signing in with a code sent by mail instead of a password: the code opens the account once, and only for whom it was sent."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import people

pytestmark = pytest.mark.django_db


def ask_for_code(client, email):
    return client.post(reverse("account_request_login_code"), {"email": email})


def code_in(message):
    """The code a person would copy out of the mail."""
    return re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", message.body, re.MULTILINE)[1]


def test_code_from_the_mail_signs_in_whom_it_was_sent_to():
    agent = people.agent()
    client = Client()

    asked = ask_for_code(client, agent.email)
    signed_in = client.post(asked.url, {"code": code_in(mail.outbox[0])})

    assert (mail.outbox[0].to, signed_in.status_code) == ([agent.email], 302)
    assert client.session["_auth_user_id"] == str(agent.pk)


def test_wrong_code_signs_nobody_in():
    agent = people.agent()
    client = Client()

    asked = ask_for_code(client, agent.email)
    refused = client.post(asked.url, {"code": "AAAA-AAAA"})

    assert refused.status_code == 200
    assert "_auth_user_id" not in client.session


def test_unknown_address_gets_the_same_answer_and_no_code():
    agent = people.agent()

    known, unknown = ask_for_code(Client(), agent.email), ask_for_code(Client(), "nobody@nowhere.example")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [message.to for message in mail.outbox] == [[agent.email]]


def test_too_many_tries_to_sign_in_are_answered_with_a_page_in_the_visitors_language(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1/m/ip"}
    client = Client(headers={"accept-language": "de"})

    answers = [client.post(reverse("account_login"), {"login": "a@b.example", "password": "x"}) for _ in range(2)]

    assert (answers[0].status_code, answers[1].status_code) == (200, 429)
    assert "Nichts wurde geändert. Warten Sie eine Minute" in answers[1].content.decode()


def test_too_many_wrong_passwords_are_refused_in_the_visitors_language(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "1/5m/key"}
    client = Client(headers={"accept-language": "de"})
    wrong = {"login": people.agent().email, "password": "wrong"}

    pages = [client.post(reverse("account_login"), wrong).content.decode() for _ in range(2)]

    assert ["Warten Sie fünf Minuten" in page for page in pages] == [False, True]
