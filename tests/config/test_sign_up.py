"""Signing up in the browser: the same page and one mail whatever the address; the link's button makes the prospect."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.customers.models import Customer
from tests.factories import people, policies

pytestmark = pytest.mark.django_db
SAID = {"name": "Fjordlys Ferries AS", "country": "NO", "email": "post@fjordlys.example", "person": "Signe Fjord"}


@pytest.fixture
def open_to_all():
    policies.published({"prospects.sign_up": "yes"})


def send(**more):
    return Client().post(reverse("sign_up"), SAID | more)


def link_in(letter):
    return re.search(r"https?://[^/]+(/\S+)", letter.body).group(1)


def test_page_does_not_exist_while_policy_does_not_say_so():
    assert Client().get(reverse("sign_up")).status_code == 404
    assert "by invitation" in Client().get(reverse("account_login")).content.decode()


@pytest.mark.usefixtures("open_to_all")
def test_sign_in_page_leads_to_it_when_it_is_open():
    assert reverse("sign_up") in Client().get(reverse("account_login")).content.decode()


@pytest.mark.usefixtures("open_to_all")
def test_link_of_the_mail_changes_nothing_until_its_button_is_pressed():
    send()
    address = link_in(mail.outbox[0])

    page = Client().get(address).content.decode()
    before = Customer.objects.count()
    done = Client().post(address).content.decode()

    assert "Sign up Fjordlys Ferries AS?" in page and before == 0
    made = Customer.objects.get()
    assert made.number in done and made.stage == "prospect"


@pytest.mark.usefixtures("open_to_all")
def test_known_address_gets_the_same_page_and_another_mail():
    people.person(email="known@fjordlys.example")

    known, unknown = send(email="known@fjordlys.example"), send()

    words = [re.sub(r"\w{64}", "", answer.content.decode()).replace("known@", "post@") for answer in (known, unknown)]
    assert (known.status_code, words[0]) == (unknown.status_code, words[1])
    assert [letter.subject for letter in mail.outbox] == ["You are in already", "Your link for signing up"]


@pytest.mark.usefixtures("open_to_all")
def test_bad_phone_is_refused_in_the_words_of_the_rule():
    answer = send(phone="call me")

    assert answer.status_code == 422
    assert "is no phone number" in answer.content.decode()
    assert not mail.outbox


@pytest.mark.usefixtures("open_to_all")
def test_old_or_broken_link_says_so():
    answer = Client().get(reverse("sign_up_proof", args=["nonsense"]))

    assert answer.status_code == 422
    assert "This link is not complete. Sign up again." in answer.content.decode()
