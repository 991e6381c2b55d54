"""The demo mailbox shows mails as text, on a development machine only; links in mails lead to the reader's window."""

from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

from config.settings import base
from tests.factories import customers, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.MAIL_FOLDER = tmp_path / "mail"
    return settings.MAIL_FOLDER


def written(subject: str, to: str, text: str = "Hello") -> None:
    connection = get_connection("config.mail.MailFolder")
    message = EmailMultiAlternatives(subject, text, to=[to], connection=connection)
    message.attach_alternative("<script>alert(1)</script><p>only in HTML</p>", "text/html")
    message.send()


def test_it_lists_the_newest_first_and_can_be_narrowed_to_one_person(folder: Path):
    written("First", "ada@helios.example")
    written("Second", "bo@helios.example")

    every, hers = Client().get("/mailbox/").text, Client().get("/mailbox/?to=ada").text

    assert every.index("Second") < every.index("First")
    assert ("First" in hers, "Second" in hers) == (True, False)


def test_a_mail_is_shown_as_text_and_its_html_is_not_rendered(folder: Path):
    written("<b>Code</b>", "ada@helios.example", "<i>123456</i> http://localhost:8000/")
    name = next(folder.glob("*.eml")).stem

    page = Client().get(f"/mailbox/{name}/").text

    assert "&lt;i&gt;123456&lt;/i&gt;" in page
    assert "&lt;b&gt;Code&lt;/b&gt;" in page
    assert "only in HTML" not in page


@pytest.mark.parametrize("name", ["nothing", "..", "..%2f..%2fetc%2fpasswd", "%00"])
def test_a_name_that_is_no_mail_of_the_folder_is_not_found(folder: Path, name: str):
    assert Client().get(f"/mailbox/{name}/").status_code == 404


def test_an_empty_folder_says_what_would_fill_it(folder: Path):
    assert "No mail yet." in Client().get("/mailbox/").text


def test_every_page_leads_to_it_where_it_is_shown(settings):
    shown = Client().get("/accounts/login/").text
    settings.SHOW_MAILBOX = False

    assert 'href="/mailbox/"' in shown
    assert 'href="/mailbox/"' not in Client().get("/accounts/login/").text


def test_it_is_off_unless_the_settings_of_one_machine_turn_it_on():
    production = Path("config/settings/production.py").read_text()

    assert base.SHOW_MAILBOX is False
    assert "SHOW_MAILBOX" not in production


def test_a_link_in_a_mail_leads_our_people_to_their_window(client: Client):
    client.force_login(people.agent())

    assert client.get("/to/ticket/T-1042/").url == "/backoffice/tickets/T-1042/"
    assert client.get("/to/finance/all/").url == "/backoffice/finance/"
    assert client.get("/to/payment/P-1/").url == "/backoffice/"
    assert client.get("/to/moon/1/").status_code == 404


def test_a_link_in_a_mail_leads_a_customer_to_the_portal_and_a_stranger_to_the_sign_in(client: Client):
    stranger = client.get("/to/ticket/T-1042/").url
    client.force_login(people.member(customers.group()))

    assert stranger.startswith("/accounts/login/")
    assert client.get("/to/ticket/T-1042/").url.startswith("/portal/")
